"""Offers to put a copy of a certificate in a wallet."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import REGISTER, SECRET, Id, Model
from certificates.models.columns import parent_column


class WalletOffer(Model):
    """One offer to a holder: minutes long, for one copy. Of its codes only hashes are kept.

    The code in the QR code and the code of six digits together give a token, once; the token gives
    the copy, once: `taken_at`. That one is by the academy's clock.
    """

    __tablename__ = "wallet_offer"
    __table_args__ = (
        sa.CheckConstraint("ends_at > made_at", name="ends_after_it_begins"),
        sa.CheckConstraint(
            "(token_hash is null) = (token_ends_at is null)", name="a_token_has_an_end"
        ),
        sa.CheckConstraint("taken_at is null or token_hash is not null", name="taken_by_a_token"),
    )

    id: Mapped[Id]
    certificate_id: Mapped[int] = parent_column("certificate")
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, info=SECRET)
    digits_hash: Mapped[str] = mapped_column(sa.String(64), info=SECRET)
    made_at: Mapped[datetime] = mapped_column(info=REGISTER)
    ends_at: Mapped[datetime] = mapped_column(info=REGISTER)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True, info=SECRET)
    token_ends_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
    taken_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
