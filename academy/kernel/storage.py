"""Content-addressed files: the name is the SHA-256, the content never changes."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from academy.kernel.durable import sync_folder, write_whole

SPARE = 64 * 1024
"""What must be left beside a file for what is noted about it."""


class Storage:
    """Issued files below one folder, each named `<sha256>.pdf`."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, made on first write."""
        self.folder = folder
        self.aside = folder / "removed"

    def path(self, sha256: str) -> Path:
        """Return where the file with this hash lies, or would lie."""
        return self.folder / f"{sha256}.pdf"

    def put(self, data: bytes) -> str:
        """Store `data` so that it survives a power cut, and return its SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        write_whole(self.path(sha256), data)
        return sha256

    def require_room(self, size: int) -> None:
        """Raise OSError, as a full disk does, unless `size` bytes fit; ask before a file costs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < size + SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises FileNotFoundError, or ValueError if they were altered."""
        data = self.path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"file {sha256} was altered")
        return data

    def hashes(self) -> Iterator[str]:
        """Yield the SHA-256 that each stored file's name claims."""
        if self.folder.is_dir():
            yield from (path.stem for path in sorted(self.folder.glob("*.pdf")))

    def orphans(self, *, known: set[str], older_than: float) -> list[str]:
        """Return the files that no row knows, last changed before `older_than` (epoch seconds)."""
        return [
            sha256
            for sha256 in self.hashes()
            if sha256 not in known and self.path(sha256).stat().st_mtime < older_than
        ]

    def remove_temporary(self, *, older_than: float) -> int:
        """Remove left-over temporary files of before `older_than`; returns how many."""
        removed = 0
        for path in sorted(self.folder.glob("*.tmp")) if self.folder.is_dir() else ():
            if path.stat().st_mtime < older_than:
                path.unlink()
                removed += 1
        return removed

    def set_aside(self, sha256: str) -> None:
        """Move a file to where nothing finds it any more; from now on its time there counts."""
        self.aside.mkdir(exist_ok=True)
        target = self.aside / f"{sha256}.pdf"
        self.path(sha256).replace(target)
        os.utime(target)
        sync_folder(self.aside)
        sync_folder(self.folder)

    def tidy_aside(self, *, known: set[str], older_than: float) -> int:
        """Put back what a row knows after all, and remove what was set aside before `older_than`.

        Returns how many files were put back.
        """
        put_back = 0
        for path in sorted(self.aside.glob("*.pdf")) if self.aside.is_dir() else ():
            if path.stem in known:
                if not self.path(path.stem).exists():
                    path.replace(self.path(path.stem))
                    put_back += 1
            elif path.stat().st_mtime < older_than:
                path.unlink()
        return put_back
