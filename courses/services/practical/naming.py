"""Who may look at a practical: a right over the cohort, and neither coach nor acquaintance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError
from academy.kernel.policy import Actor, Capability, capability
from academy.people.models import Grant
from academy.people.queries.actors import grants_of
from courses.models import AssessorDeclaration, Enrolment, FinalAttempt
from courses.queries.reviewers import scored_before
from courses.rules import FinalRule
from courses.services.taking_part import Participation

FIRST = capability("courses:practical:be-first", "trainer")
SECOND = capability("courses:practical:be-second", "assessor", "resident_assessor")
RESIDENT_SECOND = capability("courses:practical:be-resident-second", "resident_assessor")
"""Which grants over the cohort an assessor needs; asked of the person named, not of who names."""


def second_right(final: FinalRule) -> Capability:
    """Return what the second assessor needs: for some courses a resident's grant."""
    return RESIDENT_SECOND if final.second_is_resident else SECOND


def refuse_assessors(
    learner: Participation, named: Mapping[str, tuple[int, Capability]], on: date
) -> None:
    """Refuse who may not look at this practical on that day.

    `named` maps a field to the person and the right they need. Raises InvalidInputError.
    """
    people = [person_id for person_id, _right in named.values()]
    ties = _ties(learner, people, on)
    wrong: dict[str, str] = {}
    for name, (person_id, right) in named.items():
        candidate = Actor(person_id=person_id, grants=grants_of(person_id, on))
        if person_id == learner.person_id:
            wrong[name] = _("Niemand beoordeelt zichzelf.")
        elif person_id in ties:
            wrong[name] = ties[person_id]
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


def _ties(learner: Participation, people: Sequence[int], on: date) -> dict[int, str]:
    """Return why some people may not look, whatever rights they hold."""
    coach = _("Een begeleider beoordeelt niet de eigen deelnemer.")
    knows = _("Deze persoon kent de deelnemer privé. Kies iemand anders.")
    looked = _("Deze persoon keek al. Na het bezwaar kijkt iemand anders.")
    return {
        **dict.fromkeys(db.session.scalars(scored_before(learner.enrolment_id)), looked),
        **dict.fromkeys(_acquainted(learner.person_id, people), knows),
        **dict.fromkeys(_coaches(learner.person_id, people, on), coach),
    }


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


def _acquainted(holder_id: int, people: Sequence[int]) -> set[int]:
    """Return which of `people` once said that they know the holder privately."""
    return set(
        db.session.scalars(
            sa.select(AssessorDeclaration.assessor_id)
            .join(FinalAttempt, FinalAttempt.id == AssessorDeclaration.final_attempt_id)
            .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
            .where(
                Enrolment.person_id == holder_id,
                AssessorDeclaration.knows_privately.is_(sa.true()),
                AssessorDeclaration.assessor_id.in_(people),
            )
        )
    )
