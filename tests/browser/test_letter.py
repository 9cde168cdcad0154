"""Coming in with a letter in Chromium: typed and scanned, on the smallest screen, with axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import (
    PHONE,
    axe_violations,
    chromium,
    sideways_overflow,
    small_targets,
    small_text,
)
from tests.browser.live import Live, serving
from tests.browser.walk import COOKIE, mailboxes, sign_in
from tests.judges import pdf

pytestmark = pytest.mark.browser

CODE = re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(demo_academy, tmp_path_factory.mktemp("letter") / "academy") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def phone(academy: Live, browser: Browser, mailbox: str = "", *, scripts: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": PHONE, "height": 780}, bypass_csp=True, java_script_enabled=scripts
    )
    if mailbox:
        token = sign_in(academy.folder, mailbox)
        context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    return context.new_page()


def check(page: Page) -> None:
    assert axe_violations(page) == [], page.url
    assert sideways_overflow(page) == 0, page.url
    assert small_targets(page) == [], page.url
    assert small_text(page) == [], page.url


@pytest.fixture(scope="module")
def trainer(academy, browser):
    return phone(academy, browser, mailboxes(academy.folder)["trainer"])


@pytest.fixture
def letter(academy, trainer, tmp_path) -> Path:
    """Let a trainer make a letter for somebody, by the pages."""
    trainer.goto(f"{academy.url}/groepen")
    trainer.locator("main .line-title").first.click()
    trainer.locator("main .line-title[href^='/deelname/']").first.click()
    trainer.get_by_role("link", name="Print een brief").click()
    check(trainer)
    with trainer.expect_download() as found:
        trainer.get_by_role("button", name="Maak de brief").click()
    file = tmp_path / found.value.suggested_filename
    found.value.save_as(file)
    assert file.name == "brief.pdf"
    return file


def test_a_typed_code_opens_the_door_without_scripts(academy, browser, letter):
    code = CODE.findall(pdf.text(letter))[0]
    page = phone(academy, browser, scripts=False)
    page.goto(f"{academy.url}/binnenkomen")
    page.get_by_role("link", name="Ik heb een brief").click()
    page.get_by_label("De code uit je brief").fill(code)
    page.get_by_role("button", name="Kom binnen").click()
    page.wait_for_url(f"{academy.url}/vandaag")


def test_a_scanned_code_fills_itself_in_and_leaves_the_address(academy, browser, letter):
    (scanned,) = pdf.codes(letter)
    page = phone(academy, browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    code = scanned.partition("#")[2]
    page.goto(f"{academy.url}/binnenkomen/brief#{code}")
    field = page.get_by_label("De code uit je brief")
    expect(field).to_have_value(" ".join(code[at : at + 4] for at in range(0, 16, 4)))
    assert code not in page.url
    assert not [url for url in asked if code in url.partition("#")[0]]
    check(page)
    page.get_by_role("button", name="Kom binnen").click()
    page.wait_for_url(f"{academy.url}/vandaag")
    check(page)


def test_a_wrong_code_is_told_at_the_field(academy, browser):
    page = phone(academy, browser)
    page.goto(f"{academy.url}/binnenkomen/brief")
    check(page)
    page.get_by_label("De code uit je brief").fill("1234 5678 9012 3456")
    page.get_by_role("button", name="Kom binnen").click()
    expect(page.get_by_text("Deze code klopt niet").first).to_be_visible()
    check(page)


def test_the_page_with_papers_on_a_phone(academy, trainer):
    trainer.goto(f"{academy.url}/groepen")
    trainer.locator("main .line-title").first.click()
    trainer.get_by_role("link", name="Print papier").click()
    check(trainer)
    with trainer.expect_download() as found:
        trainer.get_by_role("link", name="Print: Presentielijst").click()
    assert found.value.suggested_filename == "presentielijst.pdf"
    trainer.get_by_role("link", name="Bekijk de werkvormen").click()
    check(trainer)
    with trainer.expect_download() as found:
        trainer.get_by_role("link", name="De krachtenkaart").click()
    assert found.value.suggested_filename == "werkvorm.pdf"
