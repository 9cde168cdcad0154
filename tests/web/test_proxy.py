"""Behind the proxy that ends TLS: who asks, for the limits on guessing."""

from __future__ import annotations

import pytest
from flask import Flask

from academy.app import create_app
from academy.kernel.web.addresses import asker
from tests.conftest import make_settings

FORGED_THEN_REAL = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}


def make_app(tmp_path, public_url: str) -> Flask:
    settings = make_settings(f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path, PUBLIC_URL=public_url)
    return create_app(settings, testing=True)


def address_seen(app: Flask) -> str:
    seen: list[str] = []
    app.before_request(lambda: seen.append(asker()))
    app.test_client().get("/healthz", headers=FORGED_THEN_REAL)
    return seen[0]


@pytest.mark.parametrize(
    ("public_url", "address"),
    [("https://academie.example", "203.0.113.7"), ("http://127.0.0.1:8000", "127.0.0.1")],
)
def test_only_behind_a_proxy_its_word_counts_on_who_asks(tmp_path, public_url, address):
    assert address_seen(make_app(tmp_path, public_url)) == address
