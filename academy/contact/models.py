"""Tables of contact requests."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.contact.rules import KINDS, OUTCOMES, STATES
from academy.kernel.db import CONTACT, IDENTITY, PERSON, PLAIN, WORDS, Id, Model, one_of


class ContactRequest(Model):
    """A message from the public form. No account, no e-mail asked, a name only if they like."""

    __tablename__ = "contact_request"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", STATES),
        sa.Index("ix_contact_request_inbox", "is_open", "received_at", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    received_at: Mapped[datetime] = mapped_column(info=PLAIN)
    name: Mapped[str] = mapped_column(sa.String(200), info=IDENTITY)
    reach: Mapped[str] = mapped_column(sa.String(254), info=CONTACT)
    place_words: Mapped[str] = mapped_column(sa.String(200), info=WORDS)
    message: Mapped[str] = mapped_column(sa.Text, info=WORDS)
    kind: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(24), info=PLAIN)
    is_open: Mapped[bool] = mapped_column(info=PLAIN)
    answer_by: Mapped[date] = mapped_column(info=PLAIN)
    tries: Mapped[int] = mapped_column(default=0, info=PLAIN)
    talk_on: Mapped[date | None] = mapped_column(info=PLAIN)
    place_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("place.id", ondelete="SET NULL"), index=True, info=PLAIN
    )
    handled_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )


class ContactStep(Model):
    """What was done with a request, append-only."""

    __tablename__ = "contact_step"

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact_request.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    to_state: Mapped[str] = mapped_column(sa.String(24), info=PLAIN)
    at: Mapped[datetime] = mapped_column(info=PLAIN)
    by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )


class ContactHandover(Model):
    """A request that went to another region, append-only but for how it ended.

    While `outcome` is empty nobody there picked it up, and it can be taken back.
    """

    __tablename__ = "contact_handover"
    __table_args__ = (one_of("outcome", OUTCOMES),)

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact_request.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    from_place_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("place.id", ondelete="SET NULL"), index=True, info=PLAIN
    )
    from_handler_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )
    to_place_id: Mapped[int] = mapped_column(
        sa.ForeignKey("place.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    at: Mapped[datetime] = mapped_column(info=PLAIN)
    by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )
    outcome: Mapped[str | None] = mapped_column(sa.String(12), info=PLAIN)
    ended_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    ended_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )
