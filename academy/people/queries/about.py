"""What we know of a person beside how they sign in, and what others did on their behalf."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from academy.kernel.audit import AuditEvent
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.people.models import Consent, Person

MOST_ACTS = 30


@dataclass(frozen=True, slots=True)
class AboutPerson:
    """A person as the person and who helps them may read it. `consents` are the yeses that hold."""

    person_id: int
    display_name: str
    call_name: str
    first_word: str
    prefix: str
    last_name: str
    name_on_certificate: str
    phone: str
    email: str
    preferred_channel: str
    support: str
    ui_language: str
    consents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did on behalf of a person."""

    action: str
    at: datetime
    by: str


def get_about(person_id: int) -> AboutPerson:
    """Return what we know of somebody. Raises NotFoundError; the caller checks the right."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    consents = db.session.scalars(
        sa.select(Consent.kind).where(
            Consent.person_id == person_id, Consent.withdrawn_on.is_(None)
        )
    )
    return AboutPerson(
        person_id=person.id,
        display_name=person.display_name,
        call_name=person.call_name,
        first_word=person.call_name or person.display_name,
        prefix=person.prefix,
        last_name=person.last_name,
        name_on_certificate=person.name_on_certificate or person.display_name,
        phone=person.phone or "",
        email=person.email or "",
        preferred_channel=person.preferred_channel,
        support=person.support,
        ui_language=person.ui_language,
        consents=frozenset(consents),
    )


def acts_for(person_id: int, actions: Collection[str], *, by_id: int | None = None) -> list[Act]:
    """Return what others did on behalf of somebody, of these actions, the latest first.

    With `by_id` only what that helper did: of others' help only the person reads.
    """
    whose = AuditEvent.actor_id != person_id if by_id is None else AuditEvent.actor_id == by_id
    rows = db.session.execute(
        sa.select(AuditEvent.action, AuditEvent.at, Person)
        .join(Person, Person.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject_id == person_id,
            whose,
            AuditEvent.action.in_(sorted(actions)),
            AuditEvent.data["on_behalf_of"].as_integer() == person_id,
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST_ACTS)
    )
    return [Act(action, at, person.display_name) for action, at, person in rows]
