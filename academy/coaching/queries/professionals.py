"""Professionals with a certificate whom nobody guides: their employer may arrange it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.coaching import policies
from academy.coaching.models import CoachingPlan
from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Organisation, Person
from certificates.models import Certificate
from courses.models import Cohort, Enrolment

TRACK = "professionals"
MOST = 100


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody with a certificate that counts, and where they work."""

    person_id: int
    name: str
    organisation: str
    number: str
    issued_on: date
    place_id: int | None


def professional_rows(actor: Actor) -> list[Professional]:
    """Return the certified professionals of the region whom nobody guides, newest first."""
    return _rows(policy.within(actor, policies.OVERSEE, place=Cohort.place_id), actor)


def find_professional(person_id: int, actor: Actor) -> Professional | None:
    """Return one of them, or None."""
    region = policy.within(actor, policies.OVERSEE, place=Cohort.place_id)
    found = _rows(sa.and_(region, Person.id == person_id), actor)
    return found[0] if found else None


def _rows(condition: sa.ColumnElement[bool], actor: Actor) -> list[Professional]:
    guided = sa.exists().where(CoachingPlan.person_id == Person.id, CoachingPlan.state != "stopped")
    rows = db.session.execute(
        sa.select(
            Person,
            Organisation.name,
            Certificate.number,
            Certificate.issued_on,
            Cohort.place_id,
        )
        .select_from(Certificate)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Person, Person.id == Certificate.person_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(
            condition,
            Certificate.track == TRACK,
            Certificate.state == "issued",
            Certificate.standing == "valid",
            Person.id != actor.person_id,
            ~guided,
        )
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
        .limit(MOST)
    ).all()
    found = {
        person.id: Professional(
            person.id, person.display_name, organisation or "", number, issued_on, place_id
        )
        for person, organisation, number, issued_on, place_id in reversed(rows)
    }
    return list(found.values())[::-1]
