"""Somebody who walks in: added on the spot, the talk comes later."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from courses.models import AttendanceMark, Cohort, Enrolment, EnrolmentEvent
from tests.courses.training_group import after, enrol, make_group, well_formed


@pytest.fixture
def group(app):
    with clock.at(after(1)):
        yield make_group(2)


def page_of(group, session=0):
    return f"/groepen/{group.cohort_id}/aanwezig/{group.sessions[session]}/erbij"


def test_a_trainer_adds_who_walked_in_with_only_a_name(group, sign_in):
    client = sign_in(group.trainer_id)
    register = f"/groepen/{group.cohort_id}/aanwezig/{group.sessions[0]}"
    assert f'href="{page_of(group)}"' in client.get(register).text
    well_formed(client.get(page_of(group)).text)
    answer = client.post(page_of(group), data={"call_name": "阿里", "prefix": "", "last_name": ""})
    assert (answer.status_code, answer.location) == (303, register)
    person = db.session.scalars(sa.select(Person).where(Person.call_name == "阿里")).one()
    enrolment = db.session.scalars(
        sa.select(Enrolment).where(Enrolment.person_id == person.id)
    ).one()
    assert (enrolment.state, enrolment.intake_by_id) == ("active", None)
    steps = sa.select(EnrolmentEvent.to_state).where(EnrolmentEvent.enrolment_id == enrolment.id)
    assert db.session.scalars(steps.order_by(EnrolmentEvent.id)).all() == [
        "applied",
        "admitted",
        "active",
    ]
    mark = db.session.scalars(sa.select(AttendanceMark)).one()
    assert (mark.enrolment_id, mark.status) == (enrolment.id, "present")
    assert "阿里" in client.get(register).text


def test_the_coordinator_notes_the_talk_afterwards(group, sign_in):
    sign_in(group.trainer_id).post(page_of(group), data={"last_name": "Bos"})
    enrolment_id = db.session.scalar(sa.select(sa.func.max(Enrolment.id)))
    client = sign_in(group.coordinator_id)
    dossier = f"/deelname/{enrolment_id}"
    assert "Kennismakingsgesprek" in client.get(dossier).text
    noted = client.post(f"{dossier}/kennismaking", data={"agreed": "y"})
    assert noted.status_code == 303
    assert db.session.get_one(Enrolment, enrolment_id).intake_by_id == group.coordinator_id


def test_who_applied_already_is_one_button(group, sign_in):
    with unit_of_work():
        enrolment_id = enrol(group.cohort_id, "Noor", state="applied")
    client = sign_in(group.trainer_id)
    assert "Noor is er" in client.get(page_of(group)).text
    posted = client.post(page_of(group), data={"enrolment_id": str(enrolment_id)})
    assert posted.status_code == 303
    assert db.session.get_one(Enrolment, enrolment_id).state == "active"


def test_a_name_is_needed_and_a_chair(group, sign_in):
    client = sign_in(group.trainer_id)
    refused = client.post(page_of(group), data={"prefix": "van"})
    assert refused.status_code == 422
    assert 'href="#call_name"' in well_formed(refused.text)
    with unit_of_work():
        db.session.get_one(Cohort, group.cohort_id).capacity = 2
    full = client.post(page_of(group), data={"call_name": "Ali"})
    assert full.status_code == 409
    assert "De groep is vol." in full.text
    assert not db.session.scalars(sa.select(Person).where(Person.call_name == "Ali")).all()


def test_nobody_walks_in_before_the_day_or_elsewhere(group, sign_in):
    other = make_group(1, name="Elders")
    client = sign_in(group.trainer_id)
    assert client.get(page_of(group, 3)).status_code == 404
    assert client.post(page_of(group, 3), data={"call_name": "Ali"}).status_code == 404
    stranger = {"enrolment_id": str(other.enrolments[0])}
    assert client.post(page_of(group), data=stranger).status_code == 404
    assert client.post(page_of(group), data={"enrolment_id": "x"}).status_code == 404
    assert sign_in(other.trainer_id).get(page_of(group)).status_code == 404
    assert sign_in(group.assessor_id).get(page_of(group)).status_code == 403
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 0


def test_who_we_know_already_is_not_added_twice(group, sign_in):
    other = make_group(1, name="Elders")
    with unit_of_work():
        known = db.session.get_one(Person, other.learners[0])
        known.phone = "0612345678"
        name = known.call_name
    client = sign_in(other.coordinator_id)
    page = f"/groepen/{other.cohort_id}/aanwezig/{other.sessions[0]}/erbij"
    here = client.post(page, data={"call_name": "Iemand", "phone": "+31 6 12345678"})
    assert here.status_code == 422
    assert "Staat al bij deze groep." in well_formed(here.text)
    assert f"Dit is {name}" not in here.text

    with unit_of_work():  # one region, two groups: its coordinator reaches both
        db.session.get_one(Cohort, group.cohort_id).place_id = other.place_id
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Person))
    warned = client.post(page_of(group), data={"call_name": name})
    assert warned.status_code == 422
    assert f"Dit is {name}" in warned.text
    assert "Misschien kennen we deze persoon al." in warned.text
    seated = client.post(page_of(group), data={"person_id": str(known.id)})
    assert seated.status_code == 303
    enrolment = db.session.scalars(
        sa.select(Enrolment).where(
            Enrolment.person_id == known.id, Enrolment.cohort_id == group.cohort_id
        )
    ).one()
    assert enrolment.state == "active"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == before


def test_somebody_else_of_the_same_name_is_added_after_looking(group, sign_in):
    client = sign_in(group.trainer_id)
    client.post(page_of(group), data={"call_name": "Ali", "form_key": "a"})
    warned = client.post(page_of(group), data={"call_name": "Ali", "form_key": "b"})
    assert warned.status_code == 422
    first = db.session.scalars(sa.select(Person.id).where(Person.call_name == "Ali")).one()
    data = {"call_name": "Ali", "form_key": "b", "seen": str(first)}
    assert client.post(page_of(group), data=data).status_code == 303
    assert client.post(page_of(group), data=data | {"seen": ""}).status_code == 303
    assert len(db.session.scalars(sa.select(Person.id).where(Person.call_name == "Ali")).all()) == 2


def test_a_trainer_seats_nobody_from_elsewhere(group, sign_in):
    other = make_group(1, name="Elders")
    client = sign_in(group.trainer_id)
    for person_id in (other.learners[0], 999_999, 2**40, "x"):
        posted = client.post(page_of(group), data={"person_id": str(person_id)})
        assert posted.status_code == 404, person_id
    warned = client.post(page_of(group), data={"call_name": "Iemand", "last_name": "Anders"})
    assert warned.status_code == 303
