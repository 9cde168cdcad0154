"""Marking a register. Marks are append-only; a cell says which mark counts now.

Source: domain model, invariant 3 and 4(b)3-5. Two trainers may save one register at once: what
differs is kept twice, the cell holds both, and somebody chooses by marking once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.dialects import postgresql, sqlite

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Capability, Reach
from courses import policies
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
from courses.services.cohorts import AHEAD, hold_session
from courses.services.taking_part import RUNNING, get_participation

COHORTS_AHEAD = ("open", "full", *RUNNING)
TAKING_PART = ("active", "paused", "completed", "not_passed")
EXPECTED = ("admitted", "active", "paused")
LEFT = ("withdrawn", "transferred")
THERE = ("present", "late")
BEFORE_JOINING = ("not_applicable", "made_up")
MAX_MINUTES_LATE = 300
MAX_NOTE = 200


@dataclass(frozen=True, slots=True)
class NewMark:
    """What somebody says of one person. `minutes_late` (1 to 300) belongs to late.

    `counts_anyway` says, with a reason in `note`, that a late arrival beyond the limit counts.
    `seen_version` is the version of the cell the marker looked at; 0 when it was empty.
    """

    enrolment_id: int
    status: str
    minutes_late: int | None = None
    counts_anyway: bool = False
    note: str = ""
    seen_version: int = 0


@dataclass(frozen=True, slots=True)
class SavedRegister:
    """What a save did. `conflicts` names the enrolments of which two different marks now stand."""

    saved: int
    unchanged: int
    conflicts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Meeting:
    session_id: int
    state: str
    starts_at: datetime
    cohort_id: int
    cohort_state: str
    place_id: int
    course_version_id: int

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(clock.AMSTERDAM).date()


@dataclass(frozen=True, slots=True)
class _Learner:
    enrolment_id: int
    person_id: int
    state: str
    joined_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Standing:
    """A cell as it is: the marks that compete for it, the one that counts first."""

    version: int
    mark_id: int
    supersedes_id: int | None
    marks: tuple[NewMark, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    mark: NewMark
    before: _Standing | None
    conflict: bool


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
    meeting = _lock_meeting(session_id, by=by, right=policies.MARK)
    _refuse_closed(meeting, RUNNING)
    marks = [_cleaned(mark) for mark in marks]
    _refuse_wrong(marks, source)
    learners = _learners(meeting, [mark.enrolment_id for mark in marks])
    _refuse_wrong_moment(meeting, marks, learners=learners)
    person_of = {one.enrolment_id: one.person_id for one in learners.values()}
    saved = _record(meeting, marks, person_of=person_of, by=by, source=source)
    if meeting.state in AHEAD and any(mark.status in THERE for mark in marks):
        hold_session(session_id, by=by)
    return saved


def apologise(session_id: int, enrolment_id: int, *, by: Actor) -> bool:
    """Say before the session that somebody cannot come; True if that was news.

    People do so for themselves, a trainer or coordinator for somebody who called. No reason is
    asked. Raises NotFoundError, or ConflictError when it is too late or somebody marked already.
    """
    learner = get_participation(enrolment_id, right=policies.APOLOGISE, by=by)
    reach = learner.reach
    meeting = _lock_meeting(session_id, by=by, right=policies.APOLOGISE, person_id=reach.person_id)
    if meeting.cohort_id != learner.cohort_id or learner.state not in EXPECTED:
        raise NotFoundError
    _refuse_closed(meeting, COHORTS_AHEAD)
    if clock.now() >= meeting.starts_at:
        raise ConflictError(_("De bijeenkomst is al begonnen. Bel je trainer even."))
    standing = _standings(session_id, [enrolment_id]).get(enrolment_id)
    if standing is not None and standing.marks[0].status != "excused":
        raise ConflictError(_("Er is al iets anders ingevuld. Bel je trainer even."))
    saved = _record(
        meeting,
        [NewMark(enrolment_id, "excused", seen_version=standing.version if standing else 0)],
        person_of={enrolment_id: learner.person_id},
        by=by,
        source="self" if by.person_id == learner.person_id else "web",
    )
    return saved.saved > 0


# --- what may be marked ----------------------------------------------------------------------


def _lock_meeting(
    session_id: int, *, by: Actor, right: Capability, person_id: int | None = None
) -> _Meeting:
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
    return _Meeting(*row)


def _refuse_closed(meeting: _Meeting, cohort_states: Sequence[str]) -> None:
    if meeting.cohort_state not in cohort_states:
        raise ConflictError(_("Deze groep loopt nu niet. Je kunt geen aanwezigheid invullen."))
    if meeting.state == "cancelled":
        raise ConflictError(_("Deze bijeenkomst gaat niet door. Er valt niets in te vullen."))


def _cleaned(mark: NewMark) -> NewMark:
    if mark.status == "late":
        return replace(mark, note=mark.note.strip())
    return replace(mark, note=mark.note.strip(), minutes_late=None, counts_anyway=False)


def _refuse_wrong(marks: Sequence[NewMark], source: str) -> None:
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


def _learners(meeting: _Meeting, enrolment_ids: Sequence[int]) -> dict[int, _Learner]:
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
    found = {row.enrolment_id: _Learner(*row) for row in rows}
    if set(found) != set(enrolment_ids):
        raise NotFoundError
    return found


def _refuse_wrong_moment(
    meeting: _Meeting, marks: Sequence[NewMark], *, learners: Mapping[int, _Learner]
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


def _took_part(learner: _Learner, day: date) -> bool:
    if learner.state in LEFT:
        return learner.left_at is not None and day <= _day(learner.left_at)
    return learner.state in TAKING_PART


def _joined_later(learner: _Learner, day: date) -> bool:
    return learner.joined_at is not None and day < _day(learner.joined_at)


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()


def _refuse_too_many_make_ups(meeting: _Meeting, marks: Sequence[NewMark]) -> None:
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


def _make_ups_allowed(meeting: _Meeting) -> int:
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


# --- writing ---------------------------------------------------------------------------------


def _standings(session_id: int, enrolment_ids: Sequence[int]) -> dict[int, _Standing]:
    """Return per enrolment what stands now: all marks that supersede the same one compete."""
    rows = db.session.execute(
        sa.select(AttendanceMark, AttendanceCell.version, AttendanceCell.mark_id)
        .join(
            AttendanceCell,
            sa.and_(
                AttendanceCell.session_id == AttendanceMark.session_id,
                AttendanceCell.enrolment_id == AttendanceMark.enrolment_id,
            ),
        )
        .where(
            AttendanceMark.session_id == session_id,
            AttendanceMark.enrolment_id.in_(enrolment_ids),
        )
        .order_by(AttendanceMark.id)
        .execution_options(populate_existing=True)
    ).all()
    counting = {row[0].enrolment_id: row for row in rows if row[0].id == row.mark_id}
    return {
        enrolment_id: _Standing(
            version=row.version,
            mark_id=row.mark_id,
            supersedes_id=row[0].supersedes_id,
            marks=(_said(row[0]), *_rivals(row[0], [other[0] for other in rows])),
        )
        for enrolment_id, row in counting.items()
    }


def _rivals(counting: AttendanceMark, marks: Sequence[AttendanceMark]) -> list[NewMark]:
    return [
        _said(mark)
        for mark in marks
        if mark.enrolment_id == counting.enrolment_id
        and mark.supersedes_id == counting.supersedes_id
        and mark.id != counting.id
    ]


def _said(mark: AttendanceMark) -> NewMark:
    return NewMark(
        mark.enrolment_id,
        mark.status,
        minutes_late=mark.minutes_late,
        counts_anyway=mark.counts_anyway,
        note=mark.note,
    )


def _weigh(mark: NewMark, standing: _Standing | None) -> _Change | None:
    """Decide what a mark does to its cell; None if it says what stands already."""
    if standing is None:
        return _Change(mark, before=None, conflict=False)
    stale = mark.seen_version != standing.version
    in_conflict = len(standing.marks) > 1
    known = any(_says_the_same(mark, other) for other in standing.marks)
    if known and (stale or not in_conflict):
        return None
    return _Change(mark, before=standing, conflict=stale)


def _says_the_same(mark: NewMark, other: NewMark) -> bool:
    one = replace(mark, seen_version=0, note=mark.note or other.note)
    return one == other


def _record(
    meeting: _Meeting,
    marks: Sequence[NewMark],
    *,
    person_of: Mapping[int, int],
    by: Actor,
    source: str,
) -> SavedRegister:
    if by.person_id is None:
        raise NotFoundError
    standings = _standings(meeting.session_id, [mark.enrolment_id for mark in marks])
    weighed = [_weigh(mark, standings.get(mark.enrolment_id)) for mark in marks]
    changes = [change for change in weighed if change is not None]
    standing_conflicts = _still_in_conflict(marks, standings, changes=changes)
    if changes:
        ids = _insert_marks(meeting.session_id, changes, marked_by=by.person_id, source=source)
        _upsert_cells(meeting.session_id, changes, ids)
        _note_in_chain(meeting.session_id, changes, ids, person_of=person_of, by=by, source=source)
    return SavedRegister(
        saved=len(changes),
        unchanged=len(marks) - len(changes),
        conflicts=(*standing_conflicts, *(c.mark.enrolment_id for c in changes if c.conflict)),
    )


def _still_in_conflict(
    marks: Sequence[NewMark], standings: Mapping[int, _Standing], *, changes: Sequence[_Change]
) -> list[int]:
    changed = {change.mark.enrolment_id for change in changes}
    return [
        mark.enrolment_id
        for mark in marks
        if mark.enrolment_id not in changed and len(standings[mark.enrolment_id].marks) > 1
    ]


def _insert_marks(
    session_id: int, changes: Sequence[_Change], *, marked_by: int, source: str
) -> list[int]:
    now = clock.now()
    rows = [
        {
            "session_id": session_id,
            "enrolment_id": change.mark.enrolment_id,
            "status": change.mark.status,
            "minutes_late": change.mark.minutes_late,
            "counts_anyway": change.mark.counts_anyway,
            "note": change.mark.note,
            "source": source,
            "marked_by_id": marked_by,
            "marked_at": now,
            "supersedes_id": _superseded(change),
        }
        for change in changes
    ]
    returned = db.session.execute(
        sa.insert(AttendanceMark)
        .values(rows)
        .returning(AttendanceMark.id, AttendanceMark.enrolment_id)
    )
    id_of = {enrolment_id: mark_id for mark_id, enrolment_id in returned}
    return [id_of[change.mark.enrolment_id] for change in changes]


def _superseded(change: _Change) -> int | None:
    if change.before is None:
        return None
    return change.before.supersedes_id if change.conflict else change.before.mark_id


def _upsert_cells(session_id: int, changes: Sequence[_Change], ids: Sequence[int]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "session_id": session_id,
            "enrolment_id": change.mark.enrolment_id,
            "mark_id": change.before.mark_id if change.before and change.conflict else mark_id,
            "other_mark_id": mark_id if change.conflict else None,
            "version": change.before.version + 1 if change.before else 1,
        }
        for change, mark_id in zip(changes, ids, strict=True)
    ]
    on_postgresql = db.engine.dialect.name == "postgresql"
    insert: Any = postgresql.insert if on_postgresql else sqlite.insert
    statement = insert(AttendanceCell).values(rows)
    changing = ("mark_id", "other_mark_id", "version")
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["session_id", "enrolment_id"],
            set_={name: statement.excluded[name] for name in changing},
        )
    )


def _note_in_chain(
    session_id: int,
    changes: Sequence[_Change],
    ids: Sequence[int],
    *,
    person_of: Mapping[int, int],
    by: Actor,
    source: str,
) -> None:
    audit.record(
        "courses:register:saved",
        ("session", session_id),
        by=by,
        source=source,
        marks=len(changes),
        conflicts=sum(change.conflict for change in changes),
    )
    for change, mark_id in zip(changes, ids, strict=True):
        if change.before is not None:
            audit.record(
                f"courses:attendance:{'contradicted' if change.conflict else 'corrected'}",
                ("attendance_mark", mark_id),
                by=by,
                subject_id=person_of[change.mark.enrolment_id],
                before=change.before.marks[0].status,
                after=change.mark.status,
            )
