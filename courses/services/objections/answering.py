"""The answer: what was decided and why, and what follows from it."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from academy.people.services.grants import end_review_grants
from courses import policies
from courses.models import CohortTrainer, Enrolment
from courses.queries.objections import is_late
from courses.rules.objection import SETS_ASIDE, About, outcomes_for
from courses.services.enrolment_steps import locked_enrolment, reopen
from courses.services.objections.case import (
    MAX_REASON,
    OBJECTION_ANSWERED,
    OBJECTION_FOLLOWS,
    Locked,
    locked_objection,
    recorded,
    refuse_step,
    written,
)
from courses.services.practical.setting_aside import set_aside


def answer(
    objection_id: int, *, outcome: str, reason: str, by: Actor, heard_on: date | None = None
) -> None:
    """Answer an objection one was named for; who objects reads the reason.

    `heard_on` is the day of the talk with who objects, None when they wanted none. Upheld: the
    result is set aside, and who was out of the course takes part again. Reassess: others look too.
    Raises NotFoundError, ConflictError when it is answered, or InvalidInputError.
    """
    locked = locked_objection(objection_id, right=policies.ANSWER_OBJECTION, by=by)
    objection = locked.objection
    if by.person_id is None or objection.reviewer_id != by.person_id:
        raise NotFoundError
    refuse_step(objection, "decided")
    _refuse_outcome(outcome, "result" if objection.final_attempt_id is None else "practical")
    _refuse_day(heard_on, since=objection.received_on)
    objection.heard_on = heard_on
    _decided(locked, outcome, reason, by=by)
    if outcome in SETS_ASIDE:
        _begin_anew(locked, by=by)


def refuse_late(objection_id: int, *, reason: str, by: Actor) -> None:
    """Say that an objection came too late, and why it is not looked at any more.

    Raises NotFoundError, ConflictError for one that was in time, or InvalidInputError.
    """
    locked = locked_objection(objection_id, right=policies.REFUSE_LATE, by=by)
    refuse_step(locked.objection, "decided")
    if not is_late(locked.objection):
        raise ConflictError(_("Dit bezwaar was op tijd. Iemand moet ernaar kijken."))
    _decided(locked, "too_late", reason, by=by)


def _refuse_outcome(outcome: str, about: About) -> None:
    if outcome not in outcomes_for(about):
        sentence = _("Kies wat je besluit.")
        raise InvalidInputError(sentence, fields={"ruling": sentence})


def _refuse_day(heard_on: date | None, *, since: date) -> None:
    if heard_on is not None and not since <= heard_on <= clock.today():
        sentence = _("Kies de dag waarop jullie spraken.")
        raise InvalidInputError(sentence, fields={"heard_on": sentence})


def _decided(locked: Locked, outcome: str, reason: str, *, by: Actor) -> None:
    objection = locked.objection
    missing = _("Schrijf op waarom. De deelnemer leest dit.")
    objection.reason = written(reason, field="reason", missing=missing, most=MAX_REASON)
    objection.state, objection.outcome = "decided", outcome
    objection.decided_on, objection.decided_by_id = clock.today(), by.person_id
    end_review_grants(objection.id, by=by)
    recorded("decided", locked, by=by, outcome=outcome)
    announce(
        OBJECTION_ANSWERED,
        key=f"objection-{objection.id}-answered",
        person_ids=[locked.enrolment.person_id],
        objection_id=objection.id,
    )


def _begin_anew(locked: Locked, *, by: Actor) -> None:
    """Set the result aside and let who was out take part again, in the last group they came to.

    Its trainers are told: they plan what follows.
    """
    enrolment = _latest(locked.objection.enrolment_id)
    if locked.objection.final_attempt_id is not None:
        set_aside(locked.objection.final_attempt_id, latest_id=enrolment.id, by=by)
    reopen(enrolment, by=by)
    announce(
        OBJECTION_FOLLOWS,
        key=f"objection-{locked.objection.id}-follows",
        person_ids=db.session.scalars(
            sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == enrolment.cohort_id)
        ),
        enrolment_id=enrolment.id,
    )


def _latest(enrolment_id: int) -> Enrolment:
    enrolment = locked_enrolment(enrolment_id)
    while enrolment.transferred_to_id is not None:
        enrolment = locked_enrolment(enrolment.transferred_to_id)
    return db.session.get_one(Enrolment, enrolment.id)
