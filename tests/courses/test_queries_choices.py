"""Who and what a coordinator may choose for a cohort: from the own region, not from elsewhere."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from courses.models import Cohort, CohortTrainer
from courses.queries.choices import organisation_choices, trainer_choices
from courses.queries.cohorts import get_cohort
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_course,
    make_grant,
    make_organisation,
    make_person,
    make_place,
)


@pytest.fixture
def here(app):
    """Return a cohort in a neighbourhood, which lies in a district of which somebody is in charge.

    The trainers each hold another scope; the last two have nothing to do with this district.
    """
    with unit_of_work():
        town = make_place("Waterdam", kind="village")
        district = make_place("Noord", kind="district", parent_id=town.id)
        place = make_place(parent_id=district.id)
        elsewhere = make_place("Heksloot")
        payer = make_organisation()
        cohort = make_cohort(place=place, client_organisation_id=payer.id)
        scopes = {
            "Overal": {},
            "Stad": {"place": town},
            "Buurt": {"place": place},
            "Betaler": {"organisation": payer},
            "Groep": {"cohort": make_cohort(place=place)},
            "Ginds": {"place": elsewhere},
            "Groep ginds": {"cohort": make_cohort(place=elsewhere)},
        }
        people = {}
        for name, scope in scopes.items():
            people[name] = make_person(name)
            make_grant(people[name], "trainer", **scope)
        gone = make_person("Vroeger")
        make_grant(gone, "trainer", place=place, valid_to=date(2021, 1, 1))
        return {"cohort": cohort, "district": district, "place": place, "people": people}


def names(choices):
    return sorted(one.label.partition(" Nummer")[0] for one in choices)


def test_a_coordinator_chooses_from_the_trainers_of_the_own_region(here):
    by = make_actor(make_coordinator(here["district"]))
    head = get_cohort(here["cohort"].id, by)
    assert names(trainer_choices(head, by)) == ["Betaler", "Buurt", "Groep", "Overal", "Stad"]


def test_who_coordinates_everything_chooses_from_everybody(here):
    by = make_actor(make_coordinator())
    head = get_cohort(here["cohort"].id, by)
    assert names(trainer_choices(head, by)) == sorted(here["people"])


def test_who_trains_the_cohort_is_no_choice_any_more(here):
    by = make_actor(make_coordinator(here["district"]))
    trainer = here["people"]["Buurt"]
    db.session.add(CohortTrainer(cohort_id=here["cohort"].id, person_id=trainer.id, position=1))
    db.session.flush()
    head = get_cohort(here["cohort"].id, by)
    assert "Buurt" not in names(trainer_choices(head, by))


def test_the_form_takes_no_trainer_of_elsewhere(here, sign_in):
    with unit_of_work():
        client = sign_in(make_coordinator(here["district"]))
    address = f"/groepen/{here['cohort'].id}"
    page = client.get(f"{address}/bijeenkomsten").text
    assert here["people"]["Buurt"].display_name in page
    assert "Ginds" not in page
    assert "Groep ginds" not in page
    foreign = {"person_id": here["people"]["Groep ginds"].id}
    assert client.post(f"{address}/trainers", data=foreign).status_code == 422
    assert not db.session.scalars(sa.select(CohortTrainer)).all()


@pytest.fixture
def payers(app):
    """Return a place with its payer; another pays for a cohort there, the others elsewhere."""
    with unit_of_work():
        own, shared, foreign, new, far = (
            make_organisation(name=name)
            for name in ("Eigen", "Gedeeld", "Vreemd", "Nieuw", "Ver weg")
        )
        place = make_place(client_organisation_id=own.id)
        elsewhere = make_place("Heksloot", client_organisation_id=foreign.id)
        make_cohort(place=place, client_organisation_id=shared.id)
        make_cohort(place=elsewhere, client_organisation_id=far.id)
        return {"place": place, "foreign": foreign.id, "own": own.id, "new": new.id}


def test_a_coordinator_chooses_from_the_payers_of_the_own_region(payers):
    by = make_actor(make_coordinator(payers["place"]))
    assert names(organisation_choices(by)) == ["Eigen", "Gedeeld", "Nieuw"]
    everything = make_actor(make_coordinator())
    assert len(organisation_choices(everything)) == 5


def test_the_form_takes_no_payer_of_elsewhere(payers, sign_in):
    with unit_of_work():
        version = make_course()
        client = sign_in(make_coordinator(payers["place"]))
    page = client.get("/groepen/nieuw").text
    assert ">Eigen<" in page
    assert "Vreemd" not in page
    data = {
        "course_version_id": version.id,
        "name": "Nieuwe groep",
        "place_id": payers["place"].id,
        "starts_on": "2-2-2027",
        "location": "De Krokus",
        "capacity": "12",
    }
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Cohort))
    wrong = client.post("/groepen/nieuw", data=data | {"client_organisation_id": payers["foreign"]})
    assert wrong.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Cohort)) == before
    right = client.post("/groepen/nieuw", data=data | {"client_organisation_id": payers["own"]})
    assert right.status_code == 303
