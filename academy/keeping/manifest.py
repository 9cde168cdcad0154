"""What a backup says about itself, and whether the folder still is what it says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
DATABASE, FILES, KEYS, CHECKPOINTS = "database", "files", "keys", "checkpoints"


class BackupError(Exception):
    """A backup was not made or not put back; the sentence says why and nothing was changed."""


class DamagedBackupError(BackupError):
    """A backup is incomplete or was changed; `faults` names every place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("this backup is damaged; nothing was changed")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a database holds: rows per table, the end of the audit chain, the migration."""

    tables: dict[str, int]
    audit_events: int
    audit_hash: str
    revision: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that a restore must find again.

    `notes_keys` are fingerprints of the keys for coaching text; the keys are not in a backup.
    `checkpoint` is what the newest daily checkpoint says, None when there was none.
    """

    format: int
    made_at: str
    version: str
    database: str
    facts: Facts
    private_keys: bool
    notes_keys: tuple[str, ...]
    files: dict[str, Kept]
    checkpoint: dict[str, Any] | None = None

    @property
    def dump(self) -> str:
        """The path of the database in the backup."""
        return next(path for path in self.files if path.startswith(f"{DATABASE}/"))

    def below(self, folder: str) -> list[str]:
        """Return the names of the kept files below `folder`."""
        prefix = f"{folder}/"
        return [path.removeprefix(prefix) for path in self.files if path.startswith(prefix)]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_all(folder: Path) -> dict[str, Kept]:
    """Return every file below `folder` by its path, as it is now."""
    return {
        path.relative_to(folder).as_posix(): Kept(sha256_of(path), path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and the hash that guards it, in the form of `sha256sum`."""
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    (folder / SEAL).write_text(f"{sha256_of(folder / MANIFEST)}  {MANIFEST}\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup of which every file was checked.

    Raises DamagedBackupError with all that is wrong, BackupError for what is no backup of ours.
    """
    if not (folder / MANIFEST).is_file():
        raise BackupError(f"{folder} holds no {MANIFEST}: it is no backup, or was never finished")
    manifest = _parsed(folder)
    if manifest.format != FORMAT:
        raise BackupError(f"this backup has form {manifest.format}; this academy reads {FORMAT}")
    if faults := _faults(folder, manifest):
        raise DamagedBackupError(faults)
    return manifest


def _parsed(folder: Path) -> Manifest:
    try:
        sealed = (folder / SEAL).read_text(encoding="utf-8").split()
        if sealed != [sha256_of(folder / MANIFEST), MANIFEST]:
            raise DamagedBackupError([f"{MANIFEST} was changed"])
        values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        values["facts"] = Facts(**values["facts"])
        values["notes_keys"] = tuple(values["notes_keys"])
        values["files"] = {path: Kept(**kept) for path, kept in values["files"].items()}
        return Manifest(**values)
    except FileNotFoundError:
        raise DamagedBackupError([f"{SEAL} is missing"]) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedBackupError([f"{MANIFEST} cannot be read"]) from None


def _faults(folder: Path, manifest: Manifest) -> list[str]:
    faults = []
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    strangers = here - set(manifest.files) - {MANIFEST, SEAL}
    faults += [f"{name} does not belong to this backup" for name in sorted(strangers)]
    if not any(path.startswith(f"{DATABASE}/") for path in manifest.files):
        faults.append("there is no database in it")
    for name, kept in manifest.files.items():
        if ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute():
            faults.append(f"{name} points outside the backup")
        elif name not in here:
            faults.append(f"{name} is missing")
        elif (folder / name).stat().st_size != kept.bytes or sha256_of(
            folder / name
        ) != kept.sha256:
            faults.append(f"{name} was changed")
    return faults
