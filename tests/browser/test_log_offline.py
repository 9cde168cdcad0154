"""Nothing that a coach types is lost: without internet, with the browser killed in mid-sentence."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.chromium import (
    ARGUMENTS,
    EXECUTABLE,
    PATIENCE_MS,
    PHONE,
    axe_violations,
    chromium,
    sideways_overflow,
    small_targets,
)
from tests.browser.keystrokes import Thumb
from tests.browser.live import Live, free_port, serving
from tests.browser.walk import COOKIE, mailboxes, sign_in

pytestmark = pytest.mark.browser

OFFLINE_FORM = "/begeleiding/zonder-internet"
HALF = "Zij vertelde dat de tuingroep gr"
SAID = "We belden. De tuingroep groeit."
OFFLINE = "Geen internet. Ga gerust door."
STORED = """async () => {
    const known = await indexedDB.databases();
    if (!known.some(one => one.name === "drafts")) { return []; }
    return new Promise((done, failed) => {
        const asked = indexedDB.open("drafts");
        asked.onerror = failed;
        asked.onsuccess = () => {
            const all = asked.result.transaction("drafts").objectStore("drafts").getAll();
            all.onsuccess = () => {
                asked.result.close();
                done(all.result.map(one => new TextDecoder().decode(one.box)));
            };
        };
    });
}"""

CACHED = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) {
            found.push(new URL(request.url).pathname);
        }
    }
    return found;
}"""
KEPT_FORM = """async path => {
    for (const name of await caches.keys()) {
        const kept = await (await caches.open(name)).match(path);
        if (kept) { return kept.text(); }
    }
    return "";
}"""


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(demo_academy, tmp_path_factory.mktemp("offline") / "academy") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def ask(academy: Live, query: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(academy.folder / "academy.sqlite", timeout=30)) as database:
        return database.execute(query, values).fetchall()


def talks(academy: Live) -> Iterator[str]:
    """Yield the addresses of forms of the demo's coach without a draft."""
    mailbox = mailboxes(academy.folder)["coach"]
    rows = ask(
        academy,
        """
        select coaching_plan.id from coaching_plan
        join account on account.person_id = coaching_plan.coach_id
        where coaching_plan.state = 'active' and account.mailbox = ? and not exists (
            select 1 from coaching_log_entry
            where plan_id = coaching_plan.id and state = 'draft')
        order by coaching_plan.id""",
        mailbox,
    )
    for (plan_id,) in rows:
        yield f"/begeleiding/{plan_id}/gesprek"


def entries(academy: Live, path: str, *, drafts: bool = False) -> int:
    """Count what is in the log of the plan of a form: what was sent, or drafts."""
    query = "select count(*) from coaching_log_entry where plan_id = ? and (state = 'draft') = ?"
    ((count,),) = ask(academy, query, int(path.split("/")[2]), drafts)
    return count


def phone(academy: Live, browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": PHONE, "height": 640})
    come_in(academy, context, "coach")
    return context.new_page()


def come_in(academy: Live, context: BrowserContext, role: str) -> None:
    token = sign_in(academy.folder, mailboxes(academy.folder)[role])
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])


def wait_for_form(page: Page) -> None:
    """Wait until the device has the empty form, and whoever answers without internet is ready."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    while OFFLINE_FORM not in page.evaluate(CACHED):
        assert time.monotonic() < deadline, "the device kept no form"
        page.wait_for_timeout(50)


def go_offline(academy: Live, page: Page) -> None:
    """Visit one's people, so that the device keeps the form; then there is no internet."""
    page.goto(f"{academy.url}/begeleiding")
    wait_for_form(page)
    page.context.set_offline(True)


def type_into(page: Page, text: str) -> None:
    page.get_by_label("Waar ging het over?").click()
    page.keyboard.type(text)


