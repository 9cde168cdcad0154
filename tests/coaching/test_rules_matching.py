"""Which coach suits, and why."""

from __future__ import annotations

import pytest

from academy.coaching import rules
from academy.coaching.rules import Offered, Spot, Wanted

STREET = Spot((4, 3, 2), "Waterdam")
BLOCK = Spot((5, 3, 2), "Waterdam")
DISTRICT = Spot((3, 2), "Waterdam")
ACROSS = Spot((9, 8), "Waterdam")
AWAY = Spot((20,), "Heksloot")


def codes(wanted: Wanted, offered: Offered) -> list[str]:
    return [one.code for one in rules.fit(wanted, offered).reasons]


def points(wanted: Wanted, **offered: object) -> int:
    return rules.fit(wanted, Offered(1, **offered)).points  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        (STREET, STREET, 0),
        (STREET, BLOCK, 1),
        (STREET, DISTRICT, 1),
        (DISTRICT, STREET, 1),
        (STREET, ACROSS, 2),
        (STREET, AWAY, 3),
        (Spot((1,), ""), Spot((2,), ""), 3),
        (None, STREET, None),
    ],
)
def test_distance_goes_by_neighbourhood_and_municipality(one, other, steps):
    assert rules.distance(one, other) == steps


def test_nearer_is_better():
    wanted = Wanted(spot=STREET)
    found = [points(wanted, spot=spot) for spot in (STREET, BLOCK, ACROSS, AWAY)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 4


def test_who_does_not_go_so_far_comes_after_who_does():
    wanted = Wanted(spot=STREET)
    assert codes(wanted, Offered(1, spot=ACROSS, how_far="here"))[0] == "too_far"
    assert points(wanted, spot=ACROSS, how_far="here") < points(wanted, spot=AWAY)


def test_the_language_somebody_speaks_best_counts_most():
    wanted = Wanted(languages=("tr", "nl"))
    both = points(wanted, languages=("nl", "tr"))
    dutch = points(wanted, languages=("nl",))
    neither = points(wanted, languages=("pl",))
    assert both > dutch > neither
    assert "no_language" in codes(wanted, Offered(1, languages=("pl",)))


def test_shared_times_are_named_in_the_order_of_the_week():
    wanted = Wanted(day_parts=frozenset({"fri-morning", "mon-evening", "sun-morning"}))
    offered = Offered(1, day_parts=frozenset({"mon-evening", "fri-morning"}))
    reason = next(one for one in rules.fit(wanted, offered).reasons if one.code == "times")
    assert reason.values == ("mon-evening", "fri-morning")
    assert "no_time" in codes(wanted, Offered(1, day_parts=frozenset({"tue-morning"})))


def test_who_was_asked_for_by_name_comes_first():
    wanted = Wanted(spot=STREET, wished_coach_id=2)
    near, asked = Offered(1, spot=STREET), Offered(2, spot=ACROSS)
    fits = rules.ranked([rules.fit(wanted, near), rules.fit(wanted, asked)])
    assert [one.coach_id for one in fits] == [2, 1]
    assert "wished" in codes(wanted, asked)


def test_the_same_way_of_speaking_counts():
    wanted = Wanted(channel="visit")
    assert "channel" in codes(wanted, Offered(1, channels=frozenset({"visit"})))


def test_the_sixteenth_person_is_warned_of_and_comes_last():
    wanted = Wanted(spot=STREET)
    fourteen, fifteen = Offered(1, spot=STREET, guides=14), Offered(2, spot=STREET, guides=15)
    assert not rules.fit(wanted, fourteen).is_full
    assert rules.fit(wanted, fifteen).is_full
    assert rules.fit(wanted, fifteen).points < points(wanted, spot=AWAY)


def test_what_a_coach_said_is_enough_counts():
    full = Offered(1, most=3, guides=3)
    assert "own_limit" in codes(Wanted(), full)
    assert "own_limit" not in codes(Wanted(), Offered(1, most=3, guides=2))


def test_who_was_proposed_in_vain_comes_after_everybody():
    wanted = Wanted(spot=STREET)
    again = Offered(1, spot=STREET, said_no=True)
    full = Offered(2, spot=AWAY, guides=20, most=3)
    assert rules.fit(wanted, again).points < rules.fit(wanted, full).points


def test_what_is_not_known_is_said_and_counts_for_nobody():
    assert codes(Wanted(), Offered(1)) == [
        "place_unknown",
        "language_unknown",
        "times_unknown",
        "guides",
    ]


def test_equal_coaches_keep_one_order():
    fits = [rules.fit(Wanted(), Offered(number)) for number in (3, 1, 2)]
    assert [one.coach_id for one in rules.ranked(fits)] == [1, 2, 3]
