"""Who stands in for whom, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, CoachLoad, Cover
from academy.coaching.queries.plans import call_name
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person

Away = aliased(Person, name="away")
Standing = aliased(Person, name="standing")
MOST_ROWS = 100
PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class CoverRow:
    """One cover, now or to come."""

    id: int
    coach_name: str
    cover_name: str
    first_day: date
    last_day: date
    is_now: bool


def cover_rows(actor: Actor, today: date) -> tuple[CoverRow, ...]:
    """Return the covers by which somebody in the region is guided, first to begin on top."""
    near = sa.exists().where(
        CoachingPlan.coach_id == Cover.coach_id,
        CoachingPlan.state.in_(rules.LIVE_STATES),
        policies.within_region(actor),
        Grant.scope_id == CoachingPlan.person_id,
        _may_guide(),
    )
    rows = db.session.execute(
        sa.select(Cover, Away, Standing)
        .join(Away, Away.id == Cover.coach_id)
        .join(Standing, Standing.id == Cover.cover_id)
        .where(near, Cover.last_day >= today, Cover.ended_on.is_(None))
        .order_by(Cover.first_day, Cover.id)
        .limit(MOST_ROWS)
    )
    return tuple(
        CoverRow(
            cover.id,
            away.display_name,
            standing.display_name,
            cover.first_day,
            cover.last_day,
            cover.first_day <= today,
        )
        for cover, away, standing in rows
    )


@dataclass(frozen=True, slots=True)
class CoachRow:
    """Somebody who guides people in the region: how many in all, and when they last wrote."""

    person_id: int
    name: str
    phone: str
    plans: int
    last_entry_on: date | None
    is_silent: bool
    is_full: bool


def coach_rows(
    actor: Actor, today: date, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[CoachRow]:
    """Return who guides people in the region of `actor`, by name, a page at a time."""
    statement = (
        sa.select(Person, CoachLoad, was_away(CoachLoad.coach_id, today))
        .join(CoachLoad, CoachLoad.coach_id == Person.id)
        .where(_guides_in_region(actor))
        .order_by(Person.sort_key, Person.id)
        .limit(limit + 1)
    )
    last = from_cursor(after, str, int)
    if last is not None:
        bound = sa.tuple_(sa.literal(last[0]), sa.literal(last[1]))
        statement = statement.where(sa.tuple_(Person.sort_key, Person.id) > bound)
    rows = db.session.execute(statement).all()
    end = rows[limit - 1][0] if len(rows) > limit else None
    found = tuple(
        CoachRow(
            person_id=person.id,
            name=person.display_name,
            phone=person.phone or "",
            plans=load.plans,
            last_entry_on=load.last_entry_on,
            is_silent=rules.is_silent(load.quiet_since, today) and not away,
            is_full=load.plans > rules.MOST_PLANS,
        )
        for person, load, away in rows[:limit]
    )
    return Page(found, to_cursor(end.sort_key, end.id) if end is not None else None)


def coach_choices(actor: Actor) -> list[tuple[int, str]]:
    """Return everybody who guides in the region of `actor`, by name: to choose from, so all."""
    people = db.session.scalars(
        sa.select(Person)
        .join(CoachLoad, CoachLoad.coach_id == Person.id)
        .where(_guides_in_region(actor))
        .order_by(Person.sort_key, Person.id)
    )
    return [(one.id, one.display_name) for one in people]


def _guides_in_region(actor: Actor) -> sa.ColumnElement[bool]:
    here = sa.exists().where(
        CoachingPlan.coach_id == CoachLoad.coach_id,
        CoachingPlan.state.in_(rules.LIVE_STATES),
        policies.within_region(actor),
    )
    return sa.and_(CoachLoad.plans > 0, here)


def was_away(coach_id: Any, today: date) -> sa.ColumnElement[bool]:
    """Say in SQL that somebody stands in for a coach, or did until a week ago: who is not silent.

    A week, as with contact: who comes back has some days to call.
    """
    end = sa.func.coalesce(Cover.ended_on, Cover.last_day)
    return sa.exists().where(
        Cover.coach_id == coach_id,
        Cover.first_day <= today,
        Cover.last_day >= rules.overdue_before(today),
        end >= rules.overdue_before(today),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody beside the coach who guides a person today; `until`: as a stand-in, till then."""

    name: str
    until: date | None


