"""Who wrote before, or takes part already, stays one person."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.contact import services
from academy.contact.models import ContactRequest
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from academy.people.models import Person, Place
from courses.models import Enrolment
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
)

WORDS = "Misschien kennen we deze persoon al."


@pytest.fixture
def scene(app):
    """Return a message of Fien de Wit, who is known here; her namesake lives elsewhere."""
    with unit_of_work():
        place, elsewhere = make_place(), make_place("Heksloot")
        fien = make_person("Fien", "Wit", prefix="de", place_id=place.id, phone="0612345678")
        stranger = make_person("Fien", "Wit", prefix="de", place_id=elsewhere.id)
        cohort = make_cohort(place=place, state="open")
        written = services.Message("fien DE WIT", "+31 6 1234 5678", "", "Ik wil weer meedoen.")
        request_id = services.receive(written).id
        tineke = make_coordinator(place)
        services.take_step(request_id, "contacted", by=make_actor(tineke))
        return {
            "page": f"/berichten/{request_id}",
            "request": request_id,
            "fien": fien.id,
            "stranger": stranger.id,
            "cohort": cohort.id,
            "tineke": tineke,
        }


def people():
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Person))
    db.session.rollback()
    return count


def writer(scene):
    person_id = db.session.get_one(ContactRequest, scene["request"]).person_id
    db.session.rollback()
    return person_id


def test_who_wrote_before_applies_as_the_same_person(scene, sign_in):
    client, before = sign_in(scene["tineke"]), people()
    page = client.get(f"{scene['page']}/aanmelden").text
    assert "Dit is Fien de Wit" in page
    assert "Zelfde naam. Zelfde telefoon." in page
    assert f'value="{scene["stranger"]}"' not in page

    linked = client.post(f"{scene['page']}/persoon", data={"person_id": scene["fien"]})
    assert (linked.status_code, linked.location) == (303, f"{scene['page']}/aanmelden")
    page = client.get(linked.location).text
    assert "Dit is Fien de Wit. We kennen deze persoon al." in page
    assert 'name="call_name"' not in page
    applied = client.post(f"{scene['page']}/aanmelden", data={"cohort": scene["cohort"]})
    assert applied.status_code == 303

    enrolment = db.session.scalars(sa.select(Enrolment)).one()
    assert (enrolment.person_id, enrolment.state) == (scene["fien"], "applied")
    assert people() == before
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "contact:request:linked")
    ).one()
    assert event.object_id == scene["request"]


def test_a_double_is_made_only_after_the_list_was_seen(scene, sign_in):
    client, before = sign_in(scene["tineke"]), people()
    data = {"call_name": "Fien", "prefix": "de", "last_name": "Wit", "cohort": scene["cohort"]}
    warned = client.post(f"{scene['page']}/aanmelden", data=data)
    assert warned.status_code == 422
    assert WORDS in warned.text
    assert people() == before
    seen = data | {"seen": str(scene["fien"])}
    assert client.post(f"{scene['page']}/aanmelden", data=seen).status_code == 303
    assert people() == before + 1


def test_nobody_out_of_reach_is_named_or_linked(scene, sign_in):
    client = sign_in(scene["tineke"])
    for person_id in (scene["stranger"], 999_999, 2**40, "x"):
        answer = client.post(f"{scene['page']}/persoon", data={"person_id": person_id})
        assert answer.status_code == 404, person_id
    assert client.post(f"{scene['page']}/persoon").status_code == 404
    assert writer(scene) is None
    with unit_of_work():
        other = make_coordinator(make_place("Ginds"))
        db.session.get_one(ContactRequest, scene["request"]).place_id = None
    page = sign_in(other).get(f"{scene['page']}/aanmelden").text
    assert "Dit is" not in page
    with unit_of_work():
        db.session.get_one(ContactRequest, scene["request"]).place_id = make_place("Ver").id
    answer = sign_in(other).post(f"{scene['page']}/persoon", data={"person_id": scene["fien"]})
    assert answer.status_code == 404


def test_a_wrong_yes_can_be_taken_back_until_the_application(scene, sign_in):
    client = sign_in(scene["tineke"])
    client.post(f"{scene['page']}/persoon", data={"person_id": scene["fien"]})
    assert writer(scene) == scene["fien"]
    assert client.post(f"{scene['page']}/iemand-anders").status_code == 303
    assert writer(scene) is None
    client.post(f"{scene['page']}/persoon", data={"person_id": scene["fien"]})
    client.post(f"{scene['page']}/aanmelden", data={"cohort": scene["cohort"]})
    assert client.post(f"{scene['page']}/iemand-anders").status_code == 409
    by = make_actor(scene["tineke"])
    with pytest.raises(ConflictError), unit_of_work():
        services.link_person(scene["request"], scene["fien"], by=by)
    assert writer(scene) == scene["fien"]


def test_the_board_reads_a_message_and_links_nobody(scene, sign_in):
    with unit_of_work():
        board = make_person("Elly")
        make_grant(board, "board")
        services.assign(scene["request"], board.id, by=make_actor(scene["tineke"]))
    client = sign_in(board)
    answer = client.post(f"{scene['page']}/persoon", data={"person_id": scene["fien"]})
    assert answer.status_code == 403
    with pytest.raises(ForbiddenError), unit_of_work():
        services.link_person(scene["request"], scene["fien"], by=make_actor(board))
    assert writer(scene) is None


def test_who_takes_part_in_the_region_is_in_reach_wherever_they_live(scene):
    by = make_actor(scene["tineke"])
    with pytest.raises(NotFoundError), unit_of_work():
        services.link_person(scene["request"], scene["stranger"], by=by)
    with unit_of_work():
        stranger = db.session.get_one(Person, scene["stranger"])
        make_enrolment(person=stranger, cohort=make_cohort(place=place_of(scene)))
        services.link_person(scene["request"], scene["stranger"], by=by)
    assert writer(scene) == scene["stranger"]


def place_of(scene):
    place_id = db.session.get_one(Person, scene["fien"]).place_id
    return db.session.get_one(Place, place_id)
