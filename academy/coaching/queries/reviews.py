"""What a yearly review begins with, and what reviews asked for that nobody followed yet.

`year_of` and `last_circles` show notes: write the reading down first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, LogEntry, YearlyReview
from academy.coaching.queries.handover import Horizon
from academy.coaching.queries.log import ActionView, all_actions
from academy.coaching.queries.plans import PlanHead
from academy.coaching.queries.sheets import Sheets, sheets_of
from academy.coaching.queries.standing import DAY, IS_LATEST, Latest, energy_line, stands
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates.queries.dossier import CriterionRow, get_sheet
from certificates.queries.holder import own_certificates

YEAR = timedelta(days=366)
MOST_WISHES = 20


@dataclass(frozen=True, slots=True)
class Circles:
    """The three circles of a review: gladly, together with somebody, not."""

    mine: str
    together: str
    not_mine: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Year:
    """The year that a review looks back on."""

    sheets: Sheets
    talks: int
    done: tuple[ActionView, ...]
    open: tuple[ActionView, ...]
    dropped: int
    energy: tuple[tuple[date, int], ...]
    circles: Circles | None
    renewal: tuple[CriterionRow, ...]
    certificate_number: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A review that is being written: its form as it stood, and when that was kept."""

    filled: dict[str, str]
    form_key: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """That a review asked for another coach, or for none, and nobody followed it yet."""

    plan_id: int
    person_name: str
    wants: str
    held_on: date


def year_of(plan: PlanHead, *, today: date, within: Horizon) -> Year:
    """Return what happened since a year ago, as far back as the reader may read."""
    since = today - YEAR
    is_open = within.entries()
    recent = all_actions(plan.id, today=today, within=is_open)
    settled = [one for one in recent if one.done_on is not None and one.done_on >= since]
    number, until, renewal = _renewal(plan.person_id)
    return Year(
        sheets=sheets_of(plan.id, today=today, within=within),
        talks=_talks(plan.id, since, is_open),
        done=tuple(one for one in settled if one.state == "done"),
        open=tuple(one for one in recent if one.state == "open"),
        dropped=sum(one.state == "dropped" for one in settled),
        energy=tuple(energy_line(plan.id, within=is_open)),
        circles=last_circles(plan.id, within=within),
        renewal=renewal,
        certificate_number=number,
        valid_until=until,
    )


def _talks(plan_id: int, since: date, within: sa.ColumnElement[bool]) -> int:
    found = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(LogEntry)
        .outerjoin(Latest, sa.and_(IS_LATEST, stands(Latest)))
        .where(
            LogEntry.plan_id == plan_id,
            LogEntry.state != "draft",
            LogEntry.corrects_id.is_(None),
            since <= DAY,
            within,
        )
    )
    return found or 0


def _renewal(person_id: int) -> tuple[str, date | None, tuple[CriterionRow, ...]]:
    """Return how the renewal of the newest certificate that counts stands; nothing without one."""
    for one in own_certificates(person_id):
        if one.standing == "valid" and one.valid_until is not None:
            return one.number, one.valid_until, get_sheet(one.id).renewal
    return "", None, ()


def last_circles(plan_id: int, *, within: Horizon) -> Circles | None:
    """Return the circles of the last review that may be read, or None."""
    row = db.session.scalars(
        sa.select(YearlyReview)
        .where(YearlyReview.plan_id == plan_id)
        .order_by(YearlyReview.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or not within.opens(row.written_at):
        return None
    return Circles(row.circle_mine, row.circle_together, row.circle_not, row.held_on)


def find_draft(plan_id: int, coach_id: int | None) -> ReviewDraft | None:
    """Return the review that a coach is writing, or None; the reading is written down first."""
    row = db.session.scalars(
        sa.select(LogEntry).where(
            LogEntry.plan_id == plan_id,
            LogEntry.coach_id == coach_id,
            LogEntry.state == "draft",
            LogEntry.kind == "yearly_review",
        )
    ).one_or_none()
    if row is None:
        return None
    return ReviewDraft(rules.from_kept(row.discussed), row.form_key, row.saved_at)


# --- wishes that nobody followed -------------------------------------------------------------


def _open() -> sa.ColumnElement[bool]:
    """Say that a review asks for a change, and that none came since; the last review counts."""
    later = aliased(YearlyReview)
    newer = sa.exists().where(later.plan_id == YearlyReview.plan_id, later.id > YearlyReview.id)
    return sa.and_(
        YearlyReview.wants != "same",
        YearlyReview.settled_on.is_(None),
        CoachingPlan.state.in_(rules.LIVE_STATES),
        sa.or_(
            CoachingPlan.transferred_on.is_(None),
            CoachingPlan.transferred_on < YearlyReview.held_on,
        ),
        ~newer,
    )


def open_wishes(actor: Actor) -> list[Wish]:
    """Return, in the region of `actor`, who asked for another coach or for none."""
    return _wishes(policies.within_region(actor))


def find_wish_of(plan_id: int) -> Wish | None:
    """Return what the last review of a plan asked for, as long as nobody followed it."""
    return next(iter(_wishes(CoachingPlan.id == plan_id)), None)


def _wishes(condition: sa.ColumnElement[bool]) -> list[Wish]:
    rows = db.session.execute(
        sa.select(CoachingPlan.id, Person, YearlyReview.wants, YearlyReview.held_on)
        .join_from(YearlyReview, CoachingPlan, CoachingPlan.id == YearlyReview.plan_id)
        .join(Person, Person.id == CoachingPlan.person_id)
        .where(condition, _open())
        .order_by(YearlyReview.held_on, YearlyReview.id)
        .limit(MOST_WISHES)
    )
    return [Wish(plan_id, person.display_name, wants, on) for plan_id, person, wants, on in rows]
