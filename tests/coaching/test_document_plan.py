"""The coaching plan and the letter on paper."""

from __future__ import annotations

import hashlib
from datetime import date

import pypdf
import pytest
import sqlalchemy as sa

from academy.coaching.models import ReadLog
from academy.coaching.rules.masking import BLACK
from academy.coaching.services import sheets
from academy.coaching.services.sheets import NewSheet, NewStep
from academy.kernel.db import db, unit_of_work
from academy.people.models import SignInLetter
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.judges import paper, pdf
from tests.judges.vera import judge

LINE_THROUGH = "\N{EM DASH}" * len(BLACK)
NASTY = '<img src="https://elders.example/x.png"><b>Bel</b> & <script>1</script> {{ 7*7 }}'


def height_of(file, said):
    words = (word for page in paper.pages(file) for word in page.words)
    return next(word.bottom - word.top for word in words if word.text == said)


@pytest.fixture
def table(app):
    return set_the_table()


@pytest.mark.slow
@pytest.mark.pdf
def test_the_plan_is_one_page_with_goal_actions_and_numbers(table, sign_in, tmp_path):
    actions = (an_action(), an_action(NASTY), an_action("Drie"), an_action("Vier"))
    write_entry(table, CANARY, actions=actions)
    file = tmp_path / "plan.pdf"
    answer = sign_in(table.marije).get(f"/begeleiding/{table.plan_id}/plan/pdf")
    file.write_bytes(answer.data)
    for one in judge([file]):
        assert one.passed, (one.flavour, one.broken)
    assert len(pypdf.PdfReader(file).pages) == 1
    said = pdf.text(file)
    for words in (
        "Samira El Haddou",
        "Marije Dijkstra · 06-00000087",
        "Een vaste koffieochtend",
        "Bel de huismeester",
        "vóór 1 december 2026",
        "Dit kan ik goed",
        "Dit wil ik leren",
        "Zo merk je dat het te veel wordt",
        "Handtekening (hoeft niet)",
        "<script>1</script>",
    ):
        assert words in said, words
    assert CANARY not in said
    assert "Vier" not in said
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Samira" not in answer.headers["Content-Disposition"]


@pytest.mark.slow
def test_reading_the_plan_on_paper_is_noted_with_its_hash(table, sign_in):
    answer = sign_in(table.marije).get(f"/begeleiding/{table.plan_id}/plan/pdf")
    read = db.session.scalars(sa.select(ReadLog).where(ReadLog.kind == "pdf")).one()
    assert (read.reader_id, read.sha256) == (
        table.marije.id,
        hashlib.sha256(answer.data).hexdigest(),
    )


@pytest.mark.slow
def test_the_participant_prints_the_own_plan_and_the_region_does_not(table, sign_in):
    browser = sign_in(table.samira)
    assert browser.get("/logboek/plan/pdf").mimetype == "application/pdf"
    assert 'href="/logboek/plan/pdf?groot=1"' in browser.get("/logboek/plan").text
    region = sign_in(table.tineke)
    assert region.get(f"/begeleiding/{table.plan_id}/plan/pdf").status_code == 403
    assert region.get("/logboek/plan/pdf").status_code == 404


@pytest.mark.slow
@pytest.mark.pdf
def test_the_coach_makes_a_letter_with_the_code_large_on_it(table, sign_in, tmp_path):
    browser, address = sign_in(table.marije), f"/begeleiding/{table.plan_id}/brief"
    assert "Brief voor Samira El Haddou" in browser.get(address).text
    file = tmp_path / "letter.pdf"
    answer = browser.post(address, data={"address": "Tulpstraat 12\n1234 AB Waterdam"})
    file.write_bytes(answer.data)
    for one in judge([file]):
        assert one.passed, (one.flavour, one.broken)
    assert len(pypdf.PdfReader(file).pages) == 1
    (scanned,) = pdf.codes(file)
    page, _hash, code = scanned.partition("#")
    assert page.endswith("/binnenkomen/brief")
    assert " ".join(code[at : at + 4] for at in range(0, 16, 4)) in pdf.text(file)
    db.session.rollback()
    assert db.session.scalars(sa.select(SignInLetter.person_id)).one() == table.samira.id


