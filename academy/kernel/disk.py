"""A disk that is full or fails, told apart from mistakes: what met it is done again later.

Imports nothing heavy: the document child asks it too.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from academy.kernel.settings import Settings

MARK = "disk: "
"""How the kind of a document's error begins when it came of a disk."""
WAIT = timedelta(seconds=5)
"""How long at least a job waits that met such a disk."""
LONGEST_PAUSE_SECONDS = 30.0
_FILES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
_SQLITE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
_POSTGRESQL = ("53100", "58030")  # disk_full and io_error
_MOST_CAUSES = 10


def failed(error: BaseException | None) -> bool:
    """Say whether `error` came of a disk without room, or of one that cannot read or write."""
    for _ in range(_MOST_CAUSES):
        if error is None:
            return False
        if _is_of_disk(error) or _is_of_disk(getattr(error, "orig", None)):
            return True
        error = error.__cause__
    return False


def _is_of_disk(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FILES
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE
    if getattr(error, "sqlstate", None) in _POSTGRESQL:
        return True
    return str(getattr(error, "kind", "")).startswith(MARK)


def pause_seconds(times: int) -> float:
    """Return how long to leave a disk alone that failed so many times in a row."""
    return min(2.0 ** (times - 1), LONGEST_PAUSE_SECONDS) if times else 0.0


def free_bytes(settings: Settings) -> dict[Path, int]:
    """Return per disk that the academy writes to how much room it has, by one folder on it.

    Folders that are not made yet count where they will be made. A database server's own disk is
    not known here.
    """
    url = settings.database_url
    folders = [settings.storage, settings.checkpoints, settings.var]
    if url.startswith("sqlite:///"):
        folders.append(Path(url.removeprefix("sqlite:///")).parent)
    found: dict[int, Path] = {}
    for folder in folders:
        here = folder.absolute()
        while not here.exists():
            here = here.parent
        found.setdefault(here.stat().st_dev, here)
    return {folder: shutil.disk_usage(folder).free for folder in found.values()}


def log_stream(stream: TextIO) -> TextIO:
    """Return `stream` for a log: lines that cannot be written are lost, and stop no work."""
    return cast("TextIO", _LogStream(stream))


class _LogStream:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()
