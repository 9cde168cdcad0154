"""Writing marks: what stands, what a new mark does to it, one insert and one upsert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from courses.models import AttendanceCell, AttendanceMark
from courses.rules.attendance import mark_line
from courses.services.attendance.marks import Change, NewMark, SavedRegister, Standing
from courses.services.attendance.meeting import Meeting


def standings_of(session_id: int, enrolment_ids: Sequence[int]) -> dict[int, Standing]:
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
        enrolment_id: Standing(
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


def _weigh(mark: NewMark, standing: Standing | None) -> Change | None:
    """Decide what a mark does to its cell; None if it says what stands already."""
    if standing is None:
        return Change(mark, before=None, conflict=False)
    stale = mark.seen_version != standing.version
    in_conflict = len(standing.marks) > 1
    known = any(_says_the_same(mark, other) for other in standing.marks)
    if known and (stale or not in_conflict):
        return None
    return Change(mark, before=standing, conflict=stale)


def _says_the_same(mark: NewMark, other: NewMark) -> bool:
    one = replace(mark, seen_version=0, note=mark.note or other.note)
    return one == other


def record(
    meeting: Meeting,
    marks: Sequence[NewMark],
    *,
    person_of: Mapping[int, int],
    by: Actor,
    source: str,
) -> SavedRegister:
    """Write what changed and return what was done. `person_of` maps enrolments to people."""
    if by.person_id is None:
        raise NotFoundError
    standings = standings_of(meeting.session_id, [mark.enrolment_id for mark in marks])
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
    marks: Sequence[NewMark], standings: Mapping[int, Standing], *, changes: Sequence[Change]
) -> list[int]:
    changed = {change.mark.enrolment_id for change in changes}
    return [
        mark.enrolment_id
        for mark in marks
        if mark.enrolment_id not in changed and len(standings[mark.enrolment_id].marks) > 1
    ]


def _insert_marks(
    session_id: int, changes: Sequence[Change], *, marked_by: int, source: str
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


def _superseded(change: Change) -> int | None:
    if change.before is None:
        return None
    return change.before.supersedes_id if change.conflict else change.before.mark_id


def _upsert_cells(session_id: int, changes: Sequence[Change], ids: Sequence[int]) -> None:
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
    changes: Sequence[Change],
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
        proof_of={
            mark_id: (person_of[change.mark.enrolment_id], _line(session_id, change.mark))
            for change, mark_id in zip(changes, ids, strict=True)
        },
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


def _line(session_id: int, mark: NewMark) -> str:
    return mark_line(
        session_id,
        mark.enrolment_id,
        status=mark.status,
        minutes_late=mark.minutes_late,
        counts_anyway=mark.counts_anyway,
    )
