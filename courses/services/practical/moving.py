"""Moving a practical to another day, as long as nobody handed in."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from academy.kernel import clock, events, policy
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from academy.people.queries.actors import grants_of
from courses import policies
from courses.events import PracticalPlanned
from courses.services.practical.case import (
    BUSY,
    Case,
    attempts_of,
    locked_case,
    recorded,
    refuse_standing_still,
)
from courses.services.practical.naming import FIRST, second_right
from courses.services.practical.planning import refuse_free_day, refuse_too_soon


def move_attempt(attempt_id: int, *, planned_on: date, by: Actor) -> None:
    """Choose another day for a practical; the same day again changes nothing.

    Raises NotFoundError (also for one's own), ConflictError once somebody handed in or it is over,
    or InvalidInputError for a day that is past, free, too soon after the last outcome, or on which
    an assessor may not look any more.
    """
    case = locked_case(attempt_id)
    policy.require(by, policies.PLAN_FINAL, case.learner.reach)
    if by.person_id == case.learner.person_id:
        raise NotFoundError
    _refuse_unless_ahead(case)
    before = case.attempt.planned_on
    if planned_on == before:
        return
    _refuse_day(case, planned_on)
    case.attempt.planned_on = planned_on
    recorded(
        "moved",
        case.attempt,
        case.learner,
        by=by,
        before=before.isoformat() if before is not None else None,
        after=planned_on.isoformat(),
    )
    events.emit(PracticalPlanned(attempt_id, by.person_id))


def _refuse_unless_ahead(case: Case) -> None:
    if case.attempt.state not in BUSY:
        raise ConflictError(_("Deze proeve is gestopt of al klaar."))
    if case.attempt.state != "planned":
        raise ConflictError(_("Er zijn al scores ingeleverd. De dag staat nu vast."))
    refuse_standing_still(case)


def _refuse_day(case: Case, on: date) -> None:
    if on < clock.today():
        sentence = _("Kies een dag die nog komt.")
        raise InvalidInputError(sentence, fields={"planned_on": sentence})
    refuse_free_day(on)
    refuse_too_soon(attempts_of(case.learner.enrolment_id), on, final=case.final)
    _refuse_assessors_gone(case, on)


def _refuse_assessors_gone(case: Case, on: date) -> None:
    rights = {
        case.attempt.first_assessor_id: FIRST,
        case.attempt.second_assessor_id: second_right(case.final),
    }
    for person_id, right in rights.items():
        assessor = Actor(person_id=person_id, grants=grants_of(person_id, on))
        if not policy.covers(assessor, right, case.learner.reach):
            sentence = _("Op die dag mag een beoordelaar hier niet meer kijken. Kies een ander.")
            raise InvalidInputError(sentence, fields={"planned_on": sentence})
