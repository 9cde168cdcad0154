"""Doing the refresher on boundaries and safety. Which answers were given is kept nowhere."""

from __future__ import annotations

from academy.community import policies, rules
from academy.community.queries.refresher import get_reader
from academy.kernel import audit, clock, policy
from academy.kernel.policy import Actor
from certificates.services.evidence import record_renewal_evidence


def finish_refresher(person_id: int, *, by: Actor) -> None:
    """Note that somebody read it and answered everything right: it counts for renewal.

    Once a day at most. Raises NotFoundError for somebody out of reach.
    """
    policy.require_right(by, policies.REFRESH)
    get_reader(person_id, by=by)
    audit.record(
        "community:refresher:done",
        ("person", person_id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
    )
    day = clock.today()
    source = ("refresher", day.isoformat())
    record_renewal_evidence(person_id, rules.REFRESHER_REQUIREMENT, on=day, source=source, by=by)
