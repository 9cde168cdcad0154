"""Figures of the guidance, quarter by quarter, without a person in them: five statements in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from academy.coaching import rules as coaching
from academy.coaching.models import CoachingPlan, LogEntry
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
"""A talk that followed another by more was late in any rhythm: its day needs no looking for."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of one quarter. The parts of a tuple are apart; their total is not shown.

    `contacts`: talks on time and late. `energy`: people whose last figure was low, middle, high.
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


def _days(later: Any, earlier: Any) -> sa.ColumnElement[int]:
    """Return the expression for the days between two days."""
    if db.session.get_bind().dialect.name == "postgresql":
        return sa.type_coerce(later - earlier, sa.Integer)
    between: sa.ColumnElement[int] = sa.func.julianday(later) - sa.func.julianday(earlier)
    return between


def _contacts(by: Actor, quarters: tuple[Quarter, ...]) -> _Counted:
    """Count the talks that followed another: on time by the rhythm of the plan, or late.

    Talks are counted, and hidden when they are with fewer than five people: one person has many.
    """
    since = quarters[0].first - LONGEST_BETWEEN
    previous = sa.func.lag(LogEntry.happened_on).over(
        partition_by=LogEntry.plan_id, order_by=(LogEntry.happened_on, LogEntry.id)
    )
    allowed = CoachingPlan.rhythm_days + coaching.TOLERANCE.days
    talks = (
        sa.select(
            _place_in(quarters, LogEntry.happened_on).label("place"),
            LogEntry.person_id.label("person_id"),
            LogEntry.plan_id.label("plan_id"),
            previous.label("previous"),
            sa.case((_days(LogEntry.happened_on, previous) <= allowed, "yes"), else_="no").label(
                "in_time"
            ),
        )
        .join(CoachingPlan, CoachingPlan.id == LogEntry.plan_id)
        .where(
            LogEntry.state != "draft",
            LogEntry.corrects_id.is_(None),
            LogEntry.happened_on.between(since, quarters[-1].last),
            _within_plans(by),
        )
        .subquery()
    )
    longer_ago = sa.exists().where(
        LogEntry.plan_id == talks.c.plan_id,
        LogEntry.state != "draft",
        LogEntry.corrects_id.is_(None),
        LogEntry.happened_on < since,
    )
    return _counted(
        sa.select(talks.c.place, talks.c.in_time, sa.func.count())
        .where(talks.c.place.is_not(None), sa.or_(talks.c.previous.is_not(None), longer_ago))
        .group_by(talks.c.place, talks.c.in_time)
        .having(sa.func.count(talks.c.person_id.distinct()) >= FEWEST)
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
