"""Figures of the guidance, quarter by quarter, without a person in them: five statements in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from academy.coaching import rules as coaching
from academy.coaching.models import CoachingPlan, LogEntry
from academy.coaching.queries.standing import replaced_ids
from academy.community.models import MeetUp, Rsvp
from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Person
from academy.reporting.policies import SEE_FIGURES
from academy.reporting.rules.figures import FEWEST, Quarter, about, past_quarters, shown
from certificates.models import Certificate
from certificates.rules.standing import COUNTING
from courses.models import Cohort, Enrolment

Count = int | None
"""How many; None when it is hidden because fewer than five are in it."""

LOW, HIGH = coaching.LOW_ENERGY, 4
LONGEST_BETWEEN = timedelta(days=coaching.LONGEST_RHYTHM_DAYS) + coaching.TOLERANCE
"""After a talk of longer ago nothing was due any more."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of one quarter. The parts of a tuple are apart; their total is not shown.

    `contacts`: due then, on time or late. `energy`: people whose last figure was low, middle, high.
    `guided` and `came`: people, to the nearest five, guided on the last day and at a meet-up.
    `renewals`: certificates whose end fell in it, renewed and not.
    """

    quarter: Quarter
    contacts: tuple[Count, Count]
    energy: tuple[Count, Count, Count]
    guided: Count
    came: Count
    renewals: tuple[Count, Count]


def figures(by: Actor, today: date) -> tuple[Figures, ...]:
    """Return the figures of the last quarters within the reach of `by`, earliest first."""
    quarters = past_quarters(today)
    contacts, energy = _contacts(by, quarters), _energy(by, quarters)
    guided, came = _guided(by, quarters), _came(by, quarters)
    renewals = _renewals(by, quarters)
    return tuple(
        Figures(
            quarter,
            (shown(contacts[place, "yes"]), shown(contacts[place, "no"])),
            (
                shown(energy[place, "low"]),
                shown(energy[place, "middle"]),
                shown(energy[place, "high"]),
            ),
            about(guided[place]),
            about(came[place]),
            (shown(renewals[place, "yes"]), shown(renewals[place, "no"])),
        )
        for place, quarter in enumerate(quarters)
    )


class _Counted(dict[Any, int]):
    """Counts by key; what was not counted is nought."""

    def __missing__(self, key: Any) -> int:
        return 0


def _counted(statement: sa.Select[Any]) -> _Counted:
    return _Counted({(place, kind): n for place, kind, n in db.session.execute(statement)})


def _place_in(quarters: tuple[Quarter, ...], day: Any) -> sa.Case[int]:
    """Return the expression for the place of the quarter in which a day lies."""
    return sa.case(
        *((day.between(one.first, one.last), place) for place, one in enumerate(quarters))
    )


def _within_plans(by: Actor) -> sa.ColumnElement[bool]:
    return policy.within(by, SEE_FIGURES, place=CoachingPlan.place_id)


def _later(day: Any, days: Any) -> Any:
    """Return the expression for the day that is so many days later."""
    if db.session.get_bind().dialect.name == "postgresql":
        return sa.type_coerce(day + days, sa.Date)
    return sa.func.date(day, sa.cast(days, sa.String) + " days", type_=sa.Date)


def _contacts(by: Actor, quarters: tuple[Quarter, ...]) -> _Counted:
    """Count the contacts that were due in each quarter: on time by the rhythm of the plan, or late.

    A contact is due after the start and after every talk; without a next talk it is late. What
    was due after a stop, or in a pause that runs still, is not counted. Contacts are counted, and
    hidden when they are with fewer than five people: one person has many.
    """
    due = sa.union_all(_due_after_talks(by, quarters), _due_after_starts(by, quarters)).subquery()
    is_last = CoachingPlan.stopped_on <= due.c.due
    rests = sa.and_(
        CoachingPlan.paused_on <= due.c.due,
        due.c.due <= _later(CoachingPlan.paused_until, coaching.TOLERANCE.days),
    )
    in_time = due.c.spoken <= due.c.due
    found = (
        sa.select(
            _place_in(quarters, due.c.due).label("place"),
            sa.case((in_time, "yes"), else_="no").label("in_time"),
            CoachingPlan.person_id.label("person_id"),
        )
        .join_from(due, CoachingPlan, CoachingPlan.id == due.c.plan_id)
        .where(
            due.c.due.between(quarters[0].first, quarters[-1].last),
            sa.or_(in_time, ~sa.func.coalesce(sa.or_(is_last, rests), sa.false())),
        )
        .subquery()
    )
    return _counted(
        sa.select(found.c.place, found.c.in_time, sa.func.count())
        .group_by(found.c.place, found.c.in_time)
        .having(sa.func.count(found.c.person_id.distinct()) >= FEWEST)
    )


def _due_after_talks(by: Actor, quarters: tuple[Quarter, ...]) -> sa.Select[Any]:
    """Return, of every talk, when the next was due and when it was."""
    allowed = CoachingPlan.rhythm_days + coaching.TOLERANCE.days
    following = sa.func.lead(LogEntry.happened_on).over(
        partition_by=LogEntry.plan_id, order_by=(LogEntry.happened_on, LogEntry.id)
    )
    return (
        sa.select(
            LogEntry.plan_id.label("plan_id"),
            _later(LogEntry.happened_on, allowed).label("due"),
            following.label("spoken"),
        )
        .join(CoachingPlan, CoachingPlan.id == LogEntry.plan_id)
        .where(
            LogEntry.state != "draft",
            LogEntry.id.not_in(replaced_ids()),
            LogEntry.happened_on.between(quarters[0].first - LONGEST_BETWEEN, quarters[-1].last),
            _within_plans(by),
        )
    )


def _due_after_starts(by: Actor, quarters: tuple[Quarter, ...]) -> sa.Select[Any]:
    """Return, of every plan that began, when the first talk was due and when it was."""
    within = coaching.FIRST_CONTACT_WITHIN.days
    soon = sa.case((CoachingPlan.rhythm_days < within, CoachingPlan.rhythm_days), else_=within)
    first = (
        sa.select(sa.func.min(LogEntry.happened_on))
        .where(
            LogEntry.plan_id == CoachingPlan.id,
            LogEntry.state != "draft",
            LogEntry.happened_on >= CoachingPlan.started_on,
        )
        .correlate(CoachingPlan)
        .scalar_subquery()
    )
    return sa.select(
        CoachingPlan.id.label("plan_id"),
        _later(CoachingPlan.started_on, soon + coaching.TOLERANCE.days).label("due"),
        first.label("spoken"),
    ).where(
        CoachingPlan.started_on.between(quarters[0].first - LONGEST_BETWEEN, quarters[-1].last),
        _within_plans(by),
    )


def _energy(by: Actor, quarters: tuple[Quarter, ...]) -> _Counted:
    """Count people by the last figure they gave in each quarter."""
    place = _place_in(quarters, LogEntry.happened_on)
    latest = sa.func.row_number().over(
        partition_by=(place, LogEntry.person_id),
        order_by=(LogEntry.happened_on.desc(), LogEntry.id.desc()),
    )
    given = (
        sa.select(place.label("place"), LogEntry.energy.label("energy"), latest.label("latest"))
        .join(CoachingPlan, CoachingPlan.id == LogEntry.plan_id)
        .where(
            LogEntry.state != "draft",
            LogEntry.energy.is_not(None),
            LogEntry.id.not_in(replaced_ids()),
            LogEntry.happened_on.between(quarters[0].first, quarters[-1].last),
            _within_plans(by),
        )
        .subquery()
    )
    level = sa.case(
        (given.c.energy <= LOW, "low"), (given.c.energy >= HIGH, "high"), else_="middle"
    )
    return _counted(
        sa.select(given.c.place, level, sa.func.count())
        .where(given.c.latest == 1)
        .group_by(given.c.place, level)
    )


def _guided(by: Actor, quarters: tuple[Quarter, ...]) -> tuple[int, ...]:
    """Count the people who were guided on the last day of each quarter."""
    counts = [
        sa.func.count(
            sa.distinct(
                sa.case(
                    (
                        sa.and_(
                            CoachingPlan.started_on <= one.last,
                            sa.or_(
                                CoachingPlan.stopped_on.is_(None),
                                CoachingPlan.stopped_on > one.last,
                            ),
                        ),
                        CoachingPlan.person_id,
                    )
                )
            )
        )
        for one in quarters
    ]
    return tuple(db.session.execute(sa.select(*counts).where(_within_plans(by))).one())


def _came(by: Actor, quarters: tuple[Quarter, ...]) -> _Counted:
    """Count the people who came to a meet-up in each quarter."""
    place = _place_in(quarters, MeetUp.held_on)
    rows = db.session.execute(
        sa.select(place, sa.func.count(sa.distinct(Rsvp.person_id)))
        .join_from(Rsvp, MeetUp, MeetUp.id == Rsvp.meet_up_id)
        .join(Person, Person.id == Rsvp.person_id)
        .where(
            Rsvp.came.is_(True),
            MeetUp.held_on.between(quarters[0].first, quarters[-1].last),
            policy.within(by, SEE_FIGURES, place=Person.place_id),
        )
        .group_by(place)
    )
    return _Counted((place, n) for place, n in rows)


def _renewals(by: Actor, quarters: tuple[Quarter, ...]) -> _Counted:
    """Count the certificates whose end fell in each quarter: renewed, or not."""
    place = _place_in(quarters, Certificate.valid_until)
    renewed = sa.case((Certificate.standing == "renewed", "yes"), else_="no")
    return _counted(
        sa.select(place, renewed, sa.func.count())
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Certificate.valid_until.between(quarters[0].first, quarters[-1].last),
            Certificate.standing.in_(COUNTING),
            policy.within(by, SEE_FIGURES, place=Cohort.place_id),
        )
        .group_by(place, renewed)
    )
