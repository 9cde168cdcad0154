"""Doctor and backup know the daily checkpoints; a restore leaves none that does not fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.keeping.backup import back_up
from academy.keeping.doctor import Finding, examine
from academy.keeping.manifest import read_manifest
from academy.keeping.restore import restore
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import Settings, current
from certificates.models import ChainEntry
from certificates.queries.checkpoints import checkpoint_faults
from certificates.tasks.checkpoint import keep_checkpoint
from tests.certificates.ready import commit_scene, issue
from tests.keeping.test_backup import NEEDS_SQLITE, elsewhere

DAY = date(2026, 11, 20)


@pytest.fixture
def settings(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An academy with one certificate and one checkpoint, in a folder of this test."""
    found = replace(current(), checkpoints=tmp_path / "checkpoints", checkpoint_mail="")
    monkeypatch.setitem(app.extensions, "academy.settings", found)
    issue(commit_scene())
    keep_checkpoint(DAY)
    db.session.rollback()
    return found


def said(settings: Settings) -> list[Finding]:
    return [one for one in examine(settings) if one.subject == "checkpoints"]


def test_a_backup_prints_the_newest_checkpoint_and_takes_all_along(settings, tmp_path):
    keep_checkpoint(DAY + timedelta(days=1))
    back_up(tmp_path / "kept", settings, with_private_keys=False)
    manifest = read_manifest(tmp_path / "kept")
    assert manifest.checkpoint is not None
    assert manifest.checkpoint["day"] == "2026-11-21"
    assert len(manifest.below("checkpoints")) == 4


@NEEDS_SQLITE
def test_a_restored_academy_fits_its_checkpoints(settings, tmp_path):
    """What was kept after the backup goes aside: the old database cannot hold it."""
    back_up(tmp_path / "kept", settings, with_private_keys=False)
    keep_checkpoint(DAY + timedelta(days=1))
    other = elsewhere(tmp_path / "other")
    later = tmp_path / "other" / "checkpoints"
    later.mkdir(parents=True)
    for path in settings.checkpoints.iterdir():
        (later / path.name).write_bytes(path.read_bytes())
    with other.app_context():
        done = restore(tmp_path / "kept", current(), replace=False)
        assert (done.faults, checkpoint_faults()) == ((), [])
        db.session.remove()
        db.engine.dispose()
    assert [path.name for path in sorted(later.glob("*.json"))] == ["2026-11-20.json"]
    assert len(list(later.glob("before-*/2026-11-21.json"))) == 1
    assert any("checkpoints that were here" in note for note in done.notes)


def test_checkpoints_on_the_disk_of_the_database_are_a_warning(settings):
    on_one_disk, last = said(settings)
    assert (on_one_disk.state, last.state) == ("warning", "warning")
    assert "ACADEMY_CHECKPOINTS" in on_one_disk.message
    mailed = replace(settings, checkpoint_mail="bestuur@elders.example")
    assert len(said(mailed)) == 1


def test_a_checkpoint_of_today_is_well(settings):
    keep_checkpoint(clock.real_today())
    assert said(settings)[-1].state == "ok"


def test_before_the_first_checkpoint_nothing_is_wrong(settings, tmp_path):
    fresh = replace(settings, checkpoints=tmp_path / "none", demo=True)
    assert [one.state for one in said(fresh)] == ["ok"]


def test_a_register_of_before_without_any_checkpoint_is_a_warning(settings, tmp_path):
    gone = replace(
        settings, checkpoints=tmp_path / "none", checkpoint_mail="bestuur@elders.example"
    )
    assert said(gone)[-1].state == "ok"  # of today: the worker may still do it
    with unit_of_work():
        db.session.execute(sa.update(ChainEntry).values(at=clock.real_now() - timedelta(days=3)))
    found = said(gone)[-1]
    assert found.state == "warning"
    assert "were they taken away" in found.message
