"""A backup is whole or not there; a damaged one is refused before anything is touched."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.app import create_app
from academy.keeping.backup import back_up
from academy.keeping.manifest import BackupError, DamagedBackupError, read_manifest
from academy.keeping.restore import restore
from academy.kernel import audit
from academy.kernel.checkpoint import read_checkpoint
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import current
from academy.people.models import Person
from tests.certificates.ready import commit_scene, issue
from tests.conftest import make_settings
from tests.factories import make_person

NEEDS_SQLITE = pytest.mark.skipif(
    os.environ.get("TEST_ON") == "postgresql", reason="opens the database file itself"
)


@pytest.fixture
def academy(app: Flask) -> Flask:
    """An academy with one certificate."""
    issue(commit_scene())
    return app


@pytest.fixture
def kept(app: Flask, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an academy with one certificate; made once per run and copied."""
    made = tmp_path_factory.getbasetemp() / "backup"
    if not made.exists():
        issue(commit_scene())
        back_up(made, current(), with_private_keys=True)
    return shutil.copytree(made, tmp_path / "kept")


def elsewhere(folder: Path) -> Flask:
    """Another machine: an empty academy with the same secrets and its own folders."""
    settings = make_settings(
        f"sqlite:///{folder / 'academy.sqlite'}",
        folder,
        NOTES_KEY=",".join(current().notes_key),
    )
    return create_app(settings)


