"""Whom a text for a whole group names: its trainers, with a number only after a yes."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from academy.kernel.db import db
from academy.people.models import Consent, Person
from courses.models import CohortTrainer


@dataclass(frozen=True, slots=True)
class TrainerToCall:
    """A trainer of a cohort. `phone` is empty unless the trainer lets the group have it."""

    name: str
    call_name: str
    phone: str


def trainers_to_call(cohort_id: int) -> tuple[TrainerToCall, ...]:
    """Return who trains a cohort, the lead trainer first."""
    says_yes = (
        sa.select(sa.literal(1))
        .where(
            Consent.person_id == Person.id,
            Consent.kind == "phone_list",
            Consent.withdrawn_on.is_(None),
        )
        .exists()
    )
    rows = db.session.execute(
        sa.select(Person, says_yes.label("says_yes"))
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == cohort_id)
        .order_by(CohortTrainer.position)
    )
    return tuple(
        TrainerToCall(
            name=person.display_name,
            call_name=person.call_name or person.display_name,
            phone=(person.phone or "") if is_public else "",
        )
        for person, is_public in rows
    )
