"""A day to think about is said once; whoever plans decides."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import Session
from tests.factories import make_cohort, make_coordinator


@pytest.fixture
def planned(app, sign_in):
    """A client of a coordinator, the address of a session, and its id."""
    with unit_of_work():
        coordinator, cohort = make_coordinator(), make_cohort(starts_on=date(2026, 12, 1))
        first = db.session.scalars(sa.select(Session).order_by(Session.starts_at).limit(1)).one()
        found = (f"/groepen/{cohort.id}/bijeenkomsten/{first.id}", first.id)
    return sign_in(coordinator), *found


def begins(session_id: int):
    db.session.expire_all()
    return db.session.get_one(Session, session_id).starts_at


@pytest.mark.parametrize(
    ("day", "iso", "sentence"),
    [
        ("20-11-2026", "2026-11-20", "Deze dag is al geweest."),
        ("29-3-2027", "2027-03-29", "Het is dan een feestdag of herdenking."),
        ("9-2-2027", "2027-02-09", "Het is dan ramadan."),
        ("20-10-2027", "2027-10-20", "Het is dan schoolvakantie in Noord en Midden."),
    ],
)
def test_a_session_goes_to_such_a_day_at_the_second_word(planned, day, iso, sentence):
    client, path, session_id = planned
    before = begins(session_id)
    asked = client.post(path, data={"day": day, "starts": "19.00"})
    assert asked.status_code == 422
    assert sentence in asked.text
    assert f'name="anyway" value="{iso}"' in asked.text
    assert begins(session_id) == before
    done = client.post(path, data={"day": day, "starts": "19.00", "anyway": iso})
    assert done.status_code == 303
    assert begins(session_id) == clock.local(date.fromisoformat(iso), 19)


def test_a_yes_to_one_day_is_no_yes_to_another(planned):
    client, path, _session_id = planned
    data = {"day": "27-4-2027", "starts": "19.00", "anyway": "2027-03-29"}
    assert client.post(path, data=data).status_code == 422


def test_another_hour_on_the_same_day_asks_nothing(planned):
    client, path, session_id = planned
    with unit_of_work():
        one = db.session.get_one(Session, session_id)
        one.starts_at, one.ends_at = (clock.local(date(2027, 2, 9), hour) for hour in (19, 21))
    assert client.post(path, data={"day": "9-2-2027", "starts": "20.00"}).status_code == 303


def test_a_plan_is_made_and_says_what_to_think_of(app, sign_in):
    with unit_of_work():
        coordinator, cohort = make_coordinator(), make_cohort(starts_on=date(2027, 1, 26))
        for one in db.session.scalars(sa.select(Session)):
            db.session.delete(one)
        path = f"/groepen/{cohort.id}/bijeenkomsten"
    client = sign_in(coordinator)
    data = {"first_on": "26-1-2027", "starts": "19.30", "every_days": "14", "location": ""}
    assert client.post(path, data=data).status_code == 303
    page = client.get(path).text
    assert "Let op bij 2 bijeenkomsten." in page
    assert page.count("Het is dan ramadan.") == 2
    assert "Het is dan schoolvakantie in een deel van het land." in page