def wait_until_kept(page: Page, *, but: Sequence[str] = ()) -> None:
    """Wait until the device has what was typed, and no longer only what it had."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while page.evaluate(STORED) in ([], list(but)):
        assert time.monotonic() < deadline, "the device kept nothing"
        page.wait_for_timeout(50)


def test_a_talk_that_is_finished_without_internet_goes_out_by_itself_once(academy, browser):
    path = next(talks(academy))
    before = entries(academy, path)
    page = phone(academy, browser)
    page.goto(academy.url + path)
    page.context.set_offline(True)
    type_into(page, SAID)
    page.get_by_role("button", name=re.compile("^Laat aan")).click()
    expect(page.get_by_text(OFFLINE).first).to_be_visible()
    assert entries(academy, path) == before
    kept = page.evaluate(STORED)
    assert len(kept) == 1
    assert "tuingroep" not in kept[0]
    page.context.set_offline(False)
    expect(page.get_by_text("kan het nu lezen")).to_be_visible()
    assert entries(academy, path) == before + 1
    assert page.evaluate(STORED) == []
    page.context.close()


def test_what_is_typed_after_sending_without_internet_goes_out_with_it(academy, browser):
    path = next(talks(academy))
    before = entries(academy, path)
    page = phone(academy, browser)
    page.goto(academy.url + path)
    page.context.set_offline(True)
    type_into(page, SAID)
    page.get_by_role("button", name=re.compile("^Laat aan")).click()
    expect(page.get_by_text(OFFLINE).first).to_be_visible()
    kept = page.evaluate(STORED)
    type_into(page, " Nog iets.")
    wait_until_kept(page, but=kept)
    page.wait_for_timeout(300)  # the last letters are written down one change later
    page.context.set_offline(False)
    expect(page.get_by_text("kan het nu lezen")).to_be_visible()
    assert entries(academy, path) == before + 1
    assert entries(academy, path, drafts=True) == 0
    assert page.evaluate(STORED) == []
    page.context.close()


def test_it_goes_out_from_the_next_page_too_and_once_when_the_answer_got_lost(academy, browser):
    path = next(talks(academy))
    before = entries(academy, path)
    page = phone(academy, browser)
    page.goto(academy.url + path)
    wait_for_form(page)
    lost = []

    def lose_the_answer(route):
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.context.route(academy.url + path, lose_the_answer, times=1)
    type_into(page, SAID)
    page.get_by_role("button", name=re.compile("^Laat aan")).click()
    expect(page.get_by_text(OFFLINE).first).to_be_visible()
    assert lost == [200]
    page.goto(f"{academy.url}/begeleiding")
    expect(page.get_by_text("is verstuurd.")).to_be_visible()
    assert entries(academy, path) == before + 1
    page.context.close()


def test_what_is_typed_is_with_us_too_and_then_no_more_on_the_device(academy, browser):
    path = list(talks(academy))[-1]
    page = phone(academy, browser)
    page.goto(academy.url + path)
    type_into(page, HALF)
    expect(page.locator("[data-autosave-status]")).to_contain_text(re.compile(r"Bewaard om \d"))
    assert entries(academy, path, drafts=True) == 1
    expect.set_options(timeout=PATIENCE_MS)
    page.wait_for_timeout(200)
    assert page.evaluate(STORED) == []
    page.goto(academy.url + path)
    expect(page.get_by_label("Waar ging het over?")).to_have_value(HALF)
    page.context.close()


def test_going_out_asks_first_when_a_talk_waits_and_then_wipes_it(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)
    page.route(re.compile("/bewaar$"), lambda route: route.abort())
    page.goto(academy.url + path)
    type_into(page, HALF)
    wait_until_kept(page)
    page.goto(f"{academy.url}/vandaag")
    assert page.evaluate(STORED) != []
    page.locator("form.sign-out button:visible").first.click()
    page.wait_for_url(f"{academy.url}/uitloggen/wacht")
    expect(page.get_by_text("Er staat nog iets op dit apparaat")).to_be_visible()
    page.get_by_role("link", name="Open en verstuur het gesprek met").click()
    page.wait_for_url(academy.url + path)
    expect(page.get_by_label("Waar ging het over?")).to_have_value(HALF)
    page.goto(f"{academy.url}/uitloggen/wacht")
    page.get_by_role("button", name="Log uit en gooi het weg").click()
    page.wait_for_url(f"{academy.url}/")
    assert page.evaluate(STORED) == []
    page.context.close()


def test_without_script_one_goes_out_at_once(academy, browser):
    context = browser.new_context(java_script_enabled=False)
    come_in(academy, context, "coach")
    page = context.new_page()
    page.goto(f"{academy.url}/vandaag")
    page.locator("form.sign-out button:visible").first.click()
    page.wait_for_url(f"{academy.url}/")
    page.goto(f"{academy.url}/vandaag")
    assert "/binnenkomen" in page.url
    context.close()


@contextmanager
def own_browser(folder: Path) -> Iterator[tuple[int, str]]:
    """Start a browser that keeps its things in `folder`; yield its process and its address."""
    port = free_port()
    process = subprocess.Popen(
        [
            EXECUTABLE,
            *ARGUMENTS,
            "--headless=new",
            f"--remote-debugging-port={port}",
            f"--user-data-dir={folder}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def reach(browser: Browser, address: str) -> Browser:
    """Connect to a browser that is starting."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            return browser.browser_type.connect_over_cdp(address)
        except Error:  # it does not listen yet
            assert time.monotonic() < deadline, "the browser did not start"
            time.sleep(0.2)