def other_guides(person_id: int, today: date, *, but: Iterable[int | None]) -> tuple[Reader, ...]:
    """Return who else guides this person today and so reads the log, by name."""
    rows = db.session.execute(
        sa.select(Person, Grant.valid_to, Grant.reason)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.role == "coach",
            Grant.scope_kind == "person",
            Grant.scope_id == person_id,
            Grant.holds_on(today),
            Grant.person_id.not_in([one for one in but if one is not None]),
        )
        .order_by(Person.sort_key, Person.id, Grant.valid_to.desc().nulls_first())
    )
    found: dict[int, Reader] = {}
    for person, valid_to, reason in rows:
        until = valid_to if reason == rules.COVER_REASON else None
        found.setdefault(person.id, Reader(person.display_name, until))
    return tuple(found.values())


def stands_in_until(person_id: int, guide_id: int | None, today: date) -> date | None:
    """Return the last day on which somebody guides a person as a stand-in; None for any other."""
    rows = db.session.execute(
        sa.select(Grant.valid_to, Grant.reason).where(
            Grant.person_id == guide_id,
            Grant.role == "coach",
            Grant.scope_kind == "person",
            Grant.scope_id == person_id,
            Grant.holds_on(today),
        )
    ).all()
    days = [row.valid_to for row in rows if row.reason == rules.COVER_REASON]
    return max(days) if days and len(days) == len(rows) else None


@dataclass(frozen=True, slots=True)
class CoverDays:
    """Who stands in for a coach with one person, on which days; the right over them is there."""

    person_id: int
    coach_id: int
    cover_id: int
    first_day: date
    last_day: date


def _may_guide() -> sa.ColumnElement[bool]:
    """Say in SQL that a grant lets who stands in guide somebody on days of the cover.

    It is of this cover, which somebody of the region arranged, or was there anyway.
    """
    return sa.and_(
        sa.or_(Grant.granted_by_id == Cover.arranged_by_id, Grant.reason != rules.COVER_REASON),
        Grant.person_id == Cover.cover_id,
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.confirmed_on.is_not(None),
        Grant.valid_from <= Cover.last_day,
        sa.or_(Grant.valid_to.is_(None), Grant.valid_to >= Cover.first_day),
    )


def covers_between(first: date, last: date) -> tuple[CoverDays, ...]:
    """Return with whom somebody stands in on any day from `first` to `last`, in one statement."""
    rows = db.session.execute(
        sa.select(Grant.scope_id, Cover, Grant.valid_from, Grant.valid_to)
        .join_from(Cover, Grant, _may_guide())
        .where(Cover.last_day >= first, Cover.first_day <= last, Cover.ended_on.is_(None))
        .order_by(Cover.id, Grant.id)
    )
    return tuple(
        CoverDays(
            person_id,
            cover.coach_id,
            cover.cover_id,
            max(cover.first_day, valid_from),
            min(cover.last_day, valid_to or cover.last_day),
        )
        for person_id, cover, valid_from, valid_to in rows
        if person_id is not None
    )


def who_guides(person_id: int, coach_id: int, day: date, covers: Iterable[CoverDays]) -> int:
    """Return who is to speak with somebody on a day: the coach, or who stands in and may."""
    for one in covers:
        is_theirs = (one.person_id, one.coach_id) == (person_id, coach_id)
        if is_theirs and one.first_day <= day <= one.last_day:
            return one.cover_id
    return coach_id


def stands_in_for_own_coach(person_id: int, coach_id: int | None, day: date) -> bool:
    """Say whether somebody stands in for the own coach today, and so has nobody else to go to."""
    found = sa.select(Cover.id).where(
        Cover.coach_id == coach_id, Cover.cover_id == person_id, Cover.holds_on(day)
    )
    return db.session.scalar(found.limit(1)) is not None


def told(cover_id: int) -> dict[str, Any] | None:
    """Return what a message about a cover says; None when it ended early."""
    row = db.session.execute(
        sa.select(Cover, Away, Standing)
        .join(Away, Away.id == Cover.coach_id)
        .join(Standing, Standing.id == Cover.cover_id)
        .where(Cover.id == cover_id, Cover.ended_on.is_(None))
    ).one_or_none()
    if row is None:
        return None
    cover, away, standing = row
    return {
        "coach": call_name(away),
        "cover": standing.display_name,
        "cover_call_name": call_name(standing),
        "cover_phone": standing.phone or "",
        "first_day": cover.first_day,
        "last_day": cover.last_day,
    }
