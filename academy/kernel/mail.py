"""Outgoing mail: a row and a job in the caller's unit of work, written and sent by the worker.

A mail is a folder `templates/mail/<feature>/<name>/` with `subject.txt` and `body.txt`. The row
keeps ids only; what the text needs is looked up when it is sent, so codes and names are never
stored and nothing outdated is sent. A mail goes out twice only when the worker is killed between
the server's 250 and our commit, and then with the same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel import clock, ids, queue
from academy.kernel.db import (
    CONTACT,
    PERSON,
    PLAIN,
    PREFERENCE,
    Id,
    Model,
    db,
    one_of,
    unit_of_work,
)
from academy.kernel.queue import Argument, NotNowError
from academy.kernel.settings import Settings, current

log = logging.getLogger(__name__)

JOB = "kernel.mail"
KEPT = timedelta(days=30)
"""How long we know to which address a settled mail went; its key stays."""
SMTP_SECONDS = 10.0
NO_SERVER_WAIT = timedelta(minutes=1)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=1)

Values = Callable[..., dict[str, Any] | None]

_gone: set[str] = set()
"""Message-IDs that a server took and that no table knows of yet, because the disk was full."""


class OutgoingMail(Model):
    """One mail to one address; `outcome` is empty until it is settled.

    `sent`; `not_needed`: its values said so, or its address was erased; `demo`: the fictional
    academy without a mail server sends nothing.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (one_of("outcome", ("sent", "not_needed", "demo")),)

    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(sa.String(320), unique=True, info=PLAIN)
    key: Mapped[str | None] = mapped_column(sa.String(200), unique=True, info=PLAIN)
    template: Mapped[str] = mapped_column(sa.String(80), info=PLAIN)
    person_id: Mapped[int | None] = mapped_column(index=True, info=PERSON)
    to_address: Mapped[str | None] = mapped_column(sa.String(320), info=CONTACT)
    language: Mapped[str | None] = mapped_column(sa.String(2), info=PREFERENCE)
    ids: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    created_at: Mapped[datetime] = mapped_column(info=PLAIN)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=PLAIN)
    sent_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


_values: dict[str, Values] = {}


def register_values(template: str, values: Values) -> None:
    """Let `values` look up what `template` (`<feature>/<name>`) prints, when it is sent.

    It is called with the ids given to `send`, in a unit of work and in the mail's language.
    Returning None says that the mail is no longer needed. Without it a template prints the ids
    themselves. Raises ValueError when the template has other values already.
    """
    if _values.setdefault(template, values) is not values:
        raise ValueError(f"the values of mail {template} are registered twice")


def send(
    template: str,
    *,
    to: str,
    person_id: int | None = None,
    language: str = "nl",
    key: str | None = None,
    **ids_to_look_up: Argument,
) -> None:
    """Add a mail to the current unit of work; it is lost with it or sent after it.

    A `key` that was ever used is not sent again. `ids_to_look_up` are kept in the row, so they
    hold ids, codes and numbers only. Raises ValueError for an address that is not one.
    """
    _refuse_wrong_address(to)
    queue.refuse_objects(ids_to_look_up)
    domain = current().mail_from.rpartition("@")[2]
    mail_id = queue.insert_once(
        OutgoingMail,
        message_id=f"<{ids.nonce()}@{domain}>",
        key=key,
        template=template,
        person_id=person_id,
        to_address=to,
        language=language,
        ids=ids_to_look_up,
        created_at=clock.real_now(),
    )
    if mail_id is not None:
        queue.enqueue(JOB, key=str(mail_id), mail_id=mail_id)


def _refuse_wrong_address(address: str) -> None:
    if not address:
        raise ValueError("a mail needs an address")
    try:
        Address(addr_spec=address)
    except HeaderParseError as error:
        raise ValueError("not a mail address") from error


