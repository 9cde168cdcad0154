"""Tables of certificates: keys, serials, decisions, the frozen register and what happened to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import (
    IDENTITY,
    PERSON,
    PLAIN,
    PROGRESS,
    REGISTER,
    SECRET,
    WORDS,
    Id,
    Model,
    one_of,
)

KEY_PURPOSES = ("certificates", "coaching")
DECISION_KINDS = ("first", "replacement", "renewal")
OUTCOMES = ("grant", "hold", "refuse")
STATES = ("approved", "issued")
STANDINGS = ("valid", "replaced", "renewed", "revoked", "withdrawn")
EVENT_KINDS = ("issued", "handed_out", "replaced", "renewed", "revoked", "withdrawn")
GROUNDS = ("own_request", "fraud", "conduct")
REVOCATION_OUTCOMES = ("confirmed", "dropped")
WAYS = ("number", "code", "file")

OPEN_DECISION = "outcome is null or outcome = 'hold'"


def _person(*, nullable: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PERSON,
    )


def _parent(table: str, *, nullable: bool = False, unique: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey(f"{table}.id", ondelete="RESTRICT"),
        index=not unique,
        unique=unique,
        nullable=nullable,
        info=PLAIN,
    )


class SigningKey(Model):
    """The public half of a sealing key. Kept for good: what it sealed must stay checkable."""

    __tablename__ = "signing_key"
    __table_args__ = (one_of("purpose", KEY_PURPOSES),)

    id: Mapped[Id]
    kid: Mapped[str] = mapped_column(sa.String(80), unique=True, info=PLAIN)
    purpose: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    fingerprint: Mapped[str] = mapped_column(sa.String(95), info=PLAIN)
    certificate_pem: Mapped[str] = mapped_column(sa.Text, info=PLAIN)
    valid_from: Mapped[datetime] = mapped_column(info=PLAIN)
    valid_to: Mapped[datetime] = mapped_column(info=PLAIN)
    retired_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    compromised_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class Serial(Model):
    """The last serial given out per letter and year; its row lock puts deciders in line."""

    __tablename__ = "certificate_serial"
    __table_args__ = (
        sa.UniqueConstraint("letter", "year"),
        sa.CheckConstraint("last between 0 and 99999", name="five_digits"),
    )

    id: Mapped[Id]
    letter: Mapped[str] = mapped_column(sa.String(1), info=PLAIN)
    year: Mapped[int] = mapped_column(info=PLAIN)
    last: Mapped[int] = mapped_column(info=PLAIN)


class Decision(Model):
    """A proposal and what a second person decided on it.

    The row carries proposer, holder and first assessor, so that one constraint holds the four eyes.
    A decision on hold stays open: it can be decided again. `verdict` is the rules' trace as filed,
    `hardship` the written reason to ask for an exception. `earlier_id` is the certificate that a
    replacement or renewal follows; `printed_name` the new spelling in a replacement.
    """

    __tablename__ = "certification_decision"
    __table_args__ = (
        one_of("kind", DECISION_KINDS),
        one_of("outcome", OUTCOMES),
        sa.CheckConstraint(
            "decided_by_id is null or (decided_by_id <> proposer_id and decided_by_id <> holder_id"
            " and (first_assessor_id is null or decided_by_id <> first_assessor_id))",
            name="four_eyes",
        ),
        sa.CheckConstraint(
            "(outcome is null) = (decided_by_id is null)"
            " and (outcome is null) = (decided_at is null)",
            name="decided_by_somebody",
        ),
        sa.CheckConstraint("outcome is null or reason <> ''", name="outcome_has_a_reason"),
        sa.CheckConstraint("(kind = 'first') = (earlier_id is null)", name="first_follows_nothing"),
        sa.Index(
            "uq_certification_decision_open",
            "enrolment_id",
            unique=True,
            sqlite_where=sa.text(OPEN_DECISION),
            postgresql_where=sa.text(OPEN_DECISION),
        ),
        sa.Index("ix_certification_decision_queue", "outcome", "proposed_at", "id"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[int] = _parent("enrolment")
    kind: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    proposer_id: Mapped[int] = _person()
    holder_id: Mapped[int] = _person()
    first_assessor_id: Mapped[int | None] = _person(nullable=True)
    proposed_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    hardship: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)
    printed_name: Mapped[str] = mapped_column(sa.String(200), default="", info=IDENTITY)
    # No foreign key: certificates point at decisions, and two tables cannot both come first.
    earlier_id: Mapped[int | None] = mapped_column(index=True, info=PLAIN)
    decided_by_id: Mapped[int | None] = _person(nullable=True)
    decided_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=PROGRESS)
    reason: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)
    verdict: Mapped[dict[str, Any]] = mapped_column(info=PROGRESS)
    version: Mapped[int] = mapped_column(default=1, info=PLAIN)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Certificate(Model):
    """One certificate, frozen when it was granted. Only its standing moves, with its events.

    `content` is the snapshot that was printed beside the name: titles, statement, hours,
    signatories, place, design, course version. While `state` is approved there is no file yet.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("state", STATES),
        one_of("standing", STANDINGS),
        sa.UniqueConstraint("letter", "year", "serial"),
        sa.CheckConstraint(
            "state = 'approved' or (sha256 is not null and code_hash is not null"
            " and key_id is not null and size_bytes is not null and issued_at is not null)",
            name="issued_has_a_file",
        ),
        sa.Index("ix_certificate_register", "issued_on", "id"),
        sa.Index("ix_certificate_state", "state", "approved_at"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(24), unique=True, info=REGISTER)
    letter: Mapped[str] = mapped_column(sa.String(1), info=REGISTER)
    year: Mapped[int] = mapped_column(info=REGISTER)
    serial: Mapped[int] = mapped_column(info=REGISTER)
    decision_id: Mapped[int] = _parent("certification_decision", unique=True)
    enrolment_id: Mapped[int] = _parent("enrolment")
    person_id: Mapped[int] = _person()
    track: Mapped[str] = mapped_column(sa.String(30), info=REGISTER)
    language: Mapped[str] = mapped_column(sa.String(2), info=REGISTER)
    printed_name: Mapped[str] = mapped_column(sa.String(200), info=IDENTITY)
    promise: Mapped[str] = mapped_column(sa.String(260), default="", info=WORDS)
    content: Mapped[dict[str, Any]] = mapped_column(info=REGISTER)
    issued_on: Mapped[date] = mapped_column(info=REGISTER)
    valid_until: Mapped[date | None] = mapped_column(info=REGISTER)
    replaces_id: Mapped[int | None] = _parent("certificate", nullable=True)
    renews_id: Mapped[int | None] = _parent("certificate", nullable=True)
    state: Mapped[str] = mapped_column(sa.String(10), info=REGISTER)
    approved_at: Mapped[datetime] = mapped_column(info=REGISTER)
    code_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True, info=SECRET)
    sha256: Mapped[str | None] = mapped_column(sa.String(64), unique=True, info=REGISTER)
    size_bytes: Mapped[int | None] = mapped_column(info=REGISTER)
    key_id: Mapped[int | None] = _parent("signing_key", nullable=True)
    issued_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
    standing: Mapped[str] = mapped_column(sa.String(10), default="valid", info=REGISTER)
    standing_since: Mapped[date | None] = mapped_column(info=REGISTER)


