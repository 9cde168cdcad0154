"""What somebody is called on paper, whether they said yes to it, and who waits for that yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Capability
from academy.people.models import Person
from certificates.models import Certificate, Decision, NameApproval
from certificates.queries.approvals import waits_for_name
from certificates.queries.lists import MOST_SHOWN, full_name, within
from certificates.queries.standing import IS_OPEN
from courses.models import Cohort, Enrolment


@dataclass(frozen=True, slots=True)
class Approval:
    """When somebody said yes to a name, to whom, and how: self or read_aloud."""

    printed_name: str
    at: datetime
    by: str
    way: str


@dataclass(frozen=True, slots=True)
class NameToApprove:
    """The name as it will be printed, and whether its owner said yes to it.

    `granted_name` is what stands on a granted certificate that waits for the yes; `is_wanted` says
    that a certificate or a proposal waits for it.
    """

    person_id: int
    display_name: str
    first_word: str
    phone: str
    language: str
    printed_name: str
    approval: Approval | None
    granted_name: str
    is_wanted: bool

    @property
    def is_approved(self) -> bool:
        """Whether the newest yes is to exactly this spelling."""
        return self.approval is not None and self.approval.printed_name == self.printed_name


@dataclass(frozen=True, slots=True)
class WaitingName:
    """A granted certificate that waits for its holder's yes to the name.

    `other_name` is what the holder wrote since, if that differs.
    """

    person_id: int
    holder: str
    cohort: str
    printed_name: str
    approved_at: datetime
    other_name: str
    can_be_reached: bool


def find_approval(person_id: int) -> Approval | None:
    """Return the newest yes of somebody, or None."""
    return _find(person_id)


def _find(person_id: int, *conditions: sa.ColumnElement[bool]) -> Approval | None:
    row = db.session.execute(
        sa.select(NameApproval, full_name(Person).label("name"))
        .join(Person, Person.id == NameApproval.by_id)
        .where(NameApproval.person_id == person_id, *conditions)
        .order_by(NameApproval.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    found = row.NameApproval
    return Approval(found.printed_name, found.approved_at, row.name, found.way)


def find_approval_of(person_id: int, printed_name: str) -> Approval | None:
    """Return the newest yes of somebody to exactly this spelling, or None."""
    return _find(person_id, NameApproval.printed_name == printed_name)


def get_name(person_id: int) -> NameToApprove:
    """Return the name that will be printed next for somebody. Raises NotFoundError.

    A granted certificate without a file goes first, then an open proposal, then what they wrote.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    waiting = find_waiting(person_id)
    granted = waiting.printed_name if waiting else ""
    proposed = _proposed_name(person_id)
    own = person.name_on_certificate or person.display_name
    approval = find_approval(person_id)
    printed = granted or proposed or own
    if waiting and approval and approval.way == "self" and approval.at > waiting.approved_at:
        printed = approval.printed_name  # their own change after the decision: a second look
    return NameToApprove(
        person_id=person.id,
        display_name=person.display_name,
        first_word=person.call_name or person.display_name,
        phone=person.phone or "",
        language=person.ui_language,
        printed_name=printed,
        approval=approval,
        granted_name=granted,
        is_wanted=bool(granted) or proposed is not None,
    )


def find_waiting(person_id: int) -> Certificate | None:
    """Return the newest granted certificate that waits for a yes to its name, or None."""
    return db.session.scalar(
        sa.select(Certificate)
        .where(Certificate.person_id == person_id, waits_for_name())
        .order_by(Certificate.id.desc())
        .limit(1)
    )


def _proposed_name(person_id: int) -> str | None:
    """The name in an open proposal; empty where it is the person's own, None without one."""
    return db.session.scalar(
        sa.select(Decision.printed_name)
        .where(Decision.holder_id == person_id, IS_OPEN)
        .order_by(Decision.id.desc())
        .limit(1)
    )


def waiting_names(actor: Actor, right: Capability) -> list[WaitingName]:
    """Return the granted certificates that wait for a yes to the name, oldest first."""
    rows = db.session.execute(
        _waiting()
        .where(within(actor, right), Certificate.person_id != actor.person_id)
        .order_by(Certificate.approved_at, Certificate.id)
        .limit(MOST_SHOWN)
    )
    return [
        WaitingName(
            person_id=row.person_id,
            holder=row.holder,
            cohort=row.cohort,
            printed_name=row.printed_name,
            approved_at=row.approved_at,
            other_name=row.newest or "",
            can_be_reached=bool(row.phone or row.email),
        )
        for row in rows
    ]


def _waiting() -> sa.Select[Any]:
    newest = (
        sa.select(NameApproval.printed_name)
        .where(
            NameApproval.person_id == Certificate.person_id,
            NameApproval.way == "self",
            NameApproval.approved_at > Certificate.approved_at,
        )
        .order_by(NameApproval.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(
            Certificate.person_id,
            full_name(Person).label("holder"),
            Cohort.name.label("cohort"),
            Certificate.printed_name,
            Certificate.approved_at,
            newest.label("newest"),
            Person.phone,
            Person.email,
        )
        .join(Person, Person.id == Certificate.person_id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(waits_for_name())
    )
