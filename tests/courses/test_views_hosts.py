"""The resident who is host of a group of governors: who chooses, and what is kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from courses.models import CohortHost
from courses.services.hosts import fits_under_a_signature
from tests.courses.training_group import make_group
from tests.factories import make_coordinator, make_person, make_place

NAME = "Urmila Sewpersad-Baldewsingh"
YES = {"printed_name": NAME, "agreed": "y"}


class Scene:
    """A group, its coordinator, and a resident of the same neighbourhood."""

    def __init__(self, course: str = "gov") -> None:
        self.group = make_group(1, course=course)
        with unit_of_work():
            self.urmila = make_person(
                "Urmila",
                "Sewpersad",
                place_id=self.group.place_id,
                phone="06-00000007",
                name_on_certificate=NAME,
            ).id
        self.cohort = f"/groepen/{self.group.cohort_id}"
        self.page = f"{self.cohort}/gastheer"
        self.ask = f"{self.page}/{self.urmila}"


@pytest.fixture
def scene(app):
    return Scene()


@pytest.fixture
def client(scene, sign_in):
    return sign_in(scene.group.coordinator_id)


def host():
    found = db.session.scalars(sa.select(CohortHost)).one_or_none()
    db.session.rollback()
    return found


def test_a_coordinator_looks_for_a_resident_asks_and_notes_the_name(scene, client):
    assert scene.page in client.get(scene.cohort).text
    assert "Dan tekent de trainer alleen." in client.get(scene.page).text
    found = client.post(f"{scene.page}/zoek", data={"name": "urmi"}).text
    assert f'href="{scene.ask}"' in found
    page = client.get(scene.ask).text
    assert f'value="{NAME}"' in page
    assert "tel:" in page
    answer = client.post(scene.ask, data=YES)
    assert (answer.status_code, answer.location) == (303, scene.cohort)
    assert (host().person_id, host().printed_name) == (scene.urmila, NAME)
    assert host().noted_by_id == scene.group.coordinator_id
    assert f"Gastvrouw of gastheer: {NAME}." in client.get(scene.cohort).text
    assert NAME in client.get(scene.page).text


def test_the_yes_of_the_host_is_on_record_as_theirs(scene, client):
    client.post(scene.ask, data=YES)
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:host:agreed")
    ).one()
    assert (event.subject_id, event.data["on_behalf_of"]) == (scene.urmila, scene.urmila)
    assert NAME not in str(event.data)


def test_another_host_takes_the_place_and_the_host_can_be_taken_off(scene, client):
    with unit_of_work():
        ben = make_person("Ben", "Kok", place_id=scene.group.place_id).id
    client.post(scene.ask, data=YES)
    answer = client.post(f"{scene.page}/{ben}", data={"printed_name": "Ben Kok", "agreed": "y"})
    assert answer.status_code == 303
    assert (host().person_id, host().printed_name) == (ben, "Ben Kok")
    assert client.post(f"{scene.page}/weg").status_code == 303
    assert host() is None
    assert client.post(f"{scene.page}/weg").status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"printed_name": NAME}, "Vraag eerst of de naam zo goed is."),
        ({"printed_name": " ", "agreed": "y"}, "Schrijf de naam zoals hij"),
        ({"printed_name": "王秀英", "agreed": "y"}, "Deze tekens kunnen wij niet drukken"),
        ({"printed_name": "Urmila\u202e", "agreed": "y"}, "onzichtbare tekens"),
        ({"printed_name": "Urmila " * 12, "agreed": "y"}, "te lang voor het papier"),
        ({"printed_name": "U" * 201, "agreed": "y"}, "te lang voor het papier"),
    ],
)
def test_a_name_is_agreed_to_and_can_be_printed(scene, client, data, said):
    answer = client.post(scene.ask, data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert host() is None


def test_who_trains_or_takes_part_is_no_host_of_the_own_group(scene, client):
    group = scene.group
    with unit_of_work():
        for person_id in (group.learners[0], group.trainer_id):
            db.session.get_one(Person, person_id).place_id = group.place_id
    names = client.post(f"{scene.page}/zoek", data={"name": "e"}).text
    for person_id in (group.learners[0], group.trainer_id):
        assert f"{scene.page}/{person_id}" not in names
        answer = client.post(f"{scene.page}/{person_id}", data=YES)
        assert answer.status_code == 409
        assert "Kies een bewoner." in answer.text
    assert host() is None


def test_a_group_without_a_host_in_its_course_has_no_such_page(app, sign_in):
    scene = Scene("res")
    client = sign_in(scene.group.coordinator_id)
    assert scene.page not in client.get(scene.cohort).text
    for answer in (
        client.get(scene.page),
        client.get(scene.ask),
        client.post(scene.ask, data=YES),
        client.post(f"{scene.page}/weg"),
        client.post(f"{scene.page}/zoek", data={"name": "urmi"}),
    ):
        assert answer.status_code == 404


def test_a_coordinator_elsewhere_finds_neither_group_nor_host(scene, sign_in):
    with unit_of_work():
        stranger = make_coordinator(make_place("Nijwâlde"))
    client = sign_in(stranger)
    assert client.get(scene.page).status_code == 404
    assert client.post(f"{scene.page}/zoek", data={"name": "urmi"}).status_code == 404
    assert client.post(scene.ask, data=YES).status_code == 404
    assert client.post(f"{scene.page}/weg").status_code == 404
    assert host() is None


def test_who_lives_in_another_region_is_not_found(scene, client):
    with unit_of_work():
        far = make_person("Urmila", "Ver", place_id=make_place("Nijwâlde").id).id
    assert "Urmila Ver" not in client.post(f"{scene.page}/zoek", data={"name": "urmila"}).text
    assert client.get(f"{scene.page}/{far}").status_code == 404
    assert client.post(f"{scene.page}/{far}", data=YES).status_code == 404


def test_trainers_participants_and_others_choose_no_host(scene, sign_in):
    group = scene.group
    for person_id in (group.trainer_id, group.assessor_id, group.learners[0], scene.urmila):
        client = sign_in(person_id)
        assert client.get(scene.page).status_code == 403
        assert client.post(scene.ask, data=YES).status_code == 403
        assert client.post(f"{scene.page}/weg").status_code == 403
    assert host() is None


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Ú", True),
        (NAME, True),
        ("Maria Guadalupe van den Heuvel-Baldewsingh", True),
        ("Maria Guadalupe Concepción van den Heuvel-Baldewsingh el Khattabi", False),
        ("Llanfairpwllgwyngyllgogerychwyrndrobwll", False),
        ("Jan van der Wolkenkrabbersteinhausenberg", False),
    ],
)
def test_a_name_takes_two_lines_under_a_signature_at_most(name, fits):
    assert fits_under_a_signature(name) is fits


@pytest.mark.parametrize("where", ["gastheer", "aanmeldingen"])
def test_an_apostrophe_makes_no_difference_for_who_searches(scene, client, where):
    with unit_of_work():
        make_person("Giovanni", "D'Angelo", place_id=scene.group.place_id)
    for words in ("dangelo", "d'angelo"):
        found = client.post(f"{scene.cohort}/{where}/zoek", data={"name": words}).text
        assert "D&#39;Angelo" in found
