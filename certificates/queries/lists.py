"""What waits for somebody: people to propose, proposals to decide, and the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor, Capability
from academy.people.models import Person
from certificates import policies
from certificates.models import Certificate, Decision, Revocation
from certificates.queries.approvals import is_to_make, waits_for_name
from certificates.queries.standing import IS_OPEN
from certificates.rules.number import find_number
from courses.models import Cohort, Enrolment
from courses.queries.progress import progress_of_many

PAGE_SIZE = 25
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who takes part and has no proposal yet, and whether everything is in order."""

    enrolment_id: int
    name: str
    cohort: str
    complete: bool


@dataclass(frozen=True, slots=True)
class WaitingDecision:
    """A proposal without a final decision."""

    id: int
    kind: str
    holder: str
    proposer: str
    cohort: str
    proposed_at: datetime
    is_on_hold: bool


@dataclass(frozen=True, slots=True)
class WaitingRevocation:
    """A proposal to revoke, waiting for another board member."""

    id: int
    certificate_id: int
    number: str
    holder: str
    proposer: str
    ground: str
    hearing: str
    proposed_at: datetime
    is_mine: bool

    @property
    def must_hear(self) -> bool:
        """Whether the holder must be heard before anybody confirms."""
        return self.ground != "own_request" and self.hearing in ("open", "earlier")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One certificate in the register."""

    id: int
    number: str
    holder: str
    issued_on: date
    valid_until: date | None
    standing: str
    is_made: bool


def within(actor: Actor, right: Capability) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query on enrolments and cohorts within reach."""
    return policy.within(
        actor,
        right,
        person=Enrolment.person_id,
        cohort=Cohort.id,
        place=Cohort.place_id,
        organisation=Cohort.client_organisation_id,
    )


def full_name(person: Any) -> sa.ColumnElement[str]:
    """Return the expression for a person's name as people say it."""
    prefix = sa.case((person.prefix == "", ""), else_=person.prefix + " ")
    return sa.func.trim(person.call_name + " " + prefix + person.last_name)


def candidate_rows(actor: Actor) -> list[Candidate]:
    """Return who could be proposed, those with everything in order first."""
    proposed = sa.select(Decision.enrolment_id).where(IS_OPEN)
    rows = db.session.execute(
        sa.select(Enrolment.id, Cohort.name)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Enrolment.state == "active",
            Cohort.state.in_(("running", "finishing")),
            Enrolment.id.not_in(proposed),
            Enrolment.person_id != actor.person_id,
            within(actor, policies.PROPOSE),
        )
        .order_by(Cohort.starts_on, Enrolment.id)
        .limit(MOST_SHOWN)
    ).all()
    cohorts = {row.id: row.name for row in rows}
    found = [
        Candidate(one.enrolment_id, one.name, cohorts[one.enrolment_id], one.verdict.complete)
        for one in progress_of_many(list(cohorts)).values()
    ]
    return sorted(found, key=lambda one: (not one.complete, one.cohort, one.name))


def waiting_decisions(actor: Actor, right: Capability) -> list[WaitingDecision]:
    """Return the open proposals that `actor` reaches with `right`: what is on hold comes last."""
    holder, proposer = aliased(Person), aliased(Person)
    rows = db.session.execute(
        sa.select(
            Decision.id,
            Decision.kind,
            full_name(holder).label("holder"),
            full_name(proposer).label("proposer"),
            Cohort.name.label("cohort"),
            Decision.proposed_at,
            Decision.outcome,
        )
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(holder, holder.id == Decision.holder_id)
        .join(proposer, proposer.id == Decision.proposer_id)
        .where(IS_OPEN, within(actor, right))
        .order_by(Decision.outcome.is_not(None), Decision.proposed_at, Decision.id)
        .limit(MOST_SHOWN)
    )
    return [
        WaitingDecision(
            id=row.id,
            kind=row.kind,
            holder=row.holder,
            proposer=row.proposer,
            cohort=row.cohort,
            proposed_at=row.proposed_at,
            is_on_hold=row.outcome == "hold",
        )
        for row in rows
    ]


