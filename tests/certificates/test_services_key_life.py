"""The drill: a new key in place of an old one, and a key that fell into other hands (T38)."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.keeping.backup import back_up
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.settings import Settings, current
from academy.kernel.storage import Storage
from certificates.adapters import badge_keys
from certificates.adapters.keys import KeysError, init_keys, list_keys, load_signer
from certificates.adapters.make import make_certificate
from certificates.cli.keys import compromise, keys_list, rotate
from certificates.models import Certificate, SigningKey
from certificates.queries.verification import check_hash, check_number, check_upload
from certificates.services import key_life
from certificates.tasks import issuing
from tests.certificates.papers import FONTS, make_printed
from tests.certificates.ready import Scene, grant, make_ready, make_scene
from tests.factories import make_enrolment, make_person

PASSPHRASE = "a passphrase that only this drill knows"
TOGETHER = 5
pytestmark = [pytest.mark.slow, pytest.mark.trust("T38")]


@pytest.fixture
def settings(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An academy with keys of this test; the root lies elsewhere."""
    found = replace(
        current(),
        keys=tmp_path / "keys",
        storage=tmp_path / "files",
        keys_passphrase=PASSPHRASE,
    )
    monkeypatch.setitem(app.extensions, "academy.settings", found)
    made = init_keys(found.keys, PASSPHRASE, now=clock.real_now() - timedelta(days=2))
    made.root_private_key.rename(tmp_path / "root.key.pem")
    return found


@pytest.fixture
def root(settings: Settings, tmp_path: Path) -> Path:
    """Where the root's private key was taken to."""
    return tmp_path / "root.key.pem"


@pytest.fixture
def scenes(settings: Settings) -> list[Scene]:
    """Ten people of one group who did everything."""
    with unit_of_work():
        scene = make_scene()
        more = [make_person(f"Holder {number}", "Jansen") for number in range(2 * TOGETHER - 1)]
        enrolments = [make_enrolment(scene.cohort, one) for one in more]
        for enrolment in enrolments:
            make_ready(enrolment, by=scene.trainer)
        db.session.flush()
        return [scene] + [
            replace(scene, enrolment=enrolment, holder=holder)
            for enrolment, holder in zip(enrolments, more, strict=True)
        ]


def issued(scenes: list[Scene]) -> list[bytes]:
    """Issue certificates to these people and return their files."""
    files = []
    for scene in scenes:
        certificate_id = grant(scene)
        issuing.issue(certificate_id)
        sha256 = db.session.get_one(Certificate, certificate_id).sha256
        db.session.rollback()
        files.append(Storage(current().storage).get(sha256 or ""))
    return files


def verdicts(files: list[bytes]) -> list[str]:
    found = [check_upload(data).finding.verdict for data in files]
    db.session.rollback()
    return found


def working_key() -> str:
    """Return the id of the key that seals certificates now."""
    return load_signer(
        current().keys, "certificates", PASSPHRASE, now=clock.real_now()
    ).info.key_id  # fmt: skip


def forged(keys_folder: Path) -> bytes:
    """Return a certificate that a thief made with a key of ours."""
    return make_certificate(
        make_printed(),
        "residents",
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=clock.real_now(),
        fonts_folder=FONTS,
    ).pdf


@pytest.mark.trust("T38", planted=True)
def test_the_whole_drill(settings: Settings, root: Path, scenes: list[Scene], tmp_path) -> None:
    """Five with the first key, five with the second; then the first turns out to be stolen."""
    first = working_key()
    old = issued(scenes[:TOGETHER])
    shutil.copytree(settings.keys, tmp_path / "thief")
    key_life.rotate("certificates", root=root)
    assert working_key() != first
    new = issued(scenes[TOGETHER:])
    assert verdicts(old + new) == ["original"] * 10

    forgery = forged(tmp_path / "thief")
    key_life.compromise(first, since=clock.now() + timedelta(minutes=1))

    assert verdicts(old + new) == ["original"] * 10
    assert verdicts([forgery]) == ["unknown"]


@pytest.mark.trust("T38", planted=True)
def test_what_was_registered_after_the_loss_is_not_believed_by_its_seal(
    settings: Settings, scenes: list[Scene]
) -> None:
    """The number still stands in the register: somebody decided on it."""
    with clock.at(clock.now() - timedelta(hours=1)):
        [before] = issued(scenes[:1])
    [after] = issued(scenes[1:2])
    number = check_upload(after).finding.number or ""
    db.session.rollback()

    key_life.compromise(working_key(), since=clock.now() - timedelta(minutes=30))

    assert verdicts([before, after]) == ["original", "unknown"]
    reasons = check_upload(after).finding.reasons
    assert [one.code for one in reasons] == ["key_lost"]
    assert check_hash(hashlib.sha256(after).hexdigest()).finding.verdict == "unknown"
    assert check_number(number).finding.verdict == "original"


