"""What a device that somebody writes on is given, so that nobody else reads what it keeps."""

from __future__ import annotations

from academy.kernel import ids
from academy.kernel.settings import current


def device_key(person_id: int | None) -> str:
    """Return, as hexadecimal text, the key that locks this person's drafts on any device.

    It is in pages that only this person opens and is stored nowhere: what a lost or shared
    telephone keeps, opens after signing in as the one who wrote it.
    """
    return ids.keyed_digest(current().secret_key, f"drafts on the device of {person_id}")
