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
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.chromium import ARGUMENTS, EXECUTABLE, PATIENCE_MS, PHONE, chromium
from tests.browser.live import Live, free_port, serving
from tests.browser.walk import COOKIE, mailboxes, sign_in

pytestmark = pytest.mark.browser

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
    token = sign_in(academy.folder, mailboxes(academy.folder)["coach"])
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    return context.new_page()


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

    def lose_the_answer(route):
        route.fetch(max_redirects=0)
        route.abort()

    page.route(academy.url + path, lose_the_answer, times=1)
    type_into(page, SAID)
    page.get_by_role("button", name=re.compile("^Laat aan")).click()
    expect(page.get_by_text(OFFLINE).first).to_be_visible()
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


def test_signing_out_wipes_what_is_on_the_device(academy, browser):
    path = next(talks(academy))
    page = phone(academy, browser)
    page.route(re.compile("/bewaar$"), lambda route: route.abort())
    page.goto(academy.url + path)
    type_into(page, HALF)
    wait_until_kept(page)
    page.goto(f"{academy.url}/vandaag")
    assert page.evaluate(STORED) != []
    page.locator("form.sign-out button:visible").first.click()
    page.wait_for_url(f"{academy.url}/")
    assert page.evaluate(STORED) == []
    page.context.close()


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
