"""Whom we may know already: what counts as the same, and who sees it."""

from __future__ import annotations

import pytest

from academy.kernel.db import unit_of_work
from academy.people.rules import phone_tail
from courses.policies import APPLY, MARK
from courses.queries.known import MOST_SHOWN, all_seen, as_seen, find_in_reach, known_people
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
def place(app):
    with unit_of_work():
        return make_place()


@pytest.mark.parametrize(
    ("number", "tail"),
    [
        ("06-12345678", "612345678"),
        ("+31 (0)6 1234 5678", "612345678"),
        ("0031612345678", "612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "612345678"),
        ("112", ""),
        ("", ""),
    ],
)
def test_a_number_is_the_same_however_it_is_written(number, tail):
    assert phone_tail(number) == tail


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ({"name": "zoe d’ancona"}, ("name",)),
        ({"name": "D'Ancona Zoë"}, ("name",)),
        ({"phone": "+31 6 1234 5678"}, ("phone",)),
        ({"email": " ZOE@voorbeeld.example "}, ("email",)),
        ({"name": "Zoë", "phone": "0612345678", "email": "zoe@voorbeeld.example"}, None),
        ({"name": "Zoë"}, ()),
        ({"name": "Zoë d'Ancona Bos"}, ()),
        ({"phone": "5678"}, ()),
        ({"name": "%"}, ()),
        ({}, ()),
    ],
)
def test_the_same_name_number_or_address_is_found(place, asked, same):
    with unit_of_work():
        make_person(
            "Zoë",
            "d’Ancona",
            place_id=place.id,
            phone="06 - 12 34 56 78",
            email="zoe@voorbeeld.example",
        )
        by = make_actor(make_coordinator(place))
    found = [one.same for one in known_people(by, APPLY, **asked)]
    expected = ("phone", "email") if same is None else same
    assert found == ([expected] if expected else [])


def test_a_trainer_sees_only_who_is_in_the_own_cohorts(place):
    with unit_of_work():
        mine, other = make_cohort(place=place), make_cohort(place=place)
        trainer = make_actor(make_trainer(mine))
        inside, outside = make_person("Noor", "Bos"), make_person("Noor", "Bos", place_id=place.id)
        make_enrolment(mine, inside)
        make_enrolment(other, outside)
    (found,) = known_people(trainer, MARK, name="Noor Bos", cohort_id=mine.id)
    assert (found.id, found.is_here) == (inside.id, True)
    assert find_in_reach(inside.id, trainer, MARK) == "Noor Bos"
    assert find_in_reach(outside.id, trainer, MARK) is None
    assert known_people(trainer, APPLY, name="Noor Bos") == ()


def test_a_page_shows_ten_and_remembers_whom(place):
    with unit_of_work():
        for _number in range(MOST_SHOWN + 1):
            make_person("Noor", "Bos", place_id=place.id)
        by = make_actor(make_coordinator(place))
    found = known_people(by, APPLY, name="Noor Bos")
    assert len(found) == MOST_SHOWN
    assert all_seen(found, as_seen(found))
    assert all_seen((), "")
    assert not all_seen(found, as_seen(found[1:]))
