"""The participant reads, adds own words, ticks off, and sees who read."""

from __future__ import annotations

from datetime import date, timedelta

import html5lib
import pytest
import sqlalchemy as sa

from academy.coaching.listeners import on_certificate_issued
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, ReadLog
from academy.coaching.queries.log import all_actions, all_reads
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from certificates.events import CertificateIssued
from certificates.models import Certificate
from tests.certificates.ready import commit_scene, enter_file, grant, issue, make_keys
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.factories import make_person


@pytest.fixture
def table(app):
    return set_the_table()


def test_reading_makes_an_entry_final_and_shows_on_today_until_then(table, sign_in):
    entry_id = write_entry(table)
    client = sign_in(table.samira)
    assert "nieuw gesprek" in client.get("/vandaag").get_data(as_text=True)
    assert client.post(f"/logboek/{entry_id}/gelezen").status_code == 303
    assert db.session.get_one(LogEntry, entry_id).state == "final"
    db.session.rollback()
    assert "nieuw gesprek" not in client.get("/vandaag").get_data(as_text=True)


def test_own_words_stand_with_the_entry_for_both(table, sign_in):
    entry_id = write_entry(table)
    client = sign_in(table.samira)
    empty = client.post(f"/logboek/{entry_id}/woorden", data={"words": " "})
    assert empty.status_code == 422
    client.post(f"/logboek/{entry_id}/woorden", data={"words": "Ik was niet boos."})
    for reader, address in (
        (table.samira, "/logboek"),
        (table.marije, f"/begeleiding/{table.plan_id}"),
    ):
        assert "Ik was niet boos." in sign_in(reader).get(address).get_data(as_text=True)


def test_an_action_is_ticked_off_in_one_tap(table, sign_in):
    write_entry(table, actions=(an_action(),))
    client = sign_in(table.samira)
    assert "Je hebt 1 afspraak" in client.get("/vandaag").get_data(as_text=True)
    assert "Bel de huismeester" in client.get("/logboek").get_data(as_text=True)
    action = db.session.scalars(sa.select(AgreedAction)).one()
    address = f"/logboek/afspraken/{action.id}"
    db.session.rollback()
    assert client.post(f"{address}/klaar").status_code == 303
    action = db.session.scalars(sa.select(AgreedAction)).one()
    assert (action.state, action.done_on) == ("done", date(2026, 11, 23))
    db.session.rollback()
    assert client.post(f"{address}/open").status_code == 303


def test_who_read_is_on_the_page(table, sign_in):
    write_entry(table)
    client = sign_in(table.samira)
    assert "Nog niemand anders dan jij." in client.get("/logboek").get_data(as_text=True)
    sign_in(table.marije).get(f"/begeleiding/{table.plan_id}")
    page = client.get("/logboek").get_data(as_text=True)
    assert "Marije Dijkstra, maandag 23 november 2026, 9.00 uur" in page


def test_a_document_holds_every_agreement_the_newest_first(table):
    entry_id = write_entry(table)
    with unit_of_work():
        for number in range(61):
            due_on = date(2026, 12, 1) + timedelta(days=number)
            agreed = an_action(f"Stap {number}")
            db.session.add(
                AgreedAction(
                    plan_id=table.plan_id,
                    entry_id=entry_id,
                    text=agreed.text,
                    owner=agreed.owner,
                    due_on=due_on,
                    state="open",
                )
            )
    texts = [one.text for one in all_actions(table.plan_id, today=clock.today())]
    assert texts == [f"Stap {number}" for number in reversed(range(61))]


def test_everybody_who_ever_read_can_be_found(table, sign_in):
    with unit_of_work():
        for minute in range(60):
            at = clock.local(date(2026, 3, 1), 9, minute)
            db.session.add(
                ReadLog(plan_id=table.plan_id, reader_id=table.marije.id, kind="page", at=at)
            )
        first = clock.local(date(2026, 2, 1), 9)
        db.session.add(
            ReadLog(plan_id=table.plan_id, reader_id=table.tineke.id, kind="page", at=first)
        )
    client, address, names = sign_in(table.samira), "/logboek", []
    for _page in range(3):
        page = html5lib.parse(client.get(address).text, namespaceHTMLElements=False)
        readers = page.find(".//section[@aria-labelledby='readers']")
        names += ["".join(one.itertext()) for one in readers.findall(".//details//li")]
        older = readers.find(".//a[@rel='next']")
        address = older.get("href") if older is not None else None
    assert address is None
    assert len(names) == 61
    assert "1 februari" in names[-1]
    assert len(all_reads(table.plan_id)) >= 61, "on paper all at once"


def test_a_log_is_somebodys_own(table, sign_in):
    entry_id = write_entry(table)
    with unit_of_work():
        stranger = make_person("Vreemd")
    client = sign_in(stranger)
    assert CANARY not in client.get("/logboek").get_data(as_text=True)
    assert client.get("/logboek/pdf").status_code == 404
    assert client.post(f"/logboek/{entry_id}/gelezen").status_code == 404
    assert client.post("/logboek/ja").status_code == 404


def test_a_log_of_many_talks_is_read_page_by_page(table, sign_in):
    for number in range(12):
        write_entry(table, f"praatje-{number}-", happened_on=date(2026, 11, 1 + number))
    client = sign_in(table.samira)
    first = client.get("/logboek").get_data(as_text=True)
    assert "praatje-11-" in first
    assert "praatje-1-" not in first
    older = first.split('href="/logboek?vanaf=')[1].split('"')[0]
    second = client.get(f"/logboek?vanaf={older}").get_data(as_text=True)
    assert "praatje-1-" in second
    assert "praatje-0-" in second
    assert "praatje-2-" not in second


def test_a_residents_certificate_opens_one_plan_to_match(app):
    scene = commit_scene()
    certificate_id = issue(scene)
    plan = db.session.scalars(sa.select(CoachingPlan)).one()
    certificate = db.session.get_one(Certificate, certificate_id)
    assert plan.certificate_number == certificate.number
    assert (plan.person_id, plan.state) == (certificate.person_id, "to_match")
    assert plan.match_by == date(2026, 12, 7)
    assert plan.place_id is not None


def test_the_fortnight_to_find_a_coach_counts_from_the_day_of_the_certificate(app):
    make_keys()
    enter_file(grant(commit_scene(), issued_on=date(2026, 11, 27)))
    plan = db.session.scalars(sa.select(CoachingPlan)).one()
    assert (plan.opened_on, plan.match_by) == (date(2026, 11, 23), date(2026, 12, 11))


def test_only_a_first_certificate_of_a_resident_opens_a_plan(app):
    with unit_of_work():
        person = make_person()
        for news in (
            CertificateIssued(1, person.id, "professionals", clock.today()),
            CertificateIssued(1, person.id, "residents", clock.today(), first=False),
        ):
            on_certificate_issued(news)
    assert db.session.scalar(sa.select(sa.func.count(CoachingPlan.id))) == 0
