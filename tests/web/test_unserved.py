"""What lies beside the pages is served to nobody: sources, secrets, folders."""

from __future__ import annotations

import pytest

UNSERVED = (
    "/.git/config",
    "/.git/HEAD",
    "/pyproject.toml",
    "/academy/app.py",
    "/var/academy.env",
    "/var/academy.sqlite",
    "/static/../pyproject.toml",
    "/static/%2e%2e/pyproject.toml",
    "/static/%252e%252e/pyproject.toml",
    "/static/..%2f..%2f.git/config",
    "/static//etc/passwd",
    "/static/css/../../app.py",
)
FOLDERS = ("/static", "/static/", "/static/css/", "/static/js")


@pytest.mark.parametrize("path", [*UNSERVED, *FOLDERS])
def test_it_is_not_there(client, path):
    answer = client.get(path)
    assert answer.status_code == 404, path
    assert "Deze pagina is er niet" in answer.text


def test_what_is_meant_to_be_served_is(client):
    with client.get("/static/js/theme.js") as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/static/js/theme.js", "/api/v1/courses"])
def test_only_known_ways_to_ask_are_answered(client, method, path):
    answer = client.open(path, method=method, headers={"X-Echo": "geheim"})
    assert answer.status_code in (404, 405)
    assert "geheim" not in answer.text


def test_nothing_is_decoded_twice(client):
    """`%2531` is the text `%31`, of which only the digits count, and never a 1."""
    assert 'value="3132"' in client.get("/binnenkomen/code?code=%2531%2532").text
