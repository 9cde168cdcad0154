"""Saving a register, and saying that somebody cannot come."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from academy.kernel import audit, clock
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.services.attendance.cells import record, standings_of
from courses.services.attendance.marks import NewMark, SavedRegister
from courses.services.attendance.meeting import (
    cleaned,
    learners_of,
    lock_meeting,
    refuse_closed,
    refuse_wrong,
    refuse_wrong_moment,
)
from courses.services.cohorts import AHEAD, hold_session
from courses.services.taking_part import RUNNING, get_participation

COHORTS_AHEAD = ("open", "full", *RUNNING)
EXPECTED = ("admitted", "active", "paused")
THERE = ("present", "late")


def save_register(
    session_id: int, marks: Sequence[NewMark], *, by: Actor, source: str = "phone"
) -> SavedRegister:
    """Save the marks of one session: one insert and one upsert, however many people.

    What stands already is not written again, so a double submit changes nothing. A mark that
    differs from a newer one than its marker saw does not replace it: both stand until somebody
    marks once more. A session that somebody came to was held.

    Raises NotFoundError, ConflictError (cohort or session takes no marks) or InvalidInputError
    with `fields` by "<enrolment id>.minutes_late" and the like.
    """
    meeting = lock_meeting(session_id, by=by, right=policies.MARK)
    refuse_closed(meeting, RUNNING)
    marks = [cleaned(mark) for mark in marks]
    refuse_wrong(marks, source)
    learners = learners_of(meeting, [mark.enrolment_id for mark in marks])
    refuse_wrong_moment(meeting, marks, learners=learners)
    person_of = {one.enrolment_id: one.person_id for one in learners.values()}
    saved = record(meeting, marks, person_of=person_of, by=by, source=source)
    if meeting.state in AHEAD and any(mark.status in THERE for mark in marks):
        hold_session(session_id, by=by)
    return saved


def accept_make_up(session_id: int, enrolment_id: int, *, by: Actor) -> None:
    """Note that somebody made up for a session, whatever was marked. Raises as `save_register`."""
    standing = standings_of(session_id, [enrolment_id]).get(enrolment_id)
    seen = standing.version if standing is not None else 0
    mark = NewMark(enrolment_id, "made_up", seen_version=seen)
    save_register(session_id, [mark], by=by, source="web")


def apologise(session_id: int, enrolment_id: int, *, by: Actor) -> bool:
    """Say before the session that somebody cannot come; True if that was news.

    People do so for themselves; a trainer, coach or coordinator for somebody who called. No
    reason is asked. Raises NotFoundError, or ConflictError when it is too late or somebody marked
    already.
    """
    learner = get_participation(enrolment_id, right=policies.APOLOGISE, by=by)
    reach = learner.reach
    meeting = lock_meeting(session_id, by=by, right=policies.APOLOGISE, person_id=reach.person_id)
    if meeting.cohort_id != learner.cohort_id or learner.state not in EXPECTED:
        raise NotFoundError
    refuse_closed(meeting, COHORTS_AHEAD)
    if clock.now() >= meeting.starts_at:
        raise ConflictError(_("De bijeenkomst is al begonnen. Bel je trainer even."))
    standing = standings_of(session_id, [enrolment_id]).get(enrolment_id)
    if standing is not None and standing.marks[0].status != "excused":
        raise ConflictError(_("Er is al iets anders ingevuld. Bel je trainer even."))
    saved = record(
        meeting,
        [NewMark(enrolment_id, "excused", seen_version=standing.version if standing else 0)],
        person_of={enrolment_id: learner.person_id},
        by=by,
        source="self" if by.person_id == learner.person_id else "web",
    )
    if saved.saved:
        audit.record(
            "courses:apology:made",
            ("session", session_id),
            by=by,
            subject_id=learner.person_id,
            on_behalf_of=audit.on_behalf(by, learner.person_id),
        )
    return saved.saved > 0
