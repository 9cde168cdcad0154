"""The log itself.

Whoever calls these shows notes: write the reading down first (`services.reading.note_reading`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from academy.coaching import rules
from academy.coaching.models import AgreedAction, LogEntry, Opening, OwnWords, ReadLog
from academy.coaching.queries.plans import call_name, full_name
from academy.kernel import clock
from academy.kernel.clock import AMSTERDAM
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.people.models import Person

PAGE = 10
READS_PAGE = 30
MOST_ACTIONS = 60


@dataclass(frozen=True, slots=True)
class WordsView:
    """Words that the participant added, and who typed them if it was somebody else."""

    words: str
    at: datetime
    by_id: int
    by_name: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """One agreement."""

    id: int
    owner: str
    text: str
    due_on: date
    state: str
    done_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """One contact as it stands in the log, with what was added and agreed.

    `changed` names, of a correction, the figures that differ from what stood before it.
    """

    id: int
    plan_id: int
    person_id: int
    coach_id: int
    coach_name: str
    happened_on: date
    kind: str
    minutes: int | None
    discussed: str
    went_well: str
    is_hard: str
    energy: int | None
    is_final: bool
    is_seen: bool
    shared_at: datetime | None
    saved_at: datetime
    form_key: str | None
    corrects_id: int | None
    words: tuple[WordsView, ...] = ()
    corrections: tuple[EntryView, ...] = ()
    actions: tuple[ActionView, ...] = ()
    changed: frozenset[str] = frozenset()

    @property
    def standing(self) -> EntryView:
        """The version that counts: the last correction, else the talk itself."""
        return self.corrections[-1] if self.corrections else self

    @property
    def is_all_seen(self) -> bool:
        """Whether the participant read it with every correction."""
        return all(one.is_seen for one in (self, *self.corrections))


_ALL = sa.true()
_FIGURES = ("happened_on", "kind", "minutes", "energy")


def entry_page(
    plan_id: int,
    *,
    now: datetime,
    cursor: str | None = None,
    within: sa.ColumnElement[bool] = _ALL,
) -> Page[EntryView]:
    """Return shared entries, latest first, ten to a page; `within` is what the reader may read."""
    after = from_cursor(cursor, date, int)
    query = _shared(plan_id, within).limit(PAGE + 1)
    if after is not None:
        place = sa.tuple_(LogEntry.happened_on, LogEntry.id)
        query = query.where(place < sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    found = _views(query, now)
    rows = tuple(found[:PAGE])
    more = len(found) > PAGE
    last = rows[-1] if rows else None
    next_cursor = to_cursor(last.happened_on, last.id) if more and last else None
    return Page(_with_parts(rows, now), next_cursor)


def all_entries(
    plan_id: int,
    *,
    now: datetime,
    since: date | None = None,
    within: sa.ColumnElement[bool] = _ALL,
) -> tuple[EntryView, ...]:
    """Return every shared entry that may be read, latest first, for a document."""
    if since is not None:
        within = sa.and_(within, LogEntry.happened_on >= since)
    return _with_parts(_views(_shared(plan_id, within), now), now)


def _shared(plan_id: int, within: sa.ColumnElement[bool]) -> Any:
    return (
        sa.select(LogEntry, Person)
        .join(Person, Person.id == LogEntry.coach_id)
        .where(
            LogEntry.plan_id == plan_id,
            LogEntry.state != "draft",
            LogEntry.corrects_id.is_(None),
            within,
        )
        .order_by(LogEntry.happened_on.desc(), LogEntry.id.desc())
    )


def get_entry_view(entry_id: int, *, now: datetime) -> EntryView:
    """Return one shared entry. Raises NotFoundError."""
    found = _views(
        sa.select(LogEntry, Person)
        .join(Person, Person.id == LogEntry.coach_id)
        .where(LogEntry.id == entry_id, LogEntry.state != "draft"),
        now,
    )
    if not found:
        raise NotFoundError
    return _with_parts(found, now)[0]


def find_draft(plan_id: int, coach_id: int | None, *, now: datetime) -> EntryView | None:
    """Return the talk that a coach is writing about a plan, or None."""
    found = _views(
        sa.select(LogEntry, Person)
        .join(Person, Person.id == LogEntry.coach_id)
        .where(_writes(plan_id, coach_id), LogEntry.kind != "yearly_review"),
        now,
    )
    return _with_parts(found, now)[0] if found else None


def drafts_saved_at(plan_id: int, coach_id: int | None) -> dict[str, datetime]:
    """Return when a coach's drafts, of a talk and a review, were last kept; opens neither."""
    rows = db.session.execute(
        sa.select(LogEntry.kind, LogEntry.saved_at).where(_writes(plan_id, coach_id))
    )
    return {"review" if row.kind == "yearly_review" else "talk": row.saved_at for row in rows}