def test_another_coach_finds_no_letter_to_make(table, sign_in):
    browser = sign_in(table.tineke)
    assert browser.get(f"/begeleiding/{table.plan_id}/brief").status_code == 403
    assert browser.post(f"/begeleiding/{table.plan_id}/brief").status_code == 403


def test_an_address_too_long_for_the_window_is_told(table, sign_in):
    answer = sign_in(table.marije).post(
        f"/begeleiding/{table.plan_id}/brief", data={"address": "x" * 41}
    )
    assert answer.status_code == 422
    assert "past niet in het venster" in answer.text


@pytest.mark.slow
@pytest.mark.pdf
def test_the_longest_plan_is_still_one_page(table, sign_in, tmp_path):
    with unit_of_work():
        marije = actor_for(table.marije.id)
        step = NewStep("Een heel lange stap van ons samen " * 4, date(2026, 12, 1), "coordinator")
        text = "Een lange zin over wat er gaat gebeuren. " * 7
        sheet = NewSheet(text, text, text, text, steps=(step, step, step))
        number = sheets.write_sheet(table.plan_id, sheet, by=marije).number
        sheets.agree_sheet(table.plan_id, number, by=marije, on_behalf_of=table.samira.id)
    file = tmp_path / "plan.pdf"
    file.write_bytes(sign_in(table.samira).get("/logboek/plan/pdf").data)
    assert len(pypdf.PdfReader(file).pages) == 1
    large = tmp_path / "large.pdf"
    large.write_bytes(sign_in(table.samira).get("/logboek/plan/pdf?groot=1").data)
    assert all(one.passed for one in judge([large]))
    assert height_of(large, "Contact") == pytest.approx(
        14 / 10.5 * height_of(file, "Contact"), rel=0.02
    )
    for said in (pdf.text(file), pdf.text(large)):
        for words in (
            "Plan 1, afgesproken op 23 november 2026.",
            "Een heel lange stap",
            "Drie stappen",
        ):
            assert words in said


@pytest.mark.slow
@pytest.mark.pdf
def test_what_somebody_marked_is_black_on_the_paper(table, sign_in, tmp_path):
    with unit_of_work():
        marije = actor_for(table.marije.id)
        steps = (NewStep("Bel [[Karin]] over de sleutel", date(2026, 12, 1)),)
        texts = ("Feest met [[Piet]]", "Praten met [[Truus]]", "Nee tegen [[Joop]]", "[[Ruzie]]")
        sheet = NewSheet(*texts, steps=steps)
        sheets.write_sheet(table.plan_id, sheet, by=marije)
    for who, address in (
        (table.samira, "/logboek/plan/pdf"),
        (table.marije, f"/begeleiding/{table.plan_id}/plan/pdf"),
    ):
        file = tmp_path / "plan.pdf"
        file.write_bytes(sign_in(who).get(address).data)
        said = pdf.text(file)
        for name in ("Karin", "Piet", "Truus", "Joop", "Ruzie", "[["):
            assert name not in said
        assert "Feest met" in said
        assert "over de sleutel" in said
        assert said.count(LINE_THROUGH) == 5


@pytest.mark.slow
@pytest.mark.pdf
def test_what_was_agreed_in_talks_is_black_on_the_paper_too(table, sign_in, tmp_path):
    write_entry(table, CANARY, actions=(an_action("Bel [[Karin]] op"),))
    file = tmp_path / "plan.pdf"
    file.write_bytes(sign_in(table.samira).get("/logboek/plan/pdf").data)
    said = pdf.text(file)
    assert "Karin" not in said
    assert LINE_THROUGH in said
