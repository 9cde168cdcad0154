"""What holders said of their name before it was printed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import IDENTITY, REGISTER, Id, Model, one_of
from certificates.models.columns import person_column

APPROVAL_WAYS = ("self", "read_aloud")


class NameApproval(Model):
    """Somebody's yes to their name, letter by letter as it will be printed; append-only.

    The newest one counts. `read_aloud` is a yes that somebody else noted for them, after they
    saw the name, heard it, or had it spelled on the phone.
    """

    __tablename__ = "name_approval"
    __table_args__ = (
        one_of("way", APPROVAL_WAYS),
        sa.CheckConstraint("(way = 'self') = (by_id = person_id)", name="oneself_or_another"),
        sa.Index("ix_name_approval_newest", "person_id", "id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = person_column()
    printed_name: Mapped[str] = mapped_column(sa.String(200), info=IDENTITY)
    approved_at: Mapped[datetime] = mapped_column(info=REGISTER)
    by_id: Mapped[int] = person_column()
    way: Mapped[str] = mapped_column(sa.String(10), info=REGISTER)
