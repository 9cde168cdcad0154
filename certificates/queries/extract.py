"""The rows of the register's extract, for who may take it along."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.policy import Actor
from certificates.models import Certificate
from certificates.policies import EXTRACT
from certificates.queries.lists import within
from certificates.queries.verification import NO_NAME
from certificates.rules.extract import ExtractRow
from certificates.rules.validity import is_expired
from courses.models import Cohort, Enrolment


def extract_rows(
    actor: Actor, *, first: date, last: date, today: date, limit: int
) -> list[ExtractRow]:
    """Return what was issued from `first` to `last` (both included), oldest first."""
    rows = db.session.execute(
        sa.select(
            Certificate.id,
            Certificate.person_id,
            Certificate.number,
            Certificate.printed_name,
            Certificate.name_hidden_on,
            Certificate.content,
            Certificate.issued_on,
            Certificate.valid_until,
            Certificate.standing,
        )
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            within(actor, EXTRACT),
            Certificate.state == "issued",
            Certificate.issued_on.between(first, last),
        )
        .order_by(Certificate.issued_on, Certificate.id)
        .limit(limit)
    )
    return [
        ExtractRow(
            id=row.id,
            person_id=row.person_id,
            number=row.number,
            name="" if row.name_hidden_on or row.standing in NO_NAME else row.printed_name,
            title=row.content["title"]["nl"],
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            standing="expired"
            if row.standing == "valid" and is_expired(row.valid_until, today=today)
            else row.standing,
        )
        for row in rows
    ]