def test_a_browser_killed_in_mid_sentence_without_internet_loses_nothing(
    academy, browser, tmp_path
):
    path = list(talks(academy))[-1]
    token = sign_in(academy.folder, mailboxes(academy.folder)["coach"])
    cookie = {"name": COOKIE, "value": token, "url": academy.url}
    with own_browser(tmp_path / "phone") as (pid, address):
        context = reach(browser, address).contexts[0]
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(academy.url + path)
        context.set_offline(True)
        type_into(page, HALF)
        wait_until_kept(page)
        page.wait_for_timeout(300)  # the last letters are written down one change later
        os.killpg(pid, signal.SIGKILL)
    with own_browser(tmp_path / "phone") as (_pid, address):
        context = reach(browser, address).contexts[0]
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(academy.url + path)
        field = page.get_by_label("Waar ging het over?")
        expect(field).to_have_value(HALF)
        expect(page.get_by_text("Wat je hier eerder typte, staat er weer.")).to_be_visible()


def test_a_yearly_review_survives_a_killed_browser_and_goes_out_with_all_that_was_typed(
    academy, browser, tmp_path
):
    talk = list(talks(academy))[-2]
    before = entries(academy, talk)
    path = talk.replace("/gesprek", "/jaargesprek")
    token = sign_in(academy.folder, mailboxes(academy.folder)["coach"])
    cookie = {"name": COOKIE, "value": token, "url": academy.url}
    with own_browser(tmp_path / "phone") as (pid, address):
        context = reach(browser, address).contexts[0]
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(academy.url + path)
        page.get_by_label("Hoe was het jaar?").fill("Een goed jaar.")
        expect(page.locator("[data-autosave-status]")).to_contain_text(re.compile(r"Bewaard om \d"))
        assert entries(academy, talk, drafts=True) == 1
        context.set_offline(True)
        page.get_by_label("Dit doe ik graag").fill("Koffie")
        page.get_by_label("Dit doe ik graag").press_sequentially(" schenken voor wie al")
        wait_until_kept(page)
        page.wait_for_timeout(300)  # the last letters are written down one change later
        os.killpg(pid, signal.SIGKILL)
    with own_browser(tmp_path / "phone") as (_pid, address):
        context = reach(browser, address).contexts[0]
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(academy.url + path)
        expect(page.get_by_label("Hoe was het jaar?")).to_have_value("Een goed jaar.")
        glad = page.get_by_label("Dit doe ik graag")
        expect(glad).to_have_value("Koffie schenken voor wie al")
        assert "schenken" not in "".join(page.evaluate(STORED))
        page.locator("input[name=wants][value=stop]").check()
        page.get_by_role("button", name="Sla het jaargesprek op").click()
        expect(page.get_by_text("De coördinator hoort dat jullie stoppen.")).to_be_visible()
        assert entries(academy, talk) == before + 1
        assert entries(academy, talk, drafts=True) == 0
        assert page.evaluate(STORED) == []


