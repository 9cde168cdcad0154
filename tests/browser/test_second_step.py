"""The second step in Chromium: a card, an app by its picture, a passkey of a device (T14)."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import (
    DESKTOP,
    PHONE,
    axe_violations,
    chromium,
    sideways_overflow,
    small_targets,
    small_text,
)
from tests.browser.live import Live, make_card, prepared, running, wait_for_path
from tests.browser.walk import mailboxes

pytestmark = [pytest.mark.browser, pytest.mark.trust("T14")]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An academy under a name: passkeys need one."""
    folder = tmp_path_factory.mktemp("second-step") / "academy"
    with prepared(demo_academy, folder) as numbered:
        url = numbered.url.replace("127.0.0.1", "localhost")
        live = replace(
            numbered, url=url, environment={**numbered.environment, "ACADEMY_PUBLIC_URL": url}
        )
        with running(live):
            yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def phone(academy: Live, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": PHONE, "height": 780}, bypass_csp=True, base_url=academy.url
    )
    yield context.new_page()
    context.close()


def check(page: Page) -> None:
    """Look at the opened page on a phone, and at its colours in the evening."""
    assert axe_violations(page) == [], page.url
    page.emulate_media(color_scheme="dark")
    assert axe_violations(page, rules=["color-contrast"]) == [], page.url
    page.emulate_media(color_scheme="light")
    assert sideways_overflow(page) == 0, page.url
    assert small_targets(page) == [], page.url
    assert small_text(page) == [], page.url


def change(academy: Live, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(academy.folder / "academy.sqlite", timeout=30)) as database:
        database.execute("pragma foreign_keys = on")
        with database:
            database.execute(statement, values)


def without_any(academy: Live, role: str) -> str:
    """Take away what the demo gave, and return the mailbox."""
    mailbox = mailboxes(academy.folder)[role]
    person = "select person_id from account where mailbox = ?"
    change(academy, f"delete from second_factor where person_id in ({person})", mailbox)
    return mailbox


def come_in(academy: Live, page: Page, mailbox: str) -> None:
    """Come in by the mailed code, up to the second step."""
    page.goto("/binnenkomen")
    page.get_by_label("Je e-mailadres").fill(mailbox)
    page.get_by_role("button", name="Stuur mij een code").click()
    page.get_by_label("Je code").fill(academy.mailbox.code_for(mailbox))
    page.get_by_role("button", name="Kom binnen").click()
    wait_for_path(page, "/tweede-stap", "/tweede-stap/instellen")


def go_out(page: Page) -> None:
    page.context.clear_cookies()


def test_a_card_is_made_printed_and_used(academy: Live, phone: Page) -> None:
    mailbox = without_any(academy, "coach")
    come_in(academy, phone, mailbox)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Kies je tweede stap")
    check(phone)
    phone.get_by_role("button", name="Maak een kaart").click()
    check(phone)
    codes = phone.locator(".code-card li").all_inner_texts()
    assert len(set(codes)) == 10
    phone.emulate_media(media="print")
    expect(phone.locator(".code-card")).to_be_visible()
    expect(phone.get_by_label("Je code")).to_be_hidden()
    phone.emulate_media(media="screen")
    phone.get_by_label("Je code").fill(codes[0])
    phone.get_by_role("button", name="Klaar").click()
    wait_for_path(phone, "/vandaag")
    expect(phone.locator("main")).to_contain_text("Je tweede stap staat klaar.")
    assert phone.goto("/begeleiding").status == 200

    go_out(phone)
    come_in(academy, phone, mailbox)
    check(phone)
    phone.get_by_label("Je code").fill(codes[0])
    phone.get_by_role("button", name="Ga verder").click()
    expect(phone.locator(".error-summary")).to_contain_text("Deze code klopt niet")
    check(phone)
    phone.get_by_label("Je code").fill(codes[1].replace(" ", "-"))
    phone.get_by_role("button", name="Ga verder").click()
    wait_for_path(phone, "/vandaag")


def test_an_app_reads_the_picture(academy: Live, phone: Page) -> None:
    mailbox = without_any(academy, "second-assessor")
    come_in(academy, phone, mailbox)
    phone.get_by_role("button", name="Kies de app").click()
    phone.locator("details summary").click()
    check(phone)
    phone.emulate_media(color_scheme="dark")
    picture = Image.open(io.BytesIO(phone.locator("img.qr").screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    app = pyotp.parse_uri(found.text)
    assert isinstance(app, pyotp.TOTP)
    assert app.name == mailbox
    assert phone.locator(".secret-key").inner_text().replace(" ", "") == app.secret
    phone.get_by_label("Je code").fill(app.now())
    phone.get_by_role("button", name="Klaar").click()
    wait_for_path(phone, "/vandaag")
    assert phone.goto("/proeven").status == 200


def test_a_passkey_opens_the_work_and_steps_up(academy: Live, phone: Page) -> None:
    mailbox = without_any(academy, "admin")
    device = phone.context.new_cdp_session(phone)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    come_in(academy, phone, mailbox)
    phone.get_by_role("button", name="Kies dit apparaat").click()
    wait_for_path(phone, "/vandaag")
    assert phone.goto("/rechten").status == 200

    go_out(phone)
    come_in(academy, phone, mailbox)
    check(phone)
    assert phone.get_by_label("Je code").count() == 0
    phone.get_by_role("button", name="Gebruik dit apparaat").click()
    wait_for_path(phone, "/vandaag")

    change(academy, "update sign_in set stepped_up_at = '2020-01-01 00:00:00.000000'")
    phone.goto("/rechten")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Laat nog eens zien wie je bent")
    phone.get_by_role("button", name="Gebruik dit apparaat").click()
    wait_for_path(phone, "/rechten")

    phone.goto("/tweede-stap/instellen")
    check(phone)
    expect(phone.locator(".rows")).to_contain_text("Apparaat: Linux")
    phone.goto("/gegevens")
    check(phone)


def test_a_device_that_says_no_leaves_the_page_as_it_was(academy: Live, phone: Page) -> None:
    mailbox = without_any(academy, "board")
    come_in(academy, phone, mailbox)
    phone.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new Error('no')); }"
    )
    phone.get_by_role("button", name="Kies dit apparaat").click()
    expect(phone.locator("[data-needs-passkey]")).to_contain_text("Dat ging niet goed.")
    check(phone)


def test_without_script_there_are_two_choices(academy: Live, browser: Browser) -> None:
    mailbox = without_any(academy, "coordinator")
    context = browser.new_context(
        viewport={"width": DESKTOP, "height": 800}, java_script_enabled=False, base_url=academy.url
    )
    page = context.new_page()
    come_in(academy, page, mailbox)
    expect(page.get_by_role("button", name="Kies dit apparaat")).to_be_hidden()
    expect(page.get_by_role("button", name="Kies de app")).to_be_visible()
    make_card(page)
    wait_for_path(page, "/vandaag")
    context.close()
