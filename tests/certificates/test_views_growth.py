"""A page with twenty rows takes as many statements as one with two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel.db import db, unit_of_work
from certificates.services import decisions
from tests.certificates.ready import CODE, Scene, commit_scene, issue, make_ready
from tests.factories import make_actor, make_enrolment, make_person

MOST_STATEMENTS = 12
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


@pytest.fixture
def scene(app: Flask) -> Scene:
    return commit_scene()


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements of the block, as the cursor sees them."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.upper().startswith(NOT_COUNTED):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def statements(client: FlaskClient, address: str) -> int:
    client.get(address)  # what is remembered per process is remembered now
    with counted() as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def add_ready(scene: Scene, number: int) -> list[int]:
    with unit_of_work():
        made = []
        for _ in range(number):
            enrolment = make_enrolment(scene.cohort, make_person("Deelnemer"))
            make_ready(enrolment, by=scene.trainer)
            made.append(enrolment.id)
    return made


def propose_all(scene: Scene, enrolment_ids: list[int]) -> list[int]:
    with unit_of_work():
        by = make_actor(scene.trainer)
        return [decisions.propose(one, by=by) for one in enrolment_ids]


def grant_all(scene: Scene, decision_ids: list[int]) -> None:
    with unit_of_work():
        by = make_actor(scene.board)
        for one in decision_ids:
            decisions.decide(one, "grant", by=by)


def test_the_list_of_who_is_ready_does_not_grow(scene: Scene, sign_in) -> None:
    client = sign_in(scene.trainer)
    few = statements(client, "/certificaten")
    add_ready(scene, 20)

    assert statements(client, "/certificaten") == few <= MOST_STATEMENTS


def test_the_list_of_who_waits_does_not_grow(scene: Scene, sign_in) -> None:
    client = sign_in(scene.board)
    propose_all(scene, [scene.enrolment.id])
    few = statements(client, "/certificaten")
    propose_all(scene, add_ready(scene, 20))

    assert statements(client, "/certificaten") == few <= MOST_STATEMENTS


def test_the_register_does_not_grow(scene: Scene, sign_in) -> None:
    client = sign_in(scene.board)
    grant_all(scene, propose_all(scene, [scene.enrolment.id]))
    few = statements(client, "/certificaten/register")
    grant_all(scene, propose_all(scene, add_ready(scene, 20)))

    assert statements(client, "/certificaten/register") == few <= MOST_STATEMENTS


@pytest.mark.slow
def test_the_public_check_takes_a_handful(scene: Scene, client: FlaskClient) -> None:
    issue(scene, code=CODE)

    assert statements(client, f"/c/{CODE}") <= 6
    assert len(client.get(f"/c/{CODE}").data) <= 40_000


def test_a_dossier_stays_within_the_limit(scene: Scene, sign_in) -> None:
    (decision_id,) = propose_all(scene, [scene.enrolment.id])

    client = sign_in(scene.board)

    assert statements(client, f"/certificaten/voorstel/{decision_id}") <= MOST_STATEMENTS
