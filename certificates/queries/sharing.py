"""Links that show a certificate, and how often somebody looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from academy.kernel import clock, ids
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from certificates.models import Certificate, CheckCount, ShareLink
from certificates.rules.standing import COUNTING

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Looks:
    """How often a certificate was looked at by code, file or link: ever, and in thirty days."""

    ever: int
    lately: int


@dataclass(frozen=True, slots=True)
class Shared:
    """What somebody with the link sees of a certificate."""

    certificate_id: int
    number: str
    ends_at: datetime


def can_be_shared() -> sa.ColumnElement[bool]:
    """Return the condition that `Certificate` counts and shows its name."""
    return sa.and_(
        Certificate.state == "issued",
        Certificate.standing.in_(COUNTING),
        Certificate.name_hidden_on.is_(None),
    )


def is_shareable(certificate_id: int) -> bool:
    """Say whether a certificate counts and shows its name."""
    asked = sa.select(Certificate.id).where(Certificate.id == certificate_id, can_be_shared())
    return db.session.scalar(asked) is not None


def open_until(certificate_id: int) -> datetime | None:
    """Return when the link that works now ends, or None without one."""
    return db.session.scalar(
        sa.select(sa.func.max(ShareLink.ends_at))
        .join(Certificate, Certificate.id == ShareLink.certificate_id)
        .where(ShareLink.certificate_id == certificate_id, _works(), can_be_shared())
    )


def get_shared(token: str) -> Shared:
    """Return what a link shows. Raises NotFoundError, the same for whatever is wrong with it."""
    row = db.session.execute(
        sa.select(
            Certificate.id.label("certificate_id"),
            Certificate.number,
            ShareLink.ends_at,
        )
        .join(Certificate, Certificate.id == ShareLink.certificate_id)
        .where(ShareLink.token_hash == ids.digest(token), _works(), can_be_shared())
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return Shared(row.certificate_id, row.number, row.ends_at)


def _works() -> sa.ColumnElement[bool]:
    return sa.and_(ShareLink.ended_at.is_(None), ShareLink.ends_at > clock.real_now())


def looks_at(certificate_ids: list[int]) -> dict[int, Looks]:
    """Return how often each certificate was looked at."""
    since = clock.real_today() - LATELY
    rows = db.session.execute(
        sa.select(
            CheckCount.certificate_id,
            sa.func.sum(CheckCount.times).label("ever"),
            sa.func.sum(sa.case((CheckCount.on > since, CheckCount.times), else_=0)).label(
                "lately"
            ),
        )
        .where(CheckCount.certificate_id.in_(certificate_ids))
        .group_by(CheckCount.certificate_id)
    )
    return {row.certificate_id: Looks(int(row.ever), int(row.lately)) for row in rows}
