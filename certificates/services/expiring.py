"""Note once per certificate that it expired, the day after its last day; nothing else changes."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.policy import SYSTEM
from certificates.models import Certificate, CertificateEvent
from certificates.rules.standing import COUNTING
from certificates.services.life import add_event

AT_ONCE = 200


def note_expired(*, today: date) -> int:
    """Note what expired before `today` and was not noted yet, at most 200; return how many.

    The verdict is computed and does not wait for this. A unique index holds the once.
    """
    noted = sa.exists().where(
        CertificateEvent.certificate_id == Certificate.id, CertificateEvent.kind == "expired"
    )
    rows = db.session.scalars(
        sa.select(Certificate)
        .where(
            Certificate.state == "issued",
            Certificate.standing.in_(COUNTING),
            Certificate.valid_until < today,
            ~noted,
        )
        .order_by(Certificate.valid_until, Certificate.id)
        .limit(AT_ONCE)
        .with_for_update()
    ).all()
    for certificate in rows:
        add_event(certificate, "expired", by=SYSTEM)
    return len(rows)
