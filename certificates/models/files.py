"""How each issued file was sealed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import REGISTER, Id, Model, one_of
from certificates.models.columns import parent_column

SEAL_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


class CertificateFile(Model):
    """A sealed file of a certificate, append-only: its level, and how long its time stamp carries.

    A later file holds the issued one, byte for byte, with proof for later behind it.
    `stamp_until` is the end of the certificate that made the newest time stamp; none without one.
    `key_id` is the key of its seal; none: that of its certificate, from before files had their own.
    """

    __tablename__ = "certificate_file"
    __table_args__ = (
        one_of("level", SEAL_LEVELS),
        sa.CheckConstraint("(level = 'B-B') = (stamp_until is null)", name="stamp_has_an_end"),
    )

    id: Mapped[Id]
    certificate_id: Mapped[int] = parent_column("certificate")
    key_id: Mapped[int | None] = parent_column("signing_key", nullable=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True, info=REGISTER)
    size_bytes: Mapped[int] = mapped_column(info=REGISTER)
    level: Mapped[str] = mapped_column(sa.String(5), info=REGISTER)
    made_at: Mapped[datetime] = mapped_column(info=REGISTER)
    stamp_until: Mapped[datetime | None] = mapped_column(info=REGISTER)
