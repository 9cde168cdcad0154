"""Pure rules of the community: kinds and states, who fits in, when a story may be read by all.

Source: domain.md, section 4g.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

MEET_UP_KINDS = ("follow_up", "refresher", "exchange", "peer_consultation")
MEET_UP_STATES = ("planned", "invited", "held")
ANSWERS = ("yes", "maybe", "no")
ASSETS = ("people", "groups", "places", "organisations", "stories", "habits")
"""What made it work: the five kinds of the asset map, and a habit."""
FEWEST_CONFIRMATIONS = 3
RENEWAL_REQUIREMENTS = {"follow_up": "meetups", "refresher": "safety_refresher"}
"""What coming to a meet-up counts for, by the ids of course.yaml's `renewal_rule`."""
STORY_REQUIREMENT = "story"
REFRESHER_REQUIREMENT = "safety_refresher"

Season = Literal["winter", "spring", "summer", "autumn"]
Obstacle = Literal["too_few", "not_shared"]


def takes_answers(state: str) -> bool:
    """Say whether one can still answer an invitation."""
    return state in ("planned", "invited")


def is_over(state: str, held_on: date, *, called_off: bool, today: date) -> bool:
    """Say whether nobody can answer any more: it was held or called off, or its day has gone."""
    return called_off or not takes_answers(state) or held_on < today


def has_room(capacity: int, *, coming: int) -> bool:
    """Say whether one more may say yes; `coming` counts the others who did."""
    return coming < capacity


def obstacles(*, confirmed_by: int, may_share: bool) -> tuple[Obstacle, ...]:
    """Return what keeps a story from being published: fewer than three residents, or no yes."""
    found: list[Obstacle] = []
    if confirmed_by < FEWEST_CONFIRMATIONS:
        found.append("too_few")
    if not may_share:
        found.append("not_shared")
    return tuple(found)


def season_of(day: date) -> tuple[Season, int]:
    """Return the season a day lies in and its year; December belongs to the winter that follows."""
    names: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")
    return names[day.month % 12 // 3], day.year + (day.month == 12)


def turn(day: date, number: int) -> int:
    """Return which of `number` things has its turn in the season of a day."""
    names = ("winter", "spring", "summer", "autumn")
    season, year = season_of(day)
    return (year * len(names) + names.index(season)) % number
