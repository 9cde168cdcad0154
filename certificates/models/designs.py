"""How the academy dressed its designs, version by version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from academy.kernel.db import PLAIN, Id, Model
from certificates.models.columns import person_column


class DesignVersion(Model):
    """What an academy chose for one design, append-only: a certificate names the one it wears.

    `choices` are the colours and words of `rules.look`; `logo` is a PNG that was made anew.
    """

    __tablename__ = "design_version"
    __table_args__ = (sa.UniqueConstraint("design", "version"),)

    id: Mapped[Id]
    design: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    version: Mapped[int] = mapped_column(info=PLAIN)
    choices: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    logo: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary, info=PLAIN))
    made_at: Mapped[datetime] = mapped_column(info=PLAIN)
    made_by_id: Mapped[int] = person_column()
