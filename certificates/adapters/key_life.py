"""The end of a sealing key: its private half is destroyed, or it is marked as in other hands.

The public half stays in the folder: what was sealed must stay checkable.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from academy.kernel.durable import OWN, sync_folder, write_whole
from certificates.adapters import badge_keys, keys
from certificates.adapters.badge_keys import BadgeKey
from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import KeyInfo
from certificates.adapters.status_key import add_status_key, find_status_key


@dataclass(frozen=True, slots=True)
class Rotated:
    """The key that works from now on, and the ids of those whose private half was there before."""

    fresh: KeyInfo | BadgeKey
    ended: tuple[str, ...]


def add_leaf(
    folder: Path, purpose: keys.Purpose, passphrase: str, *, now: datetime, root: Path
) -> Rotated:
    """Make a new leaf, signed by the root in the file `root`; the older ones still have to end.

    With it comes the key that lists revoked leaves, where there is none.

    Raises KeysError, and then nothing changed, when that root is not ours or does not open.
    """
    older = [one for one in keys.list_keys(folder) if one.purpose == purpose]
    keys.require_own_root(folder, root, passphrase)
    fresh = keys.add_key(folder, purpose, passphrase, now=now, root_private_key=root)
    if find_status_key(folder) is None:
        add_status_key(folder, root, passphrase, now=now)
    return Rotated(fresh, tuple(one.key_id for one in older if one.has_private_key))


def add_badge_key(
    folder: Path, purpose: badge_keys.Purpose, passphrase: str, *, now: datetime
) -> Rotated:
    """Make a new key of credentials and retire the older ones; they need no root."""
    older = [one for one in badge_keys.list_keys(folder) if one.purpose == purpose]
    fresh = badge_keys.add_key(folder, purpose, passphrase, now=now)
    for one in older:
        badge_keys.end_key(folder, one.key_id, now=now)
    return Rotated(fresh, tuple(one.key_id for one in older if one.has_private_key))


def destroy_private(folder: Path, key_id: str) -> bool:
    """Overwrite and remove the private half of a key; False when it was not here."""
    found = list(folder.glob(f"*-{key_id}.key.pem"))
    for path in found:
        length = path.stat().st_size
        with path.open("r+b") as file:
            file.write(os.urandom(length))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    sync_folder(folder)
    return bool(found)


def mark_lost(folder: Path, key_id: str, *, since: datetime) -> None:
    """Let a key never sign here again, also when a backup brings its private half back."""
    said = f"{since.astimezone(UTC).isoformat()}\n"
    write_whole(keys.lost_path(folder, key_id), said.encode("ascii"), mode=OWN)


def require_known(folder: Path, key_id: str, pinned: list[KeyInfo]) -> KeyInfo | BadgeKey:
    """Return a key of any kind by its id. Raises KeysError when there is none."""
    known: tuple[KeyInfo | BadgeKey, ...] = (
        *keys.list_keys(folder),
        *pinned,
        *badge_keys.list_keys(folder),
    )
    for one in known:
        if one.key_id == key_id:
            return one
    raise KeysError(f"De sleutel {key_id} is er niet.")