def count_to_decide(actor: Actor) -> int:
    """Count the new proposals that `actor` may decide on by role; without those on hold."""
    found = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Decision)
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Decision.outcome.is_(None),
            Decision.proposer_id != actor.person_id,
            Decision.holder_id != actor.person_id,
            within(actor, policies.DECIDE),
        )
    )
    return found or 0


def waiting_revocations(actor: Actor) -> list[WaitingRevocation]:
    """Return the open proposals to revoke, oldest first; who did not propose it confirms."""
    if not actor.may(policies.REVOKE):
        return []
    holder, proposer = aliased(Person), aliased(Person)
    rows = db.session.execute(
        sa.select(
            Revocation.id,
            Revocation.certificate_id,
            Certificate.number,
            full_name(holder).label("holder"),
            full_name(proposer).label("proposer"),
            Revocation.ground,
            Revocation.hearing,
            Revocation.proposed_at,
            Revocation.proposer_id,
        )
        .join(Certificate, Certificate.id == Revocation.certificate_id)
        .join(holder, holder.id == Revocation.holder_id)
        .join(proposer, proposer.id == Revocation.proposer_id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Revocation.outcome.is_(None), within(actor, policies.REVOKE))
        .order_by(Revocation.proposed_at, Revocation.id)
        .limit(MOST_SHOWN)
    )
    return [
        WaitingRevocation(
            id=row.id,
            certificate_id=row.certificate_id,
            number=row.number,
            holder=row.holder,
            proposer=row.proposer,
            ground=row.ground,
            hearing=row.hearing,
            proposed_at=row.proposed_at,
            is_mine=row.proposer_id == actor.person_id,
        )
        for row in rows
    ]


def register_rows(actor: Actor, after: str | None = None) -> Page[RegisterRow]:
    """Return certificates that `actor` may see in the register, newest first."""
    conditions = [within(actor, policies.REGISTER)]
    last = from_cursor(after, date, int)
    if last is not None:
        conditions.append(
            sa.tuple_(Certificate.issued_on, Certificate.id)
            < sa.tuple_(sa.literal(last[0], sa.Date), last[1])
        )
    rows = db.session.execute(
        sa.select(
            Certificate.id,
            Certificate.number,
            full_name(Person).label("holder"),
            Certificate.issued_on,
            Certificate.valid_until,
            Certificate.standing,
            Certificate.state,
        )
        .join(Person, Person.id == Certificate.person_id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(*conditions)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
        .limit(PAGE_SIZE + 1)
    ).all()
    return _page(rows)


def find_in_register(typed: str, actor: Actor) -> int | None:
    """Return the id of the certificate with this number, in the actor's reach; or None."""
    number = find_number(typed)
    return db.session.scalar(
        sa.select(Certificate.id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Certificate.number == str(number or ""), within(actor, policies.REGISTER))
    )


def _page(rows: Sequence[Any]) -> Page[RegisterRow]:
    shown = tuple(
        RegisterRow(
            id=row.id,
            number=row.number,
            holder=row.holder,
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            standing=row.standing,
            is_made=row.state == "issued",
        )
        for row in rows[:PAGE_SIZE]
    )
    more = len(rows) > PAGE_SIZE
    cursor = to_cursor(shown[-1].issued_on, shown[-1].id) if more else None
    return Page(shown, cursor)


def waiting_in(cohort_id: int) -> list[tuple[int, str]]:
    """Return id and number of a cohort's certificates that were granted and have no file yet.

    Without those that wait for the holder's yes to the name.
    """
    rows = db.session.execute(
        sa.select(Certificate.id, Certificate.number)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .where(Enrolment.cohort_id == cohort_id, is_to_make(), ~waits_for_name())
        .order_by(Certificate.id)
    )
    return [(row.id, row.number) for row in rows]


def find_cohort(cohort: str) -> int | None:
    """Return the id of a cohort by its id or its id in the loaded data, or None."""
    own = [Cohort.id == int(cohort)] if cohort.isascii() and cohort.isdigit() else []
    return db.session.scalar(sa.select(Cohort.id).where(sa.or_(Cohort.source_id == cohort, *own)))
