"""Content-addressed files: the name is the SHA-256, the content never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from academy.kernel.durable import write_whole


class Storage:
    """Issued files below one folder, each named `<sha256>.pdf`."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, made on first write."""
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the file with this hash lies, or would lie."""
        return self.folder / f"{sha256}.pdf"

    def put(self, data: bytes) -> str:
        """Store `data` so that it survives a power cut, and return its SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        write_whole(self.path(sha256), data)
        return sha256

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

    def sweep(self, *, known: set[str], older_than: float) -> int:
        """Remove files that no row knows and left-over temporary files; returns how many.

        Only what was last changed before `older_than`, in seconds since the epoch.
        """
        removed = 0
        for path in sorted(self.folder.glob("*")) if self.folder.is_dir() else ():
            orphan = path.suffix == ".tmp" or (path.suffix == ".pdf" and path.stem not in known)
            if orphan and path.stat().st_mtime < older_than:
                path.unlink()
                removed += 1
        return removed
