"""The paper on which somebody's name will stand: its design, how that is dressed, its words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.adapters.design import DESIGNS
from certificates.models import Decision
from certificates.queries.designs import (
    SPECIMEN_CODE,
    SPECIMEN_NUMBER,
    get_dressed,
    specimen,
)
from certificates.queries.names import find_waiting, get_name
from certificates.queries.printing import find_to_print
from certificates.queries.standing import IS_OPEN
from certificates.rules.look import Look
from certificates.rules.printed import PrintedCertificate
from courses.models import Cohort, Course, CourseVersion, Enrolment, Track

USUAL_DESIGN = "residents"


@dataclass(frozen=True, slots=True)
class NameOnPaper:
    """A paper with somebody's name, and with a number and a code of nobody's."""

    design: str
    look: Look | None
    printed: PrintedCertificate


def get_name_on_paper(person_id: int) -> NameOnPaper:
    """Return the paper of the certificate that waits for a yes, or else of the newest course.

    Raises NotFoundError for nobody.
    """
    name = get_name(person_id)
    waiting = find_waiting(person_id)
    granted = (
        find_to_print(waiting.id, code=SPECIMEN_CODE, public_url=current().public_url)
        if waiting
        else None
    )
    if granted is not None:
        printed = replace(granted.printed, number=SPECIMEN_NUMBER, printed_name=name.printed_name)
        return NameOnPaper(granted.design, granted.look, printed)
    design = _design(person_id)
    sample = specimen(design, language="en" if name.language == "en" else "nl", long_name=False)
    return NameOnPaper(
        design, get_dressed(design).look, replace(sample, printed_name=name.printed_name)
    )


def _design(person_id: int) -> str:
    """Return the design of the enrolment for which something was proposed, or of the newest."""
    proposed = (
        sa.exists().where(Decision.enrolment_id == Enrolment.id, IS_OPEN).correlate(Enrolment)
    )
    found = db.session.scalar(
        sa.select(Track.key)
        .join(Course, Course.track_id == Track.id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(Cohort, Cohort.course_version_id == CourseVersion.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Enrolment.person_id == person_id, Track.key.in_(DESIGNS))
        .order_by(sa.case((proposed, 0), else_=1), Enrolment.id.desc())
        .limit(1)
    )
    return found or USUAL_DESIGN
