"""One session with its people: what may be marked there, of whom, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Capability, Reach
from courses.models import (
    MARK_SOURCES,
    MARKS,
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CourseVersion,
    Enrolment,
    EnrolmentEvent,
    Session,
)
from courses.rules.enrolment import JOINED
from courses.services.attendance.marks import MAX_MINUTES_LATE, MAX_NOTE, NewMark

TAKING_PART = ("active", "paused", "completed", "not_passed")
LEFT = ("withdrawn", "transferred")
BEFORE_JOINING = ("not_applicable", "made_up")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session, locked, and where its cohort stands and lies."""

    session_id: int
    state: str
    starts_at: datetime
    cohort_id: int
    cohort_state: str
    place_id: int
    course_version_id: int

    @property
    def day(self) -> date:
        """The day of the session in Amsterdam."""
        return self.starts_at.astimezone(clock.AMSTERDAM).date()


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody whose cell is marked, and when they joined and left."""

    enrolment_id: int
    person_id: int
    state: str
    joined_at: datetime | None
    left_at: datetime | None


def lock_meeting(
    session_id: int, *, by: Actor, right: Capability, person_id: int | None = None
) -> Meeting:
    """Load and lock the session, so that two saves of one register come after each other."""
    row = db.session.execute(
        sa.select(
            Session.id.label("session_id"),
            Session.state,
            Session.starts_at,
            Session.cohort_id,
            Cohort.state.label("cohort_state"),
            Cohort.place_id,
            Cohort.course_version_id,
        )
        .join(Cohort, Cohort.id == Session.cohort_id)
        .where(Session.id == session_id)
        .with_for_update(of=Session)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    reach = Reach(person_id=person_id, cohort_id=row.cohort_id, place_id=row.place_id)
    policy.require(by, right, reach)
    return Meeting(*row)


def refuse_closed(meeting: Meeting, cohort_states: Sequence[str]) -> None:
    """Refuse when the cohort is in none of `cohort_states`, or the session was cancelled."""
    if meeting.cohort_state not in cohort_states:
        raise ConflictError(_("Deze groep loopt nu niet. Je kunt geen aanwezigheid invullen."))
    if meeting.state == "cancelled":
        raise ConflictError(_("Deze bijeenkomst gaat niet door. Er valt niets in te vullen."))


def cleaned(mark: NewMark) -> NewMark:
    """Return the mark without what belongs to another status."""
    if mark.status == "late":
        return replace(mark, note=mark.note.strip())
    return replace(mark, note=mark.note.strip(), minutes_late=None, counts_anyway=False)


def refuse_wrong(marks: Sequence[NewMark], source: str) -> None:
    """Refuse marks that say what cannot be, each with a sentence at its own field."""
    if source not in MARK_SOURCES or len({mark.enrolment_id for mark in marks}) != len(marks):
        raise InvalidInputError(_("Er staat iets dubbel of onbekends in het formulier."))
    wrong: dict[str, str] = {}
    for mark in marks:
        if mark.status not in MARKS:
            wrong[f"{mark.enrolment_id}.status"] = _("Kies een van de knoppen.")
        if len(mark.note) > MAX_NOTE:
            wrong[f"{mark.enrolment_id}.note"] = _("Maak het korter dan 200 letters.")
        if mark.status == "late" and not 1 <= (mark.minutes_late or 0) <= MAX_MINUTES_LATE:
            wrong[f"{mark.enrolment_id}.minutes_late"] = _(
                "Vul in hoeveel minuten later: een getal van 1 tot en met 300."
            )
        if mark.counts_anyway and not mark.note:
            wrong[f"{mark.enrolment_id}.note"] = _("Schrijf op waarom het toch meetelt.")
    if wrong:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=wrong)


def learners_of(meeting: Meeting, enrolment_ids: Sequence[int]) -> dict[int, Learner]:
    """Load the people that are marked. Raises NotFoundError for one who is not of this cohort."""
    joined = sa.func.min(
        sa.case((EnrolmentEvent.to_state.in_(JOINED), EnrolmentEvent.at), else_=None)
    )
    left = sa.func.max(sa.case((EnrolmentEvent.to_state.in_(LEFT), EnrolmentEvent.at), else_=None))
    rows = db.session.execute(
        sa.select(
            Enrolment.id.label("enrolment_id"),
            Enrolment.person_id,
            Enrolment.state,
            joined.label("joined_at"),
            left.label("left_at"),
        )
        .outerjoin(EnrolmentEvent, EnrolmentEvent.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == meeting.cohort_id, Enrolment.id.in_(enrolment_ids))
        .group_by(Enrolment.id, Enrolment.person_id, Enrolment.state)
    )
    found = {row.enrolment_id: Learner(*row) for row in rows}
    if set(found) != set(enrolment_ids):
        raise NotFoundError
    return found


def refuse_wrong_moment(
    meeting: Meeting, marks: Sequence[NewMark], *, learners: Mapping[int, Learner]
) -> None:
    """Refuse marks ahead of the session, but for apologies, and for who took no part then."""
    ahead = meeting.day > clock.today()
    wrong: dict[str, str] = {}
    for mark in marks:
        learner = learners[mark.enrolment_id]
        if ahead and mark.status != "excused":
            wrong[f"{mark.enrolment_id}.status"] = _(
                "Deze bijeenkomst is nog niet geweest. Je kunt nu alleen iemand afmelden."
            )
        elif not _took_part(learner, meeting.day):
            wrong[f"{mark.enrolment_id}.status"] = _("Deze persoon hoorde toen niet bij de groep.")
        elif _joined_later(learner, meeting.day) and mark.status not in BEFORE_JOINING:
            wrong[f"{mark.enrolment_id}.status"] = _(
                "Deze persoon kwam er later bij. Kies “hoort er niet bij” of “ingehaald”."
            )
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)
    _refuse_too_many_make_ups(meeting, marks)


def _took_part(learner: Learner, day: date) -> bool:
    if learner.state in LEFT:
        return learner.left_at is not None and day <= _day(learner.left_at)
    return learner.state in TAKING_PART


def _joined_later(learner: Learner, day: date) -> bool:
    return learner.joined_at is not None and day < _day(learner.joined_at)


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()


def _refuse_too_many_make_ups(meeting: Meeting, marks: Sequence[NewMark]) -> None:
    ids = [mark.enrolment_id for mark in marks if mark.status == "made_up"]
    if not ids:
        return
    allowed = _make_ups_allowed(meeting)
    done = _make_ups_done(ids, except_session=meeting.session_id)
    sentence = ngettext(
        "Inhalen mag %(num)d keer. Deze deelnemer heeft dat al gedaan.",
        "Inhalen mag %(num)d keer. Deze deelnemer heeft dat al gedaan.",
        allowed,
    )
    wrong = {f"{id_}.status": sentence for id_ in ids if done.get(id_, 0) >= allowed}
    if wrong:
        raise InvalidInputError(sentence, fields=wrong)


def _make_ups_allowed(meeting: Meeting) -> int:
    content = db.session.scalar(
        sa.select(CourseVersion.content).where(CourseVersion.id == meeting.course_version_id)
    )
    return int((content or {})["course"]["attendance_rule"]["makeup_allowed"])


def _make_ups_done(enrolment_ids: Sequence[int], *, except_session: int | None) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(AttendanceCell.enrolment_id, sa.func.count())
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .where(
            AttendanceCell.enrolment_id.in_(enrolment_ids),
            AttendanceMark.status == "made_up",
            AttendanceCell.session_id != (except_session or 0),
        )
        .group_by(AttendanceCell.enrolment_id)
    )
    return dict(rows.all())
