"""Guidance for a professional: the coordinator opens it, every 90 or 180 days."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan
from academy.kernel.db import db, unit_of_work
from certificates.models import Certificate
from tests.certificates.ready import commit_scene, issue
from tests.factories import make_coordinator, make_place


@pytest.fixture
def scene(app):
    """Somebody with a certificate of the professionals' course."""
    found = commit_scene()
    issue(found)
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(track="professionals"))
        db.session.execute(sa.delete(CoachingPlan))
    return found


def certified() -> int:
    found = db.session.scalars(sa.select(Certificate.person_id)).one()
    db.session.rollback()
    return found


def test_the_employer_arranges_it_and_the_rhythm_is_theirs(scene, sign_in):
    client = sign_in(scene.coordinator)
    person_id = certified()
    address = f"/begeleiding/professionals/{person_id}"
    assert address in client.get("/begeleiding/professionals").get_data(as_text=True)
    assert client.post(address, data={"rhythm_days": "60"}).status_code == 422
    assert client.post(address, data={"rhythm_days": "180"}).status_code == 303
    plan = db.session.scalars(sa.select(CoachingPlan)).one()
    assert (plan.state, plan.rhythm_days, plan.person_id) == ("to_match", 180, person_id)
    db.session.rollback()
    assert address not in client.get("/begeleiding/professionals").get_data(as_text=True)
    assert client.post(address, data={"rhythm_days": "90"}).status_code == 404


def test_another_region_finds_nobody(scene, sign_in):
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
    person_id = certified()
    client = sign_in(omar)
    address = f"/begeleiding/professionals/{person_id}"
    assert address not in client.get("/begeleiding/professionals").get_data(as_text=True)
    assert client.post(address, data={"rhythm_days": "90"}).status_code == 404
