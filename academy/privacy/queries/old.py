"""What is kept too long: per row of the retention table the rows that would go, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching.models import (
    AgreedAction,
    CoachingPlan,
    CoachingWish,
    LogEntry,
    Opening,
    OwnWords,
    PlanSheet,
    PlanStep,
    Signal,
    YearlyReview,
)
from academy.community.models import MeetUp, Rsvp
from academy.contact.models import ContactRequest, ContactStep
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db
from academy.kernel.periods import periods
from academy.kernel.settings import current
from academy.people.models import SignIn
from academy.privacy.models import RetentionSwitch
from certificates.models import Certificate, Decision, RoundProposal, Ruling
from certificates.queries import emptied
from certificates.rules.standing import EMPTIED
from courses.models import (
    AttendanceMark,
    Cohort,
    Enrolment,
    EnrolmentEvent,
    FinalAttempt,
    Objection,
    PracticeFile,
    PracticeSubmission,
    QuizAttempt,
    SelfScanAnswer,
    SelfScanCompletion,
    Session,
)

Query = Callable[[date], sa.Select[int]]
NEVER_JOINED = ("applied", "intake_planned", "waitlisted", "not_now", "other_track", "withdrawn")
SHEET_TEXTS = (PlanSheet.goal, PlanSheet.strengths, PlanSheet.learning, PlanSheet.overload)
REVIEW_TEXTS = (YearlyReview.circle_mine, YearlyReview.circle_together, YearlyReview.circle_not)
OVER = ("completed", "not_passed", "withdrawn", "transferred")

FINAL = ("grant", "refuse")
NO_WORDS = "–"
"""What stands where a reason must be and was cleared, as after an erasure."""


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), clock.AMSTERDAM).astimezone(UTC)


def _contact(before: date) -> sa.Select[int]:
    """Messages that are dealt with, by the last thing that was done."""
    last = (
        sa.select(sa.func.max(ContactStep.at))
        .where(ContactStep.request_id == ContactRequest.id)
        .correlate(ContactRequest)
        .scalar_subquery()
    )
    return sa.select(ContactRequest.id).where(
        ContactRequest.is_open.is_(False),
        ContactRequest.state != "spam",
        sa.func.coalesce(last, ContactRequest.received_at) < _start(before),
    )


def _spam(before: date) -> sa.Select[int]:
    return sa.select(ContactRequest.id).where(
        ContactRequest.state == "spam", ContactRequest.received_at < _start(before)
    )


def _application(before: date) -> sa.Select[int]:
    """Applications after which nobody came to a session, handed anything in or was decided on."""
    came = sa.or_(
        sa.exists().where(AttendanceMark.enrolment_id == Enrolment.id),
        sa.exists().where(PracticeSubmission.enrolment_id == Enrolment.id),
        sa.exists().where(QuizAttempt.enrolment_id == Enrolment.id),
        sa.exists().where(FinalAttempt.enrolment_id == Enrolment.id),
        sa.exists().where(Decision.enrolment_id == Enrolment.id),
        sa.exists().where(SelfScanCompletion.enrolment_id == Enrolment.id),
    )
    last = (
        sa.select(sa.func.max(EnrolmentEvent.at))
        .where(EnrolmentEvent.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return sa.select(Enrolment.id).where(
        Enrolment.state.in_(NEVER_JOINED),
        Enrolment.applied_on < before,
        sa.func.coalesce(last, _start(date(1, 1, 2))) < _start(before),
        ~came,
    )


def _ended_cohorts(before: date) -> sa.Select[int]:
    """Groups of which the last session was before a day, and that are over."""
    last = (
        sa.select(sa.func.max(Session.ends_at))
        .where(Session.cohort_id == Cohort.id)
        .correlate(Cohort)
        .scalar_subquery()
    )
    return sa.select(Cohort.id).where(
        Cohort.state.in_(("completed", "cancelled")), last < _start(before)
    )


def _learning(before: date) -> sa.Select[int]:
    """Enrolments of groups that ended, of which something is left beside the state."""
    left = sa.or_(
        sa.exists().where(AttendanceMark.enrolment_id == Enrolment.id),
        sa.exists().where(PracticeSubmission.enrolment_id == Enrolment.id),
        sa.exists().where(QuizAttempt.enrolment_id == Enrolment.id),
        sa.exists().where(FinalAttempt.enrolment_id == Enrolment.id),
        sa.exists().where(Objection.enrolment_id == Enrolment.id),
    )
    return sa.select(Enrolment.id).where(
        Enrolment.cohort_id.in_(_ended_cohorts(before)), Enrolment.state.in_(OVER), left
    )


def _evidence(before: date) -> sa.Select[int]:
    """Photos and recordings of who is done: the practical has its outcome, or they stopped."""
    outcome = sa.exists().where(
        FinalAttempt.enrolment_id == Enrolment.id,
        FinalAttempt.outcome == "passed",
        FinalAttempt.decided_on < before,
    )
    ended = sa.exists().where(
        EnrolmentEvent.enrolment_id == Enrolment.id,
        EnrolmentEvent.to_state.in_(OVER),
        EnrolmentEvent.at < _start(before),
    )
    return (
        sa.select(PracticeFile.id)
        .join(PracticeSubmission, PracticeSubmission.id == PracticeFile.submission_id)
        .join(Enrolment, Enrolment.id == PracticeSubmission.enrolment_id)
        .where(PracticeFile.content.is_not(None), sa.or_(outcome, ended))
    )


def _decisions(before: date) -> sa.Select[int]:
    """Decisions of which the words are left: what was decided, by whom and when stays."""
    worded = sa.or_(
        Decision.hardship != "",
        Decision.reason != NO_WORDS,
        sa.exists().where(Ruling.decision_id == Decision.id, Ruling.reason != NO_WORDS),
        sa.exists().where(RoundProposal.decision_id == Decision.id, RoundProposal.sentence != ""),
    )
    return sa.select(Decision.id).where(
        Decision.outcome.in_(FINAL), Decision.decided_at < _start(before), worded
    )


def _register(before: date) -> sa.Select[int]:
    return sa.select(Certificate.id).where(
        Certificate.state == "issued",
        Certificate.valid_until < before,
        Certificate.standing.not_in(EMPTIED),
    )


def _coaching(before: date) -> sa.Select[int]:
    """Guidance that stopped, of which any text is left, in the plan or below it.

    Who begins again goes on with the same story: its clock waits until all of it stopped.
    """
    of_plan = CoachingPlan.id
    return sa.select(CoachingPlan.id).where(
        CoachingPlan.state == "stopped",
        CoachingPlan.stopped_on < before,
        _is_last(before),
        sa.or_(
            CoachingPlan.goal != "",
            sa.exists().where(LogEntry.plan_id == of_plan, _has_text()),
            sa.exists().where(AgreedAction.plan_id == of_plan, _any_text(AgreedAction.text)),
            sa.exists().where(
                LogEntry.plan_id == of_plan,
                OwnWords.entry_id == LogEntry.id,
                _any_text(OwnWords.words),
            ),
            sa.exists().where(PlanSheet.plan_id == of_plan, _any_text(*SHEET_TEXTS)),
            sa.exists().where(
                PlanSheet.plan_id == of_plan,
                PlanStep.sheet_id == PlanSheet.id,
                _any_text(PlanStep.text),
            ),
            sa.exists().where(YearlyReview.plan_id == of_plan, _any_text(*REVIEW_TEXTS)),
            sa.exists().where(Opening.plan_id == of_plan, Opening.line != ""),
            sa.exists().where(
                CoachingWish.person_id == CoachingPlan.person_id, _any_text(CoachingWish.words)
            ),
        ),
    )


def _is_last(before: date) -> sa.ColumnElement[bool]:
    """Say of a plan that its participant has none that runs, or stopped since `before`."""
    other = aliased(CoachingPlan)
    return ~sa.exists().where(
        other.person_id == CoachingPlan.person_id,
        sa.or_(other.state != "stopped", other.stopped_on >= before),
    )


def wishers(plan_ids: Collection[int]) -> sa.Select[int]:
    """Return whose wish of a coach goes with these plans: who has no guidance after them."""
    before = periods(current().keep)["coaching"].before(clock.today())
    return sa.select(CoachingPlan.person_id).where(CoachingPlan.id.in_(plan_ids), _is_last(before))


def _entries(before: date) -> sa.Select[int]:
    return sa.select(LogEntry.id).where(LogEntry.happened_on < before, _has_text())


def _has_text() -> sa.ColumnElement[bool]:
    return _any_text(LogEntry.discussed, LogEntry.went_well, LogEntry.is_hard)


def _any_text(*columns: Any) -> sa.ColumnElement[bool]:
    """Say whether an encrypted column holds anything; what is empty is empty on the disk too."""
    return sa.or_(*(sa.func.length(sa.type_coerce(one, sa.Text)) > 0 for one in columns))


def _signals(before: date) -> sa.Select[int]:
    return sa.select(Signal.id).where(Signal.state == "closed", Signal.closed_on < before)


def _meet_ups(before: date) -> sa.Select[int]:
    """Answers to meet-ups that were, with what somebody brought or needed; who came stays."""
    told = sa.or_(Rsvp.brings != "", Rsvp.needs != "", Rsvp.transport, Rsvp.child_care)
    return (
        sa.select(Rsvp.id)
        .join(MeetUp, MeetUp.id == Rsvp.meet_up_id)
        .where(MeetUp.held_on < before, told)
    )


def _self_scan(before: date) -> sa.Select[int]:
    """Groups whose answers of the self-scan are old: they are kept as figures, and then no more."""
    return sa.select(Cohort.id).where(
        Cohort.id.in_(_ended_cohorts(before)),
        sa.exists().where(SelfScanAnswer.cohort_id == Cohort.id),
    )


def _sign_ins(before: date) -> sa.Select[int]:
    return sa.select(SignIn.id).where(SignIn.last_seen_at < _start(before))


def _audit(before: date) -> sa.Select[int]:
    """Events of the audit log, but for what it tells of the register."""
    return emptied.old_events(before)


QUERIES: Mapping[str, Query] = {
    "contact": _contact,
    "spam": _spam,
    "application": _application,
    "learning": _learning,
    "evidence": _evidence,
    "decisions": _decisions,
    "register": _register,
    "coaching": _coaching,
    "entries": _entries,
    "signals": _signals,
    "meet_ups": _meet_ups,
    "self_scan": _self_scan,
    "audit": _audit,
    "sign_ins": _sign_ins,
}
"""Per row of the retention table: what ended before a day and is still there."""


def _query(kind: str) -> sa.Select[int]:
    """Return what of a kind is kept too long today; what the demo's clock never told by ours."""
    today = clock.real_today() if kind in ("audit", "sign_ins") else clock.today()
    return QUERIES[kind](periods(current().keep)[kind].before(today))


def old_ids(kind: str, *, most: int) -> list[int]:
    """Return the first ids of a kind that are kept too long.

    Of the audit log only those that a checkpoint outside the database lets go.
    """
    query = _query(kind)
    if kind == "audit":
        query = query.where(AuditEvent.id <= emptied.last_that_may_go())
    key = next(iter(query.selected_columns))
    return list(db.session.scalars(query.order_by(key).limit(most)))


def old_counts() -> dict[str, int]:
    """Return how many would go of each kind; changes nothing."""
    counts = [
        sa.select(sa.func.count())
        .select_from(_query(kind).subquery())
        .scalar_subquery()
        .label(kind)
        for kind in QUERIES
    ]
    row = db.session.execute(sa.select(*counts)).mappings().one()
    return dict(row)


def newest_switch() -> RetentionSwitch | None:
    """Return the last word of an administrator; None means that it was never switched on."""
    return db.session.scalars(
        sa.select(RetentionSwitch).order_by(RetentionSwitch.id.desc()).limit(1)
    ).first()
