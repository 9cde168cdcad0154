"""How a certificate stands, where that makes two groups: what still counts, and what is gone."""

from __future__ import annotations

COUNTING = ("valid", "renewed")
"""A renewed one counts until its own last day."""
EMPTIED = ("withdrawn", "ended")
"""Name, promise and file are gone; number and standing stay."""
