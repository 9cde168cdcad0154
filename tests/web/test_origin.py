"""Where a change comes from: only pages of this site may send one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from academy.app import create_app
from academy.kernel.db import db
from academy.kernel.settings import current

HERE = "https://academie.example"


@pytest.fixture
def over_https(app):
    twin = create_app(replace(current(), public_url=HERE), testing=True)
    yield twin.test_client()
    with twin.app_context():
        db.engine.dispose()  # the next test gets another database file


def check(client, headers):
    """Fill in a number on the public page, which sends no Referer, with its own token."""
    page = client.get("/controleer", base_url=HERE).text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    data = {"number": "SLHZ-B-2026-00001-03", "csrf_token": token}
    return client.post("/controleer", data=data, base_url=HERE, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": HERE},
        {"Referer": f"{HERE}/controleer"},
    ],
)
def test_our_own_page_may_send_a_change(over_https, headers):
    assert check(over_https, headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Referer": f"{HERE}/controleer"},
        {"Origin": f"{HERE}.elders.example"},
        {"Referer": f"{HERE}.elders.example/"},
        {},
    ],
)
def test_another_site_may_not(over_https, headers):
    assert check(over_https, headers) == 400
