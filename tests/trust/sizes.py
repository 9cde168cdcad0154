"""How much a check tries: everything in `make trust`, a part of it with every change."""

from __future__ import annotations

import os

IS_FULL = os.environ.get("TRUST") == "full"
IS_AGAIN = os.environ.get("TEST_ON") == "postgresql"


def size(everything: int, *, otherwise: int, again: int | None = None) -> int:
    """Return `everything` in `make trust` and `otherwise` elsewhere; the code is the same.

    `again` is how much `make trust` tries on its second database, where the first leaves little to
    be found: everything unless told.
    """
    if not IS_FULL:
        return otherwise
    return again if IS_AGAIN and again is not None else everything
