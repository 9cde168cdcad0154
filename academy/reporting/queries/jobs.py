"""Where work in the background lies, for the question who may have it tried again."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.policy import Reach
from academy.kernel.queue import DeadLetter
from certificates.models import Certificate
from courses.models import Cohort, Enrolment

ARGUMENT = "certificate_id"


def reaches_of(letters: Sequence[DeadLetter]) -> dict[int, Reach]:
    """Return where each lies, by its id: a certificate's in its group, the rest nowhere.

    What lies nowhere is only in reach of who has the whole academy.
    """
    named = {one.id: one.arguments[ARGUMENT] for one in letters if ARGUMENT in one.arguments}
    rows = db.session.execute(
        sa.select(
            Certificate.id,
            Certificate.person_id,
            Cohort.id.label("cohort_id"),
            Cohort.place_id,
            Cohort.client_organisation_id.label("organisation_id"),
        )
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Certificate.id.in_(set(named.values())))
    )
    places = {
        row.id: Reach(row.person_id, row.cohort_id, row.place_id, row.organisation_id)
        for row in rows
    }
    return {one.id: places.get(named.get(one.id), Reach()) for one in letters}
