"""Every page of every role, found by following links from Vandaag: it answers, axe finds nothing
by day and in the evening, and a phone shows it large enough and never scrolls sideways.

Pages with the same elements and classes look alike: of those two are opened, and axe looks at one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import (
    PHONE,
    axe_violations,
    chromium,
    sideways_overflow,
    small_targets,
    small_text,
)
from tests.browser.live import Live, serving
from tests.browser.walk import ALIKE, COOKIE, NOBODY, ROLES, Visit, mailboxes, sign_in, walk

pytestmark = pytest.mark.browser

EVERYBODY = [NOBODY, *ROLES.values()]
CONTRAST = ["color-contrast"]
"""In the evening only colours differ."""
Opener = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(demo_academy, tmp_path_factory.mktemp("every-page") / "academy") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def opened() -> Counter[str]:
    """How many pages of each shape were opened."""
    return Counter()


@pytest.fixture(scope="module")
def opens(academy: Live, browser: Browser) -> Iterator[Opener]:
    """Open a phone in which somebody with a role is signed in."""
    opened = []

    def open_for(role: str, **options: Any) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": PHONE, "height": 780}, bypass_csp=True, **options
        )
        opened.append(context)
        if token := token_of(academy, role):
            context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
        return context

    yield open_for
    for context in opened:
        context.close()


def token_of(academy: Live, role: str) -> str | None:
    return None if role == NOBODY else sign_in(academy.folder, mailboxes(academy.folder)[role])


def visits(academy: Live, role: str) -> list[Visit]:
    start = "/" if role == NOBODY else "/vandaag"
    return list(walk(academy.url, token=token_of(academy, role), start=start))


def faults(page: Page, *, with_axe: bool) -> list[str]:
    """Return what is wrong with the opened page on a phone."""
    found = [f"small target: {one}" for one in small_targets(page)]
    found += [f"small text: {one}" for one in small_text(page)]
    if wide := sideways_overflow(page):
        found.append(f"scrolls {wide} pixels sideways")
    if with_axe:
        found += [f"by day: {one}" for one in axe_violations(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"in the evening: {one}" for one in axe_violations(page, rules=CONTRAST)]
        page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_page_is_sound(academy: Live, opens: Opener, opened: Counter[str], role: str) -> None:
    found = visits(academy, role)
    broken = [f"{one.status} {one.path} (from {one.found_on})" for one in found if one.status > 399]
    page = opens(role).new_page()
    for visit in found:
        if visit.shape and visit.status == 200 and opened[visit.shape] < ALIKE:
            page.goto(academy.url + visit.path)
            seen = faults(page, with_axe=not opened[visit.shape])
            broken += [f"{visit.path}: {fault}" for fault in seen]
            opened[visit.shape] += 1
    assert broken == []


def test_a_page_that_is_not_there_is_sound_too(academy: Live, opens: Opener) -> None:
    page = opens(NOBODY).new_page()
    answer = page.goto(f"{academy.url}/is-er-niet")
    assert answer is not None
    assert answer.status == 404
    assert faults(page, with_axe=True) == []


def test_without_script_a_trainer_marks_everybody_and_one_exception(
    academy: Live, opens: Opener
) -> None:
    page = opens("trainer", java_script_enabled=False).new_page()
    page.goto(f"{academy.url}/vandaag")
    page.get_by_role("link", name="Vul de presentie in").first.click()
    absent = page.locator("input[value=absent]:not(:checked)").last
    name = absent.get_attribute("name")
    page.get_by_role("button", name="Zet iedereen op aanwezig").click()
    page.get_by_text("Nog niet opgeslagen.").wait_for()
    page.locator(f"input[name={name}][value=absent]").check()
    page.get_by_role("button", name="Sla op").click()
    page.get_by_text(re.compile("^Opgeslagen")).wait_for()
    assert page.locator(f"input[name={name}]:checked").get_attribute("value") == "absent"
    people = page.locator("main fieldset").count()
    assert page.locator("main input[type=radio]:checked").count() == people


def test_without_script_a_visitor_writes_to_us(academy: Live, opens: Opener) -> None:
    page = opens(NOBODY, java_script_enabled=False).new_page()
    page.goto(f"{academy.url}/contact")
    page.get_by_label("Telefoon of e-mail").fill("buur@voorbeeld.example")
    page.get_by_label("Wat wil je vertellen?").fill("Ik wil meedoen.")
    page.get_by_role("button", name="Verstuur je bericht").click()
    assert page.url == f"{academy.url}/contact/bedankt"
