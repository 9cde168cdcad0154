"""The register's own chain: what happened to certificates, each step tied to the one before.

Personal data stand in it only as a keyed hash under the holder's salt, so that erasing the salt
leaves the chain whole.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, REGISTER, Id, Model
from certificates.models.columns import parent_column


class ChainEntry(Model):
    """One step as it was entered, append-only.

    `facts` is a hash of what the register said of the certificate, `holder` of what it said of the
    holder, `step` of who did it and on which ground; the last two under the holder's salt.
    """

    __tablename__ = "register_entry"

    id: Mapped[Id]
    position: Mapped[int] = mapped_column(unique=True, info=PLAIN)
    event_id: Mapped[int] = parent_column("certificate_event", unique=True)
    kind: Mapped[str] = mapped_column(sa.String(20), info=REGISTER)
    number: Mapped[str] = mapped_column(sa.String(24), info=REGISTER)
    sha256: Mapped[str | None] = mapped_column(sa.String(64), info=REGISTER)
    at: Mapped[datetime] = mapped_column(info=REGISTER)
    facts: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    holder: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    step: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    previous: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True, info=PLAIN)


class ChainHead(Model):
    """The single row that says where the register's chain ends; its lock puts writers in line."""

    __tablename__ = "register_head"

    id: Mapped[Id]
    hash: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    entries: Mapped[int] = mapped_column(info=PLAIN)
