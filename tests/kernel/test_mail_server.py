"""The mail server: over TLS, with a name and a password, and never in the open by accident."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from academy.kernel import clock, mail, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from academy.kernel.queue import Job
from academy.kernel.settings import SettingsError, current, read_settings
from academy.people.models import SignInCode
from academy.people.tasks import FORGET_JOB, forget
from tests.architecture.test_docs import SECRETS
from tests.browser.live import free_port

USER, PASSWORD = "academie", "een geheim van de test"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate of this machine's address and its key, trusted by nobody yet."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


class Mailbox:
    """What arrived, and how it came."""

    def __init__(self) -> None:
        self.came: list[tuple[bool, bool]] = []

    async def handle_DATA(self, server: Any, session: Any, _envelope: Any) -> str:  # noqa: N802
        over_tls = server.transport.get_extra_info("ssl_object") is not None
        self.came.append((over_tls, bool(session.authenticated)))
        return "250 OK"


def fits(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    """Say whether name and password are those of the test."""
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def _knock(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()


@contextmanager
def server(mode: str, certificate: tuple[Path, Path], app: Flask) -> Iterator[Mailbox]:
    """Run a mail server over TLS that knows one name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    box = Mailbox()
    asked: dict[str, Any] = {"authenticator": fits}
    if mode == "starttls":
        asked |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    else:
        asked |= {"auth_require_tls": False}  # it does not know that all of it goes over TLS
    over = context if mode == "tls" else None
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, ssl_context=over, **asked)
    # Its own probe cannot speak TLS as a client.
    controller._trigger_server = lambda: _knock(port)  # type: ignore[method-assign]
    controller.start()
    before = app.extensions["academy.settings"]
    app.extensions["academy.settings"] = replace(
        before,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls=mode,
        smtp_user=USER,
        smtp_password=PASSWORD,
    )
    try:
        yield box
    finally:
        app.extensions["academy.settings"] = before
        controller.stop()


@pytest.fixture
def trusted(certificate, monkeypatch) -> None:
    """Let this machine trust the certificate, as it would an authority's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def send() -> None:
    with unit_of_work():
        mail.send("people/code", to="zoe@buurt.example", code_id=_code())
    queue.run_pending()


def _code() -> int:
    code = SignInCode(
        mailbox="zoe@buurt.example",
        nonce="n",
        created_at=clock.real_now(),
        expires_at=clock.real_now() + timedelta(minutes=15),
    )
    db.session.add(code)
    db.session.flush()
    return code.id


@pytest.fixture
def words(monkeypatch) -> None:
    """Let the mail of the test need nobody."""
    monkeypatch.setitem(mail._values, "people/code", lambda code_id: {"code": "123456"})


def outcome() -> str | None:
    found = db.session.scalar(sa.select(OutgoingMail.outcome))
    db.session.rollback()
    return found


@pytest.mark.usefixtures("trusted", "words")
@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_mail_goes_over_tls_with_name_and_password(app, certificate, mode):
    with server(mode, certificate, app) as box:
        send()
    assert outcome() == "sent"
    assert box.came == [(True, True)]


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_gets_no_mail_and_no_password(app, certificate, mode):
    with server(mode, certificate, app) as box:
        send()
    assert outcome() is None
    assert box.came == []
    assert db.session.scalar(sa.select(Job.state)) == "waiting"


@pytest.mark.usefixtures("trusted", "words")
def test_a_wrong_password_loses_no_mail(app, certificate, caplog):
    with server("tls", certificate, app) as box:
        wrong = replace(current(), smtp_password="een ander geheim")
        app.extensions["academy.settings"] = wrong
        send()
    assert (outcome(), box.came) == (None, [])
    state, tries = db.session.execute(sa.select(Job.state, Job.tries)).one()
    assert (state, tries) == ("waiting", 0)
    assert "SMTPAuthenticationError" in caplog.text
    assert "een ander geheim" not in caplog.text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"SMTP_TLS": "ja"}, "SMTP_TLS"),
        ({"SMTP_USER": "a"}, "SMTP_PASSWORD"),
        ({"SMTP_PASSWORD": "a"}, "SMTP_USER"),
        ({"SMTP_USER": "a", "SMTP_PASSWORD": "b", "SMTP_HOST": "mail.example"}, "SMTP_TLS"),
    ],
)
def test_settings_that_would_leak_or_fail_stop_the_start(changes, word):
    values = {f"ACADEMY_{name}": value for name, value in changes.items()}
    secrets = SECRETS | {"ACADEMY_NOTES_KEY": "one"}
    with pytest.raises(SettingsError, match=word):
        read_settings(secrets | values)


# --- what strangers leave behind ------------------------------------------------------------------


def test_the_mailbox_of_a_stranger_is_forgotten_after_a_day(app):
    now = clock.real_now()
    with unit_of_work():
        for hours in (1, 23, 25, 400):
            ended = now - timedelta(hours=hours)
            db.session.add(
                SignInCode(
                    mailbox=f"{hours}@test.example", nonce="n", created_at=ended, expires_at=ended
                )
            )
    forget()
    left = db.session.scalars(sa.select(SignInCode.mailbox).order_by(SignInCode.id)).all()
    assert left == ["1@test.example", "23@test.example"]


def test_the_address_of_a_settled_mail_is_forgotten_after_a_month(app):
    now = clock.real_now()
    with unit_of_work():
        for number, (days, how) in enumerate([(31, "sent"), (29, "sent"), (31, None)]):
            db.session.add(
                OutgoingMail(
                    message_id=f"<{number}@test.example>",
                    key=f"key{number}",
                    template="people/code",
                    to_address="zoe@buurt.example",
                    ids={},
                    created_at=now - timedelta(days=days),
                    outcome=how,
                )
            )
    forget()
    rows = db.session.execute(
        sa.select(OutgoingMail.key, OutgoingMail.to_address).order_by(OutgoingMail.id)
    ).all()
    address = "zoe@buurt.example"
    assert [tuple(row) for row in rows] == [("key0", None), ("key1", address), ("key2", address)]


def test_it_is_done_every_day_by_any_worker():
    today, tomorrow = (
        queue.rounds(clock.real_now() + timedelta(days=days))[FORGET_JOB] for days in (0, 1)
    )
    assert today != tomorrow