def _writes(plan_id: int, coach_id: int | None) -> sa.ColumnElement[bool]:
    return sa.and_(
        LogEntry.plan_id == plan_id, LogEntry.coach_id == coach_id, LogEntry.state == "draft"
    )


def plan_of_entry(entry_id: int) -> int:
    """Return the plan an entry belongs to. Raises NotFoundError."""
    plan_id = db.session.scalar(sa.select(LogEntry.plan_id).where(LogEntry.id == entry_id))
    if plan_id is None:
        raise NotFoundError
    return plan_id


def open_actions(
    plan_id: int, *, today: date, within: sa.ColumnElement[bool] = _ALL
) -> tuple[ActionView, ...]:
    """Return what is still to be done, of shared entries, first due first."""
    return _actions(plan_id, sa.and_(AgreedAction.state == "open", within), today)


@dataclass(frozen=True, slots=True)
class ActionsNow:
    """What is to be done, first due first, and what was settled this week, to take back."""

    open: tuple[ActionView, ...]
    settled: tuple[ActionView, ...]


def actions_now(plan_id: int, *, today: date, within: sa.ColumnElement[bool] = _ALL) -> ActionsNow:
    """Return the open agreements of shared entries and those settled in the last seven days."""
    fresh = AgreedAction.done_on > today - rules.TAKEN_BACK_WITHIN
    now = sa.or_(AgreedAction.state == "open", fresh)
    found = _actions(plan_id, sa.and_(now, within), today)
    return ActionsNow(
        open=tuple(one for one in found if one.state == "open"),
        settled=tuple(one for one in found if one.state != "open"),
    )


def all_actions(
    plan_id: int, *, today: date, within: sa.ColumnElement[bool] = _ALL
) -> tuple[ActionView, ...]:
    """Return every agreement of shared entries, latest due first, for a document."""
    return _actions(plan_id, within, today, most=None)[::-1]


def _actions(
    plan_id: int,
    condition: sa.ColumnElement[bool],
    today: date,
    *,
    most: int | None = MOST_ACTIONS,
) -> tuple[ActionView, ...]:
    rows = db.session.scalars(
        sa.select(AgreedAction)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(AgreedAction.plan_id == plan_id, LogEntry.state != "draft", condition)
        .order_by(AgreedAction.due_on, AgreedAction.id)
        .limit(most)
    )
    return tuple(_action(row, today) for row in rows)


def _action(row: AgreedAction, today: date) -> ActionView:
    return ActionView(
        row.id,
        row.owner,
        row.text,
        row.due_on,
        row.state,
        row.done_on,
        row.state == "open" and row.due_on < today,
    )


def _views(query: Any, now: datetime) -> list[EntryView]:
    return [_view(entry, coach, now) for entry, coach in db.session.execute(query)]


def _view(entry: LogEntry, coach: Person, now: datetime) -> EntryView:
    return EntryView(
        id=entry.id,
        plan_id=entry.plan_id,
        person_id=entry.person_id,
        coach_id=entry.coach_id,
        coach_name=coach.display_name,
        happened_on=entry.happened_on,
        kind=entry.kind,
        minutes=entry.minutes,
        discussed=entry.discussed,
        went_well=entry.went_well,
        is_hard=entry.is_hard,
        energy=entry.energy,
        is_final=rules.is_final(entry.state, shared_at=entry.shared_at, now=now),
        is_seen=entry.seen_at is not None,
        shared_at=entry.shared_at,
        saved_at=entry.saved_at,
        form_key=entry.form_key,
        corrects_id=entry.corrects_id,
    )


