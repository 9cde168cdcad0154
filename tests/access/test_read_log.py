"""Who opens a coaching note is written down, once, and the participant sees it (T31)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from academy.coaching.models import LogEntry, ReadLog
from academy.coaching.services import reading
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db
from academy.people.models import Person
from tests.access.asking import ask, guard_said, routes
from tests.access.test_foreign_objects import own_combinations, plant
from tests.access.world import PRINCIPALS

pytestmark = [pytest.mark.slow, pytest.mark.trust("T31")]

NOTES = {
    "coaching_log_entry",
    "coaching_own_words",
    "coaching_plan_sheet",
    "coaching_plan_step",
    "coaching_yearly_review",
}
"""The tables whose text is a note."""


def note_marks(academy: Any) -> set[str]:
    """Return the mark of every coaching note."""
    return {mark for mark, where in academy.world.ledger.marks.items() if where.table in NOTES}


def text_of(answer: Any) -> str:
    return answer.get_data().decode("utf-8", "replace")


def reads() -> int:
    """Count the lines of the read-log."""
    found = db.session.scalar(sa.select(sa.func.count()).select_from(ReadLog)) or 0
    db.session.rollback()
    return found


def read_pages(academy: Any, browsers: Any, *, below: str = "/") -> tuple[list[str], set[str]]:
    """Open every address as everybody. Return what was not written down once, and what shows notes.

    A paper shows its text packed; whoever gets one at an address of the log has read it. Any other
    paper is made for the first who may have it.
    """
    faults, showing = [], set()
    marks = note_marks(academy)
    for rule, path, principal, answer, lines in every_reading(academy, browsers, below=below):
        is_paper = answer.mimetype == "application/pdf" and is_log(rule)
        shows = is_paper or any(mark in text_of(answer) for mark in marks)
        answer.close()
        if shows:
            showing.add(rule)
        if lines != (1 if shows else 0) and not (lines == 1 and is_log(rule)):
            what = "shows a note and" if shows else "shows none and"
            faults.append(f"{path} {principal} {what} wrote {lines} lines")
    return faults, showing


def every_reading(
    academy: Any, browsers: Any, *, below: str
) -> Iterator[tuple[str, str, str, Any, int]]:
    """Yield rule, address, who asked, the answer, and how many lines it wrote."""
    made = set()
    for route in routes(academy.app):
        if route.method != "GET" or not route.rule.startswith(below):
            continue
        for principal in PRINCIPALS:
            for values in own_combinations(academy.world, principal, route):
                if route.rule in made:
                    continue
                before = reads()
                answer = ask(browsers(principal), route, values)
                if answer.mimetype == "application/pdf" and not is_log(route.rule):
                    made.add(route.rule)
                yield route.rule, route.path(values), principal, answer, reads() - before


def is_log(rule: str) -> bool:
    return rule.startswith(("/logboek", "/begeleiding"))


def test_every_address_that_shows_a_note_writes_one_line(academy, browsers):
    faults, showing = read_pages(academy, browsers)
    assert faults == []
    assert showing >= {
        "/logboek",
        "/logboek/pdf",
        "/begeleiding/<int:plan_id>",
        "/logboek/plan",
        "/begeleiding/<int:plan_id>/doel",
        "/begeleiding/<int:plan_id>/jaargesprek",
        "/begeleiding/<int:plan_id>/pdf",
        "/begeleiding/<int:plan_id>/plan",
        "/begeleiding/gesprekken/<int:entry_id>/verbeter",
    }


def careless(plan_id: int) -> str:
    entries = db.session.scalars(sa.select(LogEntry).where(LogEntry.plan_id == plan_id))
    return " ".join(entry.discussed for entry in entries)


@pytest.mark.trust("T31", planted=True)
def test_a_page_that_shows_notes_and_writes_nothing_is_found(academy, browsers, monkeypatch):
    endpoint = endpoint_of(academy.app, "/begeleiding/<int:plan_id>/doel")
    plant(monkeypatch, academy.app, endpoint, careless)
    faults, _showing = read_pages(academy, browsers, below="/begeleiding/<int:plan_id>/doel")
    assert any("coach shows a note and wrote 0 lines" in one for one in faults)


def endpoint_of(app: Any, rule: str) -> str:
    return next(
        one.endpoint
        for one in app.url_map.iter_rules()
        if one.rule == rule and "GET" in one.methods
    )


def test_the_participant_sees_who_read_and_when(academy, browsers):
    plan = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    browsers("coach").get(f"/begeleiding/{plan}")
    coach = db.session.get_one(Person, academy.world.people["coach"])
    name = coach.last_name
    line = db.session.scalars(sa.select(ReadLog).order_by(ReadLog.id.desc())).first()
    found = (line.plan_id, line.reader_id, line.kind, line.at is not None)
    db.session.rollback()
    assert found == (plan, academy.world.people["coach"], "page", True)
    page = browsers("participant").get("/logboek").text
    assert name in page.partition("gelezen")[2]


def shown_without_a_line(academy: Any, browsers: Any) -> list[str]:
    """Return the addresses that still show a note when nothing can be written down."""
    marks, found = note_marks(academy), []
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.text("alter table coaching_read rename to away"))
    for route in routes(academy.app):
        if route.method != "GET" or not is_log(route.rule):
            continue
        for principal in ("participant", "coach", "coordinator"):
            for values in own_combinations(academy.world, principal, route)[:1]:
                answer = ask(browsers(principal), route, values)
                text = text_of(answer)
                if answer.mimetype == "application/pdf" or any(mark in text for mark in marks):
                    found.append(f"{route.rule} {principal}")
    return found


def test_what_cannot_be_written_down_is_not_shown(academy, browsers, monkeypatch):
    monkeypatch.setitem(academy.app.config, "PROPAGATE_EXCEPTIONS", False)
    assert shown_without_a_line(academy, browsers) == []


@pytest.mark.trust("T31", planted=True)
def test_a_log_that_forgives_a_failure_is_found(academy, browsers, monkeypatch):
    monkeypatch.setitem(academy.app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(reading, "side_write", lambda *_statements: None)
    assert "/begeleiding/<int:plan_id> coach" in shown_without_a_line(academy, browsers)


def test_no_note_stands_in_any_log(academy, browsers, caplog, capfd):
    """Not in what the academy prints, nor in what is recorded of what people do."""
    marks = note_marks(academy)
    with caplog.at_level(logging.DEBUG):
        for principal in ("participant", "coach", "coordinator"):
            for route in routes(academy.app):
                if route.method == "GET" and is_log(route.rule) and not route.rule.endswith("pdf"):
                    for values in own_combinations(academy.world, principal, route)[:1]:
                        assert guard_said(ask(browsers(principal), route, values))
        entry = academy.world.ledger.ids("coaching_log_entry", cell="A1p1")[0]
        browsers("participant").post(f"/logboek/{entry}/woorden", data={"words": "qxnoteqx"})
    rows = db.session.execute(sa.select(AuditEvent.data, AuditEvent.action)).all()
    printed = capfd.readouterr()
    said = caplog.text + printed.out + printed.err + json.dumps([list(row) for row in rows])
    db.session.rollback()
    assert "qxnoteqx" not in said
    assert not [mark for mark in marks if mark in said]
