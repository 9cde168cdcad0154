"""Files that survive a power cut: whole or not at all, and with their name."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from academy.kernel import ids

OWN = 0o600
"""Only the owner reads it."""
PUBLIC = 0o644


def write_whole(path: Path, content: bytes, *, mode: int = PUBLIC) -> None:
    """Put a file at `path`, in place of an earlier one: who reads sees the one or the other.

    Order: temporary file, fsync, rename, fsync of the folder (trust.md, section 6). The umask can
    only narrow `mode`. Makes the folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{ids.nonce()}.tmp")
    try:
        write_new(temporary, content, mode=mode)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):  # a disk that fails: what was wrong is told, the rest is swept
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_new(path: Path, content: bytes, *, mode: int = OWN) -> None:
    """Write a file that is not there yet. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that the names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