def test_the_form_opens_without_internet_and_what_is_typed_is_sent_once(academy, browser, tmp_path):
    path = next(talks(academy))
    before = entries(academy, path)
    with own_browser(tmp_path / "phone") as (pid, address):
        context = reach(browser, address).contexts[0]
        come_in(academy, context, "coach")
        page = context.new_page()
        go_offline(academy, page)
        page.goto(academy.url + path)
        expect(page.get_by_text("Er is geen internet.")).to_be_visible()
        type_into(page, HALF)
        expect(page.get_by_text("Bewaard op dit apparaat.")).to_be_visible()
        page.wait_for_timeout(300)  # the last letters are written down one change later
        os.killpg(pid, signal.SIGKILL)
    with own_browser(tmp_path / "phone") as (_pid, address):
        context = reach(browser, address).contexts[0]
        page = context.new_page()
        context.set_offline(True)
        page.goto(academy.url + path)
        expect(page.get_by_text("Hier staat al tekst over")).to_be_visible()
        expect(page.get_by_label("Waar ging het over?")).to_have_value("")
        type_into(page, "De kas is af.")
        page.get_by_role("button", name="Bewaar op dit apparaat").click()
        expect(page.get_by_text("Bewaard op dit apparaat.")).to_be_visible()
        kept = page.evaluate(STORED)
        assert len(kept) == 2
        assert not any("tuingroep" in one or "kas" in one for one in kept)
        context.set_offline(False)
        come_in(academy, context, "coach")
        page.get_by_role("link", name="Is er weer internet?").click()
        expect(page.get_by_text("Dit schreef je zonder internet.")).to_be_visible()
        field = page.get_by_label("Waar ging het over?")
        expect(field).to_have_value(f"{HALF}\n\nDe kas is af.")
        page.get_by_role("button", name=re.compile("^Laat aan")).click()
        expect(page.get_by_text("kan het nu lezen")).to_be_visible()
        assert entries(academy, path) == before + 1
        assert entries(academy, path, drafts=True) == 0
        assert page.evaluate(STORED) == []


def test_a_plan_and_a_correction_come_back_as_they_were_typed(academy, browser):
    talk = next(talks(academy))
    page = phone(academy, browser)
    page.goto(academy.url + talk.removesuffix("/gesprek"))
    correction = page.get_by_role("link", name="Verbeter").first.get_attribute("href")
    plan = talk.replace("/gesprek", "/doel")
    for path, label in ((correction, "Waar ging het over?"), (plan, "Wat wil je leren?")):
        page.goto(academy.url + path)
        field = page.get_by_label(label)
        typed = f"Nee: {field.input_value()[2:]} Zo."
        kept = page.evaluate(STORED)
        field.fill(typed)
        wait_until_kept(page, but=kept)
        page.wait_for_timeout(300)  # the last letters are written down one change later
        page.goto(academy.url + path)
        expect(page.get_by_text("Wat je hier eerder typte, staat er weer.")).to_be_visible()
        expect(page.get_by_label(label)).to_have_value(typed)
    page.context.close()


