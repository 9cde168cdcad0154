"""Where files lie that are not Python: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """Return the folder `name` (templates, migrations, static, translations)."""
    packed = PACKAGE / name
    return packed if packed.is_dir() else PACKAGE.parent / name


def vendor_file(name: str) -> Path:
    """Return a third-party asset that set-up installed below `static/vendor`."""
    return folder("static") / "vendor" / name
