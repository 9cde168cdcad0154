"""What anyone may download to check without us: the register's snapshot, and the page for it."""

from __future__ import annotations

from pathlib import Path

from academy.kernel import clock
from academy.kernel.resources import folder
from academy.kernel.settings import current
from certificates.adapters import snapshot as adapter
from certificates.adapters.checker import make_page, read_pinned
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


def make_checker() -> bytes:
    """Return the page that checks certificates by itself. Raises KeysError before `keys init`."""
    settings = current()
    pinned = read_pinned(settings.keys, academy=settings.name, public_url=settings.public_url)
    logo = (folder("static") / "logo.svg").read_text(encoding="utf-8")
    return make_page(pinned, logo=logo, made_on=clock.today())
