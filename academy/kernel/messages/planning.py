"""What goes to whom, when, and through what: one pure plan for sending and for rehearsing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from academy.kernel.clock import AMSTERDAM
from academy.kernel.messages.declared import DIGEST, Due, Message, Recipient
from academy.kernel.messages.manners import (
    ON_TIME,
    Manners,
    channel_for,
    digest_moment,
    next_allowed,
    week_of,
)
from academy.kernel.queue import Argument

Week = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Planned:
    """One message that goes. In a digest it is `part_of` the mail with that key."""

    key: str
    name: str
    person_id: int
    channel: str
    planned_for: datetime
    use_by: datetime
    on_sunday: bool = False
    part_of: str | None = None
    ids: Mapping[str, Argument] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class Settled:
    """What went before: the keys, and how many mails that may wait a person had in a week."""

    keys: set[str] = field(default_factory=set)
    mails: Counter[tuple[int, Week]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Candidate:
    slot: datetime
    message: Message
    due: Due

    @property
    def use_by(self) -> datetime:
        return self.due.use_by or self.due.due_at + self.message.use_within


def plan(
    due: Iterable[tuple[Message, Due]],
    recipients: Mapping[int, Recipient],
    settled: Settled,
    *,
    now: datetime,
    manners: Manners,
) -> list[Planned]:
    """Return what goes, in order of time. `settled` grows with it.

    What is planned for a moment does not depend on `now`, unless it is more than an hour late:
    then it goes at the first good moment, and what may wait goes with the weekly mail.
    """
    candidates = sorted(
        (
            _Candidate(_slot(message, one, manners), message, one)
            for message, one in due
            if one.key not in settled.keys and one.person_id in recipients
        ),
        key=lambda one: (one.slot, one.message.name, one.due.key),
    )
    planned: list[Planned] = []
    gathered: dict[tuple[int, date], list[_Candidate]] = defaultdict(list)
    for one in candidates:
        recipient = recipients[one.due.person_id]
        if one.due.key in settled.keys or not _wants(recipient, one, now):
            continue
        channel = channel_for(recipient, one.message)
        if channel is None:
            continue
        if channel == "email" and _waits(one, settled, now=now, manners=manners):
            gathered[recipient.person_id, _digest_day(one, settled, now)].append(one)
            settled.keys.add(one.due.key)
            continue
        moment = one.slot if now < one.slot + ON_TIME else _soon(one.message, now, manners)
        if moment > one.use_by:
            continue
        settled.keys.add(one.due.key)
        if channel == "email" and one.message.may_wait:
            settled.mails[recipient.person_id, week_of(one.slot)] += 1
        planned.append(_planned(one, channel, moment))
    for (person_id, day), ones in gathered.items():
        planned += _digest(recipients[person_id], day, ones, now=now, manners=manners)
        settled.keys.add(digest_key(person_id, day))
    return sorted(planned, key=lambda one: (one.planned_for, one.person_id, one.key))


def digest_key(person_id: int, monday: date) -> str:
    """Return the key of somebody's weekly mail of `monday`."""
    return f"digest-{person_id}-{monday.isoformat()}"


def _slot(message: Message, due: Due, manners: Manners) -> datetime:
    return next_allowed(due.due_at, on_sunday=message.on_sunday, manners=manners)


def _soon(message: Message, now: datetime, manners: Manners) -> datetime:
    return next_allowed(now, on_sunday=message.on_sunday, manners=manners)


def _wants(recipient: Recipient, one: _Candidate, now: datetime) -> bool:
    """Say whether somebody is not in silence, then or now, and did not turn this off."""
    if recipient.is_silent_at(one.slot) or (one.slot <= now and recipient.is_silent_at(now)):
        return False
    return one.message.necessary or one.message.name not in recipient.declined


def _waits(one: _Candidate, settled: Settled, *, now: datetime, manners: Manners) -> bool:
    if not one.message.may_wait:
        return False
    sent = settled.mails[one.due.person_id, week_of(one.slot)]
    late = now >= one.slot + ON_TIME
    return one.message.gathered or late or sent >= manners.mails_a_week


def _digest_day(one: _Candidate, settled: Settled, now: datetime) -> date:
    """Return the Monday whose mail takes it along: the first that did not go yet.

    What missed more than one Monday goes with the last of them, so nobody gets two at once.
    """
    last = digest_moment(now - timedelta(days=7) + timedelta.resolution)
    monday = max(digest_moment(one.slot), last).astimezone(AMSTERDAM).date()
    while digest_key(one.due.person_id, monday) in settled.keys:
        monday += timedelta(days=7)
    return monday


def _digest(
    recipient: Recipient,
    monday: date,
    ones: list[_Candidate],
    *,
    now: datetime,
    manners: Manners,
) -> list[Planned]:
    at_nine = digest_moment(datetime(monday.year, monday.month, monday.day, tzinfo=AMSTERDAM))
    late = now >= at_nine + ON_TIME
    moment = next_allowed(now, on_sunday=False, manners=manners) if late else at_nine
    if recipient.is_silent_at(moment):
        return []
    key = digest_key(recipient.person_id, monday)
    parts = [_planned(one, "digest", moment, key) for one in ones if moment <= one.use_by]
    if not parts:
        return []
    last = max(part.use_by for part in parts)
    return [Planned(key, DIGEST, recipient.person_id, "email", moment, last), *parts]


def _planned(
    one: _Candidate, channel: str, moment: datetime, part_of: str | None = None
) -> Planned:
    return Planned(
        key=one.due.key,
        name=one.message.name,
        person_id=one.due.person_id,
        channel=channel,
        planned_for=moment,
        use_by=one.use_by,
        on_sunday=one.message.on_sunday,
        part_of=part_of,
        ids=one.due.ids,
    )
