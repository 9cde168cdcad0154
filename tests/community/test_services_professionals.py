"""Professionals: a refresher day, peer consultation and feedback count for their own renewal."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.models import MeetUp
from academy.community.queries.feedback import feedback_days
from academy.community.services import Reply
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError, NotFoundError
from certificates.models import Certificate, RenewalEvidence
from tests.community.street import SOON, certify, make_street
from tests.factories import make_actor, make_person, make_trainer

TODAY = date(2026, 11, 23)


@pytest.fixture
def street(app):
    found = make_street(capacity=10)
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(track="professionals"))
    return found


def evidence(person):
    found = sa.select(RenewalEvidence.requirement).filter_by(person_id=person.id)
    return sorted(db.session.scalars(found))


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("refresher", ["refresher_day"]),
        ("peer_consultation", ["intervision"]),
        ("follow_up", []),
        ("exchange", []),
    ],
)
def test_who_came_gets_what_counts_in_their_own_track(street, kind, counts):
    with unit_of_work():
        db.session.get_one(MeetUp, street.meetup_id).kind = kind
        by = make_actor(street.certified)
        services.answer_invitation(street.meetup_id, street.certified.id, Reply("yes"), by=by)
    came = {"by": street.by}
    with clock.at(clock.local(SOON, 18)):
        with unit_of_work():
            services.record_came(street.meetup_id, street.certified.id, came=True, **came)
        assert evidence(street.certified) == counts
        with unit_of_work():
            services.record_came(street.meetup_id, street.certified.id, came=False, **came)
    assert evidence(street.certified) == []


def test_who_is_both_resident_and_professional_gets_both(street):
    with unit_of_work():
        resident = make_person("Sara", place_id=street.place.id)
        certify(resident, street.cohort)
        again = make_street().cohort
        certify(street.certified, again)
        db.session.get_one(MeetUp, street.meetup_id).kind = "refresher"
    with clock.at(clock.local(SOON, 18)), unit_of_work():
        for one in (street.certified, resident):
            services.add_walk_in(street.meetup_id, one.id, by=street.by)
    assert evidence(street.certified) == ["refresher_day", "safety_refresher"]
    assert evidence(resident) == ["safety_refresher"]


def note(street, number, *, on=TODAY, by=None):
    with unit_of_work():
        services.note_feedback(street.certified.id, number, on=on, by=by or street.by)


def test_every_resident_counts_once_and_a_later_number_replaces_the_first(street):
    for number in (3, 5, 2):
        note(street, number)
        assert evidence(street.certified) == ["resident_feedback"] * number
    note(street, 4, on=date(2026, 11, 20))
    assert [(one.on, one.number) for one in feedback_days(street.certified.id)] == [
        (TODAY, 2),
        (date(2026, 11, 20), 4),
    ]
    note(street, 0)
    assert len(feedback_days(street.certified.id)) == 1


@pytest.mark.parametrize(("number", "on"), [(21, TODAY), (-1, TODAY), (1, date(2026, 11, 24))])
def test_an_unlikely_number_or_a_day_to_come_is_refused(street, number, on):
    with pytest.raises(InvalidInputError):
        note(street, number, on=on)


def test_a_trainer_or_coordinator_notes_it_and_nobody_else(street, sign_in):
    with unit_of_work():
        trainer = make_trainer(street.cohort)
    address, hub = f"/terugkoppeling/{street.certified.id}", f"/namens/{street.certified.id}"
    for helper in (trainer, street.coordinator):
        client = sign_in(helper)
        assert f'href="{address}"' in client.get(hub).text
        form = {"happened_on": "20-11-2026", "number": "3"}
        answer = client.post(address, data=form)
        assert (answer.status_code, answer.location) == (303, address)
        assert "3 bewoners" in client.get(address).text
        assert client.post(address, data=form | {"number": "99"}).status_code == 422
        late = client.post(address, data=form | {"happened_on": "24-11-2026"})
        assert "Deze dag moet nog komen." in late.text
    assert sign_in(street.far_coordinator).get(address).status_code == 404
    for other in (street.certified, street.coach):
        assert sign_in(other).get(address).status_code == 403
    with pytest.raises(NotFoundError), unit_of_work():
        services.note_feedback(street.newcomer.id, 1, on=TODAY, by=street.by)


def test_a_resident_gets_no_feedback_form(street, sign_in):
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(track="residents"))
    assert (
        sign_in(street.coordinator).get(f"/terugkoppeling/{street.certified.id}").status_code == 404
    )


def test_the_form_says_what_a_meetup_counts_for(street, sign_in):
    page = sign_in(street.coordinator).get("/terugkommiddagen/nieuw").text
    assert "Telt mee voor verlengen bij professionals: intervisie." in page
    own = sign_in(street.certified).get(f"/terugkommiddagen/{street.meetup_id}").text
    assert "Telt mee voor verlengen: een terugkommiddag." in own
