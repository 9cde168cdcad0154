"""The coaching log on paper."""

from __future__ import annotations

import hashlib
import io
from datetime import date

import pypdf
import pytest
import sqlalchemy as sa

from academy.coaching.cli import coaching
from academy.coaching.models import ReadLog
from academy.coaching.services import log, signals
from academy.kernel.db import db, unit_of_work
from academy.people.models import SignIn
from academy.people.queries.actors import actor_for
from tests.certificates.ready import make_keys
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.judges.vera import judge

LONG = "We bespraken stap voor stap hoe de groep verder wil met de binnentuin. " * 105


@pytest.fixture
def table(app):
    make_keys()
    return set_the_table()


def fill(table):
    for month in range(2, 11):
        energy = month % 5 + 1
        write_entry(table, f"Maand {month}.", happened_on=date(2026, month, 3), energy=energy)
    entry_id = write_entry(table, CANARY, actions=(an_action(), an_action("Schrijf de buren")))
    write_entry(table, LONG, kind="visit", happened_on=date(2026, 6, 20), minutes=120)
    odd = "Wij lachten 😀 en 谢谢 en e\u0301 <b>&amp;\n\nsalaam سلام"
    write_entry(table, odd, happened_on=date(2026, 6, 21), energy=None, minutes=None)
    with unit_of_work():
        samira, marije = actor_for(table.samira.id), actor_for(table.marije.id)
        log.add_own_words(entry_id, "Ik was niet boos, ik was moe.", by=samira)
        correction = log.Contact("phone", date(2026, 11, 23), discussed="Het waren er elf.")
        log.correct(entry_id, correction, by=marije)
        signals.raise_signal(
            table.plan_id, "conflict", by=marije, severity="low", note="Een signaalzin."
        )


def text_of(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.slow
def test_the_log_says_everything_but_signals_and_names_for_whom_and_when(table, sign_in):
    fill(table)
    answer = sign_in(table.samira).get("/logboek/pdf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert "Samira" not in answer.headers["Content-Disposition"]
    said = text_of(answer.data)
    for words in (
        "VERTROUWELIJK",
        "Voor: Samira, om te bewaren",
        "gemaakt op 23 november 2026 door Samira El Haddou",
        CANARY,
        "Het waren er elf.",
        "Woorden van Samira, 23 november 2026:",
        "Ik was niet boos, ik was moe.",
        "Schrijf de buren",
        "Vervolg van 20 juni 2026",
        "<b>&amp;",
    ):
        assert words in said, words
    assert "signaal" not in said.lower()
    assert "Tineke" not in said
    read = db.session.scalars(sa.select(ReadLog).where(ReadLog.kind == "pdf")).one()
    assert read.sha256 == hashlib.sha256(answer.data).hexdigest()
    assert read.reader_id == table.samira.id


@pytest.mark.slow
def test_the_coach_makes_it_for_oneself(table, sign_in):
    write_entry(table)
    said = text_of(sign_in(table.marije).get(f"/begeleiding/{table.plan_id}/pdf").data)
    assert "Voor: Marije Dijkstra, begeleider" in said


@pytest.mark.slow
@pytest.mark.pdf
def test_the_log_is_pdf_a_and_pdf_ua_and_no_certificate(table, sign_in, tmp_path):
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(sign_in(table.samira).get("/logboek/pdf").data)
    fill(table)
    full = tmp_path / "full.pdf"
    full.write_bytes(sign_in(table.samira).get("/logboek/pdf").data)
    for one in judge([empty, full]):
        assert one.passed, (one.file.name, one.flavour, one.broken)
    signature = pypdf.PdfReader(full).trailer["/Root"]["/AcroForm"]["/Fields"]
    assert len(signature) == 1


@pytest.mark.slow
def test_the_command_writes_the_log_and_the_participant_sees_it(table, sign_in, app, tmp_path):
    write_entry(table)
    out = tmp_path / "log.pdf"
    runner = app.test_cli_runner()
    done = runner.invoke(coaching, ["log", "--person", str(table.samira.id), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert hashlib.sha256(out.read_bytes()).hexdigest() in done.output
    page = sign_in(table.samira).get("/logboek").get_data(as_text=True)
    assert "Iemand van de academie" in page
    unknown = runner.invoke(coaching, ["log", "--person", "P999", "--out", str(out)])
    assert unknown.exit_code == 1


def test_taking_it_along_asks_to_show_again_who_you_are(table, sign_in):
    client = sign_in(table.marije)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    answer = client.get(f"/begeleiding/{table.plan_id}/pdf")
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/bevestig")
    assert client.get(f"/begeleiding/{table.plan_id}").status_code == 200
