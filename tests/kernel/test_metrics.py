"""Figures for a monitor and a line per answer: right, closed to strangers, and silent on people."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from academy.kernel import audit, mail, queue
from academy.kernel.db import unit_of_work
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import SettingsError, read_settings
from tests.factories import make_person

TOKEN = "a token that only tests and monitors know"
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def lines(app):
    """What the application logs while the test runs, as rows."""
    written = io.StringIO()
    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.PrintLoggerFactory(written),
    )
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.configure(**before)


def figures(client) -> dict[tuple[str, ...], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_answers_are_counted_by_pattern_and_class_of_status(client):
    name = ("academy_requests_total", "method=GET", "route=/verhalen/<int:story_id>", "status=4xx")
    before = figures(client).get(name, 0)

    for number in range(3):
        client.get(f"/verhalen/99999{number}")

    found = figures(client)
    assert found[name] == before + 3
    count = ("academy_request_seconds_count", "route=/verhalen/<int:story_id>", "status=4xx")
    assert found[count] >= 3


def test_an_address_that_is_no_route_has_no_series_of_its_own(client):
    client.get("/verzonnen/adres")
    client.open("/verzonnen/adres", method="PROPFIND")

    text = client.get("/metrics").text
    assert 'route="none"' in text
    assert 'method="other"' in text
    assert "verzonnen" not in text


def test_jobs_mails_certificates_and_the_chain_are_shown(client, app):
    queue.register("test.metrics", lambda: None)
    with unit_of_work():
        queue.enqueue("test.metrics")
        mail.send("test/hello", to="somebody@buurt.example")
        audit.record("test:thing:done", ("thing", 1), by=SYSTEM)

    found = figures(client)
    assert found["academy_database_up",] == 1
    assert found["academy_jobs", "state=waiting"] == 2
    assert found["academy_jobs", "state=dead"] == 0
    assert found["academy_mails_waiting",] == 1
    assert found["academy_audit_events",] == 1
    assert found["academy_certificates_issued",] == 0
    assert found["academy_job_oldest_due_seconds",] >= 0


def test_without_a_database_the_figures_say_so(client, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr("academy.kernel.web.metrics.db.session.execute", fail)
    found = figures(client)
    assert found["academy_database_up",] == 0
    assert ("academy_mails_waiting",) not in found


def test_a_stranger_sees_no_figures(client):
    answer = client.get("/metrics", environ_base=STRANGER)
    assert answer.status_code == 404
    assert "academy_" not in answer.text


def test_a_token_opens_the_figures_from_elsewhere(client, app):
    before = app.extensions["academy.settings"]
    app.extensions["academy.settings"] = replace(before, metrics_token=TOKEN)
    try:
        asked = [
            client.get("/metrics", environ_base=STRANGER, headers={"Authorization": shown})
            for shown in (f"Bearer {TOKEN}", "Bearer wrong", f"Basic {TOKEN}", "Bearer ", "é")
        ]
    finally:
        app.extensions["academy.settings"] = before
    assert [answer.status_code for answer in asked] == [200, 404, 404, 404, 404]


def test_an_empty_token_is_no_token(client):
    answer = client.get("/metrics", environ_base=STRANGER, headers={"Authorization": "Bearer "})
    assert answer.status_code == 404


def test_a_short_token_stops_the_start():
    values = {
        "ACADEMY_KEYS_PASSPHRASE": "x",
        "ACADEMY_SECRET_KEY": "s" * 32,
        "ACADEMY_NOTES_KEY": "x",
        "ACADEMY_METRICS_TOKEN": "short",
    }
    with pytest.raises(SettingsError, match="ACADEMY_METRICS_TOKEN"):
        read_settings(values)


def test_a_line_per_answer_tells_what_and_not_who(client, lines):
    answer = client.get("/c/ABCD-EFGH-JKMN-PQRS-TVWX?next=/geheim")

    [line] = [row for row in lines() if row["event"] == "request"]
    assert line.pop("timestamp")
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": answer.headers["X-Request-ID"],
        "method": "GET",
        "route": "/c/<code>",
        "status": answer.status_code,
    }


def test_no_line_holds_an_address_a_code_or_what_somebody_typed(client, lines):
    client.get("/c/ABCD-EFGH-JKMN-PQRS-TVWX", environ_base=STRANGER)
    client.post("/binnenkomen", data={"mailbox": "samira@buurt.example"}, environ_base=STRANGER)
    client.get("/bestaat-niet/samira", headers={"User-Agent": "samira's phone"})

    written = json.dumps(lines())
    for secret in ("ABCD", "203.0.113.9", "samira", "bestaat-niet"):
        assert secret not in written


def test_what_monitors_ask_all_day_is_not_logged(client, lines):
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)
    assert lines() == []


def test_every_answer_has_an_id_of_its_own(client, lines):
    client.get("/privacy")
    client.post("/healthz")
    client.get("/bestaat-niet")

    ids = [row["request_id"] for row in lines()]
    assert len(set(ids)) == 3
    assert all(ids)


def test_who_is_not_let_in_leaves_which_right_was_missing(client, lines, sign_in):
    with unit_of_work():
        samira = make_person("Samira")
    client.get("/gegevens")
    sign_in(samira).get("/rechten")

    assert [(row["route"], row["status"], row["denied"]) for row in lines()] == [
        ("/gegevens", 303, "people:own:read"),
        ("/rechten", 403, "people:grant:write"),
    ]
    assert "Samira" not in json.dumps(lines())


def test_what_is_tried_in_vain_leaves_its_door_and_what_became_of_it(client, lines):
    known = {"mailbox": "niemand@buurt.example"}
    for _time in range(11):
        client.post("/binnenkomen/code", data=known | {"code": "000000"})
    client.post("/binnenkomen/wachtwoord", data={"mailbox": "x@y.example", "password": "x"})
    client.post("/contact", headers={"Sec-Fetch-Site": "cross-site"})
    client.get("/verhalen/99999999")

    assert [(row["method"], row["route"], row["status"]) for row in lines()[9:]] == [
        ("POST", "/binnenkomen/code", 422),
        ("POST", "/binnenkomen/code", 429),
        ("POST", "/binnenkomen/wachtwoord", 429),
        ("POST", "/contact", 400),
        ("GET", "/verhalen/<int:story_id>", 404),
    ]
