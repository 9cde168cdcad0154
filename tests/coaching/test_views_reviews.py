"""The yearly review: filled in beforehand, counted for renewal, ending in next year's plan."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, PlanSheet, YearlyReview
from academy.coaching.services import actions, plans
from academy.kernel.db import db, unit_of_work
from academy.people.queries.actors import actor_for
from certificates.models import RenewalEvidence
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.coaching.test_services_sheets import agree, write

FILLED = {
    "form_key": "sleutel",
    "happened_on": "20-11-2026",
    "discussed": "Een goed jaar.",
    "energy": "4",
    "circle_mine": "Koffie schenken",
    "circle_together": "Brieven schrijven",
    "circle_not": "Geld lenen",
    "wants": "same",
    "goal": "Een buurtfeest",
    "step1": "Vraag de gemeente",
    "owner1": "coach",
    "due1": "01-02-2027",
    "owner2": "participant",
    "owner3": "participant",
    "rhythm_days": "60",
    "channel": "phone",
}


@pytest.fixture
def table(app):
    return set_the_table(yearly_review_due=date(2026, 12, 10))


def page_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def hold(table, sign_in, **values):
    address = f"/begeleiding/{table.plan_id}/jaargesprek"
    return sign_in(table.marije).post(address, data=FILLED | values)


def test_the_page_is_filled_with_the_year_that_was(table, sign_in):
    agree(table, write(table, "Een vaste koffieochtend"))
    done = write_entry(table, energy=2, actions=(an_action("Bel de huismeester"),))
    with unit_of_work():
        action = db.session.scalars(
            sa.select(AgreedAction).where(AgreedAction.entry_id == done)
        ).one()
        actions.complete_action(action.id, by=actor_for(table.samira.id))
    page = page_of(sign_in(table.marije), f"/begeleiding/{table.plan_id}/jaargesprek")
    for words in ("Een vaste koffieochtend", "Bel de huismeester", "klaar op", "23 november 2026"):
        assert words in page
    assert "<strong>2</strong>" in page


def test_it_comes_up_on_the_home_page_of_the_coach(table, sign_in):
    assert "Jaargesprek met Samira El Haddou" in page_of(sign_in(table.marije), "/vandaag")


def test_it_is_a_talk_in_the_log_counts_for_renewal_and_makes_the_next_plan(table, sign_in):
    answer = hold(table, sign_in)
    assert answer.status_code == 303
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert (entry.kind, entry.energy, entry.discussed) == ("yearly_review", 4, "Een goed jaar.")
    review = db.session.scalars(sa.select(YearlyReview)).one()
    assert (review.entry_id, review.circle_not, review.wants) == (entry.id, "Geld lenen", "same")
    sheet = db.session.scalars(sa.select(PlanSheet)).one()
    assert (sheet.id, sheet.goal, sheet.agreed_at) == (review.sheet_id, "Een buurtfeest", None)
    evidence = db.session.scalars(sa.select(RenewalEvidence)).one()
    assert evidence.requirement == "yearly_reviews"
    plan = db.session.get_one(CoachingPlan, table.plan_id)
    assert plan.yearly_review_due == date(2027, 11, 20)
    db.session.rollback()
    assert "Er is een nieuw plan voor jou" in page_of(sign_in(table.samira), "/vandaag")


def test_sent_twice_it_stays_one_review(table, sign_in):
    hold(table, sign_in)
    assert hold(table, sign_in).status_code == 303
    for model in (LogEntry, YearlyReview, PlanSheet):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 1


def test_the_next_review_begins_with_the_circles_of_this_one(table, sign_in):
    hold(table, sign_in)
    page = page_of(sign_in(table.marije), f"/begeleiding/{table.plan_id}/jaargesprek")
    assert "Koffie schenken" in page
    assert "Geld lenen" in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"goal": ""}, "Schrijf waar jullie naartoe werken."),
        ({"wants": ""}, "Kies of er nog een begeleider nodig is."),
        ({"discussed": ""}, "Schrijf in één zin waar het over ging."),
        ({"happened_on": "20-11-2027"}, "Deze dag moet nog komen."),
        ({"circle_mine": "a" * 301}, "Schrijf één of twee zinnen."),
    ],
)
def test_what_is_missing_is_said(table, sign_in, values, words):
    answer = hold(table, sign_in, **values)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert db.session.scalars(sa.select(YearlyReview)).all() == []


@pytest.mark.parametrize(
    ("wants", "words"),
    [("stop", "wil stoppen"), ("other", "wil een andere begeleider")],
)
def test_another_wish_reaches_the_coordinator_until_it_is_followed(table, sign_in, wants, words):
    goal = "" if wants == "stop" else "Verder"
    assert hold(table, sign_in, wants=wants, goal=goal).status_code == 303
    client = sign_in(table.tineke)
    assert words in page_of(client, "/vandaag")
    address = f"/begeleiding/{table.plan_id}"
    assert "Bij het jaargesprek van" in page_of(client, f"{address}/stand")
    assert client.post(f"{address}/jaargesprek/geregeld").status_code == 303
    assert words not in page_of(client, "/vandaag")


def test_a_stop_settles_the_wish_by_itself(table, sign_in):
    hold(table, sign_in, wants="stop", goal="")
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.samira.id))
    assert "wil stoppen" not in page_of(sign_in(table.tineke), "/vandaag")


def test_without_a_review_there_is_nothing_to_settle(table, sign_in):
    address = f"/begeleiding/{table.plan_id}/jaargesprek/geregeld"
    assert sign_in(table.tineke).post(address).status_code == 404


def test_the_coordinator_sees_nothing_of_what_was_said(table, sign_in):
    hold(table, sign_in, discussed=CANARY, circle_mine=CANARY, goal=CANARY, wants="other")
    client = sign_in(table.tineke)
    for address in (f"/begeleiding/{table.plan_id}/stand", "/vandaag", "/begeleiding/overzicht"):
        assert CANARY not in page_of(client, address)
    assert client.get(f"/begeleiding/{table.plan_id}/jaargesprek").status_code == 403
