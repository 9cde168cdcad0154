"""Errors answer in words: a friendly page, or problem+json below /api."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs


def test_an_unknown_page_is_answered_kindly(client):
    answer = client.get("/bestaat-niet")
    assert answer.status_code == 404
    assert "Deze pagina is er niet" in answer.text


def test_below_api_an_error_is_a_problem(client):
    answer = client.get("/api/v1/bestaat-niet")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    problem = json.loads(answer.data)
    assert problem["status"] == 404
    assert problem["type"].startswith("/problems/")
    assert problem["detail"]


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "1e3", "²"])
def test_a_number_that_no_row_has_is_not_found(client, number):
    assert client.get(f"/verhalen/{number}").status_code == 404


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzFd" * 400, "WzllMTcsIDldCg", "%00"])
def test_a_broken_cursor_starts_at_the_beginning(client, cursor):
    assert client.get(f"/verhalen?na={cursor}").status_code == 200


def test_a_wrong_way_to_ask_is_answered_kindly(client):
    assert client.post("/privacy").status_code == 405
    assert client.get("/uitloggen").status_code == 405


def test_a_broken_database_is_said_plainly(app, client, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr("academy.kernel.web.pages.db.session.execute", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "even weg" in answer.text


def test_a_broken_database_is_said_plainly_to_who_is_signed_in(client, monkeypatch):
    def fail(*_args):
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr("academy.people.adapters.cookie.find_live_sign_in", fail)
    client.set_cookie("academy", "a token")
    assert client.get("/vandaag").status_code == 503


def test_a_fault_of_ours_tells_no_secrets(app, client, monkeypatch):
    def fail():
        raise RuntimeError("a secret inside")

    monkeypatch.setitem(app.view_functions, "pages.health", fail)
    with capture_logs() as logged:
        answer = client.get("/healthz")
    assert answer.status_code == 500
    assert "a secret inside" not in answer.text
    (line,) = [one for one in logged if one["log_level"] == "error"]
    assert line["kind"] == "RuntimeError"
    assert "test_errors.py" in line["where"][-1]
    assert "a secret inside" not in str(logged)
    assert answer.headers["X-Request-ID"] in answer.text
