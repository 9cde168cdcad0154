"""What strangers need to check a credential: which statuses ended, and the public keys."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.settings import current
from certificates.adapters import badge_keys
from certificates.adapters.did_key import published
from certificates.models import Certificate, ChainHead
from certificates.rules.credential import ENDED, LIST_LENGTH, PublishedKey


def ended_indices(number: int) -> list[int]:
    """Return the indices in status list `number` (from 1) that do not count any more, in order.

    Raises NotFoundError for a list in which nothing was given out; the first is always there.
    """
    start = first_place(number)
    places = db.session.scalars(
        sa.select(Certificate.status_place)
        .where(
            Certificate.status_place >= start,
            Certificate.status_place < start + LIST_LENGTH,
            Certificate.standing.in_(ENDED),
        )
        .order_by(Certificate.status_place)
    )
    return [place - start for place in places if place is not None]


def newest_step() -> str:
    """Return the hash of the last step that any certificate took; nothing before the first."""
    return db.session.scalar(sa.select(ChainHead.hash)) or ""


def first_place(number: int) -> int:
    """Return the first place of status list `number`. Raises NotFoundError for an empty one."""
    last = db.session.scalar(sa.select(sa.func.max(Certificate.status_place))) or 0
    if not 1 <= number <= last // LIST_LENGTH + 1:
        raise NotFoundError
    return (number - 1) * LIST_LENGTH


def published_keys() -> list[PublishedKey]:
    """Return every key that ever signed a credential. Raises NotFoundError before there is one."""
    keys = badge_keys.list_keys(current().keys, badge_keys.PURPOSES)
    found = [published(key) for key in keys]
    if not found:
        raise NotFoundError
    return found
