"""Who fits in, and what may be read by all."""

from __future__ import annotations

from datetime import date

import pytest

from academy.community.rules import (
    has_room,
    obstacles,
    pair_state,
    requirements,
    season_counts,
    season_name,
    season_of,
    takes_answers,
    turn,
)


@pytest.mark.parametrize(
    ("confirmed_by", "may_share", "found"),
    [
        (3, True, ()),
        (2, True, ("too_few",)),
        (9, False, ("not_shared",)),
        (0, False, ("too_few", "not_shared")),
    ],
)
def test_a_story_needs_three_residents_and_a_yes(confirmed_by, may_share, found):
    assert obstacles(confirmed_by=confirmed_by, may_share=may_share) == found


def test_the_last_chair_is_given_once():
    assert has_room(8, coming=7)
    assert not has_room(8, coming=8)


def test_what_was_held_takes_no_answers():
    assert [takes_answers(state) for state in ("planned", "invited", "held")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2026, 11, 30), ("autumn", 2026)),
        (date(2026, 12, 1), ("winter", 2027)),
        (date(2027, 2, 28), ("winter", 2027)),
        (date(2027, 3, 1), ("spring", 2027)),
        (date(2027, 8, 31), ("summer", 2027)),
    ],
)
def test_a_winter_runs_over_the_new_year(day, season):
    assert season_of(day) == season


def test_every_season_something_else_has_its_turn():
    days = [date(2026, 12, 1), date(2027, 3, 1), date(2027, 6, 1), date(2027, 9, 1)]
    turns = [turn(day, 34) for day in days]
    assert turns == [turns[0] + step for step in range(4)] or len(set(turns)) == 4


@pytest.mark.parametrize(
    ("kind", "tracks", "counts"),
    [
        ("follow_up", {"residents"}, ("meetups",)),
        ("follow_up", {"professionals"}, ()),
        ("refresher", {"professionals", "residents"}, ("refresher_day", "safety_refresher")),
        ("peer_consultation", {"professionals"}, ("intervision",)),
        ("exchange", {"professionals", "residents"}, ()),
        ("refresher", {"governors"}, ()),
    ],
)
def test_coming_counts_for_what_the_own_track_asks(kind, tracks, counts):
    assert requirements(kind, tracks) == counts


@pytest.mark.parametrize(
    ("state", "mentor", "person", "then"),
    [
        ("open", True, False, "open"),
        ("open", False, True, "open"),
        ("open", True, True, "running"),
        ("ended", True, True, "ended"),
    ],
)
def test_a_pair_runs_once_both_say_yes(state, mentor, person, then):
    assert pair_state(state, mentor_yes=mentor, person_yes=person) == then


@pytest.mark.parametrize(
    ("walked", "helped", "counts"), [(2, 0, False), (3, 0, True), (0, 1, True), (0, 0, False)]
)
def test_a_season_counts_from_three_meetings_or_a_day_of_help(walked, helped, counts):
    assert season_counts(walked, helped=helped) is counts


def test_a_season_has_one_name_over_the_new_year():
    names = {season_name(date(2026, 12, 31)), season_name(date(2027, 1, 1))}
    assert names == {"2027-winter"}
