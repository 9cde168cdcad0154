"""Who fits in, and what may be read by all."""

from __future__ import annotations

import pytest

from academy.community.rules import has_room, obstacles, takes_answers


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
