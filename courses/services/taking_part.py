"""Who takes part in what, as the services about learning need it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import Actor, Capability, Reach
from courses.models import Cohort, Enrolment

LEARNING = ("active", "paused")
RUNNING = ("running", "finishing")


@dataclass(frozen=True, slots=True)
class Participation:
    """One enrolment and where it lies."""

    enrolment_id: int
    person_id: int
    state: str
    cohort_id: int
    cohort_state: str
    place_id: int
    course_version_id: int

    @property
    def reach(self) -> Reach:
        """Where this enrolment lies, for the question whether somebody may touch it."""
        return Reach(person_id=self.person_id, cohort_id=self.cohort_id, place_id=self.place_id)


def get_participation(
    enrolment_id: int, *, right: Capability, by: Actor, lock: bool = False
) -> Participation:
    """Return an enrolment that `by` may reach with `right`. Raises NotFoundError."""
    query = (
        sa.select(
            Enrolment.id,
            Enrolment.person_id,
            Enrolment.state,
            Enrolment.cohort_id,
            Cohort.state,
            Cohort.place_id,
            Cohort.course_version_id,
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.id == enrolment_id)
    )
    if lock:
        query = query.with_for_update(of=Enrolment)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError
    participation = Participation(*row)
    policy.require(by, right, participation.reach)
    return participation


def refuse_unless_learning(participation: Participation) -> None:
    """Refuse work for somebody who is not (or no longer) busy with the course."""
    if participation.state not in LEARNING or participation.cohort_state not in RUNNING:
        raise ConflictError(_("Deze leergang loopt nu niet. Je kunt hier niets meer inleveren."))
