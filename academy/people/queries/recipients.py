"""How people want to be reached: mailbox, phone, channel, language, silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.messages.declared import Recipient
from academy.people.models import DeclinedMessage, Person
from academy.people.rules import looks_like_mailbox

AT_ONCE = 10_000
"""Ids in one statement; a database takes a limited number of values."""


def recipients(people: Collection[int] | sa.Select[int]) -> dict[int, Recipient]:
    """Return how these people want to be reached, by person id; unknown ids are left out."""
    if isinstance(people, sa.Select):
        return _recipients(people)
    ids = sorted(people)
    found: dict[int, Recipient] = {}
    for start in range(0, len(ids), AT_ONCE):
        found |= _recipients(ids[start : start + AT_ONCE])
    return found


def _recipients(people: Collection[int] | sa.Select[int]) -> dict[int, Recipient]:
    declined: dict[int, set[str]] = defaultdict(set)
    choices = sa.select(DeclinedMessage.person_id, DeclinedMessage.name)
    for person_id, name in db.session.execute(choices.where(DeclinedMessage.person_id.in_(people))):
        declined[person_id].add(name)
    rows = db.session.execute(
        sa.select(
            Person.id,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Person.email,
            Person.phone,
            Person.preferred_channel,
            Person.ui_language,
            Person.silent,
            Person.silent_until,
        ).where(Person.id.in_(people))
    )
    return {row.id: _recipient(row, frozenset(declined[row.id])) for row in rows}


def _recipient(row: Any, declined: frozenset[str]) -> Recipient:
    name = " ".join(part for part in (row.call_name, row.prefix, row.last_name) if part)
    mailbox = row.email or ""
    return Recipient(
        person_id=row.id,
        name=name,
        call_name=row.call_name or name,
        mailbox=mailbox if looks_like_mailbox(mailbox) else "",
        phone=row.phone or "",
        channel=row.preferred_channel,
        language=row.ui_language,
        silent=row.silent,
        silent_until=row.silent_until,
        declined=declined,
    )


def is_silent(person_id: int, now: datetime) -> bool:
    """Say whether nothing goes to somebody by itself now; also for mails outside the engine."""
    row = db.session.execute(
        sa.select(Person.silent, Person.silent_until).where(Person.id == person_id)
    ).one_or_none()
    return row is not None and row.silent and (row.silent_until is None or now < row.silent_until)
