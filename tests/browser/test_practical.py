"""A practical from planning to the outcome, on phones, with axe on every state."""

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

FIRST, SECOND, OTHER = "Ronald Kartosen", "Samira El Haddou", "Ljibbe fan der Wâl"
MAILBOX = {
    FIRST: "ronald.kartosen@slhz.example",
    SECOND: "samira.elhaddou@voorbeeld.example",
    OTHER: "ljibbe.fanderwal@voorbeeld.example",
}


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(demo_academy, tmp_path_factory.mktemp("practical") / "academy") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def asked(academy: Live, query: str) -> tuple[int, str]:
    with closing(sqlite3.connect(academy.folder / "academy.sqlite", timeout=30)) as database:
        found: tuple[int, str] = database.execute(query).fetchone()
    return found


def phone(academy: Live, browser: Browser, mailbox: str) -> Page:
    context = browser.new_context(viewport={"width": PHONE, "height": 780}, bypass_csp=True)
    token = sign_in(academy.folder, mailbox)
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    return context.new_page()


def check(page: Page) -> None:
    """Look at the opened page on a phone."""
    assert axe_violations(page) == [], page.url
    assert sideways_overflow(page) == 0, page.url
    assert small_targets(page) == [], page.url
    assert small_text(page) == [], page.url


def go(page: Page, academy: Live, path: str) -> None:
    page.goto(f"{academy.url}{path}")
    check(page)


def choose(page: Page, group: str | re.Pattern[str], option: str) -> None:
    """Choose an option of a row of choices."""
    options = page.get_by_role("group", name=group).locator("label")
    options.filter(has=page.get_by_text(option, exact=True)).first.click()


def say(page: Page, words: str) -> None:
    """Say how one knows the participant."""
    choose(page, "Ken je deze deelnemer?", words)
    page.get_by_role("button", name="Sla op").click()


def score(page: Page, level: int, *, last: int) -> None:
    """Score every criterion, the last one with another level, and hand in."""
    page.get_by_role("link", name="Ga scoren").click()
    step = 0
    while "/inleveren" not in page.url:
        step += 1
        page.wait_for_url(f"**/score/{step}")
        check(page)
        is_last = page.get_by_role("button", name="Naar het overzicht").is_visible()
        given = last if is_last else level
        with page.expect_response(lambda answer: answer.url.endswith("/concept")):
            page.locator(f"label:has(input[name=level][value='{given}'])").click()
            page.get_by_label("Waaraan zag je dat?").fill("Ze liet de buren praten.")
        expect(page.locator("[data-autosave-status]")).to_contain_text("Bewaard")
        page.get_by_role("button", name="Naar het overzicht" if is_last else "Volgende").click()
        page.wait_for_url("**/inleveren" if is_last else f"**/score/{step + 1}")
    check(page)
    page.get_by_role("button", name="Lever je scores in").click()
    expect(page.get_by_text("Ingeleverd. Je scores staan nu vast.")).to_be_visible()
    check(page)


def test_a_practical_from_planning_to_the_outcome(academy: Live, browser: Browser) -> None:
    enrolment_id, mailbox = asked(
        academy,
        """select enrolment.id, account.mailbox from enrolment
        join cohort on cohort.id = enrolment.cohort_id
        join account on account.person_id = enrolment.person_id
        where cohort.source_id = 'C07' and enrolment.state = 'active' order by 1 limit 1""",
    )
    first = phone(academy, browser, MAILBOX[FIRST])
    go(first, academy, f"/proeven/plan/{enrolment_id}")
    choose(first, "Eerste beoordelaar", FIRST)
    choose(first, "Tweede beoordelaar", SECOND)
    first.get_by_label("Op welke dag?").fill("1-12-2026")
    first.get_by_role("button", name="Plan de proeve").click()
    first.wait_for_url("**/proeven/*")
    practical = first.url.removeprefix(academy.url)
    check(first)
    first.get_by_role("link", name="Kies een andere dag").click()
    check(first)
    first.get_by_label("Op welke dag?").fill("2-12-2026")
    first.get_by_role("button", name="Sla op").click()
    first.wait_for_url(f"**{practical}")

    second = phone(academy, browser, MAILBOX[SECOND])
    go(second, academy, practical)
    say(second, "Ik ken deze deelnemer privé")
    expect(second.get_by_text("Een ander kijkt in jouw plaats.").first).to_be_visible()
    check(second)

    go(first, academy, "/vandaag")
    expect(first.get_by_text("Kies een andere beoordelaar").first).to_be_visible()
    go(first, academy, practical)
    first.get_by_role("link", name=f"Kies een ander in plaats van {SECOND}").click()
    check(first)
    choose(first, "Wie kijkt nu?", OTHER)
    first.get_by_role("button", name="Sla op").click()
    first.wait_for_url(f"**{practical}")

    for name, last in ((FIRST, 4), (OTHER, 2)):
        assessor = first if name == FIRST else phone(academy, browser, MAILBOX[name])
        go(assessor, academy, practical)
        say(assessor, "Ik ken deze deelnemer niet privé")
        expect(assessor.get_by_text("De scores naast elkaar")).to_have_count(0)
        score(assessor, 3, last=last)

    own = phone(academy, browser, mailbox)
    go(own, academy, f"/leergang/{enrolment_id}/proeve")
    expect(own.get_by_text("Ze liet de buren praten.")).to_have_count(0)
    go(first, academy, practical)
    expect(first.get_by_text("Eerst een gesprek.")).to_be_visible()
    first.get_by_label("Wat bespraken jullie, in één zin?").fill("Samen de kaart gelezen.")
    choose(first, re.compile("op welk niveau"), "Niveau 3")
    choose(first, "Zijn jullie het eens?", "Ja, wij zijn het eens")
    first.get_by_role("button", name="Sla het gesprek op").click()
    expect(first.get_by_text("De proeve is gelukt.")).to_be_visible()
    check(first)
    go(own, academy, f"/leergang/{enrolment_id}/proeve")
    expect(own.get_by_text("Gelukt!")).to_be_visible()
    expect(own.get_by_text("Ze liet de buren praten.").first).to_be_visible()
    expect(own.get_by_text(f"{FIRST}, {OTHER}")).to_be_visible()
