"""Why something is refused, and why a proof must go, survive the question who one is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from certificates.models import Decision, Revocation
from certificates.services import decisions
from tests.certificates.ready import Scene, commit_scene, issue
from tests.factories import make_actor
from tests.people.held_forms import confirm, send, send_after_all, wears_off, with_password


@pytest.fixture
def scene(app) -> Scene:
    scene = commit_scene()
    with_password(scene.board)
    return scene


def test_the_reason_of_a_refusal_is_kept(scene: Scene, sign_in) -> None:
    with unit_of_work():
        decision_id = decisions.propose(scene.enrolment.id, by=make_actor(scene.trainer))
    client = sign_in(scene.board)
    page = f"/certificaten/voorstel/{decision_id}"
    wears_off()
    reason = "De proeve is door één beoordelaar bekeken. Laat hem opnieuw bekijken."
    data = {"outcome": "refuse", "reason": reason}
    asked = send(client, f"{page}/besluit", data, page=page)
    assert confirm(client, asked).location == "/verder"
    assert reason in client.get("/verder").text
    assert db.session.scalars(sa.select(Decision.outcome)).one() is None
    db.session.rollback()
    assert send_after_all(client, f"{page}/besluit").status_code == 303
    decided = db.session.scalars(sa.select(Decision)).one()
    assert (decided.outcome, decided.reason) == ("refuse", reason)


@pytest.mark.slow
def test_the_ground_of_a_revocation_is_kept(scene: Scene, sign_in) -> None:
    page = f"/certificaten/{issue(scene)}/intrekken"
    client = sign_in(scene.board)
    wears_off()
    asked = send(client, page, {"ground": "fraud"})
    assert confirm(client, asked).location == "/verder"
    assert send_after_all(client, page).status_code == 303
    assert db.session.scalars(sa.select(Revocation.ground)).one() == "fraud"
