"""The credential of a certificate: its id and the place of its status are given out once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from academy.kernel import clock, ids
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.models import Certificate
from certificates.rules.credential import LIST_LENGTH, CredentialFacts, begins
from certificates.rules.printed import Language

_TRIES = 32


def prepare_credential(certificate_id: int, *, code: str) -> CredentialFacts:
    """Return what the credential of an approved certificate says; `code` opens its check page.

    Gives out an id and a place the first time. A second time, after a kill, both are the same.
    """
    found = db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.id == certificate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if found.credential_id is None or found.status_place is None:
        found.credential_id = str(uuid.UUID(hex=ids.nonce(), version=4))
        found.status_place = free_place()
    return _facts(found, found.credential_id, found.status_place, code=code)


def free_place(draw: Callable[[], int] = ids.seed) -> int:
    """Return a free place in the newest status list, by lot, or in the next when that is full.

    By lot, so that places that follow each other say nothing. Full is when thirty-two draws in a
    row are taken; two at once who draw the same are told apart by the unique column, and the job
    of the last is done again.
    """
    last = db.session.scalar(sa.select(sa.func.max(Certificate.status_place))) or 0
    newest = last // LIST_LENGTH
    drawn = {newest * LIST_LENGTH + draw() % LIST_LENGTH for _ in range(_TRIES)}
    taken = db.session.scalars(
        sa.select(Certificate.status_place).where(Certificate.status_place.in_(drawn))
    )
    free = drawn.difference(taken)
    return free.pop() if free else (newest + 1) * LIST_LENGTH + draw() % LIST_LENGTH


def _facts(found: Certificate, credential_id: str, place: int, *, code: str) -> CredentialFacts:
    settings = current()
    language: Language = "en" if found.language == "en" else "nl"
    content = found.content
    return CredentialFacts(
        credential_id=credential_id,
        place=place,
        number=found.number,
        language=language,
        printed_name=found.printed_name,
        title=content["title"][language],
        statement=content["statement"][language],
        kind=content["kind"],
        course_id=content["course"]["id"],
        course_version=str(content["course"]["version"]),
        public_url=settings.public_url,
        academy=settings.name,
        code_url=f"{settings.public_url}/c/{code}",
        valid_from=begins(found.approved_at, now=clock.real_now()),
        valid_until=clock.local(found.valid_until + timedelta(days=1)) - timedelta(seconds=1)
        if found.valid_until
        else None,
    )
