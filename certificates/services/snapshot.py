"""The snapshot of the register that anyone may download: made once a day, kept as one file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from academy.kernel import clock
from academy.kernel.settings import current
from certificates.adapters import snapshot as adapter
from certificates.queries.snapshot import get_snapshot


def public_file() -> Path:
    """Return where the snapshot lies that strangers download."""
    return current().var / "public" / "momentopname.json"


def make_snapshot() -> bytes:
    """Return the register as it stands now, signed.

    Raises KeysError before `keys init`, and DocumentError when no key can sign.
    """
    settings = current()
    return adapter.sign(
        get_snapshot(),
        keys_folder=settings.keys,
        passphrase=settings.keys_passphrase,
        now=clock.real_now(),
    )


def put(data: bytes, path: Path) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
