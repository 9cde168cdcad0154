"""What of the audit log may be emptied, as checkpoints say, and whether no more was emptied.

First a checkpoint outside the database says up to which event the log is old, with sums over what
stands there; only then events up to that one are emptied. Whoever empties others, or changes the
hashes that are left, has no checkpoint that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import EMPTIED, GENESIS, AuditEvent, event_faults, known_salts
from academy.kernel.db import db
from academy.kernel.periods import periods
from academy.kernel.settings import current
from certificates.adapters import checkpoints
from certificates.adapters.keys import list_keys
from certificates.rules.checkpoint import GOES, STAYS, Checkpoint, Emptied, Sums

_switches: list[Callable[[], bool]] = []


def only_while(is_on: Callable[[], bool]) -> None:
    """Let checkpoints say what may be emptied as long as `is_on` says yes."""
    if is_on not in _switches:
        _switches.append(is_on)


def old_events(before: date) -> sa.Select[int]:
    """Return which events tell of something before a day, and need not stay."""
    stays = sa.or_(*(AuditEvent.action.startswith(one) for one in STAYS))
    return sa.select(AuditEvent.id).where(
        AuditEvent.recorded_at < _start(before),
        AuditEvent.action != EMPTIED["action"],
        sa.or_(sa.not_(stays), AuditEvent.action == GOES),
    )


def next_to_empty(today: date) -> Emptied | None:
    """Return up to which event the log is old, with the sums over it; None when nothing may go.

    It ends before the first event that is not as it was written: that is evidence.
    """
    if not any(is_on() for is_on in _switches):
        return None
    young = sa.select(AuditEvent.id).where(AuditEvent.recorded_at >= _start(kept_from(today)))
    first = db.session.scalar(young.order_by(AuditEvent.id).limit(1))
    rows = sa.select(*AuditEvent.__table__.columns).order_by(AuditEvent.id)
    if first is not None:
        rows = rows.where(AuditEvent.id < first)
    sums, salts, previous = Sums(), known_salts(), GENESIS
    for values in db.session.execute(rows).mappings():
        if values["previous"] != previous or any(event_faults(dict(values), salts)):
            break
        sums.add(values["hash"], values["action"])
        previous = values["hash"]
    return sums.so_far() if sums.rows else None


def kept_from(today: date) -> date:
    """Return since which day events are kept with what they tell."""
    return periods(current().keep)["audit"].before(today)


def last_that_may_go() -> int:
    """Return the id of the last event that the newest checkpoint lets go; 0 when none does."""
    settings = current()
    for one in checkpoints.newest_first(settings.checkpoints, list_keys(settings.keys)):
        if one.emptied is not None:
            place = sa.select(AuditEvent.id).order_by(AuditEvent.id).offset(one.emptied.rows - 1)
            return db.session.scalar(place.limit(1)) or 0
    return 0


def emptied_faults(said: Sequence[Checkpoint], events: Sequence[Any]) -> Iterator[str]:
    """Hold the emptied events against what every checkpoint says. `events`: hash and action."""
    sums, wanted, found = Sums(), {one.emptied.rows for one in said if one.emptied}, {}
    strange: list[int] = []
    for place, event in enumerate(events, 1):
        sums.add(event.hash, event.action)
        if place in wanted:
            found[place] = sums.so_far()
        if event.action == EMPTIED["action"] and place > max(wanted, default=0):
            strange.append(place)
    for one in said:
        if one.emptied is None or found.get(one.emptied.rows) == one.emptied:
            continue
        now = found.get(one.emptied.rows)
        if now is None or now.links != one.emptied.links:
            yield f"the emptied audit log is not what it was at the checkpoint of {one.day}"
        else:
            yield f"the audit log lacks what had to stay at the checkpoint of {one.day}"
    if strange:
        yield (
            f"{len(strange)} audit events were emptied that no checkpoint lets go,"
            f" the first at place {strange[0]}"
        )


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), clock.AMSTERDAM).astimezone(UTC)
