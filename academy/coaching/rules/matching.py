"""Pure rules of matching: how well a coach suits somebody, and why, in codes a page puts in words.

Source: domain.md, section 4 (d) 1: distance, language, day and time, wish, and how many one guides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from academy.coaching.rules.contact import MOST_PLANS

PROPOSAL_STATES = ("open", "begun", "declined", "withdrawn")
RANGES = ("here", "municipality", "anywhere")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS = ("morning", "afternoon", "evening")
DAY_PARTS = tuple(f"{day}-{part}" for day in DAYS for part in PARTS)
MOST_OFFERED = 40
WORK_RHYTHMS = (90, 180)
"""After how many days a professional and their coach speak, when the employer arranges it."""

SAME_PLACE, NEXT_DOOR, SAME_MUNICIPALITY, ELSEWHERE = 0, 1, 2, 3
_FOR_DISTANCE = {SAME_PLACE: 30, NEXT_DOOR: 24, SAME_MUNICIPALITY: 14, ELSEWHERE: 0}
_NOT_KNOWN = 8
_FOR_FIRST_LANGUAGE, _FOR_OTHER_LANGUAGE = 25, 10
_PER_DAY_PART, _MOST_DAY_PARTS = 6, 4
_FOR_WISH, _FOR_CHANNEL = 40, 8
_PER_PERSON_GUIDED = 1
_TOO_FAR, _TOO_MANY, _ABOVE_LIMIT, _SAID_NO = 20, 30, 60, 200


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with the places it lies in, itself first, and its municipality."""

    path: tuple[int, ...]
    municipality: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody needs of a coach. The first language is the one they speak best."""

    languages: tuple[str, ...] = ("nl",)
    day_parts: frozenset[str] = frozenset()
    channel: str = ""
    spot: Spot | None = None
    wished_coach_id: int | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What a coach can give; what nobody filled in is empty and counts neither for nor against."""

    coach_id: int
    languages: tuple[str, ...] = ()
    day_parts: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    spot: Spot | None = None
    how_far: str = "anywhere"
    most: int | None = None
    guides: int = 0
    said_no: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that counts for (`is_good`) or against a coach; `values` fill in its sentence."""

    code: str
    is_good: bool = True
    values: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a coach suits, and why. Higher comes first."""

    coach_id: int
    points: int
    reasons: tuple[Reason, ...]

    @property
    def is_full(self) -> bool:
        """Whether one more would be above what the academy asks of a volunteer."""
        return any(one.code == "above_limit" for one in self.reasons)


def distance(one: Spot | None, other: Spot | None) -> int | None:
    """Return how far two places are apart, in steps of a human scale; None when not known."""
    if one is None or other is None:
        return None
    if one.path[0] == other.path[0]:
        return SAME_PLACE
    if _is_next_door(one.path, other.path):
        return NEXT_DOOR
    if one.municipality and one.municipality == other.municipality:
        return SAME_MUNICIPALITY
    return ELSEWHERE


def _is_next_door(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Say whether one place lies in the other, or both lie directly in the same."""
    inside = one[0] in other or other[0] in one
    return inside or (len(one) > 1 and one[1:2] == other[1:2])


def fit(wanted: Wanted, offered: Offered) -> Fit:
    """Weigh one coach for one person."""
    parts = (
        _near(wanted, offered),
        _spoken(wanted, offered),
        _free(wanted, offered),
        _wished(wanted, offered),
        _way(wanted, offered),
        _load(offered),
        _answered(offered),
    )
    points = sum(found for found, _reasons in parts)
    reasons = tuple(reason for _points, found in parts for reason in found)
    return Fit(offered.coach_id, points, reasons)


def ranked(fits: Sequence[Fit]) -> list[Fit]:
    """Return who suits best first; who suits equally well in a steady order."""
    return sorted(fits, key=lambda one: (-one.points, one.coach_id))


_Part = tuple[int, tuple[Reason, ...]]


def _near(wanted: Wanted, offered: Offered) -> _Part:
    apart = distance(wanted.spot, offered.spot)
    if apart is None:
        return _NOT_KNOWN, (Reason("place_unknown", is_good=False),)
    codes = ("same_place", "next_door", "same_municipality", "elsewhere")
    goes = {"here": NEXT_DOOR, "municipality": SAME_MUNICIPALITY, "anywhere": ELSEWHERE}
    if apart > goes[offered.how_far]:
        return -_TOO_FAR, (Reason("too_far", is_good=False),)
    return _FOR_DISTANCE[apart], (Reason(codes[apart], is_good=apart < ELSEWHERE),)


def _spoken(wanted: Wanted, offered: Offered) -> _Part:
    shared = [one for one in wanted.languages if one in offered.languages]
    if not offered.languages:
        return _NOT_KNOWN, (Reason("language_unknown", is_good=False),)
    if not shared:
        return 0, (Reason("no_language", is_good=False),)
    is_first = shared[0] == wanted.languages[0]
    points = _FOR_FIRST_LANGUAGE if is_first else _FOR_OTHER_LANGUAGE
    return points, (Reason("language", values=tuple(shared)),)


def _free(wanted: Wanted, offered: Offered) -> _Part:
    if not wanted.day_parts or not offered.day_parts:
        return _NOT_KNOWN, (Reason("times_unknown", is_good=False),)
    shared = [one for one in DAY_PARTS if one in wanted.day_parts & offered.day_parts]
    if not shared:
        return 0, (Reason("no_time", is_good=False),)
    counted = min(len(shared), _MOST_DAY_PARTS)
    return counted * _PER_DAY_PART, (Reason("times", values=tuple(shared)),)


def _wished(wanted: Wanted, offered: Offered) -> _Part:
    if wanted.wished_coach_id != offered.coach_id:
        return 0, ()
    return _FOR_WISH, (Reason("wished"),)


def _way(wanted: Wanted, offered: Offered) -> _Part:
    if not wanted.channel or wanted.channel not in offered.channels:
        return 0, ()
    return _FOR_CHANNEL, (Reason("channel", values=(wanted.channel,)),)


def _load(offered: Offered) -> _Part:
    guides = offered.guides
    points, reasons = -guides * _PER_PERSON_GUIDED, [Reason("guides", values=(guides,))]
    if offered.most is not None and guides >= offered.most:
        points -= _TOO_MANY
        reasons.append(Reason("own_limit", is_good=False, values=(offered.most,)))
    if guides >= MOST_PLANS:
        points -= _ABOVE_LIMIT
        reasons.append(Reason("above_limit", is_good=False, values=(MOST_PLANS,)))
    return points, tuple(reasons)


def _answered(offered: Offered) -> _Part:
    if not offered.said_no:
        return 0, ()
    return -_SAID_NO, (Reason("said_no", is_good=False),)
