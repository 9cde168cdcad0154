"""How often strangers check."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import (
    PLAIN,
    SECRET,
    Id,
    Model,
    one_of,
)

WAYS = ("number", "code", "file")


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
