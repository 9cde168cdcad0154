"""How much a check tries: everything in `make trust`, a part of it with every change."""

from __future__ import annotations

import os

IS_FULL = os.environ.get("TRUST") == "full"


def size(everything: int, *, otherwise: int) -> int:
    """Return `everything` in `make trust` and `otherwise` elsewhere; the code is the same."""
    return everything if IS_FULL else otherwise
