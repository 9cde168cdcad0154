"""Whose paper lies ready and was not handed out yet, for who gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates import policies
from certificates.models import Certificate
from certificates.queries.lists import MOST_SHOWN, full_name, within
from certificates.queries.standing import has_paper
from certificates.rules.standing import COUNTING
from courses.models import Cohort, Enrolment

IS_NEW = timedelta(days=120)
"""What is older was handed out before anybody wrote that down here."""


@dataclass(frozen=True, slots=True)
class ToHandOut:
    """A certificate with a file whose holder does not have the paper yet."""

    id: int
    holder: str
    cohort: str
    number: str


def to_hand_out(actor: Actor) -> list[ToHandOut]:
    """Return the papers that `actor` may note as given, by group and name."""
    rows = db.session.execute(
        sa.select(
            Certificate.id,
            full_name(Person).label("holder"),
            Cohort.name.label("cohort"),
            Certificate.number,
        )
        .join(Person, Person.id == Certificate.person_id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Certificate.state == "issued",
            Certificate.standing.in_(COUNTING),
            Certificate.issued_on >= clock.today() - IS_NEW,
            ~has_paper(),
            within(actor, policies.PROPOSE),
        )
        .order_by(Cohort.name, Person.sort_key, Certificate.id)
        .limit(MOST_SHOWN)
    )
    return [ToHandOut(*row) for row in rows]
