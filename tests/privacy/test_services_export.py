"""What somebody takes along is all that is theirs, and nothing of anybody else (T29)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import LogEntry, ReadLog, Signal
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.people.models import Person
from academy.privacy.models import DataExport
from academy.privacy.queries import collected
from academy.privacy.queries.plan import TablePlan, plan_of
from academy.privacy.rules.masking import BLACK
from academy.privacy.services import exports
from tests.factories import make_grant
from tests.privacy.academies import (
    export_of,
    json_of,
    link_request,
    marks_in,
    marks_of,
    stepped_up,
    subject,
)

pytestmark = pytest.mark.slow


def given_to(academy):
    link_request(academy.world)
    person_id, _cell = subject(academy.world)
    return json_of(export_of(person_id))


def shown_of(academy, rows):
    """Return the marks in a file: those of the subject, and those of others."""
    _person, cell = subject(academy.world)
    shown = marks_in(repr(rows))
    mine = {
        mark
        for mark in marks_of(academy.world, cell)
        if academy.world.ledger.marks[mark].table != "grant"  # made there, of a coach
    }
    return shown & mine, shown - mine, mine - shown


@pytest.mark.trust("T29")
def test_all_that_is_theirs_is_in_the_file_and_nothing_of_others(academy):
    found, strange, missing = shown_of(academy, given_to(academy))
    marks = academy.world.ledger.marks
    assert len(found) > 40
    assert not {f"{marks[one].table}.{marks[one].column}" for one in missing}
    assert not {f"{marks[one].table}.{marks[one].column}" for one in strange}


@pytest.mark.trust("T29", planted=True)
def test_a_table_that_is_left_out_is_found(academy, monkeypatch):
    whole = collected.owned()
    monkeypatch.setattr(
        collected, "owned", lambda: tuple(one for one in whole if one.name != "promise")
    )
    _found, _strange, missing = shown_of(academy, given_to(academy))
    assert {academy.world.ledger.marks[one].table for one in missing} == {"promise"}


@pytest.mark.trust("T29", planted=True)
def test_a_way_to_the_wrong_person_is_found(academy, monkeypatch):
    plan = plan_of("promise")
    wrong = TablePlan(plan.table, (plan.table.c.id,), plan.erased, "", {})
    monkeypatch.setattr(collected, "owned", lambda: (wrong,))
    monkeypatch.setattr(TablePlan, "of", lambda one, _person_id: one.path[0] > 0)
    person_id, _cell = subject(academy.world)
    _found, strange, _missing = shown_of(academy, collected.collect(person_id).kinds)
    db.session.rollback()
    assert strange


def test_no_other_person_is_named_or_numbered(academy):
    person_id, _cell = subject(academy.world)
    rows = given_to(academy)
    for name, found in rows.items():
        plan = plan_of(name)
        for row in found:
            links = {
                column.name: row[column.name]
                for column in plan.given
                if column.info["personal"].kind == "link to a person"
            }
            assert set(links.values()) <= {"jij", "iemand anders", None}, name
            assert not [one.name for one in plan.given if one.info["personal"].kind == "secret"]
    assert str(person_id) not in {str(row.get("person_id")) for row in rows["enrolment"]}


def test_there_is_something_to_read_beside_the_data(academy):
    person_id, _cell = subject(academy.world)
    parts = export_of(person_id)
    assert {"lees-mij.txt", "overzicht.pdf", "gedaan.json"} <= set(parts)
    assert any(name.startswith("logboek-") for name in parts)
    assert [name for name in parts if name.startswith("bestanden/certificaat-")]
    assert [name for name in parts if name.startswith("bestanden/practice_file-")]
    assert parts["overzicht.pdf"].startswith(b"%PDF")


@pytest.mark.trust("T31")
def test_what_is_taken_along_on_behalf_is_seen_by_the_person(academy):
    person_id, _cell = subject(academy.world)
    officer = academy.world.people["nobody"]
    with unit_of_work():
        make_grant(db.session.get_one(Person, officer), "privacy_officer")
    export_of(person_id, by=officer)
    readers = set(
        db.session.scalars(sa.select(ReadLog.reader_id).where(ReadLog.kind.in_(("pdf", "export"))))
    )
    actions = set(
        db.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject_id == person_id))
    )
    db.session.rollback()
    assert readers == {officer, None}  # None: the academy's own machine, which made the file
    assert {f"privacy:export:{what}" for what in ("asked", "made", "fetched")} <= actions


def test_a_signal_that_is_held_back_comes_when_that_is_over(academy):
    person_id, cell = subject(academy.world)
    (signal_id,) = academy.world.ledger.ids("coaching_signal", cell=cell)
    with unit_of_work():
        held = sa.update(Signal).where(Signal.id == signal_id)
        db.session.execute(held.values(held_back_until=clock.today() + timedelta(days=1)))
    assert "coaching_signal" not in given_to(academy)
    with unit_of_work():
        db.session.execute(held.values(held_back_until=clock.today()))
    assert "coaching_signal" in given_to(academy)
    assert person_id


def test_what_would_harm_another_is_black(academy):
    person_id, cell = subject(academy.world)
    (signal_id,) = academy.world.ledger.ids("coaching_signal", cell=cell)
    with unit_of_work():
        said = sa.update(Signal).where(Signal.id == signal_id)
        db.session.execute(said.values(note="We bellen. [[Haar zus vertelde het.]]"))
    (signal,) = given_to(academy)["coaching_signal"]
    assert signal["note"] == f"We bellen. {BLACK}"
    assert signal["raised_by_id"] == "iemand anders"
    assert person_id


def test_nobody_else_is_named_in_the_notes_of_guidance(academy):
    person_id, cell = subject(academy.world)
    (entry_id, *_rest) = academy.world.ledger.ids("coaching_log_entry", cell=cell)
    with unit_of_work():
        entry = db.session.get_one(LogEntry, entry_id)
        coach = db.session.get_one(Person, entry.coach_id)
        coach.call_name = "Marije"
        entry.discussed = "Haar zoon Ali kwam met mevrouw Bloem. Marije belde Ali. 06-12345678."
    (row,) = [one for one in given_to(academy)["coaching_log_entry"] if one["id"] == entry_id]
    said = "Haar zoon [naam] kwam met mevrouw [naam]. Marije belde [naam]."
    assert str(row["discussed"]).startswith(said)
    assert "06-12345678" not in str(row["discussed"])
    assert person_id


def test_the_file_lies_locked_and_goes_after_its_days(academy):
    person_id, _cell = subject(academy.world)
    export_of(person_id)
    newest = sa.select(sa.func.max(DataExport.id))
    with unit_of_work():
        export_id = db.session.scalar(newest)
        mine = DataExport.id == export_id
        content = db.session.scalar(sa.select(DataExport.content).where(mine))
        assert content is not None
        assert b"gegevens/" not in content
        db.session.execute(sa.update(DataExport).where(mine).values(ends_at=clock.now()))
        assert exports.end_old() == 1
    with unit_of_work(), pytest.raises(NotFoundError):
        exports.fetch_export(export_id, by=stepped_up(person_id))
    assert db.session.scalar(sa.select(DataExport.content).where(mine)) is None
    db.session.rollback()


def test_nobody_fetches_the_file_of_another(academy):
    person_id, _cell = subject(academy.world)
    export_of(person_id)
    export_id = db.session.scalar(sa.select(sa.func.max(DataExport.id)))
    db.session.rollback()
    for name in ("coordinator", "coach", "trainer", "admin", "board"):
        other = stepped_up(academy.world.people[name])
        with unit_of_work(), pytest.raises(NotFoundError):
            exports.fetch_export(export_id, by=other)
