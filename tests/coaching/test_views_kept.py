"""What somebody types is not lost: a review is kept with us too, every form on the device."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import LogEntry, OwnWords, PlanSheet, YearlyReview
from academy.coaching.rules import MOST_KEPT
from academy.coaching.tasks.openings import finalise
from academy.kernel import clock
from academy.kernel.db import db
from tests.coaching.builders import CANARY, set_the_table, write_entry
from tests.coaching.test_views_reviews import FILLED

AS_DATA = {"Accept": "application/json"}
KEY = "k" * 32
HALF = {"form_key": KEY, "circle_mine": f"{CANARY} half", "happened_on": "geen dag", "due1": "01-0"}
TALK = {"kind": "phone", "discussed": "Zo was het niet.", "happened_on": "20-11-2026"}
PLAN = {name: FILLED[name] for name in FILLED if name not in ("form_key", "happened_on", "wants")}


@pytest.fixture
def table(app):
    return set_the_table(yearly_review_due=date(2026, 12, 10))


def review_of(table) -> str:
    return f"/begeleiding/{table.plan_id}/jaargesprek"


def count(model) -> int:
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model))
    db.session.rollback()
    return found


def test_a_review_that_is_being_written_comes_back_as_it_stood(table, sign_in):
    client = sign_in(table.marije)
    kept = client.post(f"{review_of(table)}/bewaar", data=HALF)
    assert kept.get_json() == {"saved_at": "9.00"}
    again = HALF | {"circle_mine": f"{CANARY} verder", "wants": "other"}
    assert client.post(f"{review_of(table)}/bewaar", data=again).status_code == 200
    page = client.get(review_of(table)).text
    for typed in (f"{CANARY} verder", 'value="geen dag"', 'value="01-0"', KEY, "data-has-draft"):
        assert typed in page
    assert "Maak het jaargesprek af" in client.get(f"/begeleiding/{table.plan_id}").text
    assert CANARY not in client.get(f"/begeleiding/{table.plan_id}/gesprek").text
    for reader, address in (
        (table.samira, "/logboek"),
        (table.tineke, f"/begeleiding/{table.plan_id}/stand"),
    ):
        assert CANARY not in sign_in(reader).get(address).text
    sent = sign_in(table.marije).post(review_of(table), data=FILLED | {"form_key": KEY})
    assert sent.status_code == 303
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert (entry.state, entry.discussed) == ("shared", "Een goed jaar.")
    assert entry.person_id == table.samira.id


def test_what_is_kept_of_a_review_lies_encrypted(table, sign_in):
    sign_in(table.marije).post(f"{review_of(table)}/bewaar", data=HALF)
    stored = db.session.execute(sa.text("select * from coaching_log_entry")).one()
    assert CANARY not in str(stored)
    assert "half" not in str(stored)


def test_a_review_and_a_talk_are_kept_side_by_side(table, sign_in):
    client = sign_in(table.marije)
    talk = {"form_key": "t" * 32, "discussed": "Over de tuin"}
    for _time in range(2):
        assert client.post(f"{review_of(table)}/bewaar", data=HALF).status_code == 200
        kept = client.post(f"/begeleiding/{table.plan_id}/gesprek/bewaar", data=talk)
        assert kept.status_code == 200
    assert count(LogEntry) == 2
    assert "Over de tuin" in client.get(f"/begeleiding/{table.plan_id}/gesprek").text
    assert CANARY in client.get(review_of(table)).text


@pytest.mark.parametrize(
    ("address", "values", "status"),
    [
        ("jaargesprek", {"form_key": "z" * 32}, 409),
        ("jaargesprek", {"discussed": "a" * MOST_KEPT}, 422),
        ("gesprek", {"kind": "yearly_review"}, 422),
    ],
)
def test_what_cannot_be_kept_is_refused_and_stays_on_the_device(
    table, sign_in, address, values, status
):
    client = sign_in(table.marije)
    client.post(f"{review_of(table)}/bewaar", data=HALF)
    place = f"/begeleiding/{table.plan_id}/{address}/bewaar"
    assert client.post(place, data=HALF | values).status_code == status
    assert count(LogEntry) == 1
    assert f"{CANARY} half" in client.get(review_of(table)).text


def test_what_waited_on_a_device_hears_so_as_data_and_stays_one(table, sign_in):
    entry_id = write_entry(table)
    coach, own = sign_in(table.marije), sign_in(table.samira)
    plan = f"/begeleiding/{table.plan_id}"
    for client, address, data, page in (
        (coach, f"{plan}/jaargesprek", FILLED, f"{plan}/plan"),
        (coach, f"{plan}/doel", PLAN | {"goal": "Een ander feest"}, f"{plan}/plan"),
        (coach, f"/begeleiding/gesprekken/{entry_id}/verbeter", TALK, plan),
        (coach, f"/begeleiding/gesprekken/{entry_id}/woorden", {"words": "Van mij."}, plan),
        (own, f"/logboek/{entry_id}/woorden", {"words": "Van mij."}, "/logboek"),
    ):
        for _time in range(2):
            answer = client.post(address, data=data, headers=AS_DATA)
            assert (answer.status_code, answer.get_json()) == (200, {"page": page}), address
    assert [count(one) for one in (YearlyReview, PlanSheet, OwnWords)] == [1, 2, 2]
    assert count(LogEntry) == 3


def test_every_form_of_guidance_is_kept_on_the_device(table, sign_in):
    entry_id = write_entry(table)
    coach, plan = sign_in(table.marije), f"/begeleiding/{table.plan_id}"
    correction = f"/begeleiding/gesprekken/{entry_id}/verbeter"
    for address in (plan, f"{plan}/gesprek", f"{plan}/jaargesprek", f"{plan}/doel", correction):
        page = coach.get(address).text
        for part in ("data-keep-on-device=", "data-outbox", "js/drafts."):
            assert part in page, (address, part)
    page = sign_in(table.samira).get("/logboek").text
    assert f'data-kept-page="/logboek#gesprek-{entry_id}"' in page
    assert "data-outbox" in page
    refused = sign_in(table.samira).post(f"/logboek/{entry_id}/woorden", data={"words": ""})
    assert "data-keep-on-device=" in refused.text


def test_a_talk_is_stored_as_final_by_the_job_after_seven_days(table):
    entry_id = write_entry(table)
    for days, state in ((6, "shared"), (7, "final")):
        with clock.at(clock.now() + timedelta(days=days)):
            finalise()
        entry = db.session.get_one(LogEntry, entry_id)
        assert (entry.state, entry.final_at is not None) == (state, state == "final")
        db.session.rollback()