def test_own_words_wait_on_the_device_and_go_out_once(academy, browser):
    query = """
        select account.mailbox, max(coaching_log_entry.id) from coaching_log_entry
        join coaching_plan on coaching_plan.id = plan_id
        join account on account.person_id = coaching_plan.person_id
        where coaching_plan.state = 'active' and corrects_id is null
        and coaching_log_entry.state <> 'draft' group by account.mailbox order by 1 limit 1"""
    ((mailbox, _entry),) = ask(academy, query)
    context = browser.new_context(viewport={"width": PHONE, "height": 640})
    token = sign_in(academy.folder, mailbox)
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    page = context.new_page()
    page.goto(f"{academy.url}/logboek")
    page.get_by_text("Zet je eigen woorden erbij").nth(0).click()
    page.locator("textarea[name=words]").first.fill("Ik was er zelf ook bij.")
    wait_until_kept(page)
    page.goto(f"{academy.url}/logboek")
    expect(page.locator("textarea[name=words]").first).to_have_value("Ik was er zelf ook bij.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Zet erbij").first.click()
    expect(page.get_by_text(OFFLINE).first).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Jouw woorden staan bij het gesprek.")).to_be_visible()
    assert page.evaluate(STORED) == []
    expect(page.get_by_text("Ik was er zelf ook bij.")).to_have_count(1)
    page.context.close()


def test_the_device_keeps_first_names_and_no_more(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)
    page.goto(academy.url + path)
    wait_for_form(page)
    cached = page.evaluate(CACHED)
    assert {one for one in cached if not one.startswith("/static/")} == {OFFLINE_FORM}
    kept = page.evaluate(KEPT_FORM, OFFLINE_FORM)
    mailbox = mailboxes(academy.folder)["coach"]
    ((own_last,),) = ask(
        academy,
        "select last_name from person join account on person_id = person.id where mailbox = ?",
        mailbox,
    )
    others = ask(
        academy,
        """
        select guided.last_name, guided.phone from coaching_plan
        join person as guided on guided.id = coaching_plan.person_id
        join account on account.person_id = coaching_plan.coach_id where account.mailbox = ?""",
        mailbox,
    )
    secret = page.locator("[data-outbox]").get_attribute("data-opens")
    told = [own_last, secret, "csrf_token", *(word for row in others for word in row if word)]
    assert len(told) > 4
    assert [word for word in told if word in kept] == []
    page.context.close()


def test_without_internet_too_a_talk_is_five_taps_six_inputs_and_a_minute(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)
    go_offline(academy, page)
    page.goto(f"{academy.url}/begeleiding")
    expect(page.get_by_role("heading", name="Met wie sprak je?")).to_be_visible()
    thumb = Thumb(page)
    thumb.tap(page.locator(f"a[href='{path}']"))
    expect(page.get_by_role("heading", name=re.compile("^Gesprek met"))).to_be_visible()
    expect(page.get_by_text("lezen dit, en wie jou vervangt.")).to_be_visible()
    form = "[data-talks] form"
    shown = page.locator(f"{form} :is(textarea, input[type=text]):visible").count()
    assert shown + page.locator(f"{form} > .field > .choice-set").count() <= 6
    thumb.write(page.get_by_label("Waar ging het over?"), SAID)
    thumb.choose("energy", "4")
    thumb.write(page.get_by_label(re.compile("^Eén afspraak")), "Samira belt.")
    thumb.tap(page.get_by_role("button", name="Bewaar op dit apparaat"))
    expect(page.get_by_text("Bewaard op dit apparaat.")).to_be_visible()
    assert thumb.taps <= 5
    assert thumb.keys <= len(SAID) + 20
    assert thumb.seconds <= 60
    with pytest.raises(Error):
        page.goto(f"{academy.url}/vandaag")
    page.context.close()


def test_whoever_was_signed_out_comes_in_and_the_talk_goes_out(academy, browser):
    path = next(talks(academy))
    before = entries(academy, path)
    page = phone(academy, browser)
    page.goto(academy.url + path)
    page.context.set_offline(True)
    type_into(page, SAID)
    page.get_by_role("button", name=re.compile("^Laat aan")).click()
    expect(page.get_by_text(OFFLINE).first).to_be_visible()
    page.context.clear_cookies(name=COOKIE)
    page.context.set_offline(False)
    expect(page.get_by_text("Kom eerst weer binnen.")).to_be_visible()
    page.get_by_role("link", name="Open het").click()
    expect(page.get_by_role("heading", name="Kom binnen")).to_be_visible()
    come_in(academy, page.context, "coach")
    page.goto(academy.url + path)
    expect(page.get_by_text("kan het nu lezen")).to_be_visible()
    assert entries(academy, path) == before + 1
    page.context.close()


