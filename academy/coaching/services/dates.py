"""What a talk moves: the last contact, the next one, the yearly review; and what a correction does.

The caller holds the plan.
"""

from __future__ import annotations

from flask_babel import gettext as _

from academy.coaching import rules
from academy.coaching.models import CoachingPlan, LogEntry
from academy.coaching.queries.standing import last_day
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError
from academy.kernel.policy import Actor
from certificates.services.evidence import drop_renewal_evidence, record_renewal_evidence

REVIEW = "yearly_review"
RENEWAL_REQUIREMENT = "yearly_reviews"
EVIDENCE_KIND = "log_entry"


def note_review(entry: LogEntry, plan: CoachingPlan, *, by: Actor) -> None:
    """Move the next review on, and let this one count for renewal."""
    due = rules.review_due(entry.happened_on)
    plan.yearly_review_due = max(plan.yearly_review_due or due, due)
    record_renewal_evidence(
        entry.person_id,
        RENEWAL_REQUIREMENT,
        on=entry.happened_on,
        source=_source(entry),
        by=by,
    )


def _source(talk: LogEntry) -> tuple[str, str]:
    return EVIDENCE_KIND, talk.source_id or str(talk.id)


def check_kind(before: LogEntry, kind: str) -> None:
    """Refuse that a correction makes a review of what was none. Raises InvalidInputError."""
    if kind == REVIEW != before.kind:
        sentence = _("Een jaargesprek schrijf je op bij het jaargesprek.")
        raise InvalidInputError(sentence, fields={"kind": sentence})


def move_dates(entry: LogEntry, plan: CoachingPlan, *, was: str, by: Actor) -> None:
    """Move what a wrong day, or a talk that was no review, had moved; `was` is its kind before."""
    plan.last_contact_on = last_day(plan.id)
    if plan.state in rules.LIVE_STATES and plan.last_contact_on is not None:
        due = rules.next_contact_due(plan.last_contact_on, plan.rhythm_days)
        rests = plan.paused_until if plan.state == "paused" else None
        plan.next_contact_due = max(due, rests or due)
    if was == REVIEW:
        _move_review(entry, plan, by)


def _move_review(entry: LogEntry, plan: CoachingPlan, by: Actor) -> None:
    source = _source(db.session.get_one(LogEntry, entry.corrects_id))
    drop_renewal_evidence(entry.person_id, RENEWAL_REQUIREMENT, source=source, by=by)
    if entry.kind == REVIEW:
        on = entry.happened_on
        record_renewal_evidence(entry.person_id, RENEWAL_REQUIREMENT, on=on, source=source, by=by)
    since = last_day(plan.id, REVIEW) or plan.started_on
    if plan.yearly_review_due is not None and since is not None:
        plan.yearly_review_due = rules.review_due(since)
