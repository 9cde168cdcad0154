"""Pure rules of the community: kinds and states, who fits in, when a story may be read by all.

Source: domain.md, section 4g.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Literal

MEET_UP_KINDS = ("follow_up", "refresher", "exchange", "peer_consultation")
MEET_UP_STATES = ("planned", "invited", "held")
ANSWERS = ("yes", "maybe", "no")
ASSETS = ("people", "groups", "places", "organisations", "stories", "habits")
"""What made it work: the five kinds of the asset map, and a habit."""
FEWEST_CONFIRMATIONS = 3
RENEWAL_REQUIREMENTS: Mapping[str, Mapping[str, str]] = {
    "follow_up": {"residents": "meetups"},
    "refresher": {"residents": "safety_refresher", "professionals": "refresher_day"},
    "peer_consultation": {"professionals": "intervision"},
}
"""What coming to a meet-up counts for, by kind and track: ids of course.yaml's `renewal_rule`."""
STORY_REQUIREMENT = "story"
REFRESHER_REQUIREMENT = "safety_refresher"
FEEDBACK_REQUIREMENT = "resident_feedback"
FEEDBACK_TRACK = "professionals"
MOST_FEEDBACK = 20
"""So many residents at most told something back on one day."""
MENTOR_KINDS = ("walk_along", "train", "assess")
HELPED_KINDS = ("train", "assess")
"""What a coordinator notes: who helped with a lesson or a practical."""
PAIR_STATES = ("open", "running", "ended")
MENTOR_TRACK = "residents"
MENTOR_REQUIREMENT = "meetups"
"""A season of mentoring counts as one follow-up meet-up."""
FEWEST_MEETINGS = 3
"""So often in one season a mentor met who begins, before it counts."""
QUARTERLY = "follow_up"
"""The kind of meet-up that is held every quarter. Source: domain.md, section 4d, 12."""
QUARTER_WAITS = timedelta(weeks=4)
"""So far into a quarter nobody is reminded that no meet-up is planned."""
FRESH = timedelta(days=365)
"""So long after the certificate somebody still counts as one who begins."""

Season = Literal["winter", "spring", "summer", "autumn"]
Obstacle = Literal["too_few", "not_shared"]
SEASONS: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")


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
    return SEASONS[day.month % 12 // 3], day.year + (day.month == 12)


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the quarter in which a day lies."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    following = first.replace(day=28) + timedelta(days=66)
    return first, following.replace(day=1) - timedelta(days=1)


def is_time_to_plan(day: date) -> bool:
    """Say whether a quarter without a meet-up has gone on long enough to remind somebody."""
    return day >= quarter_of(day)[0] + QUARTER_WAITS


def turn(day: date, number: int) -> int:
    """Return which of `number` things has its turn in the season of a day."""
    season, year = season_of(day)
    return (year * len(SEASONS) + SEASONS.index(season)) % number


def requirements(kind: str, tracks: Collection[str]) -> tuple[str, ...]:
    """Return what coming to a meet-up counts for, for a holder in these tracks."""
    by_track = RENEWAL_REQUIREMENTS.get(kind, {})
    return tuple(sorted(by_track[track] for track in by_track if track in tracks))


def pair_state(state: str, *, mentor_yes: bool, person_yes: bool) -> str:
    """Return how a pair stands: nobody walks along against anybody's will."""
    if state == "ended":
        return state
    return "running" if mentor_yes and person_yes else "open"


def season_counts(walked: int, *, helped: int) -> bool:
    """Say whether so many meetings and days of help in one season make it count."""
    return helped > 0 or walked >= FEWEST_MEETINGS


def season_name(day: date) -> str:
    """Return the name of the season of a day, as evidence names it: `2027-winter`."""
    season, year = season_of(day)
    return f"{year}-{season}"
