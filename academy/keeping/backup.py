"""Making a backup: a folder that is either whole or not there."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from academy.keeping.databases import database_at
from academy.keeping.manifest import (
    CHECKPOINTS,
    DATABASE,
    FILES,
    FORMAT,
    KEYS,
    BackupError,
    Manifest,
    keep_all,
    sha256_of,
    write_manifest,
)
from academy.kernel import clock, ids
from academy.kernel.checkpoint import Checkpoint, write_checkpoint
from academy.kernel.durable import sync_folder, write_new
from academy.kernel.settings import Settings
from academy.privacy.adapters import forgotten

PACKAGE = "samen-academie"
KEY_FILES = ("*.pem", "*.public.json", "*.lost")


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup; `warnings` are faults of the academy that it copied along."""

    folder: Path
    manifest: Manifest
    warnings: tuple[str, ...]


def back_up(target: Path, settings: Settings, *, with_private_keys: bool) -> Made:
    """Copy database, files and keys into the new folder `target`, while the academy runs.

    First the database, then the files: a file is always there before the row that names it. Raises
    BackupError when `target` holds something or the database cannot be copied.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} is not empty; give every backup a folder of its own")
    target.parent.mkdir(parents=True, exist_ok=True)
    growing = target.parent / f".{target.name}.{ids.nonce()}.tmp"
    growing.mkdir(mode=0o700)
    try:
        manifest, warnings = _fill(growing, settings, with_private_keys=with_private_keys)
        growing.rename(target)
    except BaseException:
        shutil.rmtree(growing)
        raise
    sync_folder(target.parent)
    note_checkpoint(manifest, settings)
    return Made(target, manifest, warnings)


def _fill(
    folder: Path, settings: Settings, *, with_private_keys: bool
) -> tuple[Manifest, tuple[str, ...]]:
    made_at = clock.real_now()
    for part in (DATABASE, FILES, KEYS, CHECKPOINTS):
        (folder / part).mkdir()
    database = database_at(settings.database_url)
    facts = database.copy_out(folder / DATABASE / database.dump_name)
    warnings = _copy_files(settings.storage, folder / FILES)
    _copy_keys(settings.keys, folder / KEYS, with_private_keys=with_private_keys)
    newest = _copy_checkpoints(settings.checkpoints, folder / CHECKPOINTS)
    manifest = Manifest(
        format=FORMAT,
        made_at=made_at.isoformat(),
        version=version(PACKAGE),
        database=database.kind,
        facts=facts,
        private_keys=any((folder / KEYS).glob("*.key.pem")),
        notes_keys=key_fingerprints(settings),
        files=keep_all(folder),
        checkpoint=newest,
    )
    write_manifest(folder, manifest)
    for path in (folder, *folder.iterdir()):
        if path.is_dir():
            sync_folder(path)
    return manifest, warnings


def key_fingerprints(settings: Settings) -> tuple[str, ...]:
    """Return a short hash of each key for coaching text: enough to recognise it, no more."""
    return tuple(
        hashlib.sha256(f"notes key {key}".encode()).hexdigest()[:16] for key in settings.notes_key
    )


def _copy_files(storage: Path, target: Path) -> tuple[str, ...]:
    """Copy what lies in the storage, and say of which files the content is not their name's."""
    warnings = []
    for path in sorted(storage.rglob("*")) if storage.is_dir() else ():
        if not path.is_file() or path.suffix == ".tmp":
            continue
        copy = target / path.relative_to(storage)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            copy_durably(path, copy)
        except FileNotFoundError:  # a file may be taken back while we copy; its row says so
            continue
        if len(path.stem) == 64 and sha256_of(copy) != path.stem:
            warnings.append(f"the file {path.name} was altered; it was copied as it is")
    return tuple(warnings)


def _copy_keys(keys: Path, target: Path, *, with_private_keys: bool) -> None:
    kept = (path for kind in KEY_FILES for path in keys.glob(kind))
    for path in sorted(kept):
        if with_private_keys or not path.name.endswith(".key.pem"):
            copy_durably(path, target / path.name)


def _copy_checkpoints(checkpoints: Path, target: Path) -> dict[str, Any] | None:
    """Copy every checkpoint with its signature, and who was erased; return what the newest says."""
    if (checkpoints / forgotten.FILE).is_file():
        copy_durably(checkpoints / forgotten.FILE, target / forgotten.FILE)
    found = sorted(checkpoints.glob("[0-9]*.json"))
    for path in found:
        copy_durably(path, target / path.name)
        signature = path.with_suffix(".sig")
        if signature.exists():
            copy_durably(signature, target / signature.name)
    return _said(found[-1]) if found else None


def _said(path: Path) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # `academy check` says that it was changed
        return None
    return said


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file so that only its owner reads it and it survives a power cut."""
    write_new(target, source.read_bytes())


def note_checkpoint(manifest: Manifest, settings: Settings) -> None:
    """Keep outside the database where the audit chain of this backup ends."""
    facts = manifest.facts
    at = datetime.fromisoformat(manifest.made_at)
    write_checkpoint(settings.var, Checkpoint(at, facts.audit_events, facts.audit_hash))
