"""Copies of certificates in wallets: what may go there, what it says, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock, ids
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.adapters import badge_keys
from certificates.adapters.did_key import as_jwk
from certificates.models import Certificate, WalletOffer
from certificates.queries.credentials import first_place
from certificates.queries.sharing import can_be_shared
from certificates.rules.credential import LIST_LENGTH
from certificates.rules.printed import Language
from certificates.rules.standing import COUNTING
from certificates.rules.token_status import Status, status_of
from certificates.rules.wallet import CopyFacts


@dataclass(frozen=True, slots=True)
class Copies:
    """How often a certificate was put in a wallet, and when last."""

    times: int = 0
    last_at: datetime | None = None


def is_open() -> bool:
    """Say whether the academy lets wallets in: it is set so, and there is a key for it."""
    settings = current()
    return settings.has_wallet and any(
        key.may_sign for key in badge_keys.list_keys(settings.keys, badge_keys.WALLET)
    )


def published_jwks() -> list[dict[str, str]]:
    """Return every key that vouches for copies, retired ones too; of a lost one nothing is good."""
    keys = badge_keys.list_keys(current().keys, badge_keys.WALLET)
    return [as_jwk(key) for key in keys if key.compromised_at is None]


def can_be_copied() -> sa.ColumnElement[bool]:
    """Return the condition that `Certificate` counts today, shows its name and has a badge."""
    return sa.and_(
        can_be_shared(),
        Certificate.status_place.is_not(None),
        sa.or_(Certificate.valid_until.is_(None), Certificate.valid_until >= clock.today()),
    )


def is_copyable(certificate_id: int) -> bool:
    """Say whether a certificate may go into a wallet now."""
    asked = sa.select(Certificate.id).where(Certificate.id == certificate_id, can_be_copied())
    return db.session.scalar(asked) is not None


def copyable(certificate_ids: list[int]) -> set[int]:
    """Return which of these certificates may go into a wallet now."""
    asked = sa.select(Certificate.id).where(Certificate.id.in_(certificate_ids), can_be_copied())
    return set(db.session.scalars(asked))


def copies(certificate_id: int) -> Copies:
    """Return how often a certificate was put in a wallet."""
    row = db.session.execute(
        sa.select(
            sa.func.count(WalletOffer.taken_at).label("times"),
            sa.func.max(WalletOffer.taken_at).label("last_at"),
        ).where(WalletOffer.certificate_id == certificate_id)
    ).one()
    return Copies(row.times, row.last_at)


def open_offer(*, code_hash: str) -> sa.Select[WalletOffer]:
    """Ask for the offer with this code, as long as it lasts and gave no token."""
    return _offer(
        WalletOffer.code_hash == code_hash,
        WalletOffer.token_hash.is_(None),
        WalletOffer.ends_at > clock.real_now(),
    )


def open_token(token: str) -> sa.Select[WalletOffer]:
    """Ask for the offer behind this token, as long as it lasts and gave no copy."""
    return _offer(
        WalletOffer.token_hash == ids.digest(token),
        WalletOffer.taken_at.is_(None),
        WalletOffer.token_ends_at > clock.real_now(),
    )


def _offer(*conditions: sa.ColumnElement[bool]) -> sa.Select[WalletOffer]:
    return (
        sa.select(WalletOffer)
        .join(Certificate, Certificate.id == WalletOffer.certificate_id)
        .where(*conditions, can_be_copied())
    )


def facts_of(certificate_id: int) -> CopyFacts:
    """Return what the copy of a certificate says."""
    settings = current()
    found = db.session.get_one(Certificate, certificate_id)
    language: Language = "en" if found.language == "en" else "nl"
    return CopyFacts(
        place=found.status_place or 0,
        number=found.number,
        language=language,
        printed_name=found.printed_name,
        title=found.content["title"][language],
        statement=found.content["statement"][language],
        issued_on=found.issued_on,
        valid_until=clock.local(found.valid_until + timedelta(days=1)) - timedelta(seconds=1)
        if found.valid_until
        else None,
        public_url=settings.public_url,
        academy=settings.name,
    )


def statuses(number: int) -> tuple[tuple[int, Status], ...]:
    """Return the states in status list `number` (from 1) that are not valid, by index, in order.

    Raises NotFoundError for a list in which nothing was given out; the first is always there.
    """
    start, today = first_place(number), clock.today()
    rows: Any = db.session.execute(
        sa.select(
            Certificate.status_place,
            Certificate.standing,
            Certificate.name_hidden_on,
            Certificate.valid_until,
        )
        .where(
            Certificate.status_place >= start,
            Certificate.status_place < start + LIST_LENGTH,
            sa.or_(
                Certificate.standing.not_in(COUNTING),
                Certificate.name_hidden_on.is_not(None),
                Certificate.valid_until < today,
            ),
        )
        .order_by(Certificate.status_place)
    )
    return tuple((row.status_place - start, _status(row, today)) for row in rows)


def _status(row: Any, today: Any) -> Status:
    return status_of(
        row.standing,
        hides_name=row.name_hidden_on is not None,
        valid_until=row.valid_until,
        today=today,
    )
