"""Jobs that fit in a minute on a phone: domain.md, section 5, jobs 4, 5, 6 and 10.

A stranger does each within sixty seconds, in at most four taps after opening; the log in five.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import PHONE, chromium
from tests.browser.keystrokes import Thumb
from tests.browser.live import Live, serving
from tests.browser.walk import COOKIE, mailboxes, sign_in

pytestmark = pytest.mark.browser

MINUTE = 60
SAID = "De corporatie belde niet terug. Samen gekeken wie zij nog meer kan bellen."
AGREED = "Samira belt de huismeester."
MOST_INPUTS = 6
MOST_KEYS = 120
"""Two short sentences; who dictates them needs none."""


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(demo_academy, tmp_path_factory.mktemp("minute") / "academy") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def ask(academy: Live, query: str, *values: object) -> tuple:
    with closing(sqlite3.connect(academy.folder / "academy.sqlite", timeout=30)) as database:
        return database.execute(query, values).fetchone()


def open_as(academy: Live, browser: Browser, mailbox: str, path: str) -> Page:
    """Open a page on a phone, signed in; the content policy holds as in life."""
    context = browser.new_context(viewport={"width": PHONE, "height": 640}, has_touch=True)
    token = sign_in(academy.folder, mailbox)
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    page = context.new_page()
    page.goto(academy.url + path)
    return page


def coach(academy: Live) -> tuple[int, str]:
    """Return a plan that runs, without a draft, and the mailbox of its coach."""
    mailbox = mailboxes(academy.folder)["coach"]
    return ask(
        academy,
        """
        select coaching_plan.id, account.mailbox from coaching_plan
        join account on account.person_id = coaching_plan.coach_id
        where coaching_plan.state = 'active' and account.mailbox = ? and not exists (
            select 1 from coaching_log_entry
            where plan_id = coaching_plan.id and state = 'draft')
        order by coaching_plan.id limit 1""",
        mailbox,
    )


@pytest.mark.parametrize("way", ["speak", "write"])
def test_a_coach_logs_a_call_in_five_taps_and_a_minute(academy, browser, way):
    plan_id, mailbox = coach(academy)
    page = open_as(academy, browser, mailbox, f"/begeleiding/{plan_id}")
    thumb = Thumb(page)
    thumb.tap(page.get_by_role("link", name=re.compile("gesprek (op|af)")))
    shown = page.locator("form[data-keep-on-device] :is(textarea, input[type=text]):visible")
    groups = page.locator("form[data-keep-on-device] > .field > .choice-set")
    assert shown.count() + groups.count() <= MOST_INPUTS
    fill = getattr(thumb, way)
    fill(page.get_by_label("Waar ging het over?"), SAID)
    thumb.choose("energy", "2")
    fill(page.get_by_label(re.compile("^Eén afspraak")), AGREED)
    expect(page.locator(".bottom-count")).to_contain_text("lezen dit.")
    thumb.tap(page.get_by_role("button", name=re.compile("^Laat aan")))
    expect(page.get_by_text("kan het nu lezen")).to_be_visible()
    assert page.get_by_text(SAID).count() >= 1
    assert thumb.taps <= 5
    assert thumb.keys <= (MOST_KEYS if way == "write" else 0)
    assert thumb.seconds <= MINUTE
    page.context.close()


def test_open_agreements_stand_outside_the_six_and_ask_no_typing(academy, browser):
    """What was agreed before adds one row of ticks each, which may stay as it is."""
    plan_id, mailbox, agreed = ask(
        academy,
        """
        select coaching_plan.id, account.mailbox, count(*) from coaching_plan
        join account on account.person_id = coaching_plan.coach_id
        join agreed_action on agreed_action.plan_id = coaching_plan.id
        where coaching_plan.state = 'active' and agreed_action.state = 'open' and not exists (
            select 1 from coaching_log_entry
            where plan_id = coaching_plan.id and state = 'draft')
        group by coaching_plan.id, account.mailbox order by coaching_plan.id limit 1""",
    )
    page = open_as(academy, browser, mailbox, f"/begeleiding/{plan_id}/gesprek")
    form = page.locator("form[data-keep-on-device]")
    typed = ":is(textarea, input[type=text]):visible"
    earlier = page.get_by_role("region", name="Afspraken van eerder")
    assert earlier.locator(".choice-set").count() == agreed
    assert earlier.locator(typed).count() == 0
    assert earlier.locator("[required]").count() == 0
    assert (
        form.locator("> .field > .choice-set").count() + form.locator(typed).count() <= MOST_INPUTS
    )
    page.context.close()


def test_all_is_well_is_one_tap(academy, browser):
    plan_id, mailbox = coach(academy)
    page = open_as(academy, browser, mailbox, f"/begeleiding/{plan_id}")
    thumb = Thumb(page)
    thumb.tap(page.get_by_role("button", name="We belden, alles loopt"))
    expect(page.get_by_text("Opgeslagen: jullie belden en alles loopt.")).to_be_visible()
    assert (thumb.taps, thumb.keys) == (1, 0)
    page.context.close()


def test_a_coach_sees_whom_to_call_and_calls(academy, browser):
    _plan_id, mailbox = coach(academy)
    page = open_as(academy, browser, mailbox, "/vandaag")
    thumb = Thumb(page)
    thumb.tap(page.locator("header").get_by_role("link", name="Begeleiding"))
    expect(page.get_by_role("heading", name="Mijn mensen")).to_be_visible()
    first = page.locator("main a[href^='tel:']").first
    expect(first).to_be_visible()
    assert first.bounding_box()["height"] >= 44
    thumb.taps += 1  # the telephone itself takes over
    assert thumb.taps <= 4
    assert thumb.keys == 0
    assert thumb.seconds <= MINUTE
    page.context.close()


def test_a_participant_ticks_off_an_agreement_and_takes_it_back(academy, browser):
    mailbox, text_left = ask(
        academy,
        """
        select account.mailbox, count(*) from agreed_action
        join coaching_plan on coaching_plan.id = agreed_action.plan_id
        join account on account.person_id = coaching_plan.person_id
        where agreed_action.state = 'open' and agreed_action.owner = 'participant'
        and coaching_plan.state = 'active' and account.mailbox is not null
        group by account.mailbox order by account.mailbox limit 1""",
    )
    assert text_left
    page = open_as(academy, browser, mailbox, "/vandaag")
    thumb = Thumb(page)
    thumb.tap(page.get_by_role("link", name="Bekijk je afspraken"))
    thumb.tap(page.get_by_role("button", name=re.compile("^Klaar")).first)
    expect(page.get_by_text("De afspraak is klaar.")).to_be_visible()
    assert thumb.taps <= 4
    assert thumb.keys == 0
    assert thumb.seconds <= MINUTE
    thumb.tap(page.get_by_role("button", name=re.compile("^Zet terug")).first)
    expect(page.get_by_text("De afspraak staat weer open.")).to_be_visible()
    assert thumb.taps <= 4
    page.context.close()


def test_a_coordinator_sees_what_is_overdue_and_takes_one_over(academy, browser):
    mailbox = mailboxes(academy.folder)["coordinator"]
    plan_id, coach_mailbox = coach(academy)
    raised = open_as(academy, browser, coach_mailbox, f"/begeleiding/{plan_id}/signaal")
    for name, value in (("kind", "safety"), ("severity", "high")):
        Thumb(raised).choose(name, value)
    raised.get_by_role("button", name="Geef het signaal door").click()
    expect(raised.get_by_text("Goed dat je het zegt.")).to_be_visible()
    raised.context.close()
    page = open_as(academy, browser, mailbox, "/vandaag")
    thumb = Thumb(page)
    thumb.tap(page.get_by_role("link", name="Begeleiding", exact=True).first)
    expect(page.get_by_role("heading", name="Begeleiding in jouw gebied")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ dag(en)? te laat")).first).to_be_visible()
    thumb.tap(page.get_by_role("button", name=re.compile("^Neem over")).first)
    expect(page.get_by_text("Jij volgt dit op.")).to_be_visible()
    assert thumb.taps <= 4
    assert thumb.keys == 0
    assert thumb.seconds <= MINUTE
    page.context.close()
