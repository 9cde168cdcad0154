"""What people say of themselves, and *Doe iets namens*."""

from __future__ import annotations

import pytest

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from academy.people.queries.about import get_about
from tests.courses.training_group import add_person, after, grant, make_group, well_formed

NAMES = {"call_name": "Samira", "prefix": "el", "last_name": "Idrissi"}


@pytest.fixture
def group(app):
    with clock.at(after(1)):
        yield make_group(2)


def coach_of(group):
    with unit_of_work():
        coach = add_person("Elly Begeleider")
        grant(coach, "coach", kind="person", scope_id=group.learners[0])
    return coach


def read(person_id):
    found = get_about(person_id)
    db.session.rollback()
    return found


def test_everybody_says_for_themselves_how_they_are_called_and_reached(group, sign_in):
    me = group.learners[0]
    client = sign_in(me)
    well_formed(client.get("/gegevens/over-mij").text)
    assert client.post("/gegevens/namen", data=NAMES).location == "/gegevens/over-mij"
    contact = {"phone": "06-00000888", "email": "", "preferred_channel": "message", "support": ""}
    assert client.post("/gegevens/contact", data=contact).status_code == 303
    consent = {"kind": "photo", "given": "yes"}
    assert client.post("/gegevens/toestemming", data=consent).status_code == 303
    found = read(me)
    assert found.display_name == "Samira el Idrissi"
    assert (found.preferred_channel, found.consents) == ("message", {"photo"})
    assert "Samira el Idrissi" in sign_in(group.trainer_id).get(f"/groepen/{group.cohort_id}").text


def test_a_form_with_a_mistake_keeps_what_was_typed(group, sign_in):
    client = sign_in(group.learners[0])
    refused = client.post("/gegevens/namen", data={"prefix": "van de"})
    assert refused.status_code == 422
    assert 'value="van de"' in well_formed(refused.text)
    data = {"preferred_channel": "email", "phone": "", "email": "", "support": "graag voorlezen"}
    refused = client.post("/gegevens/contact", data=data)
    assert refused.status_code == 422
    assert "graag voorlezen" in well_formed(refused.text)


def test_trainer_coach_and_coordinator_do_it_on_behalf_of_a_participant(group, sign_in):
    her = group.learners[0]
    for number, person in enumerate((group.trainer_id, coach_of(group), group.coordinator_id)):
        helper = sign_in(person)
        hub = well_formed(helper.get(f"/namens/{her}").text)
        assert f'href="/namens/{her}/gegevens"' in hub
        well_formed(helper.get(f"/namens/{her}/gegevens").text)
        back = f"/namens/{her}/gegevens"
        names = NAMES | {"call_name": f"Samira{number}"}
        posts = [
            ("namen", names),
            ("naam", {"name_on_certificate": f"Samïra {number}"}),
            ("contact", {"preferred_channel": "letter"}),
            ("taal", {"language": "en" if number % 2 else "nl"}),
            ("toestemming", {"kind": "phone_list", "given": "no" if number % 2 else "yes"}),
        ]
        for what, data in posts:
            answer = helper.post(f"/namens/{her}/{what}", data=data)
            assert (answer.status_code, answer.location) == (303, back), what
        found = read(her)
        assert found.call_name == f"Samira{number}"
        assert found.name_on_certificate == f"Samïra {number}"
    own = well_formed(sign_in(her).get("/gegevens").text)
    assert "Your name changed" in own or "Je naam veranderd" in own
    for name in ("Tess Trainer", "Elly Begeleider", "Coco Coordinator"):
        assert name in own


def test_the_page_lists_what_can_be_done_and_what_was_done(group, sign_in):
    her, enrolment = group.learners[0], group.enrolments[0]
    for person in (group.trainer_id, coach_of(group), group.coordinator_id):
        hub = sign_in(person).get(f"/namens/{her}").text
        assert f'action="/leergang/{enrolment}/afmelden/{group.sessions[1]}"' in hub
        assert f'href="/leergang/{enrolment}/opdracht/1"' in hub
        assert f'href="/leergang/{enrolment}/vragen/1"' in hub
        assert f'href="/leergang/{enrolment}/opdracht/2"' not in hub
    coach = sign_in(person)
    coach.post(f"/leergang/{enrolment}/afmelden/{group.sessions[1]}")
    hub = coach.get(f"/namens/{her}").text
    assert "Je afgemeld voor een bijeenkomst" in hub
    assert "/afmelden/" not in hub


def test_a_coach_comes_back_to_the_page_after_reporting_absence(group, sign_in):
    her, enrolment = group.learners[0], group.enrolments[0]
    coach = sign_in(coach_of(group))
    posted = coach.post(f"/leergang/{enrolment}/afmelden/{group.sessions[1]}")
    assert posted.location == f"/namens/{her}"


def test_others_find_nothing(group, sign_in, client):
    her = group.learners[0]
    other = make_group(1, name="Elders")
    coach = coach_of(group)
    strangers = [
        (group.learners[1], 403),
        (group.assessor_id, 403),
        (other.trainer_id, 404),
        (other.coordinator_id, 404),
    ]
    for person, status in strangers:
        stranger = sign_in(person)
        for page in ("", "/gegevens"):
            assert stranger.get(f"/namens/{her}{page}").status_code == status
        for what in ("namen", "naam", "contact", "taal", "toestemming"):
            posted = stranger.post(f"/namens/{her}/{what}", data=NAMES)
            assert posted.status_code == status
    assert sign_in(coach).get(f"/namens/{group.learners[1]}").status_code == 404
    assert sign_in(group.trainer_id).get(f"/namens/{group.trainer_id}").status_code == 404
    assert sign_in(group.coordinator_id).get(f"/namens/{group.trainer_id}").status_code == 404
    assert client.get(f"/namens/{her}").status_code == 303
    assert db.session.get_one(Person, her).call_name == "Deelnemer 01"
    assert get_about(her).consents == frozenset()