@pytest.mark.trust("T38", planted=True)
def test_a_lost_key_seals_nothing_also_when_a_backup_brings_it_back(
    settings: Settings, root: Path, scenes: list[Scene], tmp_path: Path
) -> None:
    first = working_key()
    shutil.copytree(settings.keys, tmp_path / "copy")
    key_life.compromise(first, since=clock.now())
    with pytest.raises(DocumentError):
        issued(scenes[:1])

    for path in (tmp_path / "copy").glob("*.key.pem"):
        shutil.copy2(path, settings.keys / path.name)
    with pytest.raises(DocumentError):
        issued(scenes[1:2])

    (settings.keys / f"{first}.lost").unlink()
    with pytest.raises(KeysError, match="verkeerde handen"):
        issued(scenes[2:3])
    key_life.rotate("certificates", root=root)
    assert verdicts(issued(scenes[3:4])) == ["original"]


def test_the_old_key_stays_listed_and_its_private_half_is_gone(
    settings: Settings, root: Path
) -> None:
    first = working_key()
    made = key_life.rotate("certificates", root=root)

    assert made.ended == (first,)
    assert list(settings.keys.glob(f"*-{first}.key.pem")) == []
    assert first in {key.key_id for key in list_keys(settings.keys)}
    [fresh] = settings.keys.glob(f"*-{made.fresh.key_id}.key.pem")
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
    retired = sa.select(SigningKey.retired_at).where(SigningKey.kid == first)
    assert db.session.scalar(retired) is not None or first not in {
        one.kid for one in db.session.scalars(sa.select(SigningKey))
    }


def test_another_root_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    other = init_keys(tmp_path / "other", PASSPHRASE, now=clock.real_now())
    first = working_key()
    before = sorted(settings.keys.iterdir())
    with pytest.raises(KeysError, match="niet de basis"):
        key_life.rotate("certificates", root=other.root_private_key)
    with pytest.raises(KeysError, match="--root"):
        key_life.rotate("certificates", root=None)
    assert (working_key(), sorted(settings.keys.iterdir())) == (first, before)


@pytest.mark.parametrize("purpose", badge_keys.PURPOSES)
def test_keys_of_credentials_are_renewed_without_a_root(settings: Settings, purpose: str) -> None:
    made = key_life.rotate(purpose, root=None)
    keys = {key.key_id: key for key in badge_keys.list_keys(settings.keys)}
    assert keys[made.fresh.key_id].may_sign
    [old] = made.ended
    assert keys[old].retired_at is not None
    assert not keys[old].has_private_key

    key_life.compromise(made.fresh.key_id, since=clock.now())
    keys = {key.key_id: key for key in badge_keys.list_keys(settings.keys)}
    assert keys[made.fresh.key_id].compromised_at is not None


def test_a_loss_is_entered_once_and_never_moved_later(settings: Settings) -> None:
    key_id = working_key()
    key_life.compromise(key_id, since=clock.now())
    for since in (clock.now(), clock.now() + timedelta(hours=1), clock.now() + timedelta(days=9)):
        with pytest.raises(KeysError):
            key_life.compromise(key_id, since=since)
        said = datetime.fromisoformat((settings.keys / f"{key_id}.lost").read_text().strip())
        assert said == clock.now()  # the folder did not move it either
    earlier = clock.now() - timedelta(days=1)
    key_life.compromise(key_id, since=earlier)
    found = sa.select(SigningKey.compromised_at).where(SigningKey.kid == key_id)
    assert db.session.scalar(found) == earlier
    db.session.rollback()
    with pytest.raises(KeysError, match="is er niet"):
        key_life.compromise("0" * 16, since=earlier)


def test_every_step_is_in_the_audit(settings: Settings, root: Path) -> None:
    first = working_key()
    key_life.rotate("certificates", root=root)
    key_life.compromise(first, since=clock.now())
    actions = set(db.session.scalars(sa.select(AuditEvent.action)))
    assert actions >= {"certificates:key:entered", "certificates:key:compromised"}


# --- the commands ----------------------------------------------------------------------------


@pytest.mark.trust("T38", planted=True)
def test_no_command_prints_or_backs_up_the_passphrase(
    app: Flask, settings: Settings, root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    run = app.test_cli_runner().invoke
    first = working_key()
    answers = [
        run(rotate, ["--root", str(root)]),
        run(compromise, [first, "--at", "2026-11-22T14:30"]),
        run(keys_list, []),
        run(keys_list, ["--json"]),
        run(rotate, []),
    ]
    assert [answer.exit_code for answer in answers] == [0, 0, 0, 0, 1]
    said = "".join(answer.output for answer in answers) + caplog.text
    back_up(tmp_path / "kept", settings, with_private_keys=True)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert PASSPHRASE not in said
    assert PASSPHRASE.encode() not in kept
    assert f"{first}.lost" in {path.name for path in (tmp_path / "kept/keys").iterdir()}
    rows = {row["key_id"]: row for row in json.loads(answers[3].output)}
    assert rows[first]["state"] == "compromised"
    assert rows[first]["compromised_at"] == "2026-11-22T13:30:00+00:00"
    assert {row["purpose"] for row in rows.values()} == set(key_life.PURPOSES) - {"wallet"}
    assert "vernietigd" in answers[0].output


@pytest.mark.parametrize("moment", ["gisteren", "2999-01-01T00:00"])
def test_a_moment_that_is_none_is_refused(app: Flask, settings: Settings, moment: str) -> None:
    answer = app.test_cli_runner().invoke(compromise, [working_key(), "--at", moment])
    assert answer.exit_code == 1
