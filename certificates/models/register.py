"""The frozen register and what happened to each certificate."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import (
    IDENTITY,
    REGISTER,
    SECRET,
    WORDS,
    Id,
    Model,
    one_of,
)
from certificates.models.columns import parent_column, person_column
from certificates.models.ending import GROUNDS

STATES = ("approved", "issued")
STANDINGS = ("valid", "replaced", "renewed", "revoked", "withdrawn", "ended")
EVENT_KINDS = (
    "issued",
    "archived",
    "handed_out",
    "reprinted",
    "resealed",
    "replaced",
    "renewed",
    "expired",
    "revoked",
    "reinstated",
    "name_hidden",
    "name_shown",
    "withdrawn",
    "ended",
)


class Certificate(Model):
    """One certificate, frozen when it was granted. Only its standing moves, with its events.

    `content` is the snapshot that was printed beside the name: titles, statement, hours,
    signatories, place, design, course version. While `state` is approved there is no file yet.
    `status_place` is where its credential's status stands, in all status lists together.
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
        sa.Index("ix_certificate_ends", "standing", "valid_until", "id"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(24), unique=True, info=REGISTER)
    letter: Mapped[str] = mapped_column(sa.String(1), info=REGISTER)
    year: Mapped[int] = mapped_column(info=REGISTER)
    serial: Mapped[int] = mapped_column(info=REGISTER)
    decision_id: Mapped[int] = parent_column("certification_decision", unique=True)
    enrolment_id: Mapped[int] = parent_column("enrolment")
    person_id: Mapped[int] = person_column()
    track: Mapped[str] = mapped_column(sa.String(30), info=REGISTER)
    language: Mapped[str] = mapped_column(sa.String(2), info=REGISTER)
    printed_name: Mapped[str] = mapped_column(sa.String(200), info=IDENTITY)
    promise: Mapped[str] = mapped_column(sa.String(260), default="", info=WORDS)
    content: Mapped[dict[str, Any]] = mapped_column(info=REGISTER)
    issued_on: Mapped[date] = mapped_column(info=REGISTER)
    valid_until: Mapped[date | None] = mapped_column(info=REGISTER)
    replaces_id: Mapped[int | None] = parent_column("certificate", nullable=True)
    renews_id: Mapped[int | None] = parent_column("certificate", nullable=True)
    round_id: Mapped[int | None] = parent_column("issue_round", nullable=True)
    state: Mapped[str] = mapped_column(sa.String(10), info=REGISTER)
    approved_at: Mapped[datetime] = mapped_column(info=REGISTER)
    code_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True, info=SECRET)
    sha256: Mapped[str | None] = mapped_column(sa.String(64), unique=True, info=REGISTER)
    size_bytes: Mapped[int | None] = mapped_column(info=REGISTER)
    key_id: Mapped[int | None] = parent_column("signing_key", nullable=True)
    issued_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
    standing: Mapped[str] = mapped_column(sa.String(10), default="valid", info=REGISTER)
    standing_since: Mapped[date | None] = mapped_column(info=REGISTER)
    credential_id: Mapped[str | None] = mapped_column(sa.String(36), unique=True, info=REGISTER)
    status_place: Mapped[int | None] = mapped_column(unique=True, info=REGISTER)
    name_hidden_on: Mapped[date | None] = mapped_column(info=REGISTER)


class CertificateEvent(Model):
    """One step in a certificate's life, append-only. `ground` is a code, never a story."""

    __tablename__ = "certificate_event"
    __table_args__ = (
        one_of("kind", EVENT_KINDS),
        one_of("ground", GROUNDS),
        sa.Index(
            "uq_certificate_event_expired",
            "certificate_id",
            unique=True,
            sqlite_where=sa.text("kind = 'expired'"),
            postgresql_where=sa.text("kind = 'expired'"),
        ),
    )

    id: Mapped[Id]
    certificate_id: Mapped[int] = parent_column("certificate")
    kind: Mapped[str] = mapped_column(sa.String(20), info=REGISTER)
    at: Mapped[datetime] = mapped_column(info=REGISTER)
    by_id: Mapped[int | None] = person_column(nullable=True)
    ground: Mapped[str | None] = mapped_column(sa.String(20), info=REGISTER)
