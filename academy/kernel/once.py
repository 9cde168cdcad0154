"""One effect for a form that is sent twice: by two clicks, or by a browser that tries again."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from academy.kernel import clock, ids, limits
from academy.kernel.db import db
from academy.kernel.limits import Attempt

REMEMBERED = timedelta(days=1)
_MARK = "once:"


def is_first(form: str, key: str) -> bool:
    """Say whether `form` comes with this `key` for the first time in a day, and remember it.

    Takes part in the caller's unit of work: what is rolled back may be sent again. Twenty at once
    come one after another, and one of them is the first.
    """
    key_hash = _hash(form, key)
    limits.queue_up(db.session.connection(), key_hash)
    if _is_known(form, key_hash):
        return False
    now = clock.real_now()
    db.session.add(Attempt(limit_name=_MARK + form, key_hash=key_hash, at=now))
    return True


def was_sent(form: str, key: str) -> bool:
    """Say whether `form` came with this `key` in the last day. Changes nothing."""
    return _is_known(form, _hash(form, key))


def _hash(form: str, key: str) -> str:
    return ids.digest(f"{_MARK}{form}:{key}")


def _is_known(form: str, key_hash: str) -> bool:
    found = db.session.scalar(
        sa.select(Attempt.id)
        .where(
            Attempt.limit_name == _MARK + form,
            Attempt.key_hash == key_hash,
            Attempt.at > clock.real_now() - REMEMBERED,
        )
        .limit(1)
    )
    return found is not None
