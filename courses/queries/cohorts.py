"""Cohorts: where they lie, how they stand, and the lists and pages about them."""

from __future__ import annotations

from academy.kernel.policy import Reach
from courses.models import Cohort


def cohort_reach(cohort: Cohort, *, person_id: int | None = None) -> Reach:
    """Return where a cohort lies, or somebody's enrolment in it when `person_id` is given."""
    return Reach(
        person_id=person_id,
        cohort_id=cohort.id,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
    )
