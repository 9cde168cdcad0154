"""Who was forgotten comes back with no backup, older or not (T30, T24)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from academy.app import create_app
from academy.keeping.backup import back_up
from academy.keeping.restore import restore
from academy.kernel import queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.people.models import Person
from academy.privacy.adapters import forgotten
from academy.privacy.services import erasing
from certificates.models import Certificate
from tests.certificates.ready import commit_scene, issue
from tests.conftest import make_settings

pytestmark = [
    pytest.mark.trust("T30"),
    pytest.mark.slow,
    pytest.mark.sqlite,
    pytest.mark.skipif(
        os.environ.get("TEST_ON") == "postgresql", reason="puts a database file elsewhere"
    ),
]


NAME = b"Qzforget"


def test_a_restore_forgets_again(app, tmp_path: Path):
    scene = commit_scene("Qzforget")
    certificate_id = issue(scene)
    person_id = scene.holder.id
    number = db.session.get_one(Certificate, certificate_id).number
    db.session.rollback()
    (current().checkpoints / forgotten.FILE).unlink(missing_ok=True)
    back_up(tmp_path / "older", current(), with_private_keys=True)
    with unit_of_work():
        line = erasing.erase(person_id, {number: "withdraw"}, by=erasing.CLEARER)
    older, notes_key = current(), current().notes_key
    there = tmp_path / "other"
    settings = make_settings(
        f"sqlite:///{there / 'academy.sqlite'}", there, NOTES_KEY=",".join(notes_key)
    )
    shutil.copytree(older.checkpoints, settings.checkpoints)
    with create_app(settings).app_context():
        done = restore(tmp_path / "older", current(), replace=False)
        assert done.faults == ()
        assert any("forgotten again" in note for note in done.notes)
        assert forgotten.read(current().checkpoints) == (line,)
        name = db.session.get_one(Person, person_id).display_name
        db.session.rollback()
        queue.run_pending(strict=True)
        db.session.remove()
        db.engine.dispose()
    assert name == f"Deelnemer #{person_id}"
    left = [path for path in there.glob("academy.sqlite*") if NAME in path.read_bytes()]
    assert left == []


def test_a_backup_takes_the_list_along(app, tmp_path: Path):
    scene = commit_scene()
    person_id = scene.holder.id
    db.session.rollback()
    with unit_of_work():
        erasing.erase(person_id, {}, by=erasing.CLEARER)
    back_up(tmp_path / "kept", current(), with_private_keys=False)
    assert (tmp_path / "kept/checkpoints" / forgotten.FILE).is_file()
