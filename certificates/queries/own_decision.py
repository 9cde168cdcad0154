"""What was decided last on a proposal about oneself, as long as it gave no certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.i18n import pick
from certificates.models import Decision
from certificates.queries.facts import get_facts
from certificates.queries.told import objection_days

IS_SHOWN = timedelta(days=365)
"""How long a refusal stays on one's own page."""


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """My newest proposal. `outcome` is hold, refuse, or None while nobody decided.

    `days` is how long I may object to a refusal.
    """

    kind: str
    outcome: str | None
    reason: str
    title: str
    days: int


def newest_decision(person_id: int) -> OwnDecision | None:
    """Return the newest proposal about a person; None when it was granted, or refused long ago."""
    found = db.session.scalars(
        sa.select(Decision)
        .where(Decision.holder_id == person_id)
        .order_by(Decision.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None or found.outcome == "grant":
        return None
    is_old = found.decided_at is not None and found.decided_at < clock.now() - IS_SHOWN
    if found.outcome == "refuse" and is_old:
        return None
    facts = get_facts(found.enrolment_id)
    return OwnDecision(
        kind=found.kind,
        outcome=found.outcome,
        reason=found.reason,
        title=pick(dict(facts.course_title)),
        days=objection_days(facts),
    )
