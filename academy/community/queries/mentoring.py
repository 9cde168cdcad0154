"""Reads of mentoring: who offers what, who walks along with whom, and which seasons count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.community import policies, rules
from academy.community.models import MentorDay, MentorOffer, MentorPair
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor, Reach, covers
from academy.people.models import Person
from certificates.models import Certificate
from certificates.rules.standing import COUNTING

MOST_PAIRS = 30
MOST_DAYS = 100
MOST_ALL_DAYS = 5000


@dataclass(frozen=True, slots=True)
class MetDay:
    """A day that was noted. It can be taken away until it counts."""

    id: int
    kind: str
    done_on: date
    pair_id: int | None
    counts: bool


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair, as one of the two sees it; `name` and `other_id` are the other's."""

    id: int
    other_id: int
    is_mentor: bool
    name: str
    state: str
    said_yes: bool
    other_said_yes: bool
    began_on: date | None
    days: tuple[MetDay, ...]


@dataclass(frozen=True, slots=True)
class SeasonRow:
    """What somebody did in one season. `is_ready`: a coordinator can say that it counts."""

    name: str
    season: rules.Season
    year: int
    walked: int
    helped: int
    counts: bool

    @property
    def is_ready(self) -> bool:
        """Whether it is enough and nobody said yet that it counts."""
        return not self.counts and rules.season_counts(self.walked, helped=self.helped)

    @property
    def missing(self) -> int:
        """How many meetings are missing before it can count."""
        return max(rules.FEWEST_MEETINGS - self.walked, 0)


def holds_certificate() -> sa.ColumnElement[bool]:
    """Return the condition that the person of a query holds a certificate that counts today."""
    return sa.exists().where(
        Certificate.person_id == Person.id,
        Certificate.track == rules.MENTOR_TRACK,
        Certificate.standing.in_(COUNTING),
        sa.or_(Certificate.valid_until.is_(None), Certificate.valid_until >= clock.today()),
    )


def is_graduate(person_id: int) -> bool:
    """Say whether somebody may offer to walk along or to help."""
    query = sa.select(Person.id).where(Person.id == person_id, holds_certificate())
    return db.session.scalar(query) is not None


def offered_kinds(person_id: int) -> tuple[str, ...]:
    """Return what somebody offers, in the order of the form; nothing when they offer nothing."""
    offer = db.session.scalars(
        sa.select(MentorOffer).where(MentorOffer.person_id == person_id)
    ).one_or_none()
    return kinds_of(offer) if offer else ()


def kinds_of(offer: MentorOffer) -> tuple[str, ...]:
    """Return the kinds that an offer holds."""
    return tuple(kind for kind in rules.MENTOR_KINDS if getattr(offer, kind))


def pair_rows(person_id: int) -> list[PairRow]:
    """Return the pairs of somebody that wait or run, the newest first."""
    rows = [(found[0], found[1]) for found in _pairs_of(person_id)]
    days: dict[int | None, list[MetDay]] = defaultdict(list)
    running = [pair.id for pair, _other in rows if pair.state == "running"]
    for day in _days(MentorDay.pair_id.in_(running)) if running else []:
        days[day.pair_id].append(day)
    return [_pair(pair, one, person_id, days[pair.id]) for pair, one in rows]


def asked_rows(person_id: int) -> list[PairRow]:
    """Return the pairs to which somebody has not said yes or no."""
    rows = [_pair(found[0], found[1], person_id, []) for found in _pairs_of(person_id)]
    return [one for one in rows if not one.said_yes]


def told_asked(pair_id: int, asked_id: int) -> dict[str, Any] | None:
    """Return with whom somebody is asked to walk along; None once they answered or it is over."""
    for one in asked_rows(asked_id):
        if one.id == pair_id:
            return {"name": one.name, "is_mentor": one.is_mentor}
    return None


def _pairs_of(person_id: int) -> Sequence[sa.Row[MentorPair, Person]]:
    other = aliased(Person)
    return db.session.execute(
        sa.select(MentorPair, other)
        .join(
            other,
            other.id
            == sa.case(
                (MentorPair.mentor_id == person_id, MentorPair.person_id),
                else_=MentorPair.mentor_id,
            ),
        )
        .where(
            sa.or_(MentorPair.mentor_id == person_id, MentorPair.person_id == person_id),
            MentorPair.state != "ended",
        )
        .order_by(MentorPair.id.desc())
        .limit(MOST_PAIRS)
    ).all()


