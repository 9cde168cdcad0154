"""Which messages about certificates fall due: before and after the last day of validity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.i18n import pick
from academy.kernel.messages.declared import Due, Window
from certificates.models import Certificate
from certificates.queries.facts import get_facts
from certificates.rules.validity import months_from, reminder_days

HOUR = 10
FURTHEST = timedelta(days=190)


def expiring(window: Window) -> Iterator[Due]:
    """Yield the reminders around the last day of certificates that nothing followed yet.

    Who hid the name wants to be left in peace, and read so when hiding it.
    """
    rows = db.session.execute(
        sa.select(Certificate.id, Certificate.person_id, Certificate.valid_until).where(
            Certificate.state == "issued",
            Certificate.standing == "valid",
            Certificate.name_hidden_on.is_(None),
            Certificate.valid_until >= _day(window.since) - FURTHEST,
            Certificate.valid_until <= _day(window.until) + FURTHEST,
            window.about(Certificate.person_id),
        )
    )
    for certificate_id, person_id, until in rows:
        for months, day in reminder_days(until) if until is not None else ():
            yield Due(
                key=f"certificate-{certificate_id}-{until:%Y%m%d}-{months}",
                person_id=person_id,
                due_at=clock.local(day, HOUR),
                ids={"certificate_id": certificate_id, "months": months},
            )


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()


def expiry(certificate_id: int, months: int) -> dict[str, Any] | None:
    """Return what a reminder prints; None once another certificate followed or it was ended."""
    certificate = db.session.get(Certificate, certificate_id)
    if certificate is None or certificate.standing != "valid" or certificate.valid_until is None:
        return None
    if certificate.name_hidden_on is not None:
        return None
    return {
        "title": pick(certificate.content["title"]),
        "valid_until": certificate.valid_until,
        "months": months,
        "closes_on": _closes_on(certificate.enrolment_id, certificate.valid_until),
    }


def _closes_on(enrolment_id: int, until: date) -> date | None:
    """Return the last day on which a renewal may be asked; None where the course has none."""
    rule = get_facts(enrolment_id).course.get("renewal_rule")
    return months_from(until, rule["grace_months_after"]) if rule else None