def _with_parts(entries: Iterable[EntryView], now: datetime) -> tuple[EntryView, ...]:
    """Add corrections, own words and actions, in three statements for all."""
    entries = tuple(entries)
    if not entries:
        return ()
    ids = [entry.id for entry in entries]
    corrections = _views(
        sa.select(LogEntry, Person)
        .join(Person, Person.id == LogEntry.coach_id)
        .where(LogEntry.corrects_id.in_(ids), LogEntry.state != "draft")
        .order_by(LogEntry.id),
        now,
    )
    words = _words(ids + [one.id for one in corrections])
    actions: dict[int, list[ActionView]] = {}
    today = _day(now)
    for row in db.session.scalars(
        sa.select(AgreedAction).where(AgreedAction.entry_id.in_(ids)).order_by(AgreedAction.id)
    ):
        actions.setdefault(row.entry_id, []).append(_action(row, today))
    corrections = [replace(one, words=tuple(words.get(one.id, ()))) for one in corrections]
    return tuple(
        _with_corrections(
            replace(
                entry,
                words=tuple(words.get(entry.id, ())),
                actions=tuple(actions.get(entry.id, ())),
            ),
            [one for one in corrections if one.corrects_id == entry.id],
        )
        for entry in entries
    )


def _with_corrections(entry: EntryView, corrections: list[EntryView]) -> EntryView:
    told, before = [], entry
    for one in corrections:
        differs = (name for name in _FIGURES if getattr(one, name) != getattr(before, name))
        told.append(replace(one, changed=frozenset(differs)))
        before = one
    return replace(entry, corrections=tuple(told))


def _day(now: datetime) -> date:
    return now.astimezone(AMSTERDAM).date()


def _words(entry_ids: list[int]) -> dict[int, list[WordsView]]:
    found: dict[int, list[WordsView]] = {}
    rows = db.session.execute(
        sa.select(OwnWords, Person)
        .join(Person, Person.id == OwnWords.by_id)
        .where(OwnWords.entry_id.in_(entry_ids))
        .order_by(OwnWords.id)
    )
    for row, typed_by in rows:
        found.setdefault(row.entry_id, []).append(
            WordsView(row.words, row.at, row.by_id, call_name(typed_by))
        )
    return found


@dataclass(frozen=True, slots=True)
class ReadRow:
    """That somebody read a log. Without a name it was read on the academy's own machine.

    `edition` says as what a PDF was made; `in_need` that it was opened by two people.
    """

    reader_name: str
    kind: str
    at: datetime
    edition: str = ""
    in_need: bool = False


def all_reads(plan_id: int) -> tuple[ReadRow, ...]:
    """Return everybody who read a log, latest first, for a document."""
    return tuple(_read_row(row) for row in db.session.execute(_reads(plan_id)))


def read_page(plan_id: int, *, but: int | None, cursor: str | None = None) -> Page[ReadRow]:
    """Return who read a log, without the reader `but`, latest first, thirty to a page."""
    query = _reads(plan_id).where(
        sa.or_(ReadLog.reader_id.is_(None), ReadLog.reader_id != but), *_read_before(cursor)
    )
    found = db.session.execute(query.limit(READS_PAGE + 1)).all()
    rows = found[:READS_PAGE]
    more = len(found) > READS_PAGE
    next_cursor = to_cursor(rows[-1].at, rows[-1].id) if more else None
    return Page(tuple(_read_row(row) for row in rows), next_cursor)


def _read_before(cursor: str | None) -> list[sa.ColumnElement[bool]]:
    after = from_cursor(cursor, datetime, int)
    if after is None:
        return []
    at, last_id = after
    return [sa.or_(ReadLog.at < at, sa.and_(ReadLog.at == at, ReadLog.id < last_id))]


def _reads(plan_id: int) -> Any:
    """What the participant does not hear of yet, for safety, is left out until that day."""
    told = sa.or_(Opening.held_back_until.is_(None), Opening.held_back_until <= clock.today())
    return (
        sa.select(Person, ReadLog.id, ReadLog.kind, ReadLog.at, ReadLog.edition, ReadLog.opening_id)
        .select_from(ReadLog)
        .outerjoin(Person, Person.id == ReadLog.reader_id)
        .outerjoin(Opening, Opening.id == ReadLog.opening_id)
        .where(ReadLog.plan_id == plan_id, told)
        .order_by(ReadLog.at.desc(), ReadLog.id.desc())
    )


def _read_row(row: Any) -> ReadRow:
    return ReadRow(
        full_name(row.Person), row.kind, row.at, row.edition or "", row.opening_id is not None
    )
