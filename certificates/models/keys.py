"""The sealing keys as the register knows them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import (
    PLAIN,
    Id,
    Model,
    one_of,
)

KEY_PURPOSES = ("certificates", "coaching")


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
