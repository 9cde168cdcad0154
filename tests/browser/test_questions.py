"""Questions, self-scan and promise in Chromium: by keyboard alone, with axe on every state."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
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
from tests.browser.walk import COOKIE, sign_in

pytestmark = pytest.mark.browser

RIGHT = ["Luisteren", "Opschrijven", "Laten checken door de verteller", "Delen met toestemming"]


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(demo_academy, tmp_path_factory.mktemp("questions") / "academy") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def somebody(
    academy: Live, cohort: str, *, without: str = "0 = 1", number: int = 0
) -> tuple[int, str]:
    """Return the enrolment and mailbox of an active participant for whom `without` is not so.

    Tests run in any order: each takes a `number` of its own.
    """
    query = f"""
        select enrolment.id, account.mailbox from enrolment
        join cohort on cohort.id = enrolment.cohort_id
        join account on account.person_id = enrolment.person_id
        where cohort.source_id = ? and enrolment.state = 'active' and account.mailbox is not null
        and not ({without}) order by enrolment.id limit 1 offset {number}"""
    with closing(sqlite3.connect(academy.folder / "academy.sqlite", timeout=30)) as database:
        enrolment_id, mailbox = database.execute(query, (cohort,)).fetchone()
    return enrolment_id, mailbox


def phone(academy: Live, browser: Browser, mailbox: str, *, scripts: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": PHONE, "height": 780}, bypass_csp=True, java_script_enabled=scripts
    )
    token = sign_in(academy.folder, mailbox)
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    return context.new_page()


def check(page: Page) -> None:
    """Look at the opened page on a phone."""
    assert axe_violations(page) == [], page.url
    assert sideways_overflow(page) == 0, page.url
    assert small_targets(page) == [], page.url
    assert small_text(page) == [], page.url


def by_keyboard(page: Page, selector: str) -> None:
    """Walk with Tab until an element that matches has the focus."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    shown = page.locator("body").inner_text()
    raise AssertionError(f"no way to {selector} by keyboard on {page.url}, which says: {shown}")


def places(page: Page) -> dict[str, str]:
    """Return the place of each item, as the page shows it."""
    found = page.locator(".places .field").all()
    return {one.locator("label").inner_text(): one.locator("select").input_value() for one in found}


def test_a_whole_quiz_by_keyboard_alone(academy, browser):
    enrolment_id, mailbox = somebody(academy, "C07")
    page = phone(academy, browser, mailbox)
    quiz = f"{academy.url}/leergang/{enrolment_id}/vragen/2"
    page.goto(quiz)
    check(page)
    by_keyboard(page, "main form button")
    page.keyboard.press("Enter")
    for step in range(1, 7):
        page.wait_for_url(f"{quiz}/{step}")
        expect(page.locator("main form .bottom-bar")).to_be_visible()
        check(page)
        _answer(page)
        by_keyboard(page, ".bottom-bar button")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_be_visible()
        check(page)
        if step == 4:
            assert page.get_by_text("Goed!").is_visible()
        by_keyboard(page, "main .btn-primary")
        page.keyboard.press("Enter")
    page.wait_for_url(quiz)
    check(page)
    assert re.search(r"Je haalde \d+ procent", page.locator("main").inner_text())
    page.context.close()


def _answer(page: Page) -> None:
    if page.locator(".places").count():
        _put_in_order(page)
    elif page.locator("main textarea").count():
        by_keyboard(page, "main textarea")
        page.keyboard.type("Moeders noemen het park de enige plek.")
    else:
        by_keyboard(page, "main form input:not([type=hidden])")
        page.keyboard.press("Space")


def _put_in_order(page: Page) -> None:
    """Give every item its place with Tab and a digit."""
    assert list(places(page)) != RIGHT
    for item in list(places(page)):
        by_keyboard(page, ".places select")
        page.keyboard.press(str(RIGHT.index(item) + 1))
    assert sorted(places(page), key=lambda one: places(page)[one]) == RIGHT


def test_without_scripts_a_place_taken_twice_is_said_and_kept(academy, browser):
    enrolment_id, mailbox = somebody(academy, "C07", number=1)
    page = phone(academy, browser, mailbox, scripts=False)
    quiz = f"{academy.url}/leergang/{enrolment_id}/vragen/2"
    page.goto(quiz)
    page.locator("main form button").click()
    page.goto(f"{quiz}/4")
    for number in range(1, 5):
        page.locator(f"#place-{number}").select_option("2")
    page.get_by_role("button", name="Kijk of het goed is").click()
    assert "Plaats 2 is al bezet." in page.locator("main").inner_text()
    assert list(places(page).values()) == ["2"] * 4
    for item, number in {item: RIGHT.index(item) + 1 for item in places(page)}.items():
        page.get_by_label(item).select_option(str(number))
    page.get_by_role("button", name="Kijk of het goed is").click()
    assert page.get_by_text("Goed!").is_visible()
    page.context.close()


def test_the_self_scan_and_its_picture(academy, browser):
    filled_in = """exists (select 1 from self_scan_completion
        where enrolment_id = enrolment.id and moment = 'after_gov_06')"""
    enrolment_id, mailbox = somebody(academy, "C08", without=filled_in)
    page = phone(academy, browser, mailbox)
    page.goto(f"{academy.url}/leergang/{enrolment_id}/zelfscan")
    assert page.locator(".scan-table tbody tr").count() == 6
    check(page)
    page.get_by_role("link", name="Vul in").click()
    check(page)
    page.get_by_role("button", name="Lever de zelfscan in").click()
    check(page)
    for group in page.locator("fieldset").all():
        group.locator("input").nth(2).check(force=True)
    page.get_by_role("button", name="Lever de zelfscan in").click()
    page.wait_for_url("**/zelfscan")
    check(page)
    page.context.close()


def test_a_promise_counts_what_is_left(academy, browser):
    enrolment_id, mailbox = somebody(academy, "C08")
    page = phone(academy, browser, mailbox)
    page.goto(f"{academy.url}/leergang/{enrolment_id}/belofte")
    check(page)
    page.locator("main textarea").fill("Ik bel terug.")
    expect(page.locator("[data-count-status]")).to_have_text("Je hebt nog 247 tekens.")
    page.locator("main textarea").fill("x" * 263)
    expect(page.locator("[data-count-status]")).to_have_text("Het zijn 3 tekens te veel.")
    page.get_by_role("button", name="Sla je belofte op").click()
    check(page)
    page.context.close()
