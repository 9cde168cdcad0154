"""The holder's own certificates, and the file of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from certificates.models import Certificate, Decision
from certificates.queries.approvals import has_failed, is_to_make
from certificates.queries.archive import files_of
from certificates.queries.standing import IS_OPEN
from certificates.rules.standing import COUNTING, EMPTIED


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """One of my certificates; `is_made` once there is a file, `is_stuck` when that did not work."""

    id: int
    number: str
    title: dict[str, str]
    printed_name: str
    issued_on: date
    valid_until: date | None
    standing: str
    is_made: bool
    has_badge: bool
    is_stuck: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts, until its last day."""
        return self.standing in COUNTING

    @property
    def is_emptied(self) -> bool:
        """Whether its file and its name are gone."""
        return self.standing in EMPTIED


@dataclass(frozen=True, slots=True)
class OwnNews:
    """My newest certificate, and whether a proposal or an unmade one may wait for my yes."""

    newest: OwnCertificate | None
    may_need_a_yes: bool


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """Where the file of a certificate lies, and whose it is."""

    enrolment_id: int
    person_id: int
    number: str
    sha256: str
    standing: str


def own_certificates(person_id: int) -> list[OwnCertificate]:
    """Return a person's certificates, newest first."""
    rows = db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )
    return [_row(one) for one in rows]


def get_own(certificate_id: int, person_id: int) -> OwnCertificate:
    """Return one of a person's certificates. Raises NotFoundError."""
    found = db.session.get(Certificate, certificate_id)
    if found is None or found.person_id != person_id:
        raise NotFoundError
    return _row(found)


def _row(one: Certificate) -> OwnCertificate:
    return OwnCertificate(
        id=one.id,
        number=one.number,
        title=one.content["title"],
        printed_name=one.printed_name,
        issued_on=one.issued_on,
        valid_until=one.valid_until,
        standing=one.standing,
        is_made=one.state == "issued",
        has_badge=one.state == "issued" and one.credential_id is not None,
        is_stuck=one.state == "approved" and has_failed(one.id),
    )


def get_stored(certificate_id: int) -> StoredCertificate:
    """Return where the newest file lies.

    Raises NotFoundError without one, and after it was taken back.
    """
    found = db.session.get(Certificate, certificate_id)
    if found is None or found.sha256 is None or found.standing in EMPTIED:
        raise NotFoundError
    newest = files_of(found)[-1]
    return StoredCertificate(
        found.enrolment_id, found.person_id, found.number, newest, found.standing
    )


def get_kept(certificate_id: int) -> StoredCertificate:
    """Return where the newest file lies, for who keeps the register.

    Raises NotFoundError as `get_stored` does, and for a replaced one: a name of before is for its
    holder alone.
    """
    found = get_stored(certificate_id)
    if found.standing == "replaced":
        raise NotFoundError
    return found


def own_news(person_id: int) -> OwnNews:
    """Return a person's newest certificate, and whether something may wait for their yes.

    One question for who has no certificate: everybody's first page asks it.
    """
    own = Certificate.person_id == person_id
    newest = (
        sa.select(Certificate.id)
        .where(own)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    proposed = sa.exists().where(Decision.holder_id == person_id, IS_OPEN)
    granted = sa.exists().where(own, is_to_make())
    row = db.session.execute(
        sa.select(newest.label("newest"), sa.or_(proposed, granted).label("waits"))
    ).one()
    found = db.session.get(Certificate, row.newest) if row.newest is not None else None
    return OwnNews(_row(found) if found else None, bool(row.waits))


def holds_any(actor: Actor) -> sa.ColumnElement[bool]:
    """Return whether somebody has a certificate of their own, or reads there why they have none."""
    mine = sa.exists().where(Certificate.person_id == actor.person_id)
    said_no = sa.exists().where(
        Decision.holder_id == actor.person_id, Decision.outcome.in_(("hold", "refuse"))
    )
    return sa.or_(mine, said_no)
