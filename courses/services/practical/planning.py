"""Planning a practical: who looks, when, and when it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import clock, events, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.policy import Actor
from courses import policies
from courses.events import PracticalPlanned
from courses.models import Assessment, FinalAttempt
from courses.rules import FinalRule, resit_from
from courses.rules.planning import is_free_day
from courses.services.practical.case import (
    BUSY,
    attempts_of,
    counting,
    final_rule,
    find_talk,
    is_last_attempt,
    locked_case,
    recorded,
    refuse_standing_still,
)
from courses.services.practical.naming import FIRST, SECOND, refuse_assessors, second_right
from courses.services.taking_part import get_participation, refuse_unless_learning


def plan_attempt(
    enrolment_id: int, *, first_id: int, second_id: int, by: Actor, planned_on: date | None = None
) -> int:
    """Plan a practical with two assessors, and return the attempt's id.

    The first trains the cohort, the second holds an assessor's grant over it, as a resident where
    the course asks for one (`second_assessor_role`); neither is the participant or the
    participant's coach. Raises NotFoundError, ConflictError (one is still
    running, passed already, no attempts left) or InvalidInputError.
    """
    learner = get_participation(enrolment_id, right=policies.PLAN_FINAL, by=by, lock=True)
    refuse_unless_learning(learner)
    final, _below = final_rule(learner.course_version_id)
    earlier = attempts_of(enrolment_id)
    _refuse_another_attempt(earlier, final)
    on = max(planned_on or clock.today(), clock.today())
    refuse_too_soon(earlier, planned_on or clock.today(), final=final)
    refuse_free_day(planned_on)
    named = {"first_id": (first_id, FIRST), "second_id": (second_id, second_right(final))}
    refuse_assessors(learner, named, on)
    attempt = FinalAttempt(
        enrolment_id=enrolment_id,
        attempt=max((one.attempt for one in earlier), default=0) + 1,
        state="planned",
        planned_on=planned_on,
        first_assessor_id=first_id,
        second_assessor_id=second_id,
    )
    db.session.add(attempt)
    db.session.flush()  # the assessments and the audit line need the id
    for role, person_id in (("first", first_id), ("second", second_id)):
        db.session.add(
            Assessment(final_attempt_id=attempt.id, role=role, assessor_id=person_id, draft={})
        )
    recorded("planned", attempt, learner, by=by, number=attempt.attempt)
    events.emit(PracticalPlanned(attempt.id, by.person_id))
    return attempt.id


def void(attempt_id: int, *, by: Actor) -> None:
    """Stop a practical, for instance because it was not safe; it is no attempt. No reason is kept.

    Raises NotFoundError, or ConflictError once both handed in: an outcome nobody hoped for is not
    wiped that way.
    """
    case = locked_case(attempt_id)
    if by.person_id == case.attempt.first_assessor_id:
        policy.require(by, policies.SCORE, case.learner.reach)
    else:
        policy.require(by, policies.PLAN_FINAL, case.learner.reach)
    if case.attempt.state == "both_scored":
        raise ConflictError(_("De scores zijn al binnen. Stel eerst samen de uitslag vast."))
    if case.attempt.state not in BUSY:
        raise ConflictError(_("Deze proeve heeft al een uitslag."))
    case.attempt.state = "void"
    recorded("stopped", case.attempt, case.learner, by=by)


def name_third(attempt_id: int, *, third_id: int, by: Actor) -> None:
    """Name a third assessor when the talk brought no agreement. Raises as `plan_attempt` does."""
    case = locked_case(attempt_id)
    policy.require(by, policies.PLAN_FINAL, case.learner.reach)
    talk = find_talk(attempt_id)
    if case.attempt.state != "both_scored" or talk is None or talk.agreed:
        raise ConflictError(_("Een derde beoordelaar is alleen nodig als twee het niet eens zijn."))
    if case.attempt.third_assessor_id is not None:
        raise ConflictError(_("Er is al een derde beoordelaar."))
    refuse_standing_still(case)
    if third_id in (case.attempt.first_assessor_id, case.attempt.second_assessor_id):
        sentence = _("Kies iemand die nog niet keek.")
        raise InvalidInputError(sentence, fields={"third_id": sentence})
    refuse_assessors(case.learner, {"third_id": (third_id, SECOND)}, clock.today())
    case.attempt.third_assessor_id = third_id
    db.session.add(
        Assessment(final_attempt_id=attempt_id, role="third", assessor_id=third_id, draft={})
    )
    recorded("third-named", case.attempt, case.learner, by=by)


def _refuse_another_attempt(earlier: Sequence[FinalAttempt], final: FinalRule) -> None:
    made = counting(earlier)
    if any(one.state in BUSY for one in made):
        raise ConflictError(_("Er loopt al een proeve. Rond die eerst af."))
    if any(one.outcome == "passed" for one in made):
        raise ConflictError(_("De proeve is al gelukt."))
    if is_last_attempt(made, final):
        raise ConflictError(_("De proeve is al zo vaak gedaan als mag."))


def refuse_too_soon(earlier: Sequence[FinalAttempt], on: date, *, final: FinalRule) -> None:
    """Refuse a day within the waiting days after the last outcome."""
    decided = [one.decided_on for one in earlier if one.state == "outcome" and one.decided_on]
    if not decided:
        return
    first_day = resit_from(max(decided), wait_days=final.wait_days)
    if on < first_day:
        sentence = ngettext(
            "Tussen twee proeves zit minstens %(num)d dag. Kies een latere dag.",
            "Tussen twee proeves zitten minstens %(num)d dagen. Kies een latere dag.",
            (first_day - max(decided)) // timedelta(days=1),
        )
        raise InvalidInputError(sentence, fields={"planned_on": sentence})


def refuse_free_day(on: date | None) -> None:
    """Refuse a free day that is still to come; what was done on one was done."""
    if on is not None and on > clock.today() and is_free_day(on):
        sentence = _("Dat is een vrije dag. Kies een andere dag.")
        raise InvalidInputError(sentence, fields={"planned_on": sentence})