def test_at_the_door_the_forms_are_gone_and_the_draft_is_not(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)
    go_offline(academy, page)
    page.goto(academy.url + path)
    type_into(page, HALF)
    wait_until_kept(page)
    page.context.set_offline(False)
    page.context.clear_cookies(name=COOKIE)
    page.goto(academy.url + path)
    expect(page.get_by_role("heading", name="Kom binnen")).to_be_visible()
    wait_until_no_form(page)
    assert len(page.evaluate(STORED)) == 1
    come_in(academy, page.context, "coordinator")
    page.goto(f"{academy.url}/begeleiding")
    assert page.evaluate(CACHED) == []
    expect(page.get_by_text("op dit apparaat")).to_have_count(0)
    page.locator("form.sign-out button:visible").first.click()
    page.wait_for_url(f"{academy.url}/")
    page.context.close()


def wait_until_no_form(page: Page) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while page.evaluate(CACHED):
        assert time.monotonic() < deadline, "the device still has forms"
        page.wait_for_timeout(50)


def test_after_signing_out_nothing_is_left_on_the_device(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)
    page.goto(academy.url + path)
    wait_for_form(page)
    page.locator("[data-theme-switch]").click()
    page.goto(f"{academy.url}/vandaag")
    page.locator("form.sign-out button:visible").first.click()
    page.wait_for_url(f"{academy.url}/")
    assert page.evaluate(CACHED) == []
    assert page.evaluate(STORED) == []
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
    page.context.set_offline(True)
    with pytest.raises(Error):
        page.goto(academy.url + path)
    page.context.close()


def test_a_browser_that_wipes_nothing_by_itself_is_wiped_too(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)

    def without_header(route):
        answer = route.fetch(max_redirects=0)
        headers = {k: v for k, v in answer.headers.items() if k != "clear-site-data"}
        route.fulfill(response=answer, headers=headers)

    page.route(re.compile("/uitloggen$"), without_header)
    page.route(re.compile("/bewaar$"), lambda route: route.abort())
    page.goto(academy.url + path)
    wait_for_form(page)
    type_into(page, HALF)
    wait_until_kept(page)
    page.goto(f"{academy.url}/uitloggen/wacht")
    page.get_by_role("button", name="Log uit en gooi het weg").click()
    page.wait_for_url(f"{academy.url}/")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 1
    assert page.evaluate(CACHED) == []
    assert page.evaluate(STORED) == []
    page.context.close()


def test_the_form_is_good_for_as_long_as_the_sign_in_could_last(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)
    go_offline(academy, page)
    page.goto(academy.url + path)
    page.evaluate(
        """async path => {
        const cache = await caches.open((await caches.keys())[0]);
        const kept = await cache.match(path);
        const headers = new Headers(kept.headers);
        const hours = (Number(headers.get("X-Good-Until")) - Date.now()) / 3600000;
        if (hours <= 0 || hours > 12) { throw new Error(`good for ${hours} hours`); }
        headers.set("X-Good-Until", String(Date.now() - 1));
        await cache.put(path, new Response(await kept.text(), { headers }));
    }""",
        OFFLINE_FORM,
    )
    with pytest.raises(Error):
        page.goto(academy.url + path)
    page.context.set_offline(False)
    page.goto(f"{academy.url}/vandaag")
    assert page.evaluate(CACHED) == []
    page.context.close()


