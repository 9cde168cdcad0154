"""Zet in je wallet, with the setting on: a camera reads it, on a phone and in the evening."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from academy.kernel.db import db, unit_of_work
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account
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
from tests.factories import make_sign_in

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
