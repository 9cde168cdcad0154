"""Under which mark a device keeps what somebody wrote and did not send yet."""

from __future__ import annotations

from academy.kernel import ids
from academy.kernel.settings import current


def mark_of(person_id: int | None) -> str:
    """Return, as hexadecimal text, the mark of a person's things on any device.

    It says nothing about who that is, and opens nothing.
    """
    return ids.keyed_digest(current().secret_key, f"mark on the device of {person_id}")[:16]
