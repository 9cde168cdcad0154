"""Putting a backup back: everything is looked at first, then the database changes in one step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from academy.keeping.backup import copy_durably, key_fingerprints, note_checkpoint
from academy.keeping.checks import all_faults
from academy.keeping.databases import database_at, is_empty
from academy.keeping.manifest import (
    CHECKPOINTS,
    FILES,
    KEYS,
    BackupError,
    Manifest,
    read_manifest,
    sha256_of,
)
from academy.kernel import ids
from academy.kernel.db import db, unit_of_work
from academy.kernel.durable import OWN, sync_folder, write_whole
from academy.kernel.settings import Settings
from academy.privacy.adapters import forgotten
from academy.privacy.adapters.wiping import wipe
from academy.privacy.services import requests


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that is in place; `faults` is what is wrong with it, `notes` what to know."""

    manifest: Manifest
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def restore(folder: Path, settings: Settings, *, replace: bool) -> Restored:
    """Put the backup in `folder` in place of an empty academy, or of any with `replace`.

    Raises BackupError, and then the academy is as it was. Must run in an application context,
    with web and workers stopped.
    """
    manifest = read_manifest(folder)
    database = database_at(settings.database_url)
    _refuse_strange(manifest, database.kind)
    db.session.remove()
    db.engine.dispose()
    if not replace and not is_empty(database.facts()):
        raise BackupError("the database is not empty; --replace puts the backup in its place")
    if not replace and _keys_differ(folder, manifest, settings):
        raise BackupError("there are other keys here; --replace moves them aside")
    database.refuse_company()
    stage = database.stage(folder / manifest.dump, manifest.facts)
    try:
        _add_files(folder / FILES, manifest, settings.storage)
        notes = _add_keys(folder, manifest, settings)
        notes += _add_checkpoints(folder, manifest, settings.checkpoints)
        stage.put_in_place()
        note_checkpoint(manifest, settings)
    except BaseException:
        stage.discard()
        raise
    faults = () if database.facts() == manifest.facts else ("the tables hold other rows",)
    if manifest.facts.revision != _newest():
        flask_migrate.upgrade()
        db.session.remove()
        notes += (f"the tables were brought from {manifest.facts.revision} to {_newest()}",)
    notes += _forget_again(folder / CHECKPOINTS, settings)
    return Restored(manifest, (*faults, *_notes_faults(manifest, settings), *all_faults()), notes)


def _forget_again(copied: Path, settings: Settings) -> tuple[str, ...]:
    """Erase once more who was erased after the backup was made."""
    for one in forgotten.read(copied):
        forgotten.add(settings.checkpoints, one)
    again = 0
    for one in forgotten.read(settings.checkpoints):
        with unit_of_work():
            again += requests.forget_again(one)
    if not again:
        return ()
    wipe()
    return (f"{again} people who asked to be forgotten were forgotten again",)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())


def _newest() -> str:
    return _scripts().get_current_head() or ""


def _refuse_strange(manifest: Manifest, kind: str) -> None:
    if manifest.database != kind:
        raise BackupError(
            f"this backup is of {manifest.database}, and ACADEMY_DATABASE_URL names {kind}"
        )
    try:
        _scripts().get_revision(manifest.facts.revision)
    except CommandError:
        raise BackupError(
            f"this backup is of a newer academy ({manifest.version}); upgrade this one first"
        ) from None


def _add_files(source: Path, manifest: Manifest, storage: Path) -> None:
    """Add what is not there; a file with the right name and other content is put right."""
    for name in manifest.below(FILES):
        target = storage / name
        if target.is_file() and sha256_of(target) == manifest.files[f"{FILES}/{name}"].sha256:
            continue
        write_whole(target, (source / name).read_bytes(), mode=OWN)


def _keys_differ(folder: Path, manifest: Manifest, settings: Settings) -> bool:
    return any(
        (settings.keys / name).is_file()
        and sha256_of(settings.keys / name) != sha256_of(folder / KEYS / name)
        for name in manifest.below(KEYS)
        if name.endswith(".cert.pem")
    )


def _add_keys(folder: Path, manifest: Manifest, settings: Settings) -> tuple[str, ...]:
    """Put keys that are missing back; other keys are moved aside, never thrown away."""
    notes: tuple[str, ...] = ()
    if _keys_differ(folder, manifest, settings):
        aside = settings.keys.with_name(f"{settings.keys.name}.before-{ids.nonce()}")
        settings.keys.rename(aside)
        notes += (f"the keys that were here were moved to {aside}",)
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in manifest.below(KEYS):
        if not (settings.keys / name).exists():
            copy_durably(folder / KEYS / name, settings.keys / name)
    sync_folder(settings.keys)
    if not any(settings.keys.glob("*.key.pem")):
        notes += ("there are no private keys here: put them back before anything is sealed",)
    return notes


def _add_checkpoints(folder: Path, manifest: Manifest, checkpoints: Path) -> tuple[str, ...]:
    """Put the checkpoints back; those that tell of what the backup does not hold go aside."""
    kept = manifest.below(CHECKPOINTS)
    here = sorted(path.name for path in checkpoints.glob("[0-9]*"))
    same = all(
        name in kept
        and sha256_of(checkpoints / name) == manifest.files[f"{CHECKPOINTS}/{name}"].sha256
        for name in here
    )
    notes: tuple[str, ...] = ()
    if not same:
        aside = checkpoints / f"before-{ids.nonce()}"  # the folder itself may be a disk
        aside.mkdir(mode=0o700)
        for name in here:
            (checkpoints / name).rename(aside / name)
        notes = (f"the checkpoints that were here were moved to {aside}",)
    if kept:
        checkpoints.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in kept:
        if not (checkpoints / name).exists():
            copy_durably(folder / CHECKPOINTS / name, checkpoints / name)
    return notes


def _notes_faults(manifest: Manifest, settings: Settings) -> tuple[str, ...]:
    missing = set(manifest.notes_keys) - set(key_fingerprints(settings))
    if not missing:
        return ()
    return ("ACADEMY_NOTES_KEY lacks a key of this backup: some coaching text cannot be read",)
