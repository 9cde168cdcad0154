"""Every day the ends of both chains are kept outside the database, signed, and believed later."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import audit, clock
from academy.kernel.audit import AuditEvent, AuditHead, chain_hash
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import current
from certificates.adapters import checkpoints
from certificates.adapters.keys import init_keys, list_keys
from certificates.models import Certificate, CertificateEvent, ChainEntry, ChainHead, SigningKey
from certificates.queries.chain_checks import chain_faults
from certificates.queries.checkpoints import checkpoint_faults
from certificates.rules.chain import GENESIS, entry_hash
from certificates.rules.checkpoint import CheckpointError, read
from certificates.services.keys import enter_key
from certificates.services.life import add_event
from certificates.tasks.checkpoint import keep_checkpoint, mail_values, make_checkpoint
from tests.certificates.ready import make_keys
from tests.certificates.registered import make_registered

pytestmark = pytest.mark.trust("T32")
FIRST = date(2026, 11, 20)
DAYS = 3


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An academy with a register and three checkpoints, a step between each."""
    make_keys()
    found = tmp_path / "checkpoints"
    settings = replace(current(), checkpoints=found, checkpoint_mail="bestuur@elders.example")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    ids = make_registered()
    for number in range(DAYS):
        keep_checkpoint(FIRST + timedelta(days=number))
        with unit_of_work():
            add_event(db.session.get_one(Certificate, ids[3]), "reprinted", by=SYSTEM)
    db.session.rollback()
    return found


def faults() -> list[str]:
    db.session.rollback()
    found = [*audit.chain_faults(), *chain_faults(), *checkpoint_faults()]
    db.session.rollback()
    return found


def test_checkpoints_of_an_untouched_academy_have_no_fault(folder):
    assert [path.name for path in sorted(folder.glob("*.json"))] == [
        "2026-11-20.json",
        "2026-11-21.json",
        "2026-11-22.json",
    ]
    assert faults() == []


def test_each_names_the_one_before_and_says_where_the_chains_stood(folder):
    data = [(folder / f"2026-11-2{number}.json").read_bytes() for number in range(DAYS)]
    found = [read(one) for one in data]
    assert [one.previous for one in found] == [
        None,
        *(hashlib.sha256(one).hexdigest() for one in data[:2]),
    ]
    assert [one.register.rows for one in found] == [9, 10, 11]
    assert dict(found[0].standings) == {"revoked": 1, "valid": 3, "withdrawn": 1}


def test_a_second_time_on_a_day_changes_nothing(folder):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    keep_checkpoint(FIRST)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_every_checkpoint_is_mailed_once_with_what_is_needed_to_check_it(folder):
    keep_checkpoint(FIRST)
    sent = sa.select(OutgoingMail.ids).where(OutgoingMail.template == "certificates/checkpoint")
    assert [one["day"] for one in db.session.scalars(sent.order_by(OutgoingMail.id))] == [
        "2026-11-20",
        "2026-11-21",
        "2026-11-22",
    ]
    values = mail_values("2026-11-21")
    assert values is not None
    assert values["checkpoint"] == (folder / "2026-11-21.json").read_text()
    assert base64.b64decode(values["signature"]) == (folder / "2026-11-21.sig").read_bytes()
    assert mail_values("2026-11-25") is None


def test_without_keys_there_is_no_checkpoint(app, tmp_path, monkeypatch):
    settings = replace(current(), checkpoints=tmp_path / "none", keys=tmp_path / "no-keys")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    make_checkpoint()
    assert not (tmp_path / "none").exists()
    assert checkpoint_faults() == []


def test_the_job_keeps_the_checkpoint_of_today(folder):
    make_checkpoint()
    assert (folder / f"{clock.real_today()}.json").exists()
    assert faults() == []


def test_openssl_alone_can_check_one(folder, tmp_path):
    """As docs/operations.md says."""
    key_id = read((folder / "2026-11-21.json").read_bytes()).key_id
    certificate = current().keys / f"certificates-{key_id}.cert.pem"
    public = tmp_path / "public.pem"
    words = ["openssl", "x509", "-in", str(certificate), "-pubkey", "-noout", "-out", str(public)]
    subprocess.run(words, check=True)

    def checked() -> bool:
        return subprocess.run(
            [
                *("openssl", "dgst", "-sha256", "-verify", str(public)),
                *("-signature", str(folder / "2026-11-21.sig"), str(folder / "2026-11-21.json")),
            ],
            capture_output=True,
            check=False,
        ).returncode == 0  # fmt: skip

    assert checked()
    (folder / "2026-11-21.json").write_bytes(b"{}")
    assert not checked()


# --- attacks on the database -----------------------------------------------------------------


def rows_of(table: Any, order: Any) -> list[dict[str, Any]]:
    rows = db.session.execute(sa.select(*table.__table__.columns).order_by(order))
    return [dict(row) for row in rows.mappings()]


