"""Links with which holders show their certificate, and how often somebody looked."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, REGISTER, SECRET, Id, Model
from certificates.models.columns import parent_column


class ShareLink(Model):
    """A link that shows one certificate to whoever has it, until its day or its holder ends it.

    Only the hash of the token is kept: the link itself is shown once.
    """

    __tablename__ = "share_link"
    __table_args__ = (sa.CheckConstraint("ends_at > made_at", name="ends_after_it_begins"),)

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, info=SECRET)
    certificate_id: Mapped[int] = parent_column("certificate")
    made_at: Mapped[datetime] = mapped_column(info=REGISTER)
    ends_at: Mapped[datetime] = mapped_column(info=REGISTER)
    ended_at: Mapped[datetime | None] = mapped_column(info=REGISTER)


class CheckCount(Model):
    """How often a certificate was looked at on one day, by code, file or link; never by whom."""

    __tablename__ = "certificate_check_count"
    __table_args__ = (
        sa.UniqueConstraint("certificate_id", "on"),
        sa.CheckConstraint("times > 0", name="at_least_once"),
    )

    id: Mapped[Id]
    certificate_id: Mapped[int] = parent_column("certificate")
    on: Mapped[date] = mapped_column(info=REGISTER)
    times: Mapped[int] = mapped_column(info=PLAIN)
