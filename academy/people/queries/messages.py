"""What went and what will go: for one person, and for a region week by week."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from academy.kernel import clock, policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.feature import Feature
from academy.kernel.messages import engine, texts
from academy.kernel.messages.declared import (
    DIGEST,
    Message,
    Recipient,
    all_messages,
    message_named,
    recipients_of,
)
from academy.kernel.messages.models import SentMessage
from academy.kernel.messages.planning import Planned
from academy.kernel.messages.texts import Text
from academy.kernel.policy import Actor, Reach
from academy.people.models import Person
from academy.people.policies import SEE_MESSAGES

AHEAD = timedelta(days=365)
PAGE_SIZE = 20
MOST_LETTERS = 50


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message to somebody: what, when, how.

    `is_done`: it went, or somebody called; `is_over`: nobody has to any more.
    """

    title: str
    why: str
    unless: str
    channel: str
    planned_for: datetime
    is_done: bool
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody and their silence."""

    person_id: int
    name: str
    call_name: str
    mailbox: str
    phone: str
    channel: str
    is_silent: bool
    silent_until: datetime | None
    declined: frozenset[str]


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many messages of one kind go through one channel."""

    title: str
    channel: str
    count: int
    unless: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week ahead: how many mails, calls and letters, and which."""

    monday: date
    mails: int
    calls: int
    letters: int
    kinds: tuple[KindCount, ...]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """Somebody to call, or a letter to post. `text` is None when it is needless by now."""

    id: int
    person_id: int
    name: str
    phone: str
    title: str
    channel: str
    planned_for: datetime
    text: Text | None


# --- one person ------------------------------------------------------------------------------


def standing(person_id: int) -> Standing:
    """Return how somebody is reached. Raises NotFoundError."""
    one = recipients_of([person_id]).get(person_id)
    if one is None:
        raise NotFoundError
    return Standing(
        person_id=one.person_id,
        name=one.name,
        call_name=one.call_name,
        mailbox=one.mailbox,
        phone=one.phone,
        channel=one.channel,
        is_silent=one.is_silent_at(clock.now()),
        silent_until=one.silent_until,
        declined=one.declined,
    )


def hidden_from(actor: Actor, reaches: Sequence[Reach]) -> frozenset[str]:
    """Return the messages to who lies at `reaches` that `actor` does not see.

    That a coach speaks with somebody is known to who guides or oversees, not to a trainer.
    """
    return frozenset(
        one.name
        for one in all_messages()
        if one.seen_by and not any(policy.covers(actor, one.seen_by, place) for place in reaches)
    )


def coming(
    person_id: int, *, ahead: timedelta = AHEAD, hidden: frozenset[str] = frozenset()
) -> list[MessageRow]:
    """Return what would go to somebody if nobody did anything, soonest first, without `hidden`."""
    now = clock.now()
    only = sa.select(Person.id).where(Person.id == person_id)
    planned = engine.rehearse(now, now + ahead, people=only)
    return [
        _row(message, one.channel, one.planned_for, is_done=False)
        for one in planned
        if one.name not in hidden and (message := message_named(one.name)) is not None
    ]


def sent_rows(
    person_id: int, *, cursor: str | None = None, hidden: frozenset[str] = frozenset()
) -> Page[MessageRow]:
    """Return what went to somebody, newest first, without `hidden`.

    A weekly mail shows as what it held.
    """
    after = from_cursor(cursor, datetime, int)
    query = (
        sa.select(SentMessage)
        .where(SentMessage.person_id == person_id, SentMessage.name.not_in({DIGEST, *hidden}))
        .order_by(SentMessage.planned_for.desc(), SentMessage.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        query = query.where(
            sa.tuple_(SentMessage.planned_for, SentMessage.id) < sa.tuple_(*_bound(after))
        )
    found = db.session.scalars(query).all()
    shown = found[:PAGE_SIZE]
    rows = tuple(
        _sent_row(message, one) for one in shown if (message := message_named(one.name)) is not None
    )
    more = len(found) > PAGE_SIZE
    return Page(rows, to_cursor(shown[-1].planned_for, shown[-1].id) if more else None)


def _bound(after: tuple[datetime, int]) -> tuple[sa.ColumnElement[datetime], int]:
    return sa.literal(after[0], SentMessage.planned_for.type), after[1]


def _sent_row(message: Message, one: SentMessage) -> MessageRow:
    row = _row(message, one.channel, one.planned_for, is_done=one.done_at is not None)
    return replace(row, is_over=one.use_by <= clock.now())


def _row(message: Message, channel: str, moment: datetime, *, is_done: bool) -> MessageRow:
    return MessageRow(
        title=str(message.title),
        why=str(message.why),
        unless=str(message.unless),
        channel=channel,
        planned_for=moment,
        is_done=is_done,
    )


def choices_for(actor: Actor) -> list[Message]:
    """Return the kinds of message that this person may turn off."""
    is_staff = bool(actor.grants)
    return [one for one in all_messages() if not one.necessary and (is_staff or not one.for_staff)]


# --- a region --------------------------------------------------------------------------------


def people_of_region(actor: Actor) -> sa.Select[int]:
    """Return whom a coordinator looks after: who lives there, learns, trains or is guided there."""
    features: Iterable[Feature] = current_app.extensions["academy.features"]
    known = [one.people_of(actor) for one in features if one.people_of is not None]
    lives_there = policy.within(actor, SEE_MESSAGES, place=Person.place_id)
    return sa.select(Person.id).where(
        sa.or_(lives_there, *(Person.id.in_(people) for people in known))
    )


def weeks_ahead(actor: Actor, *, ahead: timedelta = AHEAD) -> list[WeekRow]:
    """Return what would go in the region week by week; the statements do not grow with people."""
    now = clock.now()
    planned = engine.rehearse(now, now + ahead, people=people_of_region(actor))
    weeks: dict[date, list[Planned]] = defaultdict(list)
    for one in planned:
        day = one.planned_for.astimezone(clock.AMSTERDAM).date()
        weeks[day - timedelta(days=day.weekday())].append(one)
    return [_week(monday, weeks[monday]) for monday in sorted(weeks)]


def _week(monday: date, planned: Iterable[Planned]) -> WeekRow:
    channels: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    for one in planned:
        channels[one.channel] += 1
        if one.name != DIGEST:
            kinds[one.name, one.channel] += 1
    counted = [
        KindCount(str(message.title), channel, count, str(message.unless))
        for (name, channel), count in sorted(kinds.items())
        if (message := message_named(name)) is not None
    ]
    return WeekRow(monday, channels["email"], channels["phone"], channels["letter"], tuple(counted))


def task_rows(actor: Actor, channel: str, *, cursor: str | None = None) -> Page[TaskRow]:
    """Return who in the region waits for a call or a letter, longest waiting first."""
    after = from_cursor(cursor, datetime, int)
    size = MOST_LETTERS if channel == "letter" else PAGE_SIZE
    query = _tasks(actor, channel).order_by(SentMessage.planned_for, SentMessage.id).limit(size + 1)
    if after is not None:
        query = query.where(
            sa.tuple_(SentMessage.planned_for, SentMessage.id) > sa.tuple_(*_bound(after))
        )
    found = db.session.scalars(query).all()
    shown = found[:size]
    recipients = recipients_of(sorted({one.person_id for one in shown}))
    rows = tuple(_task(one, recipients[one.person_id]) for one in shown)
    more = len(found) > size
    return Page(rows, to_cursor(shown[-1].planned_for, shown[-1].id) if more else None)


def _tasks(actor: Actor, channel: str) -> sa.Select[SentMessage]:
    return sa.select(SentMessage).where(
        SentMessage.channel == channel,
        SentMessage.done_at.is_(None),
        SentMessage.use_by > clock.now(),
        SentMessage.person_id.in_(people_of_region(actor)),
    )


def count_tasks(actor: Actor) -> tuple[int, date | None]:
    """Return how many calls and letters wait in the region, and since which day."""
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(SentMessage.planned_for))
        .select_from(SentMessage)
        .where(
            SentMessage.channel.in_(("phone", "letter")),
            SentMessage.done_at.is_(None),
            SentMessage.use_by > clock.now(),
            SentMessage.person_id.in_(people_of_region(actor)),
        )
    ).one()
    since: datetime | None = row[1]
    return row[0], None if since is None else since.astimezone(clock.AMSTERDAM).date()


def require_task(message_id: int, actor: Actor) -> None:
    """Refuse a task out of reach. Raises NotFoundError."""
    found = db.session.scalar(
        sa.select(SentMessage.id).where(
            SentMessage.id == message_id,
            SentMessage.person_id.in_(people_of_region(actor)),
        )
    )
    if found is None:
        raise NotFoundError


def _task(one: SentMessage, recipient: Recipient) -> TaskRow:
    message = message_named(one.name)
    return TaskRow(
        id=one.id,
        person_id=one.person_id,
        name=recipient.name,
        phone=recipient.phone,
        title=str(message.title) if message is not None else "",
        channel=one.channel,
        planned_for=one.planned_for,
        text=texts.text_of(message, recipient, one.ids) if message is not None else None,
    )
