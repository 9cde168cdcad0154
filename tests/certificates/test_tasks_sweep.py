"""Cleaning up never takes the only copy of a certificate along, whatever the database says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from academy.kernel import clock
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.cli import certificates
from certificates.queries import checks
from certificates.tasks import sweep
from tests.certificates.failing_disks import settings_of

KNOWN = "a" * 64


@pytest.fixture(autouse=True)
def own_storage(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files of this test only, of which the register knows one."""
    for module in (sweep, checks):
        monkeypatch.setattr(module, "known_files", lambda: {KNOWN})
    with settings_of(app, storage=tmp_path / "own"):
        yield


def old_file(content: bytes, *, days: int = 2) -> Path:
    storage = Storage(current().storage)
    return aged(storage.path(storage.put(content)), days=days)


def aged(path: Path, *, days: int) -> Path:
    then = (clock.real_now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))
    return path


def aside() -> list[str]:
    return sorted(path.name for path in Storage(current().storage).aside.glob("*"))


def test_what_belongs_to_nothing_is_moved_aside_and_kept_for_a_while(app: Flask) -> None:
    orphan, fresh = old_file(b"orphan"), old_file(b"fresh", days=0)
    half = current().storage / ".half.pdf.x.tmp"
    half.write_bytes(b"ha")
    aged(half, days=2)
    sweep.sweep_files()

    assert (orphan.exists(), half.exists(), fresh.exists()) == (False, False, True)
    assert aside() == [orphan.name]
    moved = Storage(current().storage).aside / orphan.name
    assert moved.read_bytes() == b"orphan"
    aged(moved, days=89)
    sweep.sweep_files()
    assert aside() == [orphan.name]
    aged(moved, days=91)
    sweep.sweep_files()
    assert aside() == []


def test_what_the_register_knows_again_comes_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = old_file(b"orphan")
    sweep.sweep()
    aged(Storage(current().storage).aside / orphan.name, days=200)
    monkeypatch.setattr(sweep, "known_files", lambda: {orphan.stem})
    sweep.sweep()
    assert (orphan.read_bytes(), aside()) == (b"orphan", [])


@pytest.mark.parametrize("wrong", ["empty", "older"])
def test_with_a_suspect_database_nothing_moves_and_it_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    count = 1 if wrong == "empty" else checks.MOST_ORPHANS + 1
    if wrong == "empty":
        for module in (sweep, checks):
            monkeypatch.setattr(module, "known_files", set)
    files = [old_file(b"file %d" % number) for number in range(count)]
    run = app.test_cli_runner().invoke
    sweep.sweep_files()
    assert run(certificates, ["sweep"]).exit_code == 1

    assert all(path.exists() for path in files)
    (fault,) = checks.orphan_faults()
    assert fault.startswith(f"{count} stored files belong to nothing: is this the right database")
    assert run(certificates, ["sweep", "--all"]).exit_code == 0
    assert len(aside()) == count
