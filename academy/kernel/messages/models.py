"""Tables of messages: what went to whom, and what was announced. Ids only, never a text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PERSON, PLAIN, Id, Model, one_of
from academy.kernel.messages.declared import CHANNELS

OPEN_TASK = "done_at is null and channel in ('phone', 'letter')"


class SentMessage(Model):
    """One message that went, or that somebody must call about or put in the post.

    The unique `key` is why nothing goes twice. A `digest` row went within the mail `part_of`.
    `done_at` says when somebody called or posted; mails are done at once. After `use_by` nobody
    needs to any more.
    """

    __tablename__ = "sent_message"
    __table_args__ = (
        one_of("channel", CHANNELS),
        sa.Index("ix_sent_message_planned", "planned_for", "id"),
        sa.Index("ix_sent_message_person", "person_id", "planned_for", "id"),
        sa.Index(
            "ix_sent_message_task",
            "planned_for",
            "id",
            sqlite_where=sa.text(OPEN_TASK),
            postgresql_where=sa.text(OPEN_TASK),
        ),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(120), unique=True, info=PLAIN)
    name: Mapped[str] = mapped_column(sa.String(80), info=PLAIN)
    person_id: Mapped[int] = mapped_column(info=PERSON)
    channel: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    planned_for: Mapped[datetime] = mapped_column(info=PLAIN)
    use_by: Mapped[datetime] = mapped_column(info=PLAIN)
    recorded_at: Mapped[datetime] = mapped_column(info=PLAIN)
    part_of: Mapped[str | None] = mapped_column(sa.String(120), index=True, info=PLAIN)
    ids: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    done_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    done_by_id: Mapped[int | None] = mapped_column(info=PERSON)


class AnnouncedMessage(Model):
    """Something that happened and that somebody must hear; the engine sends it when it is due."""

    __tablename__ = "announced_message"
    __table_args__ = (sa.Index("ix_announced_message_due", "name", "due_at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(120), unique=True, info=PLAIN)
    name: Mapped[str] = mapped_column(sa.String(80), info=PLAIN)
    person_id: Mapped[int] = mapped_column(index=True, info=PERSON)
    due_at: Mapped[datetime] = mapped_column(info=PLAIN)
    use_by: Mapped[datetime | None] = mapped_column(info=PLAIN)
    ids: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
