"""The coordinator's Monday: one list of what needs somebody, one next step per row. No text.

Each kind is read in the order of its own index and no further than a page, so that the list costs
the same whatever the region's size. SQLite compares the place as `place_id + 0`: by an index on the
place it would sort everything that is late there. PostgreSQL knows how many live where.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import (
    AgreedAction,
    CoachingPlan,
    CoachLoad,
    LogEntry,
    PlanSheet,
    PlanStep,
    Signal,
)
from academy.coaching.queries.cover import was_away
from academy.coaching.queries.plans import call_name
from academy.kernel import policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates.models import Certificate
from courses.models import Enrolment

KINDS = (
    "signal",
    "held",
    "match",
    "contact",
    "plan",
    "action",
    "step",
    "energy",
    "silent",
    "full",
    "review",
    "renewal",
)
"""In this order where the day is the same; signals come before everything."""
FIRST = ("signal", "held")
PAGE_SIZE = 20
RENEWAL_OPENS = timedelta(days=183)
RENEWAL_GRACE = timedelta(days=92)
HELD_SOON = timedelta(days=7)

Newer = aliased(CoachingPlan, name="newer")


@dataclass(frozen=True, slots=True)
class MondayRow:
    """One thing that needs somebody: what, since or before when, about whom, who guides.

    `who` is who follows up a signal, else the coach. `word` is a signal's kind or whose agreement
    or step it is, `grade` how severe or in which state, `figure` how many people.
    """

    kind: str
    day: date
    id: int
    plan_id: int | None
    person_name: str
    person_call_name: str
    person_phone: str
    who_id: int | None
    who: str
    who_call_name: str
    who_phone: str
    word: str
    grade: str
    figure: int | None
    last_on: date | None


def monday_page(
    actor: Actor,
    today: date,
    *,
    after: str | None = None,
    limit: int = PAGE_SIZE,
    kinds: Collection[str] = KINDS,
) -> Page[MondayRow]:
    """Return what needs somebody in the region of `actor`, in two statements whatever its size."""
    last = from_cursor(after, int, date, int, int)
    parts = [
        sa.select(one.subquery())
        for one in _parts(actor, today, _Cut(last, limit + 1, kinds))
        if one is not None
    ]
    if not parts:
        return Page((), None)
    every = sa.union_all(*parts).subquery()
    rows = db.session.execute(
        sa.select(every)
        .order_by(every.c.rank, every.c.day, every.c.kind, every.c.id)
        .limit(limit + 1)
    ).all()
    found = _named(rows[:limit])
    more = len(rows) > limit
    end = rows[limit - 1] if more else None
    return Page(found, to_cursor(end.rank, end.day, end.kind, end.id) if end else None)


def _parts(actor: Actor, today: date, cut: _Cut) -> Iterator[Any]:
    near = region_of(actor)
    late = rules.overdue_before(today)
    live = CoachingPlan.state.in_(rules.LIVE_STATES)
    plan = _PlanParts(near, cut)
    for state in ("open", "taken_over"):
        yield _signals(near, cut, "signal", Signal.follow_up_by, Signal.state == state)
        soon = Signal.held_back_until <= today + HELD_SOON
        held = sa.and_(Signal.state == state, soon, Signal.held_back_until > today)
        yield _signals(near, cut, "held", Signal.held_back_until, held)
    for state in ("to_match", "proposed"):
        yield plan.part("match", CoachingPlan.match_by, CoachingPlan.state == state)
    for state in rules.LIVE_STATES:
        is_so = CoachingPlan.state == state
        if state == "paused":  # until its day nothing is asked; contact is due on that day
            is_so = sa.and_(is_so, CoachingPlan.paused_until <= today)
        due, review = CoachingPlan.next_contact_due, CoachingPlan.yearly_review_due
        yield plan.part("contact", due, is_so, due < late)
        missing = CoachingPlan.sheet_due
        yield plan.part("plan", missing, is_so, missing < today)
        low = CoachingPlan.is_energy_low == sa.true()
        yield plan.part("energy", CoachingPlan.last_contact_on, is_so, low)
        yield plan.part("review", review, is_so, review <= today + rules.REVIEW_SOON)
    yield _actions(near, cut, today)
    yield _steps(near, cut, today)
    yield from _coaches(near, cut, today, live)
    yield _renewals(near, cut, today, live)


def region_of(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition of `policies.within_region`, by which SQLite does not begin."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    place = CoachingPlan.place_id + 0 if is_sqlite else CoachingPlan.place_id
    return sa.and_(
        policy.within(actor, policies.OVERSEE, place=place),
        CoachingPlan.person_id != actor.person_id,
    )


def _is_awake(today: date) -> sa.ColumnElement[bool]:
    """Say that a plan runs today, so that SQLite does not begin with all that do."""
    if db.engine.dialect.name != "sqlite":
        return CoachingPlan.is_awake(today)
    state = CoachingPlan.state.concat("")
    is_over = sa.and_(state == "paused", CoachingPlan.paused_until <= today)
    return sa.or_(state == "active", is_over)


class _Cut:
    """Where the page before ended, and how many rows one page needs of each kind."""

    def __init__(self, last: Any, limit: int, kinds: Collection[str]) -> None:
        self.last, self.limit, self.kinds = last, limit, kinds

    def apply(self, statement: Any, kind: str, day: Any, row_id: Any) -> Any:
        """Return the statement from the cursor on, in order; None when the kind is behind us."""
        if kind not in self.kinds:
            return None
        if self.last is not None:
            rank, last_day, number, last_id = self.last
            here = KINDS.index(kind)
            if _rank(kind) < rank:
                return None
            if _rank(kind) == rank:
                end = sa.literal(last_day, sa.Date)
                if here == number:
                    statement = statement.where(
                        sa.tuple_(day, row_id) > sa.tuple_(end, sa.literal(last_id))
                    )
                else:
                    statement = statement.where(day > end if here < number else day >= end)
        return statement.order_by(day, row_id).limit(self.limit)


def _rank(kind: str) -> int:
    return 0 if kind in FIRST else 1


_WHOLE = ("plan_id", "person_id", "who_id", "figure")
_TEXT = ("word", "grade")


def _columns(kind: str, day: Any, row_id: Any, **known: Any) -> list[Any]:
    """Return the columns that every kind has, empty where a kind does not know it."""
    empty = sa.null()
    return [
        sa.literal_column(str(_rank(kind)), sa.Integer).label("rank"),
        day.label("day"),
        sa.literal_column(str(KINDS.index(kind)), sa.Integer).label("kind"),
        row_id.label("id"),
        *(known.get(name, sa.cast(empty, sa.Integer)).label(name) for name in _WHOLE),
        *(sa.cast(known.get(name, empty), sa.String).label(name) for name in _TEXT),
        known.get("last_on", sa.cast(empty, sa.Date)).label("last_on"),
    ]


class _PlanParts:
    """Makes the kinds that are a plan with a day of its own."""

    def __init__(self, near: sa.ColumnElement[bool], cut: _Cut) -> None:
        self.near, self.cut = near, cut

    def part(self, kind: str, day: Any, *conditions: Any) -> Any:
        """Return the plans of one kind, in order of `day`."""
        columns = _columns(
            kind,
            day,
            CoachingPlan.id,
            plan_id=CoachingPlan.id,
            person_id=CoachingPlan.person_id,
            who_id=CoachingPlan.coach_id,
            grade=CoachingPlan.state,
            last_on=CoachingPlan.last_contact_on,
        )
        statement = sa.select(*columns).where(*conditions, day.is_not(None), self.near)
        return self.cut.apply(statement, kind, day, CoachingPlan.id)


def _signals(near: Any, cut: _Cut, kind: str, day: Any, condition: Any) -> Any:
    """Return the signals about people whose latest plan lies in the region."""
    later = sa.exists().where(Newer.person_id == CoachingPlan.person_id, Newer.id > CoachingPlan.id)
    columns = _columns(
        kind,
        day,
        Signal.id,
        plan_id=CoachingPlan.id,
        person_id=Signal.person_id,
        who_id=Signal.assigned_to_id,
        word=Signal.kind,
        grade=sa.case((Signal.state == "open", Signal.severity), else_="taken_over"),
        last_on=Signal.raised_on,
    )
    statement = (
        sa.select(*columns)
        .join_from(Signal, CoachingPlan, CoachingPlan.person_id == Signal.person_id)
        .where(condition, near, ~later)
    )
    return cut.apply(statement, kind, day, Signal.id)


def _actions(near: Any, cut: _Cut, today: date) -> Any:
    columns = _columns(
        "action",
        AgreedAction.due_on,
        AgreedAction.id,
        plan_id=CoachingPlan.id,
        person_id=CoachingPlan.person_id,
        who_id=CoachingPlan.coach_id,
        word=AgreedAction.owner,
    )
    statement = (
        sa.select(*columns)
        .join_from(AgreedAction, CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.state == "open",
            AgreedAction.due_on < today,
            LogEntry.state != "draft",
            _is_awake(today),
            near,
        )
    )
    return cut.apply(statement, "action", AgreedAction.due_on, AgreedAction.id)


def _steps(near: Any, cut: _Cut, today: date) -> Any:
    """Return the steps of plans that count whose day has gone by."""
    due = PlanStep.open_due_on
    columns = _columns(
        "step",
        due,
        PlanStep.id,
        plan_id=CoachingPlan.id,
        person_id=CoachingPlan.person_id,
        who_id=CoachingPlan.coach_id,
        word=PlanStep.owner,
    )
    statement = (
        sa.select(*columns)
        .join_from(PlanStep, PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .join(CoachingPlan, CoachingPlan.id == PlanSheet.plan_id)
        .where(due < today, _is_awake(today), near)
    )
    return cut.apply(statement, "step", due, PlanStep.id)


def _coaches(near: Any, cut: _Cut, today: date, live: Any) -> Iterator[Any]:
    """Return the coaches of the region who are silent too long, and those with too many people."""
    here = sa.exists().where(CoachingPlan.coach_id == CoachLoad.coach_id, live, near)
    away = was_away(CoachLoad.coach_id, today)
    quiet = CoachLoad.quiet_since
    full_day = sa.literal(today, sa.Date)
    conditions = {
        "silent": (quiet, sa.and_(quiet < today - rules.SILENT_AFTER, ~away)),
        "full": (full_day, CoachLoad.plans > rules.MOST_PLANS),
    }
    for kind, (day, condition) in conditions.items():
        columns = _columns(
            kind,
            day,
            CoachLoad.coach_id,
            who_id=CoachLoad.coach_id,
            figure=CoachLoad.plans,
            last_on=CoachLoad.last_entry_on,
        )
        statement = sa.select(*columns).where(condition, here)
        yield cut.apply(statement, kind, day, CoachLoad.coach_id)


def _renewals(near: Any, cut: _Cut, today: date, live: Any) -> Any:
    until = Certificate.valid_until
    columns = _columns(
        "renewal",
        until,
        Certificate.id,
        plan_id=CoachingPlan.id,
        person_id=CoachingPlan.person_id,
        who_id=CoachingPlan.coach_id,
    )
    statement = (
        sa.select(*columns)
        .join_from(Certificate, Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(CoachingPlan, CoachingPlan.person_id == Enrolment.person_id)
        .where(
            Certificate.standing == "valid",
            until >= today - RENEWAL_GRACE,
            until <= today + RENEWAL_OPENS,
            live,
            near,
        )
    )
    return cut.apply(statement, "renewal", until, Certificate.id)


def _named(rows: Any) -> tuple[MondayRow, ...]:
    ids = {one for row in rows for one in (row.person_id, row.who_id) if one is not None}
    if not rows:
        return ()
    people = {
        person.id: person
        for person in db.session.scalars(sa.select(Person).where(Person.id.in_(sorted(ids))))
    }
    return tuple(_row(row, people.get(row.person_id), people.get(row.who_id)) for row in rows)


def _row(row: Any, person: Person | None, who: Person | None) -> MondayRow:
    return MondayRow(
        kind=KINDS[row.kind],
        day=row.day,
        id=row.id,
        plan_id=row.plan_id,
        person_name=person.display_name if person else "",
        person_call_name=call_name(person) if person else "",
        person_phone=(person.phone or "") if person else "",
        who_id=row.who_id,
        who=who.display_name if who else "",
        who_call_name=call_name(who) if who else "",
        who_phone=(who.phone or "") if who else "",
        word=row.word or "",
        grade=row.grade or "",
        figure=row.figure,
        last_on=row.last_on,
    )
