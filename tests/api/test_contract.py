"""The contract is whole, and the API keeps it: Schemathesis finds nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.app import create_app
from academy.kernel.db import Page, db, unit_of_work
from academy.kernel.settings import read_settings
from certificates.services import counting
from courses.models import Cohort, Session
from tests.api.fuzzing import fuzz
from tests.api.programs import SCOPES, V1, make_key
from tests.browser.live import make_environment
from tests.factories import make_coordinator


@pytest.fixture
def demo_app(
    demo_academy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The application on a copy of the demo academy, where checks are not counted out."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_academy, folder)
    monkeypatch.setattr(counting, "PER_MINUTE", 10**6)
    environment = make_environment(folder, smtp_port=0, port=8000)
    app = create_app(read_settings(environment | {"ACADEMY_LOG_LEVEL": "ERROR"}), testing=True)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def key(demo_app: Flask) -> str:
    """The key of somebody who may read and mark everything."""
    with demo_app.app_context():
        with unit_of_work():
            person = make_coordinator()
        return make_key(person)


def known(app: Flask) -> dict[str, Any]:
    """Return a register of the demo academy that takes marks."""
    with app.app_context():
        session = db.session.scalars(
            sa.select(Session)
            .join(Cohort, Cohort.id == Session.cohort_id)
            .where(Cohort.state == "running", Session.state == "held")
            .order_by(Session.id)
        ).first()
        ids = {"path.cohort_id": session.cohort_id, "path.session_id": session.id}
    return {"courses_save_attendance": ids | {"header.If-Match": "*"}}


@pytest.mark.slow
def test_schemathesis_finds_nothing(demo_app: Flask, key: str, record_property: Any) -> None:
    found = fuzz(demo_app, key, **known(demo_app))

    record_property("requests", found.requests)
    assert not found.faults, "\n\n".join([f"{len(found.faults)} faults", *found.faults[:12]])
    assert found.requests > 800
    assert len(found.answered) == 14


def fall_over(after: Any, *, limit: int) -> Page[Any]:
    """A fault that only some questions meet."""
    return Page(()) if limit < 90 else Page((1 // 0,))


def tell_less(after: Any, *, limit: int) -> Page[Any]:
    return Page(({"id": 1},))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "check"),
    [(fall_over, "not_a_server_error"), (tell_less, "response_schema_conformance")],
)
def test_a_planted_fault_is_found(
    demo_app: Flask,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[..., Any],
    check: str,
) -> None:
    monkeypatch.setattr("courses.api.course_rows", fault)
    found = fuzz(demo_app, key, only="/api/v1/courses")
    assert any(check in one for one in found.faults), found.asked


# --- the document itself ----------------------------------------------------------------------


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return client.get(f"{V1}/openapi.json").json


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in {"get", "post"} & set(item):
            yield path, method, item[method]


def test_the_document_names_every_route_below_the_root(app, document) -> None:
    declared = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if rule.rule.startswith(V1)
    }
    told = {(path, method) for path, method, _said in operations(document)}
    assert declared - told == {(f"{V1}/openapi.json", "get")}
    assert told <= declared


def test_every_operation_says_what_it_does_and_which_scope_it_takes(app, document) -> None:
    features = app.extensions["academy.features"]
    scopes = {scope.name for feature in features for scope in feature.api_scopes}
    assert scopes == set(SCOPES)
    assert document["openapi"].startswith("3.1")
    for path, _method, said in operations(document):
        assert said["summary"].endswith((".", ":")), path
        for demand in said["security"]:
            assert set(demand["token"]) <= scopes, path
            assert demand["token"], path


def test_every_error_that_is_told_is_a_problem(document) -> None:
    for path, _method, said in operations(document):
        for status, answer in said["responses"].items():
            if int(status) >= 400:
                assert set(answer["content"]) == {"application/problem+json"}, (path, status)


def test_the_size_of_a_page_has_bounds(document) -> None:
    query = {
        one["name"]: one["schema"]
        for one in document["paths"][f"{V1}/cohorts"]["get"]["parameters"]
    }
    assert (query["limit"]["minimum"], query["limit"]["maximum"]) == (1, 100)