def test_somebody_else_on_the_same_phone_sees_nothing(academy, browser):
    path = next(talks(academy))
    ((other,),) = ask(
        academy,
        """
        select min(account.mailbox) from account
        join coaching_plan on coaching_plan.coach_id = account.person_id
        where coaching_plan.state = 'active' and account.mailbox <> ?""",
        mailboxes(academy.folder)["coach"],
    )
    page = phone(academy, browser)
    go_offline(academy, page)
    page.goto(academy.url + path)
    type_into(page, HALF)
    wait_until_kept(page)
    mine = page.evaluate("caches.keys()")
    page.context.set_offline(False)
    token = sign_in(academy.folder, other)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    page.goto(f"{academy.url}/begeleiding")
    expect(page.get_by_role("heading", name="Mijn mensen")).to_be_visible()
    wait_for_form(page)
    theirs = page.evaluate("caches.keys()")
    assert len(theirs) == 1
    assert theirs != mine
    assert f'href="{path}"' not in page.evaluate(KEPT_FORM, OFFLINE_FORM)
    expect(page.get_by_text("op dit apparaat")).to_have_count(0)
    page.locator("form.sign-out button:visible").first.click()
    page.wait_for_url(f"{academy.url}/")
    page.context.close()


def test_the_form_without_internet_is_sound(academy, browser):
    path = next(talks(academy))
    context = browser.new_context(viewport={"width": PHONE, "height": 640}, bypass_csp=True)
    come_in(academy, context, "coach")
    page = context.new_page()
    page.goto(academy.url + path)
    wait_for_form(page)
    context.set_offline(True)
    for address in ("/begeleiding", path):
        page.goto(academy.url + address)
        expect(page.get_by_text("Er is geen internet.")).to_be_visible()
        assert axe_violations(page) == []
        assert small_targets(page) == []
        assert sideways_overflow(page) == 0
    context.close()


def unlike(page: Page, name: str) -> list[str]:
    """Return two marks that somebody does not have on this register."""
    checked = page.locator(f"input[name={name}]:checked")
    stands = checked.get_attribute("value") if checked.count() else ""
    return [mark for mark in ("absent", "excused", "present") if mark != stands][:2]


def test_a_register_ticked_without_internet_goes_out_and_clashes_politely(academy, browser):
    trainers = []
    for _number in range(2):
        context = browser.new_context(viewport={"width": PHONE, "height": 640})
        come_in(academy, context, "trainer")
        trainers.append(context.new_page())
    page, other = trainers
    page.goto(f"{academy.url}/vandaag")
    page.get_by_role("link", name="Vul de presentie in").first.click()
    expect(page.get_by_role("button", name="Sla op")).to_be_visible()
    path = page.url
    names = page.locator("main input[value=absent]").evaluate_all("all => all.map(one => one.name)")
    mine, ours = names[0], names[1]
    (my_mark, _rest), (our_mark, their_mark) = unlike(page, mine), unlike(page, ours)
    page.context.set_offline(True)
    page.locator(f"input[name={mine}][value={my_mark}]").check()
    page.locator(f"input[name={ours}][value={our_mark}]").check()
    page.get_by_role("button", name="Sla op").click()
    expect(page.get_by_text(f"{OFFLINE} De presentie van")).to_be_visible()
    (stored,) = page.evaluate(STORED)
    assert ours not in stored
    page.close()

    other.goto(path)
    other.locator(f"input[name={ours}][value={their_mark}]").check()
    other.get_by_role("button", name="Sla op").click()
    expect(other.get_by_text(re.compile("^Opgeslagen"))).to_be_visible()
    other.context.close()

    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(path.partition("/aanwezig/")[0])
    expect(page.get_by_text("is verstuurd.")).to_be_visible()
    page.goto(path)
    expect(page.locator(f"input[name={mine}][value={my_mark}]")).to_be_checked()
    expect(page.get_by_text("Twee mensen vulden iets anders in.").first).to_be_visible()
    assert page.locator(f"input[name={ours}][value^=keep-]").count() == 2
    assert page.evaluate(STORED) == []
    page.context.close()
