"""Guidance for a professional, when the employer arranges it: a plan that somebody opens."""

from __future__ import annotations

from flask_babel import gettext as _

from academy.coaching import rules
from academy.coaching.models import CoachingPlan
from academy.coaching.queries.professionals import find_professional
from academy.coaching.services.plans import open_plan
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor


def arrange(person_id: int, rhythm_days: int, *, by: Actor) -> CoachingPlan:
    """Open a plan to match for a certified professional, every 90 or every 180 days.

    Raises NotFoundError outside the region of `by` and for who is guided already.
    """
    if rhythm_days not in rules.WORK_RHYTHMS:
        raise InvalidInputError(_("Kies elke 90 of elke 180 dagen."))
    found = find_professional(person_id, by)
    if found is None:
        raise NotFoundError
    plan = open_plan(
        person_id,
        by=by,
        certificate_number=found.number,
        place_id=found.place_id,
        rhythm_days=rhythm_days,
    )
    if plan is None:
        raise ConflictError(_("Deze persoon wordt al begeleid."))
    return plan
