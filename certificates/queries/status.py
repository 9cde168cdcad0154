"""How one certificate stands, by its number, for who may read the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from certificates import policies
from certificates.models import Certificate
from certificates.queries.lists import within
from certificates.queries.standing import was_handed_out
from certificates.rules.number import find_number
from courses.models import Cohort, Enrolment


@dataclass(frozen=True, slots=True)
class Status:
    """One certificate in the register."""

    number: str
    enrolment_id: int
    state: str
    standing: str
    since: date | None
    issued_on: date
    valid_until: date | None
    handed_out: bool


def get_status(typed: str, by: Actor) -> Status:
    """Return the certificate with this number, in the actor's reach. Raises NotFoundError."""
    found = db.session.scalar(
        sa.select(Certificate)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Certificate.number == str(find_number(typed) or ""), within(by, policies.REGISTER))
    )
    if found is None:
        raise NotFoundError
    return Status(
        number=found.number,
        enrolment_id=found.enrolment_id,
        state=found.state,
        standing=found.standing,
        since=found.standing_since,
        issued_on=found.issued_on,
        valid_until=found.valid_until,
        handed_out=was_handed_out(found.id),
    )
