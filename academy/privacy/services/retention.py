"""Clearing what was kept long enough; it only counts until an administrator switches it on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from academy.coaching.models import AgreedAction, CoachingWish, LogEntry, OwnWords, Signal
from academy.community.models import Rsvp
from academy.contact.models import ContactRequest, ContactStep
from academy.kernel import audit, clock, policy
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM, Actor
from academy.kernel.settings import current
from academy.people.models import SignIn
from academy.privacy.models import KeptCount, RetentionSwitch
from academy.privacy.policies import SWITCH_RETENTION
from academy.privacy.queries.old import NO_WORDS, QUERIES, newest_switch, old_ids, wishers
from academy.privacy.queries.plan import owned
from academy.privacy.services.erasing import CLEARER
from certificates.models import Decision, RoundProposal, Ruling
from certificates.services import standing
from courses.models import (
    AgreedLevel,
    Assessment,
    AssessorDeclaration,
    AttendanceCell,
    AttendanceMark,
    CriterionScore,
    Enrolment,
    EnrolmentEvent,
    FinalAttempt,
    Objection,
    PracticeFile,
    PracticeSubmission,
    QuizAttempt,
    ScoreTalk,
    SelfScanAnswer,
    SelfScanCompletion,
)

BATCH = 200
MOST_BATCHES = 25
"""What one day clears at most of a kind, times `BATCH`: the first days take what piled up."""
Ids = Collection[int]


def switch(*, is_on: bool, by: Actor) -> None:
    """Turn the clearing on or off. In the fictional academy it stays off: its past is the story."""
    policy.require(by, SWITCH_RETENTION, policy.Reach())
    policy.require_step_up(by, SWITCH_RETENTION, clock.real_now())
    db.session.add(RetentionSwitch(is_on=is_on, by_id=by.person_id, at=clock.now()))
    audit.record("privacy:retention:switched", ("retention", None), by=by, on=is_on)


def is_on() -> bool:
    """Say whether the clearing runs."""
    found = newest_switch()
    return not current().demo and found is not None and found.is_on


def kinds_to_clear() -> tuple[str, ...]:
    """Return the kinds that are cleared; none while it is switched off."""
    with unit_of_work():
        return tuple(QUERIES) if is_on() else ()


def clear(kind: str) -> int:
    """Clear one kind in small batches, each in its own unit of work; returns how many rows."""
    cleared = 0
    for _batch in range(MOST_BATCHES):
        with unit_of_work():
            found = old_ids(kind, most=BATCH)
            if found:
                CLEARING[kind](found)
                audit.record(
                    "privacy:retention:cleared",
                    ("retention", None),
                    by=SYSTEM,
                    kind=kind,
                    rows=len(found),
                )
        cleared += len(found)
        if len(found) < BATCH:
            break
    return cleared


def _delete(model: Any, condition: sa.ColumnElement[bool]) -> None:
    db.session.execute(sa.delete(model).where(condition))


def _update(model: Any, condition: sa.ColumnElement[bool], **values: Any) -> None:
    db.session.execute(
        sa.update(model).where(condition).values(**values),
        execution_options={"synchronize_session": False},
    )


def _requests(ids: Ids) -> None:
    _delete(ContactStep, ContactStep.request_id.in_(ids))
    _delete(ContactRequest, ContactRequest.id.in_(ids))


def _applications(ids: Ids) -> None:
    _delete(EnrolmentEvent, EnrolmentEvent.enrolment_id.in_(ids))
    _delete(Enrolment, Enrolment.id.in_(ids))


def _learning(ids: Ids) -> None:
    """Count what people did into their group, then let the rows go. The filed verdict stays."""
    _count(ids, "attendance", AttendanceMark.status, _standing_marks())
    _count(ids, "practice", PracticeSubmission.state, PracticeSubmission)
    _count(ids, "outcome", FinalAttempt.outcome, FinalAttempt)
    attempts = sa.select(FinalAttempt.id).where(FinalAttempt.enrolment_id.in_(ids))
    scored = sa.select(Assessment.id).where(Assessment.final_attempt_id.in_(attempts))
    handed_in = sa.select(PracticeSubmission.id).where(PracticeSubmission.enrolment_id.in_(ids))
    _delete(CriterionScore, CriterionScore.assessment_id.in_(scored))
    below: tuple[Any, ...] = (AgreedLevel, ScoreTalk, AssessorDeclaration, Assessment)
    for model in below:
        _delete(model, model.final_attempt_id.in_(attempts))
    _delete(PracticeFile, PracticeFile.submission_id.in_(handed_in))
    _delete(Objection, Objection.enrolment_id.in_(ids))
    below = (FinalAttempt, PracticeSubmission, QuizAttempt, AttendanceCell)
    for model in below:
        _delete(model, model.enrolment_id.in_(ids))
    _update(AttendanceMark, AttendanceMark.enrolment_id.in_(ids), supersedes_id=None)
    _delete(AttendanceMark, AttendanceMark.enrolment_id.in_(ids))
    _update(Enrolment, Enrolment.id.in_(ids), note="")


def _standing_marks() -> Any:
    return sa.join(AttendanceMark, AttendanceCell, AttendanceCell.mark_id == AttendanceMark.id)


def _count(ids: Ids, what: str, value: Any, source: Any) -> None:
    enrolment_id = value.class_.enrolment_id
    rows = db.session.execute(
        sa.select(Enrolment.cohort_id, value, sa.func.count())
        .select_from(source)
        .join(Enrolment, Enrolment.id == enrolment_id)
        .where(enrolment_id.in_(ids), value.is_not(None))
        .group_by(Enrolment.cohort_id, value)
    )
    for cohort_id, word, times in rows.all():
        known = db.session.scalars(
            sa.select(KeptCount)
            .where(
                KeptCount.cohort_id == cohort_id,
                KeptCount.what == what,
                KeptCount.value == word,
            )
            .with_for_update()
        ).one_or_none()
        if known is None:
            db.session.add(KeptCount(cohort_id=cohort_id, what=what, value=word, times=times))
        else:
            known.times += times
    db.session.flush()  # what follows is written past the session


def _evidence(ids: Ids) -> None:
    _update(PracticeFile, PracticeFile.id.in_(ids), content=None, removed_at=clock.now())


def _decisions(ids: Ids) -> None:
    """Clear why, in words; the outcome, the rules' verdict, who and when stay with the register."""
    _update(Decision, Decision.id.in_(ids), hardship="", reason=NO_WORDS)
    _update(Ruling, Ruling.decision_id.in_(ids), reason=NO_WORDS)
    _update(RoundProposal, RoundProposal.decision_id.in_(ids), sentence="")


