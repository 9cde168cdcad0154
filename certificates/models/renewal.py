"""What counts for renewal."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import (
    PLAIN,
    PROGRESS,
    Id,
    Model,
)
from certificates.models.columns import person_column


class RenewalEvidence(Model):
    """What counts for renewal: a requirement's id in course.yaml, the day, and where it came from.

    Features above push these rows; `source_kind` and `source_ref` name their row without a key.
    """

    __tablename__ = "renewal_evidence"
    __table_args__ = (sa.UniqueConstraint("person_id", "requirement", "source_kind", "source_ref"),)

    id: Mapped[Id]
    person_id: Mapped[int] = person_column()
    requirement: Mapped[str] = mapped_column(sa.String(40), info=PROGRESS)
    on: Mapped[date] = mapped_column(info=PROGRESS)
    source_kind: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    source_ref: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
