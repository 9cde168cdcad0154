"""Tables of privacy: what was asked, what was fetched, whether retention runs, what was counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from academy.kernel.db import PERSON, PLAIN, SECRET, Id, Model, one_of
from academy.kernel.encrypted import LockedFile

EXPORT_STATES = ("asked", "made", "ended")
ERASURE_STATES = ("asked", "undone", "erased", "wiped")
WAYS = ("self", "phone", "letter")


def _person(*, nullable: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PERSON,
    )


class DataExport(Model):
    """Somebody's data to take along: asked, made, and gone after some days.

    `content` is the ZIP, encrypted with the key for notes. It ends when it is old, or was not made.
    """

    __tablename__ = "data_export"
    __table_args__ = (
        one_of("state", EXPORT_STATES),
        sa.CheckConstraint("(state = 'made') = (content is not null)", name="made_has_content"),
        sa.Index(
            "uq_data_export_open",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        ),
        sa.Index("ix_data_export_state", "state", "ends_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = _person()
    asked_by_id: Mapped[int] = _person()
    asked_at: Mapped[datetime] = mapped_column(info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    made_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    ends_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    fetched_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    size_bytes: Mapped[int | None] = mapped_column(info=PLAIN)
    content: Mapped[bytes | None] = deferred(mapped_column(LockedFile, info=SECRET), raiseload=True)


class ErasureRequest(Model):
    """That somebody wants to be forgotten: who asked, in which way, and from when it happens.

    `wishes` says per certificate, by its number, what its holder chose. It is `erased` when the
    rows are empty and `wiped` when the bytes on disk are gone too.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        one_of("state", ERASURE_STATES),
        one_of("way", WAYS),
        sa.CheckConstraint("(state = 'asked') = (closed_at is null)", name="closed_at_a_moment"),
        sa.Index(
            "uq_erasure_request_open",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        ),
        sa.Index("ix_erasure_request_due", "state", "due_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = _person()
    asked_by_id: Mapped[int] = _person()
    way: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    asked_at: Mapped[datetime] = mapped_column(info=PLAIN)
    due_at: Mapped[datetime] = mapped_column(info=PLAIN)
    latest_at: Mapped[datetime] = mapped_column(info=PLAIN)
    wishes: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    closed_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class RetentionSwitch(Model):
    """That an administrator turned the clearing of old data on or off, append-only."""

    __tablename__ = "retention_switch"

    id: Mapped[Id]
    is_on: Mapped[bool] = mapped_column(info=PLAIN)
    by_id: Mapped[int] = _person()
    at: Mapped[datetime] = mapped_column(info=PLAIN)


class KeptCount(Model):
    """What is left of a group after the years: how often each thing was so, of nobody."""

    __tablename__ = "kept_count"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "what", "value"),)

    id: Mapped[Id]
    cohort_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    what: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    value: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    times: Mapped[int] = mapped_column(info=PLAIN)
