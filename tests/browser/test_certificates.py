"""Certificates in Chromium: a wallet that a camera reads, and a look with a picture that follows.

On a phone and in the evening, with an academy of one application and no demo.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, Response, expect

from academy.kernel.db import db, unit_of_work
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account
from certificates.models import DesignVersion
from tests.browser.chromium import (
    DESKTOP,
    PHONE,
    axe_violations,
    chromium,
    page,
    sideways_overflow,
    small_targets,
    small_text,
)
from tests.certificates.wallets import let_wallets_in, listening, make_held
from tests.factories import make_grant, make_person, make_sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "dark"), [(PHONE, True), (DESKTOP, False)])
def test_a_phone_reads_the_picture_and_the_code_stands_apart(
    app, tmp_path, monkeypatch, width, dark
):
    with (
        listening(app) as url,
        chromium() as browser,
        page(browser, width=width, dark=dark) as shown,
    ):
        let_wallets_in(app, tmp_path, monkeypatch, public_url=url)
        held = make_held()
        with unit_of_work():
            db.session.add(Account(person_id=held.holder.id, mailbox="s@test.example"))
            db.session.flush()
            token = make_sign_in(held.holder.id)
        shown.context.add_cookies([{"name": cookie_name(), "value": token, "url": url}])
        shown.goto(f"{url}/certificaat")
        shown.get_by_role("link", name="Zet in je wallet").click()
        check(shown)
        shown.get_by_role("button", name="Maak de codes").click()
        address = shown.get_by_role("link", name="Open mijn wallet").get_attribute("href")
        code = shown.locator(".secret-key")
        assert not code.is_visible()
        shown.get_by_text("Laat de code zien").click()
        assert len(code.inner_text().replace(" ", "")) == 6
        check(shown)
        picture = Image.open(io.BytesIO(shown.locator("img.qr").screenshot()))
        (found,) = zxingcpp.read_barcodes(picture)
        assert found.text == address


def check(shown) -> None:
    """See that the page is one for everybody."""
    assert axe_violations(shown) == []
    assert sideways_overflow(shown) == 0
    assert small_targets(shown) == []
    assert small_text(shown) == []


LOOK = "/certificaten/vormgeving/residents"
SHOWN = "#voorbeeld img"
BLUE = (0x1B, 0x2A, 0x6B)


@contextmanager
def dressing(app: Flask, *, scripts: bool = True) -> Iterator[Page]:
    """Open the page of a design for the board on a phone; the content policy holds as in life."""
    with unit_of_work():
        board = make_person("Josien", "Aarden")
        make_grant(board, "board")
        db.session.add(Account(person_id=board.id, mailbox="b@test.example"))
        db.session.flush()
        token = make_sign_in(board.id)
    with listening(app) as url, chromium() as browser:
        context = browser.new_context(
            viewport={"width": PHONE, "height": 780}, java_script_enabled=scripts, base_url=url
        )
        context.add_cookies([{"name": cookie_name(), "value": token, "url": url}])
        shown = context.new_page()
        shown.goto(LOOK)
        yield shown
        context.close()


def is_look(answer: Response) -> bool:
    return answer.url.endswith(f"{LOOK}/voorbeeld")


def source(shown: Page) -> str:
    return shown.locator(SHOWN).get_attribute("src") or ""


def has_blue(shown: Page) -> bool:
    picture = Image.open(io.BytesIO(base64.b64decode(source(shown).partition(",")[2])))
    found = picture.convert("RGB").getcolors(1 << 24) or []
    return any(
        count > 20 and max(abs(a - b) for a, b in zip(one, BLUE, strict=True)) <= 3
        for count, one in found
    )


def kept_versions() -> int:
    with unit_of_work():
        return db.session.scalar(sa.select(sa.func.count()).select_from(DesignVersion)) or 0


def test_the_picture_follows_what_is_chosen_and_nothing_is_kept(app):
    with dressing(app) as shown:
        usual = source(shown)
        assert not has_blue(shown)
        with shown.expect_response(is_look) as answer:
            shown.get_by_label("Donkere kleur").fill("#1b2a6b")
        assert answer.value.status == 200
        expect(shown.locator(SHOWN)).not_to_have_attribute("src", usual)
        assert has_blue(shown)

        coloured = source(shown)
        with shown.expect_response(is_look) as answer:
            shown.get_by_label("Naam bovenaan").first.fill("Buurtschool De Brug")
        assert answer.value.status == 200
        expect(shown.locator(SHOWN)).not_to_have_attribute("src", coloured)
        expect(shown.locator("#voorbeeld")).not_to_have_attribute("aria-busy", "true")
        assert has_blue(shown)

        with shown.expect_response(is_look) as answer:
            shown.get_by_label("Donkere kleur").fill("#999999")
        assert answer.value.status == 422
        expect(shown.get_by_text("Er is nu geen voorbeeld.")).to_be_visible()
        expect(shown.get_by_label("Naam bovenaan").first).to_have_value("Buurtschool De Brug")
        assert kept_versions() == 0


def test_without_scripts_a_button_shows_the_picture_and_another_keeps_it(app):
    with dressing(app, scripts=False) as shown:
        usual = source(shown)
        shown.locator("[name=ink]").fill("#1b2a6b")
        shown.get_by_label("Naam bovenaan").first.fill("Buurtschool De Brug")
        shown.get_by_role("button", name="Bekijk het voorbeeld").click()
        shown.wait_for_url(f"**{LOOK}/voorbeeld")
        assert source(shown) != usual
        assert has_blue(shown)
        assert kept_versions() == 0
        shown.get_by_role("button", name="Bewaar als nieuwe versie").click()
        expect(shown.get_by_text("Bewaard. Nieuwe certificaten zien er zo uit.")).to_be_visible()
        assert kept_versions() == 1
