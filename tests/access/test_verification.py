"""What a stranger learns by asking: a verdict, never a person; and guessing leads nowhere."""

from __future__ import annotations

import random
import re
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import render_template_string

from academy.kernel.db import db
from academy.kernel.limits import Attempt
from certificates.models import Certificate
from certificates.rules.number import check_digits
from certificates.views import verify
from tests.access.asking import marks_in
from tests.access.world import PRINCIPALS
from tests.trust.sizes import size

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GUESSES = size(10_000, otherwise=1_000, again=2_000)
NEIGHBOURS = size(1_000, otherwise=200)


def forget_tries() -> None:
    """Let the counter of the limit start anew."""
    db.session.execute(sa.delete(Attempt))
    db.session.commit()


@pytest.fixture
def certificate(academy) -> Certificate:
    row = academy.world.ledger.ids("certificate", cell="A1p1")[0]
    found = db.session.get_one(Certificate, row)
    db.session.expunge(found)
    db.session.rollback()
    return found


def code_of(academy: Any, certificate: Certificate) -> str:
    code: str = academy.world.codes[f"A{certificate.enrolment_id}"]
    return code


def verdict_of(answer: Any) -> str:
    """Return the heading under which a verdict stands."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


# --- what is shown ---------------------------------------------------------------------------


@pytest.mark.trust("T40")
def test_by_number_no_text_of_any_person_is_shown(academy, browsers):
    """Every text column of everybody carries a mark; by number none of them comes along."""
    numbers = db.session.scalars(sa.select(Certificate.number)).all()
    db.session.rollback()
    for number in numbers:
        for answer in (
            browsers("anonymous").get("/controleer", query_string={"number": number}),
            browsers("anonymous").post("/controleer", data={"number": number}),
        ):
            assert answer.status_code == 200
            assert number in answer.text
            assert marks_in(answer) == set()


@pytest.mark.trust("T40")
def test_by_code_only_the_printed_name_is_shown(academy, browsers, certificate):
    answer = browsers("anonymous").get(f"/c/{code_of(academy, certificate)}")

    shown = {academy.world.ledger.marks[one] for one in marks_in(answer)}
    assert {(mark.table, mark.column, mark.cell) for mark in shown} == {
        ("certificate", "printed_name", "A1p1")
    }


@pytest.mark.trust("T40")
@pytest.mark.parametrize("standing", ["revoked", "withdrawn", "replaced"])
def test_after_its_end_no_way_shows_a_name(academy, browsers, certificate, standing):
    db.session.execute(
        sa.update(Certificate)
        .where(Certificate.id == certificate.id)
        .values(standing=standing, standing_since=certificate.issued_on)
    )
    db.session.commit()
    by_code = browsers("anonymous").get(f"/c/{code_of(academy, certificate)}")
    by_number = browsers("anonymous").get(f"/controleer?number={certificate.number}")

    assert marks_in(by_code) == marks_in(by_number) == set()


@pytest.mark.trust("T40", planted=True)
def test_a_name_on_the_page_by_number_is_found(academy, browsers, certificate, monkeypatch):
    def careless(*_args: Any, **_values: Any) -> str:
        return render_template_string(db.session.scalar(sa.select(Certificate.printed_name)))

    monkeypatch.setattr(verify, "render_template", careless)
    answer = browsers("anonymous").get(f"/controleer?number={certificate.number}")
    assert marks_in(answer) != set()


# --- unknown of any kind ---------------------------------------------------------------------


@pytest.mark.trust("T12")
def test_unknown_of_any_kind_answers_alike(academy, browsers):
    client = browsers("anonymous")
    answers = [
        client.get("/c/ZZZZZZZZZZZZZZZZZZZZ"),
        client.get("/c/te-kort"),
        client.post("/controleer", data={"number": "ZZZZ ZZZZ ZZZZ ZZZZ ZZZZ"}),
        client.post("/controleer", data={"number": "SLHZ-B-2026-09999-" + check_of(9999)}),
        client.post("/controleer", data={"number": "zomaar iets"}),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({verdict_of(answer) for answer in answers}) == 1


def check_of(serial: int) -> str:
    return check_digits("B", year=2026, serial=serial)


@pytest.mark.trust("T12")
def test_a_file_we_do_not_know_answers_alike_whatever_it_is(academy, browsers):
    files = (b"geen certificaat", b"", b"%PDF-1.7 kapot", b"%PDF-1.7\n%%EOF", b"PK\x03\x04")
    answers = [
        browsers("anonymous").post(
            "/controleer/bestand", data={"file": (BytesIO(content), "brief.pdf")}
        )
        for content in files
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({verdict_of(answer) for answer in answers}) == 1


def test_a_typing_error_is_told_by_the_digits_alone(academy, browsers, certificate):
    """A wrong check digit answers alike for a number that exists and for one that does not."""
    wrong = certificate.number[:-2] + ("00" if certificate.number[-2:] != "00" else "01")
    answers = [
        browsers("anonymous").get("/controleer", query_string={"number": number})
        for number in (wrong, "SLHZ-B-2026-09999-00")
    ]
    assert len({verdict_of(answer) for answer in answers}) == 1


@pytest.mark.trust("T12")
def test_the_same_answer_for_who_is_signed_in(academy, browsers):
    """Nobody sees more than a stranger: the verdict does not depend on who asks."""
    said = {
        verdict_of(browsers(principal).get("/c/ZZZZZZZZZZZZZZZZZZZZ")) for principal in PRINCIPALS
    }
    assert len(said) == 1


def test_an_open_certificate_is_unknown_before_it_is_made(academy, browsers, certificate):
    number = certificate.number
    db.session.execute(
        sa.update(Certificate).where(Certificate.id == certificate.id).values(state="approved")
    )
    db.session.commit()
    unknown = browsers("anonymous").get("/c/ZZZZZZZZZZZZZZZZZZZZ")
    assert verdict_of(browsers("anonymous").get(f"/controleer?number={number}")) == verdict_of(
        unknown
    )


# --- guessing --------------------------------------------------------------------------------


@pytest.mark.trust("T19")
@pytest.mark.parametrize("way", ["number", "code", "page"])
def test_thirty_a_minute_and_no_more(academy, browsers, way):
    client = browsers("anonymous")
    ask = {
        "number": lambda: client.post("/controleer", data={"number": "SLHZ-B-2026-00001-00"}),
        "code": lambda: client.get("/c/ZZZZZZZZZZZZZZZZZZZZ"),
        "page": lambda: client.get("/controleer?number=ZZZZZZZZZZZZZZZZZZZZ"),
    }[way]

    statuses = [ask().status_code for _time in range(33)]

    assert statuses == [200] * 30 + [429] * 3
    assert client.get("/controleer").status_code == 200  # the empty form is no question


def test_the_limit_holds_for_all_ways_together(academy, browsers):
    client = browsers("anonymous")
    for _time in range(15):
        client.get("/c/ZZZZZZZZZZZZZZZZZZZZ")
        client.post("/controleer", data={"number": "SLHZ-B-2026-00001-00"})
    file = {"file": (BytesIO(b"x"), "brief.pdf")}
    assert client.post("/controleer/bestand", data=file).status_code == 429


def neighbours(code: str, *, count: int) -> set[str]:
    """Return codes that differ in one character from a real one, at most six hundred."""
    chosen = random.Random(code)
    found = {code}
    while len(found) <= min(count, 600):
        at, sign = chosen.randrange(len(code)), chosen.choice(ALPHABET)
        found.add(code[:at] + sign + code[at + 1 :])
    return found - {code}


@pytest.mark.trust("T19")
@pytest.mark.slow
def test_ten_thousand_guesses_and_the_neighbours_of_real_codes_hit_nothing(
    academy, browsers, monkeypatch
):
    monkeypatch.setattr(verify, "count", lambda _way: None)  # the limit has its own test
    chosen = random.Random(19)
    guesses = {"".join(chosen.choices(ALPHABET, k=20)) for _number in range(GUESSES)}
    real = set(academy.world.codes.values())
    beside = set().union(*(neighbours(code, count=NEIGHBOURS // len(real) + 9) for code in real))
    guesses = (guesses | beside) - real
    client = browsers("anonymous")
    unknown = verdict_of(client.get("/c/ZZZZZZZZZZZZZZZZZZZZ"))

    hits = [code for code in guesses if verdict_of(client.get(f"/c/{code}")) != unknown]

    assert len(beside - real) >= NEIGHBOURS
    assert len(guesses) >= GUESSES + NEIGHBOURS
    assert hits == []


@pytest.mark.trust("T19")
def test_a_guess_costs_the_database_as_much_as_a_hit(academy, browsers, certificate):
    """What takes as long tells nothing: the same questions for a real code and a made-up one."""
    asked: list[str] = []

    def listen(_connection, _cursor, statement, *_more):
        asked.append(statement)

    def statements_of(code: str) -> list[str]:
        asked.clear()
        assert browsers("anonymous").get(f"/c/{code}").status_code == 200
        return list(asked)

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        statements_of("ZZZZZZZZZZZZZZZZZZZZ")  # what is only asked once
        guess = statements_of("ZZZZZZZZZZZZZZZZZZZZ")
        hit = statements_of(code_of(academy, certificate))
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    assert guess == hit


@pytest.mark.trust("T19", planted=True)
def test_the_guessing_would_notice_a_hit(academy, browsers, certificate):
    client = browsers("anonymous")
    unknown = verdict_of(client.get("/c/ZZZZZZZZZZZZZZZZZZZZ"))
    assert verdict_of(client.get(f"/c/{code_of(academy, certificate)}")) != unknown


@pytest.mark.trust("T19")
def test_the_code_is_in_no_table(academy, certificate):
    code = code_of(academy, certificate)
    for table in db.metadata.sorted_tables:
        rows = db.session.execute(sa.select(sa.text("*")).select_from(table)).all()
        assert code not in repr(rows), table.name
    db.session.rollback()
