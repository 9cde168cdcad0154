"""The board takes an extract of the register along, and the audit says who did."""

from __future__ import annotations

import io
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader

from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError, StepUpRequiredError
from academy.people.models import Person
from certificates.models import Certificate
from certificates.queries.extract import extract_rows
from certificates.services import extract
from tests.certificates.registered import make_registered
from tests.factories import make_actor, make_grant, make_person

ADDRESS = "/certificaten/register/uittreksel"
WHOLE_YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


@pytest.fixture
def board(app: Flask) -> int:
    """Somebody of the board, with five certificates in the register."""
    make_registered()
    with unit_of_work():
        person = make_person("Ruben")
        make_grant(person, "board")
        return person.id


def who(person_id: int, *, stepped_up: bool = True):
    return make_actor(db.session.get_one(Person, person_id), stepped_up=stepped_up)


def test_names_stand_there_where_they_may_be_seen(board):
    rows = extract_rows(who(board), **WHOLE_YEAR, today=date(2026, 11, 23), limit=9)
    assert [(row.name, row.standing) for row in rows] == [
        ("Deelnemer 1", "valid"),
        ("", "revoked"),
        ("", "withdrawn"),
        ("Deelnemer 4", "valid"),
        ("Deelnemer 5", "valid"),
    ]
    later = extract_rows(who(board), **WHOLE_YEAR, today=date(2030, 1, 1), limit=9)
    assert later[0].standing == "expired"


def test_only_the_period_is_there(board):
    first = sa.select(sa.func.min(Certificate.id)).scalar_subquery()
    with unit_of_work():
        day = date(2025, 12, 31)
        db.session.execute(
            sa.update(Certificate).where(Certificate.id == first).values(issued_on=day)
        )
    rows = extract_rows(who(board), **WHOLE_YEAR, today=date(2026, 11, 23), limit=9)
    assert [row.name for row in rows if row.name] == ["Deelnemer 4", "Deelnemer 5"]


@pytest.mark.slow
def test_the_paper_says_it_in_words_and_the_audit_says_who_has_it(board, sign_in):
    client = sign_in(board)
    assert "01-01-2026" in client.get(ADDRESS).text
    answer = client.post(ADDRESS, data={"first": "1-1-2026", "last": "31-12-2026"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    reader = PdfReader(io.BytesIO(answer.data))
    said = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for words in ("Deelnemer 1", "niet te zien", "ingetrokken", "teruggenomen", "geldig"):
        assert words in said
    assert "Deelnemer 2" not in said
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]

    rows = db.session.execute(
        sa.select(AuditEvent.action, AuditEvent.actor_id, AuditEvent.data).where(
            AuditEvent.action.like("%extracted")
        )
    ).all()
    assert {row.actor_id for row in rows} == {board}
    taken = [row.data for row in rows if row.action == "certificates:register:extracted"]
    assert taken == [{"rows": 5, "first": "2026-01-01", "last": "2026-12-31"}]
    assert len(rows) == 1 + 3  # and one for each person whose name is on it


@pytest.mark.parametrize(
    "typed",
    [
        {"first": "31-12-2026", "last": "1-1-2026"},
        {"first": "gisteren", "last": "1-1-2026"},
        {"first": "1-1-2026"},
    ],
)
def test_a_period_that_is_none_comes_back(board, sign_in, typed):
    answer = sign_in(board).post(ADDRESS, data=typed)
    assert answer.status_code == 422
    assert not db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action.like("%extracted"))
    ).all()


def test_too_much_asks_for_a_shorter_time(board, monkeypatch):
    monkeypatch.setattr(extract, "MOST_ROWS", 4)
    with pytest.raises(InvalidInputError, match="kortere"):
        extract.take_extract(**WHOLE_YEAR, by=who(board))


def test_it_takes_a_fresh_proof_of_identity(board):
    with pytest.raises(StepUpRequiredError):
        extract.take_extract(**WHOLE_YEAR, by=who(board, stepped_up=False))
