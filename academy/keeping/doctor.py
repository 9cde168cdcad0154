"""Looking whether the academy can do its work here and now: a finding per subject."""

from __future__ import annotations

import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from academy.kernel import clock, disk, mail, queue, rekeying
from academy.kernel.checkpoint import chain_holds, read_checkpoint
from academy.kernel.db import db, set_reading
from academy.kernel.pdf.fonts import FACES
from academy.kernel.resources import vendor_file
from academy.kernel.settings import LOOPBACK, Settings
from certificates.adapters import badge_keys
from certificates.adapters.checkpoints import newest
from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import PURPOSES, KeyInfo, list_keys
from certificates.adapters.pinning import list_pinned
from certificates.adapters.signer import external_seal
from certificates.adapters.status_key import find_status_key
from certificates.adapters.timestamp import AuthorityAwayError, ask, authorities, request
from certificates.queries.archive import PATIENCE_DAYS, archive_stand
from certificates.queries.chained import has_chain, oldest_entry

LEAF_WARNING = timedelta(days=90)
LONGEST_WAIT = timedelta(minutes=1)
"""A due job that nobody takes for this long has no worker."""
MOST_SKEW = timedelta(seconds=5)
BACKUP_AGE = timedelta(days=2)
CHECKPOINT_AGE = timedelta(days=2)
LITTLE_SPACE, NO_SPACE = 1 << 30, 100 << 20
MAIL_SECONDS = 5.0

State = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found. A warning asks for somebody this week, a fault now."""

    subject: str
    state: State
    message: str


Look = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings) -> list[Finding]:
    """Return what was found, at least one finding per subject. Changes nothing.

    A database that is away is one finding; what lies in it is not looked at then.
    """
    findings = [one for look in (*_HERE, _mail) for one in look(settings)]
    db.session.rollback()
    set_reading(True)
    try:
        findings += [one for look in _IN_DATABASE for one in look(settings)]
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        kind = type(error.orig).__name__
        findings.append(Finding("database", "fault", f"the database cannot be reached ({kind})"))
    finally:
        db.session.rollback()
        set_reading(False)
    return findings


# --- this machine ---------------------------------------------------------------------------


def _settings(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        yield Finding("settings", "ok", "this may be the fictional academy (ACADEMY_DEMO=1)")
        return
    if settings.is_loopback:
        yield Finding(
            "settings", "warning", f"ACADEMY_PUBLIC_URL is {settings.public_url}: only this"
            " machine can open it, and it is printed in every QR code",
        )  # fmt: skip
    else:
        yield Finding("settings", "ok", f"people reach the academy at {settings.public_url}")
    if settings.mail_from.endswith(".example"):
        yield Finding("settings", "warning", "ACADEMY_MAIL_FROM is of the fictional academy")


def _secrets(settings: Settings) -> Iterator[Finding]:
    secrets = settings.var / "academy.env"
    if not secrets.exists():
        yield Finding("secrets", "ok", "the secrets come from the environment")
    elif secrets.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("secrets", "fault", f"others can read {secrets}; chmod 600 it")
    else:
        yield Finding("secrets", "ok", "only its owner reads academy.env")


def _storage(settings: Settings) -> Iterator[Finding]:
    folder = settings.storage
    while not folder.exists():  # it is made with the first certificate
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"doctor")
    except OSError as error:
        yield Finding("storage", "fault", f"{folder} cannot be written: {error.strerror}")
        return
    for place, free in disk.free_bytes(settings).items():
        state: State = "fault" if free < NO_SPACE else "warning" if free < LITTLE_SPACE else "ok"
        yield Finding("storage", state, f"{free >> 20} MB free at {place}")


def _keys(settings: Settings) -> Iterator[Finding]:
    keys = list_keys(settings.keys) if settings.keys.is_dir() else []
    now = clock.real_now()
    for purpose in PURPOSES:
        usable = [
            key
            for key in keys
            if key.purpose == purpose and key.has_private_key and key.valid_from <= now
        ]
        yield _key_finding(purpose, usable, now)
    able = {key.purpose for key in badge_keys.list_keys(settings.keys) if key.may_sign}
    wanted = badge_keys.ALL if settings.has_wallet else badge_keys.PURPOSES
    for kind in sorted(set(wanted) - able):
        yield Finding("keys", "fault", f"there is no {kind} key; make it with: academy keys init")
    if not settings.demo and (settings.keys / "root.key.pem").exists():
        yield Finding("keys", "warning", "the root key lies here still; take root.key.pem away")
    open_keys = [
        path.name
        for path in sorted(settings.keys.glob("*.key.pem"))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if open_keys:
        yield Finding("keys", "fault", f"others can read {', '.join(open_keys)}; chmod 600 them")


def _key_finding(purpose: str, usable: list[KeyInfo], now: datetime) -> Finding:
    if not usable:
        return Finding("keys", "fault", f"there is no key to seal {purpose} with")
    until = max(key.valid_until for key in usable)
    days = (until - now).days
    if until <= now:
        return Finding("keys", "fault", f"the key for {purpose} ended on {until:%Y-%m-%d}")
    state: State = "warning" if until - now < LEAF_WARNING else "ok"
    return Finding(
        "keys", state, f"the key for {purpose} seals until {until:%Y-%m-%d}, {days} days"
    )


def _sealing(settings: Settings) -> Iterator[Finding]:
    external = external_seal(settings)
    kind = (external or {}).get("kind", "own")
    source = {"own": "our own", "pkcs12": "in a PKCS#12 file", "pkcs11": "in a device"}[kind]
    first = "B-T, with a time stamp" if settings.tsa_url else "B-B, without a time stamp"
    level = f"{first}, and {settings.archive_level} later" if settings.archive_level else first
    yield Finding("sealing", "ok", f"level {level}; the seal is {source}")
    if external:
        yield _pinned_finding(settings)
    if settings.tsa_url:
        yield _authority_finding(settings)
    if settings.archive_level and not external:
        yield _status_finding(settings)


def _status_finding(settings: Settings) -> Finding:
    """Who validates our own seals later asks us whether they were revoked."""
    if find_status_key(settings.keys) is None:
        return Finding(
            "sealing", "fault", "no key tells of revoked keys; make it with: academy keys status"
        )
    return Finding("sealing", "ok", "a key tells whether our seals were revoked")


def _pinned_finding(settings: Settings) -> Finding:
    pinned = list_pinned(settings.keys)
    if not pinned:
        return Finding("sealing", "fault", "no seal from elsewhere is known; academy keys pin")
    return _key_finding("certificates (from elsewhere)", pinned, clock.real_now())


def _authority_finding(settings: Settings) -> Finding:
    host = urlsplit(settings.tsa_url).hostname
    try:
        authorities(settings)
        ask(settings.tsa_url, request(secrets.token_bytes(32), 1 << 62), seconds=MAIL_SECONDS)
    except KeysError:
        return Finding("sealing", "fault", "ACADEMY_TSA_CERT cannot be read")
    except AuthorityAwayError as error:
        kind = type(error.__cause__).__name__
        return Finding(
            "sealing", "fault", f"{host} gives no time stamp ({kind}); certificates wait"
        )
    return Finding("sealing", "ok", f"{host} answers a request for a time stamp")


def _fonts(_settings: Settings) -> Iterator[Finding]:
    missing = [face.file for face in FACES if not vendor_file(f"print/{face.file}").is_file()]
    if missing:
        yield Finding("fonts", "fault", f"missing: {', '.join(missing)}; run bin/assets")
    else:
        yield Finding("fonts", "ok", f"all {len(FACES)} faces of the documents are here")


def _mail(settings: Settings) -> Iterator[Finding]:
    if not settings.smtp_host:
        state: State = "ok" if settings.demo else "warning"
        yield Finding("mail", state, "no mail server is set (ACADEMY_SMTP_HOST); mail waits")
        return
    server = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with mail.connect(settings, seconds=MAIL_SECONDS) as smtp:
            smtp.noop()
    except OSError as error:  # every smtplib exception is one
        yield Finding("mail", "fault", f"{server} does not answer ({type(error).__name__})")
        return
    if settings.smtp_tls == "off" and settings.smtp_host not in LOOPBACK:
        yield Finding("mail", "warning", f"mail goes to {server} in the open (ACADEMY_SMTP_TLS)")
    else:
        yield Finding("mail", "ok", f"{server} answers")


def _backup(settings: Settings) -> Iterator[Finding]:
    checkpoint = read_checkpoint(settings.var)
    state: State = "ok" if settings.demo else "warning"
    if checkpoint is None:
        yield Finding("backup", state, "no backup was made from here yet")
        return
    age = clock.real_now() - checkpoint.at
    late = age > BACKUP_AGE
    yield Finding(
        "backup",
        "warning" if late else "ok",
        f"the last backup is of {checkpoint.at:%Y-%m-%d %H:%M}",
    )


def _checkpoints(settings: Settings) -> Iterator[Finding]:
    url = sa.make_url(settings.database_url)
    is_here = url.get_backend_name() == "sqlite" or url.host in {None, "", *LOOPBACK}
    database = Path(url.database or "") if url.get_backend_name() == "sqlite" else settings.var
    kept_elsewhere = bool(settings.checkpoint_mail) or settings.demo
    if is_here and not kept_elsewhere and _disk(settings.checkpoints) == _disk(database):
        yield Finding(
            "checkpoints", "warning", f"{settings.checkpoints} lies on the disk of the database;"
            " let ACADEMY_CHECKPOINTS name another one, or set ACADEMY_CHECKPOINT_MAIL",
        )  # fmt: skip
    last = newest(settings.checkpoints)
    if last is None:
        return  # whether there should be one, the register tells
    age = clock.real_today() - last
    late: State = "warning" if age > CHECKPOINT_AGE and not settings.demo else "ok"
    yield Finding("checkpoints", late, f"the last checkpoint is of {last}")


def _disk(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return path.stat().st_dev


# --- the database ---------------------------------------------------------------------------


def _tables(_settings: Settings) -> Iterator[Finding]:
    config = current_app.extensions["migrate"].migrate.get_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    connection = db.session.connection()
    here = MigrationContext.configure(connection).get_current_revision()
    yield Finding("database", "ok", f"{connection.dialect.name} answers")
    if here == newest:
        yield Finding("tables", "ok", f"the tables have the newest form ({newest})")
    else:
        yield Finding(
            "tables", "fault", f"the tables have form {here or 'none'} and the code wants {newest};"
            " run: academy db upgrade",
        )  # fmt: skip


def _clocks(_settings: Settings) -> Iterator[Finding]:
    if db.engine.dialect.name == "sqlite":
        yield Finding("clock", "ok", "database and academy share one clock")
        return
    before = clock.real_now()
    theirs: datetime = db.session.scalars(sa.select(sa.func.clock_timestamp())).one()
    skew = abs(theirs - before)
    state: State = "warning" if skew > MOST_SKEW else "ok"
    yield Finding(
        "clock", state, f"the database's clock differs {skew.total_seconds():.1f} seconds from ours"
    )


def _work(_settings: Settings) -> Iterator[Finding]:
    if not sa.inspect(db.session.connection()).has_table(queue.Job.__tablename__):
        return
    age = queue.oldest_waiting_age()
    if age is None:
        yield Finding("worker", "ok", "no job waits for a worker")
    else:
        state: State = "fault" if age > LONGEST_WAIT else "ok"
        yield Finding(
            "worker",
            state,
            f"the oldest due job waits {age.total_seconds():.0f} seconds for a worker",
        )
    if waiting := queue.count_waiting_for_disk():
        yield Finding(
            "worker", "fault", f"{waiting} jobs wait for a disk that is full or fails; when it is"
            " well they go on by themselves",
        )  # fmt: skip
    dead = len(queue.dead_letters())
    yield Finding("dead letters", "warning" if dead else "ok", f"{dead} jobs were given up")


def _proof(settings: Settings) -> Iterator[Finding]:
    if not settings.archive_level:
        return
    found = archive_stand()
    if found.ended:
        yield Finding(
            "proof",
            "fault",
            f"the time stamps of {found.ended} files ended and nobody renewed them",
        )
    if found.missed:
        yield Finding(
            "proof",
            "fault",
            f"{found.missed} files missed level {found.level}: their key or time stamp ended",
        )
    late = found.since is not None and (clock.real_now() - found.since).days >= PATIENCE_DAYS
    yield Finding(
        "proof",
        "warning" if late else "ok",
        f"{found.due} files wait for level {found.level}",
    )


def _no_checkpoint(settings: Settings) -> Iterator[Finding]:
    if newest(settings.checkpoints) is not None:
        return
    oldest = oldest_entry() if has_chain() else None
    if settings.demo or oldest is None or oldest > clock.real_now() - CHECKPOINT_AGE:
        yield Finding("checkpoints", "ok", "no checkpoint was kept yet; a worker does it every day")
        return
    yield Finding(
        "checkpoints", "warning", f"the register begins on {oldest:%Y-%m-%d} and"
        f" {settings.checkpoints} holds no checkpoint: were they taken away?",
    )  # fmt: skip


def _chain(settings: Settings) -> Iterator[Finding]:
    checkpoint = read_checkpoint(settings.var)
    if checkpoint is None:
        return
    if chain_holds(checkpoint):
        yield Finding("audit", "ok", "the audit chain holds what it held at the last backup")
    else:
        yield Finding(
            "audit", "fault", "the audit chain does not hold what it held at the last backup"
        )


def _notes(settings: Settings) -> Iterator[Finding]:
    """Say whether older keys are needed; with one key there is nothing to take out."""
    if len(settings.notes_key) == 1:
        yield Finding("notes key", "ok", "encrypted text has one key")
        return
    here = set(sa.inspect(db.session.connection()).get_table_names())
    if not here >= rekeying.table_names():
        return
    found = rekeying.look()
    lost, older = sum(one.lost for one in found), sum(one.older for one in found)
    if lost:
        yield Finding("notes key", "fault", f"{lost} texts do not open with any key")
    elif older:
        yield Finding(
            "notes key", "warning", f"{older} texts need an older key; run: academy keys notes"
        )
    else:
        yield Finding(
            "notes key", "warning", "no text needs an older key; take it out of ACADEMY_NOTES_KEY"
        )


_HERE: tuple[Look, ...] = (
    _settings,
    _secrets,
    _storage,
    _keys,
    _sealing,
    _fonts,
    _backup,
    _checkpoints,
)
_IN_DATABASE: tuple[Look, ...] = (
    _tables,
    _clocks,
    _work,
    _no_checkpoint,
    _chain,
    _notes,
    _proof,
)
