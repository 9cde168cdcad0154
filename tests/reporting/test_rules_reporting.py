"""What comes first for a group, and what is missing about somebody, as a table."""

from __future__ import annotations

import pytest

from academy.reporting import rules
from academy.reporting.rules import GroupFacts, PersonFacts, gaps, next_step

EVERYTHING = {
    "open_registers": 1,
    "to_call": 1,
    "without_third_assessor": 1,
    "without_practical": 1,
    "to_propose": 1,
    "trainers": 0,
    "sessions": 7,
    "lessons": 8,
    "applications": 1,
}
IN_ORDER = (
    ("open_registers", 0, "register"),
    ("to_call", 0, "call"),
    ("without_third_assessor", 0, "third_assessor"),
    ("without_practical", 0, "practical"),
    ("to_propose", 0, "propose"),
    ("trainers", 1, "trainer"),
    ("sessions", 8, "sessions"),
    ("applications", 0, "applications"),
)


def test_what_is_done_makes_room_for_the_next_most_urgent_thing():
    facts = dict(EVERYTHING)
    for name, done, step in IN_ORDER:
        assert next_step(GroupFacts("running", **facts)) == step
        facts[name] = done
    assert next_step(GroupFacts("running", **facts)) == "nothing"


def test_the_order_of_the_table_is_the_order_of_urgency():
    steps = ["stranded", *(step for _name, _done, step in IN_ORDER)]
    assert [*steps, "nothing"] == list(rules.STEPS)
    assert [rules.urgency(step) for step in steps] == list(range(len(steps)))


def test_who_sits_in_a_cancelled_group_comes_first():
    assert next_step(GroupFacts("cancelled", taking_part=2, **EVERYTHING)) == "stranded"
    assert next_step(GroupFacts("cancelled", taking_part=0)) == "nothing"
    assert next_step(GroupFacts("running", taking_part=2)) == "nothing"


@pytest.mark.parametrize("state", ["draft", "finishing", "completed", "cancelled"])
def test_a_group_that_does_not_run_asks_for_no_trainer_and_no_sessions(state):
    facts = GroupFacts(state, trainers=0, sessions=0, lessons=8)
    assert next_step(facts) == "nothing"


@pytest.mark.parametrize("state", ["open", "full", "running"])
def test_a_group_that_is_coming_asks_for_both(state):
    assert next_step(GroupFacts(state, trainers=0, sessions=0, lessons=8)) == "trainer"
    assert next_step(GroupFacts(state, trainers=1, sessions=0, lessons=8)) == "sessions"


def test_a_course_without_a_practical_asks_for_none():
    assert (
        next_step(GroupFacts("finishing", without_practical=3, with_practical=False)) == "nothing"
    )


COMPLETE = {
    "has_phone": True,
    "has_mail": True,
    "has_printed_name": True,
    "has_seat": True,
    "had_intake": True,
    "agreed": True,
}


def gaps_with(**changes):
    return gaps(PersonFacts(**(COMPLETE | changes)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"has_phone": False}, ()),
        ({"has_mail": False}, ()),
        ({"has_phone": False, "has_mail": False}, ("reach",)),
        ({"had_intake": False}, ("intake",)),
        ({"agreed": False}, ("conduct",)),
        ({"has_printed_name": False}, ("printed_name",)),
        ({"had_intake": False, "agreed": False, "has_seat": False}, ()),
        ({"has_printed_name": False, "has_seat": False}, ()),
        (
            dict.fromkeys(set(COMPLETE) - {"has_seat"}, False),
            ("reach", "intake", "conduct", "printed_name"),
        ),
    ],
)
def test_what_is_missing_about_somebody(changes, expected):
    assert gaps_with(**changes) == expected
