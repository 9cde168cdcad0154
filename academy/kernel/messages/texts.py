"""The words of a message, looked up when it is sent, printed or read aloud; never stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from academy.kernel import clock, mail
from academy.kernel.db import db
from academy.kernel.messages import tokens
from academy.kernel.messages.declared import (
    DIGEST,
    Message,
    Recipient,
    message_named,
    recipients_of,
)
from academy.kernel.messages.models import SentMessage
from academy.kernel.settings import current

STOP = "stop"
"""The purpose of the token in the link that turns one kind of message off."""


@dataclass(frozen=True, slots=True)
class Text:
    """What one message says to one person."""

    subject: str
    body: str


def values_of(message: Message) -> Callable[..., dict[str, Any] | None]:
    """Return what the mail of `message` prints, as `kernel.mail` asks for it."""

    def values(to_person: int, **ids: Any) -> dict[str, Any] | None:
        recipient = _to(to_person)
        return None if recipient is None else _all_values(message, recipient, ids)

    return values


def register(message: Message) -> None:
    """Let `kernel.mail` find what `message` prints."""
    mail.register_values(message.name, values_of(message))


def text_of(message: Message, recipient: Recipient, ids: dict[str, Any]) -> Text | None:
    """Return what a message says, without greeting and foot; None when it is needless by now."""
    with force_locale(recipient.language):
        own = message.values(**ids)
        return None if own is None else _text(message.name, own)


def _to(person_id: int) -> Recipient | None:
    """Return to whom it goes, or None for who is unknown or in silence by now."""
    recipient = recipients_of([person_id]).get(person_id)
    if recipient is None or recipient.is_silent_at(clock.now()):
        return None
    return recipient


def _all_values(
    message: Message, recipient: Recipient, ids: dict[str, Any]
) -> dict[str, Any] | None:
    own = message.values(**ids)
    if own is None:
        return None
    stop = None
    if not message.necessary and not message.for_staff:
        stop = tokens.sign(STOP, person=recipient.person_id, name=message.name)
    return _frame(recipient) | {"why": str(message.why), "stop": stop} | own


def _frame(recipient: Recipient) -> dict[str, Any]:
    settings = current()
    return {
        "call_name": recipient.call_name,
        "contact_name": settings.help_name,
        "contact_phone": settings.help_phone,
    }


def _digest_values(to_person: int, digest: str) -> dict[str, Any] | None:
    """Return the parts of a weekly mail that still matter; None when none does."""
    recipient = _to(to_person)
    if recipient is None:
        return None
    rows = db.session.scalars(
        sa.select(SentMessage).where(SentMessage.part_of == digest).order_by(SentMessage.id)
    )
    parts = [part for row in rows if (part := _part(row)) is not None]
    if not parts:
        return None
    why = _("Je krijgt dit omdat we bewaren wat kan wachten. Het komt in één mail op maandag.")
    return _frame(recipient) | {"why": why, "stop": None, "parts": parts}


def _part(row: SentMessage) -> Text | None:
    message = message_named(row.name)
    own = message.values(**row.ids) if message is not None else None
    return None if own is None else _text(row.name, own)


def _text(name: str, own: dict[str, Any]) -> Text:
    settings = current()
    common = {
        "academy_name": settings.name,
        "public_url": settings.public_url,
        "help_name": settings.help_name,
        "help_phone": settings.help_phone,
    }
    subject = _template(f"mail/{name}/subject.txt").render(common | own)
    template = _template(f"mail/{name}/body.txt")
    body = "".join(template.blocks["body"](template.new_context(common | own)))
    return Text(" ".join(subject.split()), body.strip())


def _template(path: str) -> Any:
    return current_app.jinja_env.get_template(path)


def register_digest() -> None:
    """Let `kernel.mail` find what the weekly mail prints."""
    mail.register_values(DIGEST, _digest_values)