def _pair(pair: MentorPair, other: Person, person_id: int, days: list[MetDay]) -> PairRow:
    yes = (pair.mentor_yes_on is not None, pair.person_yes_on is not None)
    is_mentor = pair.mentor_id == person_id
    began = pair.state == "running"
    return PairRow(
        id=pair.id,
        other_id=other.id,
        is_mentor=is_mentor,
        name=other.display_name if began else other.call_name or other.display_name,
        state=pair.state,
        said_yes=yes[0] if is_mentor else yes[1],
        other_said_yes=yes[1] if is_mentor else yes[0],
        began_on=began_on(pair),
        days=tuple(days),
    )


def began_on(pair: MentorPair) -> date | None:
    """Return the day on which both had said yes, or None."""
    if pair.mentor_yes_on is None or pair.person_yes_on is None:
        return None
    return max(pair.mentor_yes_on, pair.person_yes_on)


def _days(condition: sa.ColumnElement[bool]) -> list[MetDay]:
    rows = db.session.scalars(
        sa.select(MentorDay)
        .where(condition)
        .order_by(MentorDay.done_on.desc(), MentorDay.id.desc())
        .limit(MOST_DAYS)
    )
    return [_met(one) for one in rows]


def _met(one: MentorDay) -> MetDay:
    return MetDay(one.id, one.kind, one.done_on, one.pair_id, one.counted_on is not None)


def helped_days(person_id: int) -> list[MetDay]:
    """Return the days on which somebody helped with a lesson or a practical, newest first."""
    is_help = MentorDay.kind.in_(rules.HELPED_KINDS)
    return _days(sa.and_(MentorDay.person_id == person_id, is_help))


def season_rows(person_id: int) -> list[SeasonRow]:
    """Return the seasons in which somebody walked along or helped, newest first."""
    return seasons_of(_days(MentorDay.person_id == person_id))


def seasons_by_person(person_ids: Collection[int]) -> dict[int, list[SeasonRow]]:
    """Return the seasons of several people, by person."""
    days: dict[int, list[MetDay]] = defaultdict(list)
    found = sa.select(MentorDay).where(MentorDay.person_id.in_(person_ids))
    for one in db.session.scalars(found.order_by(MentorDay.done_on.desc()).limit(MOST_ALL_DAYS)):
        days[one.person_id].append(_met(one))
    return {person_id: seasons_of(days[person_id]) for person_id in person_ids}


def seasons_of(days: Iterable[MetDay]) -> list[SeasonRow]:
    """Return days by their season, the newest first."""
    by_season: dict[tuple[int, int], list[MetDay]] = defaultdict(list)
    for day in days:
        season, year = rules.season_of(day.done_on)
        by_season[year, rules.SEASONS.index(season)].append(day)
    return [
        SeasonRow(
            name=rules.season_name(found[0].done_on),
            season=rules.SEASONS[place],
            year=year,
            walked=sum(day.kind == "walk_along" for day in found),
            helped=sum(day.kind != "walk_along" for day in found),
            counts=any(day.counts for day in found),
        )
        for (year, place), found in sorted(by_season.items(), reverse=True)
    ]


def may_pass_on(person_id: int, *, by: Actor) -> bool:
    """Say whether `by` may say for somebody what they offer, and yes or no."""
    person = db.session.get(Person, person_id)
    return person is not None and covers(
        by, policies.HELP_BEGIN, Reach(person_id=person_id, place_id=person.place_id)
    )


def takes_part(person_id: int) -> bool:
    """Say whether mentoring is about somebody: they may offer it, or are in a pair."""
    if is_graduate(person_id):
        return True
    mine = sa.or_(MentorPair.mentor_id == person_id, MentorPair.person_id == person_id)
    query = sa.select(MentorPair.id).where(mine, MentorPair.state != "ended").limit(1)
    return db.session.scalar(query) is not None
