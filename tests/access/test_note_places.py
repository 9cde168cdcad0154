"""A coaching note stands encrypted in its own column: in no mail, job, log, list or address."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa

from academy.kernel import clock, mail
from academy.kernel.db import db
from academy.kernel.encrypted import Encrypted
from academy.kernel.mail import OutgoingMail
from academy.kernel.messages import engine
from academy.kernel.queue import Job
from academy.kernel.settings import current
from academy.people.models import Person
from tests.access.asking import ask, routes
from tests.access.marks import NOTES, marked_columns, tables
from tests.access.test_foreign_objects import own_combinations, plant

pytestmark = [pytest.mark.slow, pytest.mark.trust("T31")]

WORDS = "qz99999zq-woorden"
TALK = {
    "kind": "phone",
    "happened_on": "23-11-2026",
    "minutes": "20",
    "discussed": WORDS,
    "went_well": WORDS,
    "is_hard": WORDS,
    "energy": "2",
    "action": WORDS,
    "action_due_on": "24-11-2026",
    "action_owner": "participant",
    "not_private": "y",
    "form_key": "one-talk",
}
SEEN_BY_ALL = {"agreed_action"}
"""Whose text a coordinator may read where the agreement is theirs or a client's."""


def notes(academy: Any, *, but: set[str] | None = None) -> set[str]:
    """Return the mark of every note, and what is typed below."""
    marks = academy.world.ledger.marks.items()
    names = {table.name: table for table in tables()}
    kinds = {
        (table.name, column.name): column.info["personal"].kind
        for table in names.values()
        for column in marked_columns(table)
    }
    found = {
        mark
        for mark, at in marks
        if kinds[at.table, at.column] in NOTES and at.table not in (but or ())
    }
    return found | {WORDS}


def test_every_note_is_encrypted(app):
    """A column with the label of a note that stores plain text would be found here."""
    plain = [
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.info["personal"].kind in NOTES and not isinstance(column.type, Encrypted)
    ]
    assert plain == []


def work(academy: Any, browsers: Any) -> None:
    """Write, correct, add words, sign off and let a day of messages go out."""
    plan = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    entry = academy.world.ledger.ids("coaching_log_entry", cell="A1p1")[0]
    coach, participant = browsers("coach"), browsers("participant")
    for client, path, data in (
        (coach, f"/begeleiding/{plan}/gesprek/bewaar", TALK | {"form_key": "draft"}),
        (coach, f"/begeleiding/{plan}/gesprek", TALK),
        (coach, f"/begeleiding/gesprekken/{entry}/verbeter", TALK),
        (coach, f"/begeleiding/gesprekken/{entry}/woorden", {"words": WORDS}),
        (participant, f"/logboek/{entry}/woorden", {"words": WORDS}),
        (participant, "/logboek/0/woorden", {"words": WORDS}),
    ):
        client.post(path, data=data)
    with clock.at(clock.now().replace(hour=12)):
        engine.run_due(clock.now())


def as_stored(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return a column as the database keeps it, without decrypting or parsing it."""
    return sa.type_coerce(column, sa.types.NullType()).label(column.name)


def stored(forbidden: set[str]) -> list[str]:
    """Return where one of these texts stands in the database as it is kept, unencrypted."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(*map(as_stored, table.columns))):
            text = repr(tuple(row))
            found += [f"{table.name}: {one}" for one in forbidden if one in text]
    db.session.rollback()
    return found


def test_no_table_holds_a_note_in_plain_text(academy, browsers):
    work(academy, browsers)
    assert stored(notes(academy)) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) is not None
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        files = [Path(f"{url.database}{end}") for end in ("", "-wal")]
        kept = b"".join(file.read_bytes() for file in files if file.exists())
        assert not [one for one in notes(academy) if one.encode() in kept]


@pytest.mark.trust("T31", planted=True)
def test_a_job_that_carries_a_note_is_found(academy, browsers):
    db.session.execute(
        sa.insert(OutgoingMail).values(
            template="coaching/contact", to_address="a@b.example", ids={"text": WORDS},
            language="nl", message_id="one", person_id=1, created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    assert stored(notes(academy)) == [f"outgoing_mail: {WORDS}"]


def test_no_mail_that_is_written_holds_a_note(academy, browsers):
    work(academy, browsers)
    mails = db.session.scalars(sa.select(OutgoingMail)).all()
    texts = [mail._compose(one, current()) for one in mails]
    said = "".join(f"{one['Subject']} {one.get_content()}" for one in texts if one is not None)
    db.session.rollback()
    assert not [one for one in notes(academy) if one in said]


def addresses(academy: Any, browsers: Any) -> Iterator[tuple[str, str]]:
    """Give every address in the pages of who may read notes, and every address they are led to."""
    for principal in ("participant", "coach", "coordinator"):
        for route in routes(academy.app):
            if route.method != "GET" or route.rule.endswith("pdf"):
                continue
            for values in own_combinations(academy.world, principal, route)[:1]:
                answer = ask(browsers(principal), route, values)
                yield principal, answer.location or ""
                if answer.mimetype != "text/html":
                    continue
                tree = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
                for element in tree.iter():
                    for name in ("href", "src", "action", "formaction"):
                        yield principal, str(element.get(name, ""))


def test_no_address_holds_a_note(academy, browsers):
    found = list(addresses(academy, browsers))
    assert len(found) > 500
    marks = notes(academy)
    assert [one for one in found if any(mark in one[1] for mark in marks)] == []


def exported(academy: Any, browsers: Any, principal: str) -> Iterator[tuple[str, str]]:
    """Give the text of every file that is not a page, unpacked when it is a spreadsheet."""
    for route in routes(academy.app):
        if route.method != "GET" or route.rule.endswith("pdf"):
            continue
        for values in own_combinations(academy.world, principal, route):
            answer = ask(browsers(principal), route, values)
            if answer.status_code == 200 and answer.mimetype not in ("text/html", "text/css"):
                yield route.rule, unpacked(answer.get_data())


def unpacked(data: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


@pytest.mark.parametrize("principal", ["coordinator", "board", "client_contact", "admin"])
def test_no_list_that_staff_take_along_holds_a_note(academy, browsers, principal):
    marks = notes(academy, but=SEEN_BY_ALL)
    files = list(exported(academy, browsers, principal))
    assert files
    assert [rule for rule, text in files if any(mark in text for mark in marks)] == []


def sought(academy: Any, browsers: Any, words: str) -> bool:
    """Say whether the search of guidance finds anybody by these words."""
    answer = browsers("coordinator").post("/begeleiding/iedereen/zoek", data={"name": words})
    assert answer.status_code == 200
    found = "/stand" in answer.text
    assert found != ("Niemand gevonden" in answer.text)
    return found


def test_nobody_is_found_by_the_words_of_a_note(academy, browsers):
    work(academy, browsers)
    name = db.session.get_one(Person, academy.world.people["participant"]).sort_key
    db.session.rollback()
    assert sought(academy, browsers, name)
    written = notes(academy)
    assert len(written) > 10
    assert [one for one in written if sought(academy, browsers, one)] == []


@pytest.mark.trust("T31", planted=True)
def test_a_list_with_a_note_in_it_is_found(academy, browsers, monkeypatch):
    mark = min(notes(academy, but=SEEN_BY_ALL) - {WORDS})

    def careless() -> Any:
        return mark, 200, {"Content-Type": "text/csv"}

    plant(monkeypatch, academy.app, "coaching.opening_list", careless)
    files = list(exported(academy, browsers, "coordinator"))
    assert ("/begeleiding/openingen", mark) in files
