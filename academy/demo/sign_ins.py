"""The file with one sign-in per role, readable by its owner only. Importing this costs little."""

from __future__ import annotations

import os
from pathlib import Path

from flask import has_app_context

from academy.kernel.settings import current, read_settings

FILE = "demo-sign-ins.txt"


def printed() -> str:
    """Return the table with one sign-in per role, or an empty text when there is none."""
    path = _path()
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def write(table: str) -> None:
    """Keep the table for the next start."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(table)


def forget() -> None:
    """Remove the table."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    settings = current() if has_app_context() else read_settings()
    return settings.var / FILE
