"""Every paper of the house prints what people typed as text: nothing fetched, nothing hidden (T06).

Each maker gets each snippet in every one of its fields. The papers are rendered here and not in
the child, which has tests of its own.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from academy.coaching.adapters import plan_paper, printed, thanks_card
from academy.community.adapters.season_letter import PrintedMeetUp, season_letter
from academy.community.queries.stories import StoryRow
from academy.kernel import clock, documents
from academy.kernel.documents import DocumentError
from academy.kernel.pdf import paper
from academy.kernel.pdf.paper import DocumentNotMadeError, Sheet
from academy.kernel.pdf.render import render_document
from academy.people.adapters import letter
from certificates.adapters.cover import Reprint, reprint_cover
from certificates.adapters.cover.ceremony import Guest, ceremony_list
from certificates.adapters.extract import register_extract
from certificates.rules.extract import ExtractRow
from courses.adapters.paper import cards, letters, sheets
from courses.adapters.paper.letters import Addressee
from courses.queries.paper import (
    BadgeName,
    Contact,
    Method,
    Name,
    PaperCohort,
    PaperSession,
    Trainer,
)
from tests.judges import paper as judge
from tests.kernel.test_pdf_hostile import Server, aimed, faults_of
from tests.trust.payloads import PAPER
from tests.trust.sizes import size

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once,
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CHOSEN = PAPER[:: size(1, otherwise=8)]
START = clock.local(date(2026, 12, 1), 19)


def cohort_of(text: str) -> PaperCohort:
    trainers = (Trainer(text, text), Trainer(text, text))
    return PaperCohort(7, text, text, text, "residents", text, trainers)


def session_of(text: str) -> PaperSession:
    return PaperSession(9, 1, text, START, START + timedelta(hours=2), text, "planned")


def attendance(text: str) -> bytes:
    names = (Name(1, text, text),)
    return sheets.attendance_sheet(cohort_of(text), session_of(text), names, of=8, made_by=text)


def own_sheet(text: str) -> bytes:
    person = Contact(text, text, text, "email", text, photo=False, phone_list=True)
    return sheets.own_sheet(cohort_of(text), session_of(text), (person,), of=8, made_by=text)


def overview(text: str) -> bytes:
    names = (Name(1, text, text),)
    marks = {1: {9: "present"}}
    return sheets.overview(cohort_of(text), (session_of(text),), names, marks, made_by=text)


def invitation(text: str) -> bytes:
    people = [Addressee(text, text, (text, text, text))]
    return letters.invitation(cohort_of(text), session_of(text), people, of=8, made_by=text)


def phone_card(text: str) -> bytes:
    return cards.phone_card(cohort_of(text), made_by=text)


def badges(text: str) -> bytes:
    names = [BadgeName(text, text, photo=False)]
    return cards.badges(cohort_of(text), names, made_by=text)


def method(text: str) -> bytes:
    card = Method(
        text, text, (text,), 4, 12, 20, text, without_reading=True, materials=(text,),
        steps=(text, text), tip=text, origin=text,
    )  # fmt: skip
    return cards.method_cards([card], title=text, made_by=text)


def conduct(text: str) -> bytes:
    return cards.code_of_conduct(made_by=text)


def plan(text: str) -> bytes:
    printed_plan = plan_paper.PrintedPlan(
        goal=text,
        strengths=text,
        learning=text,
        overload=text,
        steps=((text, text, text),),
        said=text,
    )
    return plan_paper.plan_paper(
        printed_plan,
        facts=[(text, text)],
        own_name=text,
        coach_name=text,
        made_by=text,
    )


def sign_in_letter(text: str) -> bytes:
    return letter.print_letter(
        name=text,
        call_name=text,
        code="ABCDEFGHJKMN",
        valid_to=START,
        made_by=text,
        address=(text, text, text),
    )


def thanks(text: str) -> bytes:
    return thanks_card.thanks_card(name=text, since=text, until=text, made_by=text)


def reprint(text: str) -> bytes:
    made = Reprint(number=text, title=text, issued_on=text, reprinted_at=START)
    return reprint_cover(made, verify_url=text, made_by=text)


def extract(text: str) -> bytes:
    row = ExtractRow(1, 1, text, text, text, date(2026, 11, 23), None, "valid")
    return register_extract([row], first=date(2026, 1, 1), last=date(2026, 12, 31), made_by=text)


def ceremony(text: str) -> bytes:
    return ceremony_list([Guest(text, text, text, done=False)], made_by=text)


def season(text: str) -> bytes:
    return season_letter(
        season=text,
        meetups=[PrintedMeetUp(text, START.date(), text, text)],
        story=StoryRow(1, text, text, text, "people", 3, START.date()),
        method=Method(text, text, (text,), 2, 4, 30, text, True, (text,), (text,), text, text),
        made_by=text,
    )


PAPERS: dict[str, Callable[[str], bytes]] = {
    "attendance": attendance,
    "own_sheet": own_sheet,
    "overview": overview,
    "invitation": invitation,
    "phone_card": phone_card,
    "badges": badges,
    "method": method,
    "conduct": conduct,
    "plan": plan,
    "letter": sign_in_letter,
    "thanks": thanks,
    "reprint": reprint,
    "ceremony": ceremony,
    "extract": extract,
    "season": season,
}
"""By the name of its sheet."""


def sheets_of_the_house() -> Iterator[Sheet]:
    """Yield every kind of paper that a loaded module declares."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("academy.", "courses.", "certificates.")):
            yield from (one for one in vars(module).values() if isinstance(one, Sheet))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("secret") / "canary.txt"
    file.write_bytes(b"qxz-canary-of-a-file")
    return file