def _certificates(ids: Ids) -> None:
    for one in sorted(ids):
        standing.end(one, by=CLEARER)


def _plans(ids: Ids) -> None:
    """Empty the words of guidance and of all that hangs below it; who met when stays."""
    for plan in owned():
        if plan.erased != "blanked":
            continue
        if plan.name == "coaching_plan":
            condition: Any = plan.table.c.id.in_(ids)
        elif "plan_id" in plan.table.c:
            condition = plan.table.c.plan_id.in_(ids)
        else:
            condition = _below_plan(plan.table, ids)
        if condition is not None:
            values = plan.blanks
            db.session.execute(sa.update(plan.table).where(condition).values(values))
    _update(CoachingWish, CoachingWish.person_id.in_(wishers(ids)), words="")


def _below_plan(table: sa.Table, ids: Ids) -> sa.ColumnElement[bool] | None:
    """Return the rows below a plan by one step more, or None when a table hangs elsewhere."""
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table
            if parent.name.startswith(("coaching_", "agreed_")) and "plan_id" in parent.c:
                return column.in_(sa.select(parent.c.id).where(parent.c.plan_id.in_(ids)))
    return None


def _entries(ids: Ids) -> None:
    _update(LogEntry, LogEntry.id.in_(ids), discussed="", went_well="", is_hard="")
    _update(OwnWords, OwnWords.entry_id.in_(ids), words="")
    _update(AgreedAction, AgreedAction.entry_id.in_(ids), text="")


def _signals(ids: Ids) -> None:
    _delete(Signal, Signal.id.in_(ids))


def _meet_ups(ids: Ids) -> None:
    nothing = {"brings": "", "needs": "", "transport": False, "child_care": False}
    _update(Rsvp, Rsvp.id.in_(ids), **nothing)


def _self_scans(ids: Ids) -> None:
    _delete(SelfScanAnswer, SelfScanAnswer.cohort_id.in_(ids))
    enrolled = sa.select(Enrolment.id).where(Enrolment.cohort_id.in_(ids))
    _delete(SelfScanCompletion, SelfScanCompletion.enrolment_id.in_(enrolled))


def _sign_ins(ids: Ids) -> None:
    _delete(SignIn, SignIn.id.in_(ids))


def _audit(ids: Ids) -> None:
    """Empty old events; their links and hashes stay, so that the chain goes on through them."""
    audit.empty(ids)


CLEARING: Mapping[str, Callable[[Sequence[int]], None]] = {
    "contact": _requests,
    "spam": _requests,
    "application": _applications,
    "learning": _learning,
    "evidence": _evidence,
    "decisions": _decisions,
    "register": _certificates,
    "coaching": _plans,
    "entries": _entries,
    "signals": _signals,
    "meet_ups": _meet_ups,
    "self_scan": _self_scans,
    "audit": _audit,
    "sign_ins": _sign_ins,
}
