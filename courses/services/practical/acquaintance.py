"""Whether an assessor knows the participant privately, and somebody else who looks instead.

Source: domain model, invariant 4: an assessor never assesses a relative or a neighbour.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import clock, events, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.events import PracticalPlanned
from courses.models import ASSESSOR_ROLES, Assessment, AssessorDeclaration
from courses.services.practical.case import (
    BUSY,
    find_declaration,
    locked_case,
    open_assessment,
    recorded,
    refuse_standing_still,
)
from courses.services.practical.naming import FIRST, SECOND, refuse_assessors, second_right


def declare(attempt_id: int, *, knows_privately: bool, by: Actor) -> None:
    """Keep an assessor's word whether they know the participant privately; it stays as said.

    Who does cannot score; somebody who plans names another. Raises NotFoundError, or
    ConflictError when the other answer was given before.
    """
    case = locked_case(attempt_id)
    assessment = open_assessment(case, by=by)
    said = find_declaration(attempt_id, assessment.assessor_id)
    if said is not None:
        if said.knows_privately != knows_privately:
            raise ConflictError(_("Je hebt dit al gezegd. Vraag de coördinator om hulp."))
        return
    db.session.add(
        AssessorDeclaration(
            final_attempt_id=attempt_id,
            role=assessment.role,
            assessor_id=assessment.assessor_id,
            knows_privately=knows_privately,
            declared_at=clock.now(),
        )
    )
    recorded(
        "declared",
        case.attempt,
        case.learner,
        by=by,
        role=assessment.role,
        knows_privately=knows_privately,
    )


def replace_assessor(attempt_id: int, *, role: str, person_id: int, by: Actor) -> None:
    """Let somebody else look as `role`: the one who was named knows the participant, or is ill.

    A draft is thrown away. Raises NotFoundError, ConflictError once the scores are in, or
    InvalidInputError as `plan_attempt` does.
    """
    case = locked_case(attempt_id)
    policy.require(by, policies.PLAN_FINAL, case.learner.reach)
    attempt = case.attempt
    assessment = db.session.scalars(
        sa.select(Assessment).where(
            Assessment.final_attempt_id == attempt_id, Assessment.role == role
        )
    ).one_or_none()
    if role not in ASSESSOR_ROLES or assessment is None:
        raise NotFoundError
    if assessment.handed_in_at is not None or attempt.state not in BUSY:
        raise ConflictError(_("Deze scores zijn al binnen. Een ander kan nu niet meer kijken."))
    refuse_standing_still(case)
    named = (attempt.first_assessor_id, attempt.second_assessor_id, attempt.third_assessor_id)
    if person_id in named:
        sentence = _("Kies iemand die nog niet kijkt.")
        raise InvalidInputError(sentence, fields={"person_id": sentence})
    right = {"first": FIRST, "second": second_right(case.final), "third": SECOND}[role]
    refuse_assessors(case.learner, {"person_id": (person_id, right)}, clock.today())
    before = assessment.assessor_id
    assessment.assessor_id, assessment.draft = person_id, {}
    setattr(attempt, f"{role}_assessor_id", person_id)
    recorded("replaced", attempt, case.learner, by=by, role=role, before=before, after=person_id)
    events.emit(PracticalPlanned(attempt_id, by.person_id, new_assessor_id=person_id))