class CertificateEvent(Model):
    """One step in a certificate's life, append-only. `ground` is a code, never a story."""

    __tablename__ = "certificate_event"
    __table_args__ = (one_of("kind", EVENT_KINDS), one_of("ground", GROUNDS))

    id: Mapped[Id]
    certificate_id: Mapped[int] = _parent("certificate")
    kind: Mapped[str] = mapped_column(sa.String(20), info=REGISTER)
    at: Mapped[datetime] = mapped_column(info=REGISTER)
    by_id: Mapped[int | None] = _person(nullable=True)
    ground: Mapped[str | None] = mapped_column(sa.String(20), info=REGISTER)


class Revocation(Model):
    """A board member's proposal to revoke, and what another one said of it."""

    __tablename__ = "certificate_revocation"
    __table_args__ = (
        one_of("ground", GROUNDS),
        one_of("outcome", REVOCATION_OUTCOMES),
        sa.CheckConstraint(
            "closed_by_id is null or outcome = 'dropped'"
            " or (closed_by_id <> proposer_id and closed_by_id <> holder_id)",
            name="four_eyes",
        ),
        sa.CheckConstraint("(outcome is null) = (closed_by_id is null)", name="closed_by_somebody"),
        sa.Index(
            "uq_certificate_revocation_open",
            "certificate_id",
            unique=True,
            sqlite_where=sa.text("outcome is null"),
            postgresql_where=sa.text("outcome is null"),
        ),
    )

    id: Mapped[Id]
    certificate_id: Mapped[int] = _parent("certificate")
    ground: Mapped[str] = mapped_column(sa.String(20), info=REGISTER)
    holder_id: Mapped[int] = _person()
    proposer_id: Mapped[int] = _person()
    proposed_at: Mapped[datetime] = mapped_column(info=REGISTER)
    closed_by_id: Mapped[int | None] = _person(nullable=True)
    closed_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=REGISTER)


class RenewalEvidence(Model):
    """What counts for renewal: a requirement's id in course.yaml, the day, and where it came from.

    Features above push these rows; `source_kind` and `source_ref` name their row without a key.
    """

    __tablename__ = "renewal_evidence"
    __table_args__ = (sa.UniqueConstraint("person_id", "requirement", "source_kind", "source_ref"),)

    id: Mapped[Id]
    person_id: Mapped[int] = _person()
    requirement: Mapped[str] = mapped_column(sa.String(40), info=PROGRESS)
    on: Mapped[date] = mapped_column(info=PROGRESS)
    source_kind: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    source_ref: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)


class VerificationCount(Model):
    """How often strangers checked something; never which certificate.

    `since` is the beginning of ten seconds. The address is forgotten after an hour.
    """

    __tablename__ = "verification_count"
    __table_args__ = (one_of("way", WAYS), sa.UniqueConstraint("address_hash", "since", "way"))

    id: Mapped[Id]
    since: Mapped[datetime] = mapped_column(info=PLAIN)
    address_hash: Mapped[str | None] = mapped_column(sa.String(64), info=SECRET)
    way: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    times: Mapped[int] = mapped_column(info=PLAIN)
