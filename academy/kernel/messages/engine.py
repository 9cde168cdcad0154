"""Sending what is due, and rehearsing what will be: the same plan, with or without a mail.

A worker ticks every few minutes. A tick takes what is due, writes a row per message under its
unique key and the mail in the same transaction; so two ticks at once, or one that is done again
after a kill, send nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel import audit, clock, mail, queue
from academy.kernel.db import db, set_reading, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.kernel.messages.declared import (
    DIGEST,
    Due,
    Message,
    Recipient,
    Window,
    all_messages,
    message_named,
    recipients_of,
)
from academy.kernel.messages.manners import Manners, may_send, week_of
from academy.kernel.messages.models import AnnouncedMessage, SentMessage
from academy.kernel.messages.planning import Planned, Settled, plan
from academy.kernel.policy import Actor
from academy.kernel.settings import current

TICK_JOB = "kernel.messages"
TICK_EVERY = timedelta(minutes=5)
TICKS_KEPT = timedelta(days=1)
SETTLES_IN = timedelta(minutes=10)
"""How long what was announced waits, so that a slip can be put right before anybody hears it."""
SHIFTED_AT_MOST = timedelta(days=2)
"""Over a Sunday and a night: how much later than due something may be planned."""
AT_ONCE = 200
"""Messages per transaction."""

People = sa.Select[int] | None


def manners() -> Manners:
    """Return when this academy leaves people in peace."""
    settings = current()
    return Manners(settings.quiet_from, settings.quiet_until, settings.mails_a_week)


# --- what is due -----------------------------------------------------------------------------


def announce(
    message: str,
    *,
    key: str,
    person_ids: Iterable[int],
    use_by: datetime | None = None,
    **ids: queue.Argument,
) -> None:
    """Tell people of something that happened, with the current unit of work; they hear it soon.

    A `key` that was announced to somebody before is not announced to them again. Raises
    LookupError for a message that no feature declares.
    """
    if message_named(message) is None:
        raise LookupError(f"no feature declares the message {message}")
    queue.refuse_objects(ids)
    due_at = clock.now() + SETTLES_IN
    for person_id in sorted(set(person_ids)):
        queue.insert_once(
            AnnouncedMessage,
            key=f"{key}-{person_id}",
            name=message,
            person_id=person_id,
            due_at=due_at,
            use_by=use_by,
            ids=ids,
        )


def take_back(key: str, *, person_ids: Iterable[int]) -> None:
    """Let people not hear what was announced to them under `key`, if it did not leave yet."""
    keys = [f"{key}-{person_id}" for person_id in person_ids]
    db.session.execute(sa.delete(AnnouncedMessage).where(AnnouncedMessage.key.in_(keys)))


def _due(now: datetime, until: datetime, people: People) -> list[tuple[Message, Due]]:
    found: list[tuple[Message, Due]] = []
    for message in all_messages():
        since = now - message.use_within - SHIFTED_AT_MOST
        window = Window(since, until, people)
        if message.due is not None:
            found += [(message, one) for one in message.due(window) if window.holds(one.due_at)]
    return found + _announced(now, until, people)


def _announced(now: datetime, until: datetime, people: People) -> list[tuple[Message, Due]]:
    everybody = Window(now - _longest() - SHIFTED_AT_MOST, until, people)
    rows = db.session.scalars(
        sa.select(AnnouncedMessage).where(
            AnnouncedMessage.due_at > everybody.since,
            AnnouncedMessage.due_at <= until,
            everybody.about(AnnouncedMessage.person_id),
        )
    )
    found = []
    for row in rows:
        message = message_named(row.name)
        if message is not None:
            due = Due(row.key, row.person_id, row.due_at, ids=row.ids, use_by=row.use_by)
            found.append((message, due))
    return found


def _longest() -> timedelta:
    return max((message.use_within for message in all_messages()), default=timedelta())


def _settled(now: datetime, people: People) -> Settled:
    """Load what went before, as far back as anything that is due now could go."""
    since = now - _longest() - SHIFTED_AT_MOST
    rows = db.session.execute(
        sa.select(
            SentMessage.key,
            SentMessage.name,
            SentMessage.person_id,
            SentMessage.channel,
            SentMessage.planned_for,
        ).where(
            SentMessage.planned_for > since,
            Window(since, now, people).about(SentMessage.person_id),
        )
    )
    settled = Settled()
    for key, name, person_id, channel, planned_for in rows:
        settled.keys.add(key)
        message = message_named(name)
        if channel == "email" and message is not None and message.may_wait:
            settled.mails[person_id, week_of(planned_for)] += 1
    return settled


def rehearse(now: datetime, until: datetime, *, people: People = None) -> list[Planned]:
    """Return what would go from `now` up to `until` if nobody did anything; writes nothing.

    `people` limits it to some. The number of statements does not depend on how many there are.
    """
    due = _due(now, until, people)
    ids: Any = people if people is not None else sorted({one.person_id for _message, one in due})
    recipients = recipients_of(ids)
    settled = _settled(now, people)
    planned = plan(due, recipients, settled, now=now, manners=manners())
    return [one for one in planned if one.planned_for <= until]


# --- sending ---------------------------------------------------------------------------------


def tick() -> None:
    """Send what is due now; the job behind the clock of the worker."""
    run_due(clock.now())
    with unit_of_work():
        queue.forget_done(TICK_JOB, before=clock.real_now() - TICKS_KEPT)


def run_due(now: datetime) -> int:
    """Send what is due at `now` and did not go yet; returns how many rows that made.

    Must run outside a unit of work: it makes its own, of at most 200 messages.
    """
    planned = _read_plan(now)
    rules = manners()
    due = [one for one in planned if may_send(now, on_sunday=one.on_sunday, manners=rules)]
    sent = 0
    for some in _together(due):
        with unit_of_work():
            recipients = recipients_of(sorted({one.person_id for one in some}))
            sent += sum(_send(one, recipients[one.person_id]) for one in some)
    return sent


def _read_plan(now: datetime) -> list[Planned]:
    """Plan without the lock that writers take."""
    db.session.rollback()
    set_reading(True)
    try:
        return rehearse(now, now)
    finally:
        db.session.rollback()
        set_reading(False)


def _together(planned: Sequence[Planned]) -> list[list[Planned]]:
    """Cut into transactions; a weekly mail and what it gathers stay in one."""
    batches: list[list[Planned]] = []
    by_mail: dict[str, list[Planned]] = {}
    for one in planned:
        by_mail.setdefault(one.part_of or one.key, []).append(one)
    for mail_and_parts in by_mail.values():
        if not batches or len(batches[-1]) + len(mail_and_parts) > AT_ONCE:
            batches.append([])
        batches[-1] += mail_and_parts
    return batches


def _send(one: Planned, recipient: Recipient) -> bool:
    """Write the row, and the mail if it is one; False when another tick was first."""
    now = clock.now()
    by_mail = one.channel in ("email", "digest")
    row_id = queue.insert_once(
        SentMessage,
        key=one.key,
        name=one.name,
        person_id=one.person_id,
        channel=one.channel,
        planned_for=one.planned_for,
        use_by=one.use_by,
        recorded_at=now,
        part_of=one.part_of,
        ids=dict(one.ids),
        done_at=now if by_mail else None,
    )
    if row_id is None or one.channel != "email":
        return row_id is not None
    own = {"digest": one.key} if one.name == DIGEST else dict(one.ids)
    mail.send(
        one.name,
        to=recipient.mailbox,
        person_id=one.person_id,
        language=recipient.language,
        key=f"message-{one.key}",
        to_person=one.person_id,
        **own,
    )
    return True


def task_done(message_id: int, *, by: Actor) -> int:
    """Say that somebody called or posted, and return about whom it was.

    Twice is once. Raises NotFoundError for what is no such task. The caller asks the right.
    """
    row = db.session.get(SentMessage, message_id, with_for_update=True)
    if row is None or row.channel not in ("phone", "letter"):
        raise NotFoundError
    if row.done_at is None:
        row.done_at, row.done_by_id = clock.now(), by.person_id
        audit.record(
            "kernel:message:done", ("sent_message", row.id), by=by, subject_id=row.person_id
        )
    return row.person_id


queue.register(TICK_JOB, tick, lane="mail")
queue.every(TICK_JOB, TICK_EVERY)
