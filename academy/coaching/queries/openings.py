"""Logs that were opened in need: who asked, why, who agreed, until when. No entry text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies
from academy.coaching.models import CoachingPlan, Opening
from academy.coaching.queries.plans import PlanHead, call_name, full_name, get_overseen_plan
from academy.coaching.rules import opening as rules
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person

Asker = aliased(Person, name="asker")
Answerer = aliased(Person, name="answerer")
MOST = 50
REVIEW_SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One request to open a log, and what came of it."""

    id: int
    plan_id: int
    person_name: str
    call_name: str
    reason: str
    line: str
    asked_by: str
    asked_at: datetime
    answered_by: str
    answered_at: datetime | None
    open_until: datetime | None
    ended_at: datetime | None
    held_back_until: date | None
    state: str
    is_mine: bool
    may_answer: bool

    @property
    def until(self) -> datetime | None:
        """When reading ended or will end."""
        return self.ended_at or self.open_until


def openings(actor: Actor) -> tuple[OpeningRow, ...]:
    """Return what was asked within reach, latest first, at most fifty."""
    return _rows(actor, policies.within_openings(actor))


def get_opening(opening_id: int, actor: Actor) -> OpeningRow:
    """Return one opening within reach. Raises NotFoundError."""
    found = _rows(actor, policies.within_openings(actor), Opening.id == opening_id)
    if not found:
        raise NotFoundError
    return found[0]


def openings_of_plan(plan_id: int, actor: Actor) -> tuple[OpeningRow, ...]:
    """Return what was asked about one plan within reach, latest first."""
    return _rows(actor, policies.within_openings(actor), Opening.plan_id == plan_id)


def get_open_plan(opening_id: int, actor: Actor) -> PlanHead:
    """Return the plan whose log `actor` may read now because of an opening. Raises NotFoundError.

    Only who asked reads, within the own region, and only while it is open.
    """
    row = get_opening(opening_id, actor)
    if not row.is_mine or row.state != "open":
        raise NotFoundError
    return get_overseen_plan(row.plan_id, actor)


def waiting_openings(actor: Actor) -> tuple[OpeningRow, ...]:
    """Return what waits for an answer that this actor may give, and what they may read now."""
    now = clock.now()
    recent = sa.or_(
        sa.and_(Opening.answer.is_(None), Opening.asked_at > now - rules.ANSWER_WITHIN),
        sa.and_(Opening.answer == "agreed", Opening.open_until > now),
        sa.and_(
            Opening.answer == "agreed",
            Opening.held_back_until > clock.today(),
            Opening.held_back_until <= clock.today() + REVIEW_SOON,
        ),
    )
    return _rows(actor, policies.within_openings(actor), recent)


def own_openings(person_id: int) -> tuple[OpeningRow, ...]:
    """Return when one's own log was opened; not what is held back for safety."""
    told = sa.or_(Opening.held_back_until.is_(None), Opening.held_back_until <= clock.today())
    return _rows(None, Opening.person_id == person_id, Opening.answer == "agreed", told)


def open_now(plan_id: int, *, but: int | None) -> tuple[OpeningRow, ...]:
    """Return by whom else a log may be read now in need; not what is held back for safety."""
    told = sa.or_(Opening.held_back_until.is_(None), Opening.held_back_until <= clock.today())
    is_open = sa.and_(Opening.answer == "agreed", Opening.open_until > clock.now())
    found = _rows(None, Opening.plan_id == plan_id, is_open, told, Opening.asked_by_id != but)
    return tuple(one for one in found if one.state == "open")


def opened(opening_id: int) -> dict[str, Any] | None:
    """Return what the message to the participant prints; None while it is held back."""
    found = _rows(None, Opening.id == opening_id, Opening.answer == "agreed")
    if not found or rules.is_held_back(found[0].held_back_until, clock.today()):
        return None
    row = found[0]
    return {
        "asked_by": row.asked_by,
        "answered_by": row.answered_by,
        "reason": row.reason,
        "until": row.until,
    }


def _rows(actor: Actor | None, *conditions: sa.ColumnElement[bool]) -> tuple[OpeningRow, ...]:
    rows = db.session.execute(
        sa.select(Opening, CoachingPlan, Person, Asker, Answerer)
        .join(CoachingPlan, CoachingPlan.id == Opening.plan_id)
        .join(Person, Person.id == Opening.person_id)
        .join(Asker, Asker.id == Opening.asked_by_id)
        .outerjoin(Answerer, Answerer.id == Opening.answered_by_id)
        .where(*conditions)
        .order_by(Opening.asked_at.desc(), Opening.id.desc())
        .limit(MOST)
    )
    now = clock.now()
    return tuple(_row(actor, now, *row) for row in rows)


def _row(
    actor: Actor | None,
    now: datetime,
    opening: Opening,
    plan: CoachingPlan,
    person: Person,
    asker: Person,
    answerer: Person | None,
) -> OpeningRow:
    return OpeningRow(
        id=opening.id,
        plan_id=opening.plan_id,
        person_name=person.display_name,
        call_name=call_name(person),
        reason=opening.reason,
        line=opening.line,
        asked_by=asker.display_name,
        asked_at=opening.asked_at,
        answered_by=full_name(answerer),
        answered_at=opening.answered_at,
        open_until=opening.open_until,
        ended_at=opening.ended_at,
        held_back_until=opening.held_back_until,
        state=rules.state_of(opening, now),
        is_mine=actor is not None and opening.asked_by_id == actor.person_id,
        may_answer=actor is not None and policies.may_answer_opening(actor, opening, plan),
    )
