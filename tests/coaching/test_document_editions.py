"""Three editions of the log on paper: the participant's own, a dossier, a handover."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest
import sqlalchemy as sa

from academy.coaching.models import ReadLog
from academy.coaching.queries.plans import find_own_plan
from academy.coaching.services import documents, log, signals
from academy.coaching.services.documents import make_log
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.people.queries.actors import actor_for
from certificates.queries.verification import check_upload
from tests.certificates.ready import make_keys
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.factories import make_person
from tests.judges.vera import judge

EDITIONS = ("participant", "dossier", "handover")
AUDIENCE = "Samira, jaargesprek 12-03-2027"
TEXT = (
    "Fatima van den Berg belde over de binnentuin. We spraken met De Krokus en met haar buurman"
    " Piet (06-12345678). Samira lachte erom. Marije ook."
)
LONG = "We bespraken stap voor stap hoe de groep verder wil met de binnentuin. " * 60
"""Two pages."""
MEDIUM = "De groep komt elke week bij elkaar en dat gaat steeds beter, zegt iedereen. " * 15
"""Less than half a page."""


@pytest.fixture
def table(app):
    make_keys()
    table = set_the_table(certificate_number="SLHZ-B-2026-00042-74")
    with unit_of_work():
        make_person("Fatima", "Amrani")
    with clock.at(clock.local(date(2025, 10, 1), 12)):
        write_entry(table, "Meer dan een jaar geleden.", happened_on=date(2025, 10, 1))
    for month in range(2, 11):
        write_entry(
            table, f"Maand {month}.", happened_on=date(2026, month, 3), energy=month % 5 + 1
        )
    write_entry(table, LONG, kind="visit", happened_on=date(2026, 6, 20), minutes=120)
    for day in (5, 12, 19):
        write_entry(table, MEDIUM, happened_on=date(2026, 7, day), energy=None)
    entry_id = write_entry(
        table, TEXT, went_well=CANARY, actions=(an_action("Bel Piet"), an_action("Vraag Ank"))
    )
    with unit_of_work():
        samira, marije = actor_for(table.samira.id), actor_for(table.marije.id)
        log.add_own_words(entry_id, "Ik was niet boos op Jan, ik was moe.", by=samira)
        correction = log.Contact("phone", date(2026, 11, 23), discussed="Het waren er elf.")
        log.correct(entry_id, correction, by=marije)
        signals.raise_signal(
            table.plan_id, "conflict", by=marije, severity="low", note="Een signaalzin."
        )
    return table


def made(table, edition: str) -> bytes:
    plan = find_own_plan(table.samira.id)
    by = actor_for(table.marije.id)
    return make_log(plan, by=by, audience=AUDIENCE, edition=edition).pdf


def pages_of(pdf: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


@pytest.mark.slow
@pytest.mark.pdf
def test_each_edition_is_accessible_sealed_and_no_certificate(table, tmp_path):
    files = {}
    for edition in EDITIONS:
        files[edition] = tmp_path / f"{edition}.pdf"
        files[edition].write_bytes(made(table, edition))
    for one in judge(files.values()):
        assert one.passed, (one.file.name, one.flavour, one.broken)
    for file in files.values():
        assert len(pypdf.PdfReader(file).trailer["/Root"]["/AcroForm"]["/Fields"]) == 1
        assert check_upload(file.read_bytes()).finding.verdict == "unknown"


@pytest.mark.slow
def test_the_participants_edition_is_about_you(table):
    pages = pages_of(made(table, "participant"))
    said = " ".join(pages)
    for words in (
        f"Voor: {AUDIENCE}",
        "Dit is jouw logboek.",
        "Hoeveel energie had je?",
        "Meer dan een jaar geleden.",
        "Fatima van den Berg",
        "Het waren er elf.",
        "Klopt er iets niet? Zeg het. Jij mag dit altijd lezen, verbeteren en laten verwijderen.",
    ):
        assert words in said, words
    assert "signaal" not in said.lower()
    assert "Opgeschreven door" not in said


@pytest.mark.slow
def test_every_page_says_for_whom_and_when(table):
    for edition in EDITIONS:
        for page in pages_of(made(table, edition)):
            assert f"{AUDIENCE} · 23 november 2026" in page, "the watermark"
            assert f"gemaakt op 23 november 2026 door Marije Dijkstra · voor {AUDIENCE}" in page


@pytest.mark.slow
def test_the_dossier_says_who_wrote_and_who_read(table, sign_in):
    sign_in(table.samira).get("/logboek")
    said = " ".join(pages_of(made(table, "dossier")))
    for words in (
        "Dossier. Het zegel laat zien of er later iets is veranderd.",
        "SLHZ-B-2026-00042-74",
        "Opgeschreven door Marije Dijkstra op 23 november 2026. Samira las het.",
        "Hoeveel energie had Samira?",
        "Wie las dit logboek?",
        "Samira El Haddou 23 november 2026",
        "Samira mag dit altijd lezen",
    ):
        assert words in said, words
    assert "Een signaalzin" not in said


@pytest.mark.slow
def test_the_handover_is_of_twelve_months_and_names_no_others(table):
    said = " ".join(pages_of(made(table, "handover")))
    for words in (
        "Namen van anderen zijn weggehaald.",
        "[naam] belde over de binnentuin.",
        "We spraken met [naam] en met haar buurman [naam] ([nummer]).",
        "Samira lachte erom. Marije ook.",
        "Ik was niet boos op [naam], ik was moe.",
        "Bel [naam]",
        "Maand 3.",
        CANARY,
    ):
        assert words in said, words
    for gone in (
        "Fatima",
        "Berg",
        "Piet",
        "Ank",
        "Jan",
        "06-12345678",
        "Meer dan een jaar geleden",
    ):
        assert gone not in said, gone


@pytest.mark.slow
def test_each_making_is_noted_with_edition_and_hash(table):
    db.session.execute(sa.delete(ReadLog))
    db.session.commit()
    for edition in EDITIONS:
        made(table, edition)
    rows = db.session.execute(
        sa.select(ReadLog.kind, ReadLog.edition, ReadLog.sha256).order_by(ReadLog.id)
    ).all()
    assert [(kind, edition) for kind, edition, _sha in rows] == [("pdf", one) for one in EDITIONS]
    assert all(len(sha256) == 64 for _kind, _edition, sha256 in rows)


@pytest.mark.slow
def test_a_talk_of_less_than_half_a_page_is_not_split_and_a_long_one_says_so(table):
    pages = pages_of(made(table, "participant"))
    for talk in ("Zondag 5 juli 2026", "Zondag 12 juli 2026", "Zondag 19 juli 2026"):
        (page,) = [page for page in pages if f"{talk} · telefoon" in page]
        assert "zegt iedereen" in page.partition(f"{talk} · telefoon")[2], talk
    assert [page.count("zegt iedereen") % 15 for page in pages] == [0] * len(pages)
    going_on = [page for page in pages if "Vervolg van 20 juni 2026" in page]
    assert len(going_on) >= 1
    assert all("binnentuin" in page for page in going_on)


def test_what_would_harm_another_is_black_in_every_edition(app, monkeypatch):
    table = set_the_table(goal="Rust. [[Schulden van haar zus.]]")
    entry_id = write_entry(
        table,
        "We belden. [[Haar broer drinkt.]] Rik Bos kwam.",
        went_well="[[Geheim een.]]",
        is_hard="[[Geheim twee.]]",
        actions=(an_action("Bel. [[Geheim drie.]]"),),
    )
    with unit_of_work():
        samira, marije = actor_for(table.samira.id), actor_for(table.marije.id)
        log.add_own_words(entry_id, "Ja. [[Geheim vier.]]", by=samira)
        correction = log.Contact("phone", date(2026, 11, 23), discussed="Nee. [[Geheim vijf.]]")
        log.correct(entry_id, correction, by=marije)
    printed = []

    def keep(values, **_rest):
        printed.append(repr(values))
        raise DocumentNotMadeError("genoeg")

    monkeypatch.setattr(documents, "lay_out", keep)
    for edition in EDITIONS:
        with pytest.raises(DocumentNotMadeError):
            made(table, edition)
    plan = find_own_plan(table.samira.id)
    with pytest.raises(DocumentNotMadeError):
        make_log(plan, by=samira, audience="Samira", names={"Rik Bos"})
    for said in printed:
        assert "We belden. █████" in said
        for gone in ("Geheim", "drinkt", "Schulden"):
            assert gone not in said, gone
    assert "Rik Bos" in printed[0]
    assert "█████ kwam." in printed[3]


def test_a_corrected_figure_is_printed_in_every_edition(app, monkeypatch):
    table = set_the_table()
    write_entry(table, energy=3, happened_on=date(2026, 11, 1))
    entry_id = write_entry(table, energy=1, happened_on=date(2026, 11, 10))
    better = log.Contact("visit", date(2026, 11, 9), 40, "Het was anders.", energy=5)
    with unit_of_work():
        log.correct(entry_id, better, by=actor_for(table.marije.id))
    printed = []

    def keep(values, *, energy, **_rest):
        printed.append((values, energy))
        raise DocumentNotMadeError("genoeg")

    monkeypatch.setattr(documents, "lay_out", keep)
    for edition in EDITIONS:
        with pytest.raises(DocumentNotMadeError):
            made(table, edition)
    changed = (
        "Dit was op 9 november 2026. Zo spraken jullie elkaar: bezoek. Minuten: 40. Energie: 5."
    )
    for values, energy in printed:
        assert [figure for _label, figure in energy] == [3, 5]
        assert values["talks"][0]["added"][0][1].startswith(f"{changed} Het was anders.")