@pytest.fixture
def here(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Render in this process."""

    def call(function: str, **words: Any) -> bytes:
        assert function == "academy.kernel.pdf.render:render_document"
        try:
            return render_document(**words)
        except FatalURLFetchingError as error:
            raise DocumentError(str(error), sentence_en="", kind="Fetched") from error

    monkeypatch.setattr(documents, "call", call)


def letters_of(text: str) -> str:
    """Return the letters and digits only: lines break where the paper breaks them."""
    return "".join(sign for sign in text if sign.isalnum())


def said(pdf: bytes) -> str:
    return letters_of("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_every_sheet_of_the_house_is_here(app):
    assert {one.name for one in sheets_of_the_house()} == set(PAPERS)


@pytest.mark.trust("T06")
@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.usefixtures("here")
def test_a_snippet_in_every_field_is_printed_as_text(server, secret, name):
    server.asked.clear()
    for snippet in CHOSEN:
        text = aimed(snippet, server, secret)
        pdf = PAPERS[name](text)
        assert server.asked == [], snippet
        assert faults_of(pdf) == [], snippet
        assert letters_of(text) in said(pdf), snippet


CONTRAST = 7
"""Source: domain page, section 6."""


def pale(file: Path) -> list[str]:
    """Return the words of a paper's first page that a black-and-white printer makes too light."""
    page = judge.pages(file)[0]
    words = [one for one in page.words if sum(map(str.isalpha, one.text)) > 2]
    assert words
    greys = judge.darkest_each(file, page, words)
    found = zip(words, greys, strict=True)
    return [one.text for one, grey in found if judge.contrast_on_white(grey) < CONTRAST]


@pytest.mark.pdf
@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.usefixtures("here")
def test_every_word_is_dark_enough_on_a_black_and_white_printer(tmp_path, name):
    file = tmp_path / "paper.pdf"
    file.write_bytes(PAPERS[name]("Bloemen"))
    assert pale(file) == []


@pytest.mark.pdf
@pytest.mark.usefixtures("here")
def test_a_word_too_light_for_a_black_and_white_printer_is_found(tmp_path, monkeypatch):
    dark = paper._css(cards.CONDUCT.folder, cards.CONDUCT.name)
    monkeypatch.setattr(paper, "_css", lambda *_: f"{dark} li b{{color:#767676}}")
    file = tmp_path / "paper.pdf"
    file.write_bytes(conduct("Bloemen"))
    assert {"Iedereen", "luisteren."} <= set(pale(file))


LOG = Path(printed.__file__).with_name("log_page")


@pytest.mark.trust("T06")
@pytest.mark.usefixtures("here")
def test_a_snippet_beside_the_figures_of_a_log_is_drawn_as_text(server, secret):
    for snippet in CHOSEN:
        text = aimed(snippet, server, secret)
        drawn = printed.energy_svg([(text, 3)]).decode()
        assert "<img" not in drawn
        assert drawn.count("<text") == 2
    assert server.asked == []


@pytest.mark.trust("T06", planted=True)
@pytest.mark.usefixtures("here")
def test_a_paper_that_trusts_a_field_is_found(server, secret, monkeypatch):
    """Without escaping, a snippet becomes markup: it is gone from the text, or stops the paper."""
    paper._environment.cache_clear()
    environment = paper._environment(plan_paper.PLAN.folder)
    monkeypatch.setattr(environment, "autoescape", False)
    environment.cache.clear()
    found = 0
    try:
        for snippet in PAPER:
            text = aimed(snippet, server, secret)
            try:
                found += letters_of(text) not in said(plan(text))
            except DocumentNotMadeError:
                found += 1
    finally:
        paper._environment.cache_clear()
    assert found == len(PAPER)
    assert server.asked == []
