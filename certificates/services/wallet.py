"""A copy of a certificate goes to its holder's wallet: an offer, a token, the copy. Each once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, ids, limits
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, TooManyError
from academy.kernel.limits import Limit
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from certificates.adapters.wallet_files import make_copy, read_proof
from certificates.models import Certificate, WalletOffer
from certificates.queries.wallet import facts_of, is_copyable, open_offer, open_token
from certificates.rules.wallet import CODE_DIGITS
from certificates.rules.wallet_request import (
    WalletRefusedError,
    nonce_in_proof,
    read_credential_request,
    read_token_request,
)
from certificates.services import wallet_nonce
from certificates.services.life import get_own_locked

OFFER_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(minutes=5)
CODE_TRIES = Limit("wallet-code", 3, OFFER_LASTS)
"""Wrong transaction codes for one offer; then it is worth nothing any more."""
ADDRESS_TRIES = Limit("wallet-address", 30, timedelta(minutes=10))
"""Refused requests of one address. What succeeds is given back: neighbours share an address."""


@dataclass(frozen=True, slots=True)
class MadeOffer:
    """A new offer; its codes are nowhere else."""

    code: str
    digits: str
    ends_at: datetime


def make_offer(certificate_id: int, *, by: Actor) -> MadeOffer:
    """Offer a copy for ten minutes, and end the offer before.

    Only the holder may: NotFoundError for everybody else. Raises ConflictError for a certificate
    that does not count, hides its name, or is from before Open Badges.
    """
    certificate = get_own_locked(certificate_id, by=by)
    if not is_copyable(certificate_id):
        raise ConflictError(_("Dit certificaat kan nu niet in een wallet."))
    db.session.execute(
        sa.delete(WalletOffer).where(
            WalletOffer.certificate_id == certificate_id, WalletOffer.taken_at.is_(None)
        )
    )
    code, digits, now = ids.token(), ids.digits(CODE_DIGITS), clock.real_now()
    code_hash = ids.digest(code)
    offer = WalletOffer(
        certificate_id=certificate_id,
        code_hash=code_hash,
        digits_hash=_digits_hash(code_hash, digits),
        made_at=now,
        ends_at=now + OFFER_LASTS,
    )
    db.session.add(offer)
    _record("offered", certificate, by=by)
    return MadeOffer(code, digits, offer.ends_at)


def _digits_hash(code_hash: str, digits: str) -> str:
    """Return what is kept of six digits: guessing them takes our secret key too."""
    return ids.keyed_digest(current().secret_key, f"wallet-digits:{code_hash}:{digits}")


def redeem(form: Any, *, address: str) -> str:
    """Return a token for the two codes of an offer, once; call it before any other read.

    `form` is the token request as it came. Raises WalletRefusedError, with the same words for
    every code that does not hold, and TooManyError.
    """
    limits.spend(ADDRESS_TRIES, address)
    code, digits = read_token_request(form)
    code_hash = ids.digest(code)
    if db.session.scalar(open_offer(code_hash=code_hash)) is None:
        raise WalletRefusedError("invalid_grant")
    try:
        limits.spend(CODE_TRIES, code_hash)
    except TooManyError:
        raise WalletRefusedError("invalid_grant") from None
    # Two at once: the second finds it used.
    offer = db.session.scalar(open_offer(code_hash=code_hash).with_for_update(of=WalletOffer))
    if offer is None or not hmac.compare_digest(offer.digits_hash, _digits_hash(code_hash, digits)):
        raise WalletRefusedError("invalid_grant")
    token = ids.token()
    offer.token_hash = ids.digest(token)
    offer.token_ends_at = clock.real_now() + TOKEN_LASTS
    limits.forgive(CODE_TRIES, code_hash)
    limits.give_back(ADDRESS_TRIES, address)
    return token


def collect(token: str, body: Any, *, address: str, by: Actor) -> str:
    """Return the copy that a token gives, bound to the wallet's key, once.

    `body` is the credential request as it came. Call it before any other read. Raises
    WalletRefusedError, TooManyError, and DocumentError when it could not be signed.
    """
    limits.spend(ADDRESS_TRIES, address)
    settings, now = current(), clock.real_now()
    waiting = db.session.scalar(open_token(token))
    if waiting is None:
        raise WalletRefusedError("invalid_token", status=401)
    facts = facts_of(waiting.certificate_id)
    db.session.rollback()  # signing must not keep the one writer waiting
    proof = read_proof(read_credential_request(body))
    nonce = nonce_in_proof(proof.claims, issuer=settings.public_url, now=now)
    if not wallet_nonce.is_ours(nonce):
        raise WalletRefusedError("invalid_nonce")
    copy = make_copy(
        facts,
        proof.key,
        now=now,
        keys_folder=settings.keys,
        passphrase=settings.keys_passphrase,
    )
    _take(token, nonce, by=by)
    limits.give_back(ADDRESS_TRIES, address)
    return copy


def _take(token: str, nonce: str, *, by: Actor) -> None:
    """Note that the copy is handed over: a token and a nonce work once, whoever comes first."""
    offer = db.session.scalar(open_token(token).with_for_update(of=WalletOffer))
    if offer is None:
        raise WalletRefusedError("invalid_token", status=401)
    if not wallet_nonce.is_first_use(nonce):
        raise WalletRefusedError("invalid_nonce")
    offer.taken_at = clock.now()
    _record("taken", db.session.get_one(Certificate, offer.certificate_id), by=by)


def _record(what: str, certificate: Certificate, *, by: Actor) -> None:
    audit.record(
        f"certificates:wallet:{what}",
        ("certificate", certificate.id),
        by=by,
        subject_id=certificate.person_id,
    )
