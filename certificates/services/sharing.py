"""Share a certificate by a link that ends: by its day, by the holder, and with the certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, ids
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.policy import Actor
from certificates.models import Certificate, ShareLink
from certificates.queries.sharing import is_shareable
from certificates.services.life import get_own_locked

MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link; the token is nowhere else."""

    token: str
    ends_at: datetime


def make_link(certificate_id: int, *, days: int, by: Actor) -> MadeLink:
    """Make a link that works for 1 to 30 days, and end the one before.

    Only the holder may: NotFoundError for everybody else. Raises ConflictError for a certificate
    that does not count or hides its name, InvalidInputError for another number of days.
    """
    certificate = get_own_locked(certificate_id, by=by)
    if not 1 <= days <= MOST_DAYS:
        sentence = _("Een link werkt hoogstens dertig dagen.")
        raise InvalidInputError(sentence, fields={"days": sentence})
    if not is_shareable(certificate_id):
        raise ConflictError(_("Dit certificaat kun je nu niet delen."))
    _end(certificate_id)
    token, now = ids.token(), clock.real_now()
    link = ShareLink(
        token_hash=ids.digest(token),
        certificate_id=certificate_id,
        made_at=now,
        ends_at=now + timedelta(days=days),
    )
    db.session.add(link)
    db.session.flush()  # the audit names the row
    _record("made", certificate, by=by, days=days)
    return MadeLink(token, link.ends_at)


def end_links(certificate_id: int, *, by: Actor) -> None:
    """End the link to one's certificate at once; without one nothing happens."""
    certificate = get_own_locked(certificate_id, by=by)
    if _end(certificate_id):
        _record("ended", certificate, by=by)


def _end(certificate_id: int) -> bool:
    ended = db.session.scalars(
        sa.update(ShareLink)
        .where(ShareLink.certificate_id == certificate_id, ShareLink.ended_at.is_(None))
        .values(ended_at=clock.real_now())
        .returning(ShareLink.id)
    ).all()
    return bool(ended)


def _record(what: str, certificate: Certificate, *, by: Actor, days: int | None = None) -> None:
    audit.record(
        f"certificates:link:{what}",
        ("certificate", certificate.id),
        by=by,
        subject_id=certificate.person_id,
        days=days,
    )
