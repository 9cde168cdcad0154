"""Planning a practical: who looks, when, and when it is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.policy import Actor, Capability, capability
from academy.people.models import Grant
from academy.people.queries.actors import grants_of
from courses import policies
from courses.models import Assessment, FinalAttempt
from courses.rules import FinalRule, resit_from
from courses.services.practical.case import (
    BUSY,
    attempts_of,
    final_rule,
    find_talk,
    locked_case,
    recorded,
)
from courses.services.taking_part import Participation, get_participation, refuse_unless_learning

FIRST = capability("courses:practical:be-first", "trainer")
SECOND = capability("courses:practical:be-second", "assessor", "resident_assessor")
RESIDENT_SECOND = capability("courses:practical:be-resident-second", "resident_assessor")
"""Which grants over the cohort an assessor needs; asked of the person named, not of who names."""


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
    _refuse_too_soon(earlier, planned_on or clock.today(), final=final)
    second = RESIDENT_SECOND if final.second_is_resident else SECOND
    _refuse_assessors(
        learner, {"first_id": (first_id, FIRST), "second_id": (second_id, second)}, on
    )
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
    return attempt.id


def void(attempt_id: int, *, by: Actor) -> None:
    """Stop a practical, for instance because it was not safe; it is no attempt. No reason is kept.

    Raises NotFoundError, or ConflictError once there is an outcome.
    """
    case = locked_case(attempt_id)
    if by.person_id == case.attempt.first_assessor_id:
        policy.require(by, policies.SCORE, case.learner.reach)
    else:
        policy.require(by, policies.PLAN_FINAL, case.learner.reach)
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
    if third_id in (case.attempt.first_assessor_id, case.attempt.second_assessor_id):
        sentence = _("Kies iemand die nog niet keek.")
        raise InvalidInputError(sentence, fields={"third_id": sentence})
    _refuse_assessors(case.learner, {"third_id": (third_id, SECOND)}, clock.today())
    case.attempt.third_assessor_id = third_id
    db.session.add(
        Assessment(final_attempt_id=attempt_id, role="third", assessor_id=third_id, draft={})
    )
    recorded("third-named", case.attempt, case.learner, by=by)


def _refuse_another_attempt(earlier: Sequence[FinalAttempt], final: FinalRule) -> None:
    counting = [one for one in earlier if one.state != "void"]
    if any(one.state in BUSY for one in counting):
        raise ConflictError(_("Er loopt al een proeve. Rond die eerst af."))
    if any(one.outcome == "passed" for one in counting):
        raise ConflictError(_("De proeve is al gelukt."))
    if final.max_attempts is not None and len(counting) >= final.max_attempts:
        raise ConflictError(_("De proeve is al zo vaak gedaan als mag."))


def _refuse_too_soon(earlier: Sequence[FinalAttempt], on: date, *, final: FinalRule) -> None:
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


def _refuse_assessors(
    learner: Participation, named: Mapping[str, tuple[int, Capability]], on: date
) -> None:
    """Refuse who may not look at this practical. `named` maps field to person and right."""
    people = [person_id for person_id, _right in named.values()]
    coaches = _coaches(learner.person_id, people, on)
    wrong: dict[str, str] = {}
    for name, (person_id, right) in named.items():
        candidate = Actor(person_id=person_id, grants=grants_of(person_id, on))
        if person_id == learner.person_id:
            wrong[name] = _("Niemand beoordeelt zichzelf.")
        elif person_id in coaches:
            wrong[name] = _("Een begeleider beoordeelt niet de eigen deelnemer.")
        elif people.count(person_id) > 1:
            wrong[name] = _("Kies twee verschillende mensen.")
        elif not policy.covers(candidate, right, learner.reach):
            wrong[name] = (
                _("Kies een bewoner die bij deze groep mag beoordelen.")
                if right is RESIDENT_SECOND
                else _("Deze persoon mag bij deze groep niet beoordelen.")
            )
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)


def _coaches(holder_id: int, people: Sequence[int], on: date) -> set[int]:
    """Return which of `people` coach the holder on that day; coaching itself lives above."""
    return set(
        db.session.scalars(
            sa.select(Grant.person_id).where(
                Grant.role == "coach",
                Grant.scope_kind == "person",
                Grant.scope_id == holder_id,
                Grant.person_id.in_(people),
                Grant.holds_on(on),
            )
        )
    )
