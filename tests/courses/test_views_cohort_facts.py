"""The page that corrects a cohort, and the text to invite the group with."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Consent
from courses.models import Cohort, Session
from tests.factories import (
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_place,
    make_trainer,
)


class Scene:
    """A cohort with a trainer and a participant, to be corrected by a coordinator."""

    def __init__(self) -> None:
        with unit_of_work():
            place = make_place("Bloemenbuurt")
            cohort = make_cohort(starts_on=date(2026, 12, 1), place=place, name="De Bloemen")
            self.trainer, self.coordinator = make_trainer(cohort), make_coordinator(place)
            self.trainer_id, self.coordinator_id = self.trainer.id, self.coordinator.id
            enrolment = make_enrolment(cohort)
            self.participant_id, self.path = enrolment.person_id, f"/leergang/{enrolment.id}"
            self.cohort_id, self.page = cohort.id, f"/groepen/{cohort.id}"
            self.form = f"{self.page}/aanpassen"
            self.place_id = place.id

    def fields(self, client, **changes: str) -> dict[str, str]:
        page = client.get(self.form).text
        seen = page.split('name="seen_version"')[1].split('value="')[1].split('"')[0]
        return {
            "name": "De Bloemen",
            "place_id": str(self.place_id),
            "client_organisation_id": "0",
            "starts_on": "1-12-2026",
            "location": "De Krokus",
            "step_free": "unknown",
            "capacity": "12",
            "seen_version": seen,
        } | changes


@pytest.fixture
def scene(app):
    return Scene()


def test_a_new_place_shows_on_the_page_of_a_participant(scene, sign_in):
    client = sign_in(scene.coordinator_id)
    assert scene.form in client.get(scene.page).text
    answer = client.post(scene.form, data=scene.fields(client, location="De Tulp"))
    assert (answer.status_code, answer.location) == (303, scene.page)
    assert "3 bijeenkomsten zijn nu op de nieuwe plek." in client.get(scene.page).text
    assert "De Tulp" in sign_in(scene.participant_id).get(scene.path).text


def test_a_wrong_form_comes_back_with_what_was_typed(scene, sign_in):
    client = sign_in(scene.coordinator_id)
    wrong = client.post(scene.form, data=scene.fields(client, name="", location="De Tulp"))
    assert wrong.status_code == 422
    assert "Geef de groep een naam." in wrong.text
    assert "De Tulp" in wrong.text


def test_who_comes_second_reads_so_and_may_still_save(scene, sign_in):
    client = sign_in(scene.coordinator_id)
    late = scene.fields(client, name="Van mij")
    assert client.post(scene.form, data=scene.fields(client, name="Eerst")).status_code == 303
    clash = client.post(scene.form, data=late)
    assert clash.status_code == 409
    assert "Iemand anders veranderde deze groep net." in clash.text
    seen = clash.text.split('name="seen_version"')[1].split('value="')[1].split('"')[0]
    assert client.post(scene.form, data=late | {"seen_version": seen}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Cohort, scene.cohort_id).name == "Van mij"


def test_a_trainer_copies_the_invitation_in_two_languages(scene, sign_in):
    page = sign_in(scene.trainer_id).get(scene.page).text
    assert scene.form not in page
    assert "Jullie zijn welkom bij de groep De Bloemen." in page
    assert "- dinsdag 1 december 2026, 19.00 tot" in page
    assert "You are welcome" in page
    assert "- Tuesday 1 December 2026" in page


def test_the_number_of_a_trainer_needs_a_yes(scene, sign_in):
    with unit_of_work():
        trainer = db.session.get_one(type(scene.trainer), scene.trainer_id)
        trainer.phone = "06-00000399"
    client = sign_in(scene.trainer_id)
    page = client.get(scene.page).text
    assert "06-00000399" not in page
    assert "Bel Tineke" in page
    with unit_of_work():
        yes = Consent(person_id=scene.trainer_id, kind="phone_list", given_on=clock.today())
        db.session.add(yes)
    assert "Bel Said: 06-00000399." in client.get(scene.page).text


def test_without_a_session_to_come_nobody_is_invited(scene, sign_in):
    with unit_of_work():
        for one in db.session.scalars(sa.select(Session)):
            one.state = "cancelled"
    assert "Nodig de groep uit" not in sign_in(scene.trainer_id).get(scene.page).text
