"""A coordinator lets participants of the own region come in by mail, and nobody else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.mail import OutgoingMail
from academy.kernel.policy import Reach
from academy.people.models import Account
from academy.people.services.invite import invite, may_invite
from academy.people.services.sign_in import make_account
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_person,
    make_place,
    make_trainer,
)


@pytest.fixture
def street(app):
    with unit_of_work():
        place = make_place("Heksloot")
        cohort = make_cohort(place=place)
        samira = make_person("Samira", email="samira@test.example")
        enrolment = make_enrolment(cohort, samira)
    return {
        "place": place,
        "cohort": cohort,
        "samira": samira,
        "enrolment": enrolment,
        "reach": Reach(cohort_id=cohort.id, place_id=place.id),
        "by": make_actor(make_coordinator(place)),
    }


def mails() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(OutgoingMail.template, OutgoingMail.to_address))
    return [(row.template, row.to_address) for row in rows]


def test_who_is_invited_has_a_door_and_a_mail(street):
    samira, reach, by = street["samira"], street["reach"], street["by"]
    assert may_invite(samira.id, by=by, found_at=reach)
    with unit_of_work():
        invite(samira.id, by=by, found_at=reach)
    assert db.session.get_one(Account, samira.id).mailbox == "samira@test.example"
    assert mails() == [("people/invited", "samira@test.example")]
    assert not may_invite(samira.id, by=by, found_at=reach)
    with pytest.raises(ConflictError, match="al binnenkomen"):
        invite(samira.id, by=by, found_at=reach)


def test_another_region_and_a_trainer_invite_nobody(street):
    far = make_actor(make_coordinator(make_place("Ver weg")))
    for by in (far, make_actor(make_trainer(street["cohort"]))):
        assert not may_invite(street["samira"].id, by=by, found_at=street["reach"])
        with pytest.raises(NotFoundError):
            invite(street["samira"].id, by=by, found_at=street["reach"])


def test_without_an_address_that_works_nobody_is_invited(street):
    nobody = make_person("Zonder", email=None)
    broken = make_person("Kapot", email="geen adres")
    for person in (nobody, broken):
        with pytest.raises(InvalidInputError):
            invite(person.id, by=street["by"], found_at=street["reach"])
    assert mails() == []


def test_who_sees_data_of_others_is_let_in_by_an_administrator(street):
    trainer = make_trainer(street["cohort"])
    with pytest.raises(ConflictError, match="gegevens van anderen"):
        invite(trainer.id, by=street["by"], found_at=street["reach"])


def test_a_door_that_was_closed_stays_closed(street):
    samira, by = street["samira"], street["by"]
    with unit_of_work():
        account = make_account(samira.id, samira.email, by=by)
        account.mailbox, account.disabled_at = None, sa.func.now()
    assert not may_invite(samira.id, by=by, found_at=street["reach"])
    with pytest.raises(ConflictError, match="nu niet binnenkomen"):
        invite(samira.id, by=by, found_at=street["reach"])


def test_the_page_has_the_button_until_it_was_pressed(street, sign_in):
    client = sign_in(street["by"].person_id)
    address = f"/deelname/{street['enrolment'].id}"
    assert "Laat Samira binnen per mail" in client.get(address).text
    assert client.post(f"{address}/binnenlaten").status_code == 303
    page = client.get(address).text
    assert "kan nu binnenkomen en krijgt een mail" in page
    assert "binnen per mail" not in page
    assert client.post(f"{address}/binnenlaten").status_code == 409