def digest(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_backup_says_what_is_in_it(academy: Flask, tmp_path: Path) -> None:
    back_up(tmp_path / "kept", current(), with_private_keys=False)
    manifest = read_manifest(tmp_path / "kept")
    persons = db.session.scalar(sa.select(sa.func.count()).select_from(Person))

    assert manifest.facts.tables["person"] == persons
    assert manifest.facts.tables["certificate"] == 1
    assert manifest.facts.audit_hash == db.session.scalar(sa.select(audit.AuditHead.hash))
    assert manifest.facts.revision
    assert len(manifest.below("files")) >= 1
    assert read_checkpoint(current().var).hash == manifest.facts.audit_hash


def test_only_the_owner_comes_into_a_backup(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_private_keys_come_only_when_asked_for(academy: Flask, tmp_path: Path) -> None:
    back_up(tmp_path / "public", current(), with_private_keys=False)
    assert list((tmp_path / "public/keys").glob("*.cert.pem"))
    assert not list((tmp_path / "public").rglob("*.key.pem"))
    everything = b"".join(digest(tmp_path / "public").values())
    assert current().keys_passphrase.encode() not in everything
    assert current().notes_key[0].encode() not in everything


def test_a_backup_never_overwrites(kept: Path) -> None:
    with pytest.raises(BackupError, match="not empty"):
        back_up(kept, current(), with_private_keys=False)


def test_a_failed_backup_leaves_nothing(academy: Flask, tmp_path: Path, monkeypatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("academy.keeping.backup.copy_durably", full)
    with pytest.raises(OSError, match="No space left"):
        back_up(tmp_path / "kept", current(), with_private_keys=False)
    assert list(tmp_path.iterdir()) == []


def test_an_altered_file_is_copied_and_named(academy: Flask, tmp_path: Path) -> None:
    path = min(current().storage.glob("*.pdf"))
    original = path.read_bytes()
    path.write_bytes(original + b"x")
    try:
        made = back_up(tmp_path / "kept", current(), with_private_keys=False)
    finally:
        path.write_bytes(original)
    assert any(path.name in warning for warning in made.warnings)
    read_manifest(tmp_path / "kept")


@NEEDS_SQLITE
def test_a_backup_comes_back_whole_on_another_machine(kept: Path, tmp_path: Path) -> None:
    other = elsewhere(tmp_path / "other")
    with other.app_context():
        done = restore(kept, current(), replace=False)
        assert done.faults == ()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Person))
        db.session.remove()
        db.engine.dispose()
    here, there = digest(kept / "files"), digest(tmp_path / "other/files")
    assert here == there


@NEEDS_SQLITE
def test_a_full_academy_is_replaced_only_when_asked(kept: Path, tmp_path: Path) -> None:
    other = elsewhere(tmp_path / "other")
    with other.app_context():
        restore(kept, current(), replace=False)
        with unit_of_work():
            make_person("Later")
            audit.record("test:thing:done", ("thing", 1), by=SYSTEM)
        with pytest.raises(BackupError, match="not empty"):
            restore(kept, current(), replace=False)
        done = restore(kept, current(), replace=True)
        assert done.faults == ()
        assert not db.session.scalar(sa.select(Person.id).where(Person.call_name == "Later"))
        db.session.remove()
        db.engine.dispose()


@NEEDS_SQLITE
def test_a_running_academy_is_not_replaced(kept: Path, tmp_path: Path) -> None:
    other = elsewhere(tmp_path / "other")
    with other.app_context():
        restore(kept, current(), replace=False)
        db.session.remove()
        running = sqlite3.connect(tmp_path / "other/academy.sqlite")
        running.execute("pragma journal_mode=wal")
        running.execute("select count(*) from person").fetchall()
        with pytest.raises(BackupError, match="running"):
            restore(kept, current(), replace=True)
        running.close()


DAMAGE = {
    "a flipped byte in a certificate": lambda folder: flip(next(folder.glob("files/*.pdf"))),
    "a flipped byte in the database": lambda folder: flip(folder / "database/academy.sqlite"),
    "a flipped byte in the manifest": lambda folder: flip(folder / "manifest.json"),
    "a shortened certificate": lambda folder: shorten(next(folder.glob("files/*.pdf"))),
    "no database": lambda folder: next(folder.glob("database/*")).unlink(),
    "no certificate": lambda folder: next(folder.glob("files/*.pdf")).unlink(),
    "no key": lambda folder: next(folder.glob("keys/*")).unlink(),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "no hash of the manifest": lambda folder: (folder / "manifest.sha256").unlink(),
    "a strange file": lambda folder: (folder / "files/strange.pdf").write_bytes(b"x"),
    "an older form": lambda folder: rewrite(folder, format=0),
    "no files": lambda folder: shutil.rmtree(folder / "files"),
}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def rewrite(folder: Path, **changes: object) -> None:
    """Change the manifest and its hash too, as somebody would who knows how it is made."""
    values = json.loads((folder / "manifest.json").read_text()) | changes
    text = json.dumps(values)
    (folder / "manifest.json").write_text(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    (folder / "manifest.sha256").write_text(f"{sha256}  manifest.json\n")


@NEEDS_SQLITE
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    damage: str, kept: Path, tmp_path: Path
) -> None:
    DAMAGE[damage](kept)
    other = elsewhere(tmp_path / "other")
    with other.app_context(), pytest.raises(BackupError):
        restore(kept, current(), replace=True)
    assert digest(tmp_path / "other") == {}


@NEEDS_SQLITE
def test_rows_that_the_manifest_does_not_know_are_refused(kept: Path, tmp_path: Path) -> None:
    values = json.loads((kept / "manifest.json").read_text())
    values["facts"]["tables"]["person"] += 1
    rewrite(kept, facts=values["facts"])
    other = elsewhere(tmp_path / "other")
    with other.app_context(), pytest.raises(BackupError, match="does not hold"):
        restore(kept, current(), replace=False)
    assert digest(tmp_path / "other") == {}


def test_all_that_is_damaged_is_named(kept: Path) -> None:
    flip(next(kept.glob("files/*.pdf")))
    next(kept.glob("keys/*.cert.pem")).unlink()
    with pytest.raises(DamagedBackupError) as refused:
        read_manifest(kept)
    assert len(refused.value.faults) == 2


@NEEDS_SQLITE
def test_a_backup_of_another_kind_of_database_is_refused(kept: Path, tmp_path: Path) -> None:
    rewrite(kept, database="postgresql")
    other = elsewhere(tmp_path / "other")
    with other.app_context(), pytest.raises(BackupError, match="postgresql"):
        restore(kept, current(), replace=False)


@NEEDS_SQLITE
def test_a_backup_of_a_newer_academy_is_refused(kept: Path, tmp_path: Path) -> None:
    facts = json.loads((kept / "manifest.json").read_text())["facts"]
    rewrite(kept, facts=facts | {"revision": "9999"})
    other = elsewhere(tmp_path / "other")
    with other.app_context(), pytest.raises(BackupError, match="newer"):
        restore(kept, current(), replace=False)


@NEEDS_SQLITE
def test_other_keys_stay_where_they_are_or_are_moved_aside(kept: Path, tmp_path: Path) -> None:
    other = elsewhere(tmp_path / "other")
    (tmp_path / "other/keys").mkdir()
    (tmp_path / "other/keys/root.cert.pem").write_text("of another academy")
    with other.app_context():
        with pytest.raises(BackupError, match="other keys"):
            restore(kept, current(), replace=False)
        done = restore(kept, current(), replace=True)
        db.engine.dispose()
    assert done.faults == ()
    assert any("moved to" in note for note in done.notes)
    [aside] = (tmp_path / "other").glob("keys.before-*")
    assert (aside / "root.cert.pem").read_text() == "of another academy"


@NEEDS_SQLITE
def test_a_missing_key_for_coaching_text_is_named(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    other = create_app(make_settings(f"sqlite:///{folder / 'academy.sqlite'}", folder))
    with other.app_context():
        done = restore(kept, current(), replace=False)
        db.engine.dispose()
    assert any("ACADEMY_NOTES_KEY" in fault for fault in done.faults)


@NEEDS_SQLITE
def test_what_is_written_meanwhile_does_not_tear_a_backup(app: Flask, tmp_path: Path) -> None:
    """Each transaction adds a person and an audit event; a copy holds both or neither."""
    stop = threading.Event()

    def write() -> None:
        with app.app_context():
            number = 0
            while not stop.is_set():
                number += 1
                with unit_of_work():
                    make_person(f"Somebody {number}")
                    audit.record("test:person:made", ("person", number), by=SYSTEM)

    before = db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0
    db.session.rollback()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [
            back_up(tmp_path / str(number), current(), with_private_keys=False).manifest.facts
            for number in range(20)
        ]
    finally:
        stop.set()
        writer.join()
    for facts in made:
        assert facts.tables["audit_event"] == facts.audit_events
        assert facts.tables["person"] - before == facts.audit_events
    assert made[-1].audit_events > made[0].audit_events