def deliver(mail_id: int) -> None:
    """Send one mail, unless it is settled already; the job behind `send`.

    Raises NotNowError while the mail server is absent, and what the server said when it refuses
    for good.
    """
    settings = current()
    with unit_of_work():
        mail = db.session.get_one(OutgoingMail, mail_id)
        if mail.outcome is not None:
            return
        if mail.message_id in _gone:
            _settle_sent(mail_id)
            return
        message = _to_send(mail, settings)
        if message is None:
            return
        age = clock.real_now() - mail.created_at
    wait = min(max(age / 4, SHORTEST_WAIT), LONGEST_WAIT)
    try:
        server = connect(settings)
    except OSError as error:  # every smtplib exception is one; a wrong password is our fault
        log.error("mail server unreachable error=%s", type(error).__name__)  # noqa: TRY400
        raise NotNowError(wait) from error
    try:
        _hand_over(message, server)
    except OSError as error:
        if _is_for_good(error):
            raise
        raise NotNowError(wait) from error
    _gone.add(message["Message-ID"])
    with unit_of_work():
        _settle_sent(mail_id)
    _gone.discard(message["Message-ID"])


def _to_send(mail: OutgoingMail, settings: Settings) -> EmailMessage | None:
    """Return the message, or None after settling a mail that need not go."""
    if not settings.smtp_host and settings.demo:
        mail.outcome = "demo"
        return None
    if not settings.smtp_host:
        raise NotNowError(NO_SERVER_WAIT)
    message = _compose(mail, settings)
    if message is None:
        mail.outcome = "not_needed"
    return message


def _settle_sent(mail_id: int) -> None:
    db.session.execute(
        sa.update(OutgoingMail)
        .where(OutgoingMail.id == mail_id)
        .values(outcome="sent", sent_at=clock.real_now())
    )


def _compose(mail: OutgoingMail, settings: Settings) -> EmailMessage | None:
    language = mail.language or "nl"
    with force_locale(language):
        look_up = _values.get(mail.template)
        values = look_up(**mail.ids) if look_up else mail.ids
        if values is None or not mail.to_address:
            return None
        subject, body = (_render(mail.template, part, values) for part in ("subject", "body"))
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(settings.name, addr_spec=settings.mail_from)
    message["To"] = Address(addr_spec=mail.to_address)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.real_now())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n", cte="quoted-printable")
    message["Content-Language"] = language  # set_content would drop it
    return message


def _render(template: str, part: str, values: dict[str, Any]) -> str:
    settings = current()
    return current_app.jinja_env.get_template(f"mail/{template}/{part}.txt").render(
        academy_name=settings.name,
        public_url=settings.public_url,
        help_name=settings.help_name,
        help_phone=settings.help_phone,
        **values,
    )


def connect(settings: Settings, *, seconds: float = SMTP_SECONDS) -> smtplib.SMTP:
    """Return a connection to the mail server, over TLS and signed in as the settings say.

    Raises OSError, also for a certificate that is not the server's and for a wrong password.
    """
    host, port = settings.smtp_host, settings.smtp_port
    server: smtplib.SMTP
    if settings.smtp_tls == "tls":
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, port, timeout=seconds, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=seconds)
    try:
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _hand_over(message: EmailMessage, server: smtplib.SMTP) -> None:
    try:
        server.send_message(message)
        with suppress(OSError):  # after its 250 the mail is theirs, however they say goodbye
            server.quit()
    finally:
        server.close()


def _is_for_good(error: OSError) -> bool:
    """Say whether the server refuses this mail for good (5xx), so that a person must look."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code >= 500 for code, _reason in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPConnectError)
    return isinstance(error, smtplib.SMTPNotSupportedError)


def forget_addresses() -> None:
    """Forget the address of every mail that was settled a month ago, in the caller's unit of work.

    Row and key stay, so that nothing is sent twice.
    """
    before = clock.real_now() - KEPT
    db.session.execute(
        sa.update(OutgoingMail)
        .where(
            OutgoingMail.outcome.is_not(None),
            OutgoingMail.created_at < before,
            OutgoingMail.to_address.is_not(None),
        )
        .values(to_address=None)
    )
    queue.forget_done(JOB, before=before)


queue.register(JOB, deliver, lane="mail")
