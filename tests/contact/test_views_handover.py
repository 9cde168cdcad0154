"""A message goes to another region: who may give it, who gets it, and how it comes back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.contact import queries, services
from academy.contact.models import ContactHandover, ContactRequest
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.mail import OutgoingMail
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)


class Regions:
    """Two regions, each with a coordinator, and a message that lies in the first."""

    def __init__(self) -> None:
        with unit_of_work():
            self.here, self.there = make_place(), make_place("Heksloot-Noord")
            self.tineke = make_coordinator(self.here)
            self.yusuf = make_person("Yusuf", "Demir")
            make_grant(self.yusuf, "coordinator", place=self.there)
            message = services.Message(
                name="Fien",
                reach="fien@voorbeeld.example",
                place_words="Heksloot",
                message="Mag ik meedoen?",
            )
            request = services.receive(message)
            request.place_id = self.here.id
            request.handled_by_id = self.tineke.id
            self.page = f"/berichten/{request.id}"
            self.id = request.id
        self.region = {"region": self.there.id}


@pytest.fixture
def regions(app):
    return Regions()


def stored(regions):
    request = db.session.get_one(ContactRequest, regions.id)
    db.session.rollback()
    return request


def outcomes():
    found = db.session.scalars(sa.select(ContactHandover.outcome).order_by(ContactHandover.id))
    return list(found)


def give(regions):
    with unit_of_work():
        services.hand_over(regions.id, regions.there.id, by=make_actor(regions.tineke))


def test_a_message_leaves_the_own_list_and_is_on_theirs_with_who_gave_it(regions, sign_in):
    client = sign_in(regions.tineke)
    assert "Heksloot-Noord, Waterdam" in client.get(regions.page).text
    answer = client.post(f"{regions.page}/andere-regio", data=regions.region)
    assert (answer.status_code, answer.location) == (303, "/berichten")
    assert client.get(regions.page).status_code == 404
    inbox = client.get("/berichten").text
    assert "Mag ik meedoen?" not in inbox
    assert "Ligt bij Heksloot-Noord, Waterdam." in inbox
    client = sign_in(regions.yusuf)
    inbox = client.get("/berichten").text
    assert f"Doorgegeven door {regions.tineke.display_name} op" in inbox
    assert "Mag ik meedoen?" in inbox
    page = client.get(regions.page).text
    assert f"{regions.tineke.display_name} gaf dit bericht door op" in page
    assert "Doorgegeven aan een andere regio" in page
    assert f"Doorgegeven door {regions.tineke.display_name}" in client.get("/vandaag").text
    assert (stored(regions).place_id, stored(regions).handled_by_id) == (regions.there.id, None)


def test_who_wrote_hears_nothing_twice_and_the_promise_stays(regions):
    before = stored(regions).answer_by
    mails = sa.select(sa.func.count()).select_from(OutgoingMail)
    assert db.session.scalar(mails) == 1
    give(regions)
    assert db.session.scalar(mails) == 1
    assert stored(regions).answer_by == before


def test_until_it_is_picked_up_it_can_be_taken_back(regions, sign_in):
    give(regions)
    client = sign_in(regions.tineke)
    answer = client.post(f"{regions.page}/terughalen")
    assert (answer.status_code, answer.location) == (303, regions.page)
    assert stored(regions).place_id == regions.here.id
    assert stored(regions).handled_by_id == regions.tineke.id
    assert outcomes() == ["taken_back"]
    assert "Teruggehaald" in client.get(regions.page).text
    assert "nog niet opgepakt" not in client.get("/berichten").text
    assert sign_in(regions.yusuf).get(regions.page).status_code == 404
    assert sign_in(regions.tineke).post(f"{regions.page}/terughalen").status_code == 409


def test_looking_at_a_message_does_not_pick_it_up(regions, sign_in):
    give(regions)
    assert sign_in(regions.yusuf).get(regions.page).status_code == 200
    assert outcomes() == [None]


@pytest.mark.parametrize(
    ("act", "data"),
    [("geen-gehoor", {}), ("stap", {"step": "contacted"}), ("soort", {"kind": "resident"})],
)
def test_anything_they_do_picks_it_up(regions, sign_in, act, data):
    give(regions)
    data = data | ({"place": regions.there.id} if act == "soort" else {})
    client = sign_in(regions.yusuf)
    assert client.post(f"{regions.page}/{act}", data=data).status_code == 303
    assert outcomes() == ["picked_up"]
    assert "gaf dit bericht door" not in client.get(regions.page).text
    client = sign_in(regions.tineke)
    assert "Ligt bij" not in client.get("/berichten").text
    refused = client.post(f"{regions.page}/terughalen")
    assert refused.status_code == 409
    assert "al opgepakt" in refused.text
    assert stored(regions).place_id == regions.there.id


def test_with_one_button_a_coordinator_takes_it_up(regions, sign_in):
    give(regions)
    client = sign_in(regions.yusuf)
    assert "Ik pak het op" in client.get(regions.page).text
    answer = client.post(f"{regions.page}/wie", data={"person": regions.yusuf.id})
    assert answer.status_code == 303
    assert stored(regions).handled_by_id == regions.yusuf.id
    assert outcomes() == ["picked_up"]
    assert "Ik pak het op" not in client.get(regions.page).text


def test_a_message_can_travel_on_and_only_its_last_giver_takes_it_back(regions):
    give(regions)
    with unit_of_work():
        services.hand_over(regions.id, regions.here.id, by=make_actor(regions.yusuf))
    assert outcomes() == ["picked_up", None]
    with pytest.raises(ConflictError), unit_of_work():
        services.take_back(regions.id, by=make_actor(regions.tineke))
    with unit_of_work():
        services.take_back(regions.id, by=make_actor(regions.yusuf))
    assert stored(regions).place_id == regions.there.id


def test_a_colleague_of_the_region_takes_it_back_too(regions):
    with unit_of_work():
        colleague = make_coordinator(regions.here)
    give(regions)
    with unit_of_work():
        services.take_back(regions.id, by=make_actor(colleague))
    assert stored(regions).handled_by_id == regions.tineke.id


def test_a_coordinator_elsewhere_can_neither_give_nor_take_what_is_not_theirs(regions, sign_in):
    with unit_of_work():
        stranger = make_coordinator(make_place("Nijwâlde"))
    for person in (regions.yusuf, stranger):
        client = sign_in(person)
        assert client.post(f"{regions.page}/terughalen").status_code == 404
        here = {"region": regions.here.id}
        assert client.post(f"{regions.page}/andere-regio", data=here).status_code == 404
    give(regions)
    for person in (regions.yusuf, stranger):
        assert sign_in(person).post(f"{regions.page}/terughalen").status_code == 404
    assert sign_in(stranger).get(regions.page).status_code == 404
    assert outcomes() == [None]


def test_others_hand_over_nothing(regions, sign_in):
    with unit_of_work():
        board = make_person("Josien")
        make_grant(board, "board")
        trainer, samira = make_trainer(make_cohort(place=regions.here)), make_person()
        db.session.get_one(ContactRequest, regions.id).handled_by_id = board.id
    for person in (board, trainer, samira):
        client = sign_in(person)
        for act in ("andere-regio", "terughalen"):
            answer = client.post(f"{regions.page}/{act}", data=regions.region)
            assert answer.status_code == 403, (person.call_name, act)
    assert "andere regio" not in sign_in(board).get(regions.page).text
    assert outcomes() == []


def test_a_region_is_one_where_another_coordinator_works(regions, sign_in):
    with unit_of_work():
        nobody_there = make_place("Zonder coördinator")
    client = sign_in(regions.tineke)
    for place_id in (regions.here.id, nobody_there.id, 10**7):
        answer = client.post(f"{regions.page}/andere-regio", data={"region": place_id})
        assert answer.status_code == 422, place_id
    assert client.post(f"{regions.page}/andere-regio").status_code == 422
    assert outcomes() == []


def test_who_coordinates_everything_has_nobody_to_hand_over_to(regions, sign_in):
    with unit_of_work():
        everywhere = make_coordinator()
    assert queries.region_choices(make_actor(everywhere)) == []
    assert "andere regio" not in sign_in(everywhere).get(regions.page).text


def test_what_is_settled_is_not_handed_over(regions):
    with unit_of_work():
        services.take_step(regions.id, "spam", by=make_actor(regions.tineke))
    with pytest.raises(ConflictError):
        give(regions)


def test_an_unknown_message_is_not_found(regions):
    with pytest.raises(NotFoundError), unit_of_work():
        services.take_back(10**7, by=make_actor(regions.tineke))


def test_every_step_leaves_its_trace(regions):
    give(regions)
    with unit_of_work():
        services.take_back(regions.id, by=make_actor(regions.tineke))
    give(regions)
    with unit_of_work():
        services.note_no_answer(regions.id, by=make_actor(regions.yusuf))
    actions = db.session.scalars(
        sa.select(AuditEvent.action)
        .where(AuditEvent.object_id == regions.id, AuditEvent.object_kind == "contact_request")
        .order_by(AuditEvent.id)
    ).all()
    assert [one.removeprefix("contact:request:") for one in actions] == [
        "received",
        "handed-over",
        "taken-back",
        "handed-over",
        "picked-up",
        "called",
    ]