def put(table: Any, head: Any, rows: list[dict[str, Any]], count: str) -> None:
    """Put a chain that was made anew in the place of the real one, with its head."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.delete(table))
        connection.execute(sa.insert(table), rows)
        values = {"hash": rows[-1]["hash"], count: len(rows)}
        connection.execute(sa.update(head).values(values))


def rewrite_register(change: Callable[[list[dict[str, Any]]], object]) -> None:
    rows = rows_of(ChainEntry, ChainEntry.position)
    change(rows)
    previous = GENESIS
    for position, row in enumerate(rows, 1):
        row |= {"position": position, "previous": previous}
        row["hash"] = previous = entry_hash(row)
    put(ChainEntry, ChainHead, rows, "entries")


def rewrite_audit(change: Callable[[list[dict[str, Any]]], object]) -> None:
    rows = rows_of(AuditEvent, AuditEvent.id)
    change(rows)
    previous = GENESIS
    for row in rows:
        row["previous"] = previous
        row["hash"] = previous = chain_hash(row)
    put(AuditEvent, AuditHead, rows, "events")


@pytest.mark.trust("T32", planted=True)
def test_a_register_written_anew_is_found_at_every_checkpoint(folder):
    rewrite_register(lambda rows: rows[0].update(at=rows[0]["at"] - timedelta(days=1)))
    event = sa.select(sa.func.min(CertificateEvent.id)).scalar_subquery()
    at = CertificateEvent.at
    with db.engine.begin() as connection:
        first = connection.execute(sa.select(at).where(CertificateEvent.id == event)).scalar_one()
        connection.execute(
            sa.update(CertificateEvent)
            .where(CertificateEvent.id == event)
            .values(at=first - timedelta(days=1))
        )
    assert faults() == [
        f"the register does not hold what it held at the checkpoint of 2026-11-2{number}"
        for number in range(DAYS)
    ]


@pytest.mark.trust("T32", planted=True)
def test_a_tail_that_was_cut_off_is_found_by_the_newest(folder):
    """Chain, head and steps are cut alike; only what lies outside the database knows."""
    rewrite_register(lambda rows: [rows.pop(), rows.pop()])
    steps = sa.select(CertificateEvent.id).order_by(CertificateEvent.id.desc()).limit(2)
    with db.engine.begin() as connection:
        gone = list(connection.execute(steps).scalars())
        connection.execute(sa.delete(CertificateEvent).where(CertificateEvent.id.in_(gone)))
    assert faults() == ["the register does not hold what it held at the checkpoint of 2026-11-22"]


@pytest.mark.trust("T32", planted=True)
def test_an_audit_chain_written_anew_is_found(folder):
    rewrite_audit(lambda rows: rows[2].update(result="refused"))
    assert faults() == [
        f"the audit chain does not hold what it held at the checkpoint of 2026-11-2{number}"
        for number in range(DAYS)
    ]


# --- attacks on the checkpoints --------------------------------------------------------------


def swapped_signatures(folder: Path) -> None:
    first, second = folder / "2026-11-20.sig", folder / "2026-11-21.sig"
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)


def edited(folder: Path) -> None:
    path = folder / "2026-11-21.json"
    values = json.loads(path.read_text())
    values["register"]["rows"] = 3
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n")


ATTACKS: dict[str, Callable[[Path], object]] = {
    "one is gone": lambda folder: (folder / "2026-11-21.json").unlink(),
    "a signature is gone": lambda folder: (folder / "2026-11-21.sig").unlink(),
    "one is edited": edited,
    "one is empty": lambda folder: (folder / "2026-11-21.json").write_bytes(b""),
    "one is no JSON": lambda folder: (folder / "2026-11-21.json").write_bytes(b"\xff{"),
    "one is another day's": lambda folder: (folder / "2026-11-21.json").write_bytes(
        (folder / "2026-11-20.json").read_bytes()
    ),
    "signatures are swapped": swapped_signatures,
}


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_change_of_the_checkpoints_is_found(folder, attack):
    attack(folder)
    assert faults() != []


@pytest.mark.trust("T32", planted=True)
def test_a_checkpoint_that_another_key_signed_is_found(folder, tmp_path):
    """Somebody who rewrites all and signs it has a key, but not ours."""
    others = tmp_path / "others"
    init_keys(others, "a passphrase of somebody else", now=clock.real_now())
    said = read((folder / "2026-11-22.json").read_bytes())
    data, signature = checkpoints.sign(
        said, keys_folder=others, passphrase="a passphrase of somebody else", now=clock.real_now()
    )
    checkpoints.keep(folder, said.day, data=data, signature=signature)
    assert faults() == ["the checkpoint of 2026-11-22 was changed"]


@pytest.mark.trust("T32", planted=True)
def test_a_checkpoint_signed_after_its_key_was_lost_is_found(folder):
    key_id = read((folder / "2026-11-22.json").read_bytes()).key_id
    info = next(key for key in list_keys(current().keys) if key.key_id == key_id)
    moment = read((folder / "2026-11-21.json").read_bytes()).as_of
    with unit_of_work():
        row = db.session.get_one(SigningKey, enter_key(info))
        row.compromised_at = moment
    assert faults() == [
        f"the checkpoint of 2026-11-2{number} was signed with a key that others had by then"
        for number in (1, 2)
    ]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"form": "other"}', b"[" * 9999])
def test_what_is_no_checkpoint_is_refused_by_name(data):
    with pytest.raises(CheckpointError):
        read(data)
