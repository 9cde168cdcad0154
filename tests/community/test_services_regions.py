"""Whose a meet-up is when nobody wrote down its region."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.models import MeetUp
from academy.community.queries.meetups import unmarked_rows
from academy.community.queries.regions import manages
from academy.community.services import NewMeetUp
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.kernel.resources import folder
from tests.community.street import SOON, make_street
from tests.factories import make_actor, make_coordinator, make_place


@pytest.fixture
def street(app):
    return make_street()


def of_the_whole_academy(street) -> None:
    with unit_of_work():
        db.session.get_one(MeetUp, street.meetup_id).place_id = None


def hold_by(street, by) -> bool:
    try:
        with clock.at(clock.local(SOON, 17)), unit_of_work():
            services.hold_meetup(street.meetup_id, by=by)
    except NotFoundError:
        return False
    return True


def waits_for(street, person) -> list[int]:
    with clock.at(clock.local(SOON, 17)):
        return [one.id for one in unmarked_rows(make_actor(person))]


def test_a_meet_up_of_the_whole_academy_is_for_who_coordinates_everything(street):
    of_the_whole_academy(street)
    with unit_of_work():
        everywhere = make_coordinator()
    for one in (street.coordinator, street.far_coordinator):
        assert not manages(None, make_actor(one))
        assert waits_for(street, one) == []
        assert not hold_by(street, make_actor(one))
    assert manages(None, make_actor(everywhere))
    assert waits_for(street, everywhere) == [street.meetup_id]
    assert hold_by(street, make_actor(everywhere))


def test_where_nobody_coordinates_everything_somebody_still_sees_to_it(street):
    of_the_whole_academy(street)
    assert waits_for(street, street.far_coordinator) == [street.meetup_id]
    assert waits_for(street, street.coach) == []
    assert not manages(None, make_actor(street.coach))
    assert hold_by(street, make_actor(street.far_coordinator))


def filled_in() -> dict[str, int | None]:
    """Let the step that fills in regions go again; return the region of each meet-up."""
    directory = str(folder("migrations"))
    (step,) = Path(directory, "versions").glob("*_region_of_older_meet_ups.py")
    number = step.name.partition("_")[0]
    db.session.remove()
    flask_migrate.stamp(directory=directory, revision=f"{int(number) - 1:04d}")
    flask_migrate.upgrade(directory=directory, revision=number)
    flask_migrate.stamp(directory=directory, revision="head")
    return dict(db.session.execute(sa.select(MeetUp.title, MeetUp.place_id)).all())


def test_what_was_planned_before_gets_the_region_of_who_planned_it(street):
    with unit_of_work():
        below = make_place("Tulpstraat", parent_id=street.place.id)
        known = {
            "Volhouden": street.place.id,
            "Onder": below.id,
            "Van allen": None,
            "Niemand": None,
        }
        people = {"Onder": make_coordinator(below), "Van allen": make_coordinator()}
        for title, person in people.items():
            new = NewMeetUp("follow_up", title, SOON, "De Krokus", 10)
            services.plan_meetup(new, by=make_actor(person))
        db.session.add(
            MeetUp(
                kind="follow_up",
                title="Niemand",
                held_on=SOON,
                place="De Krokus",
                capacity=9,
                state="planned",
            )
        )
        db.session.flush()
        db.session.execute(sa.update(MeetUp).values(place_id=None))
    assert filled_in() == known
