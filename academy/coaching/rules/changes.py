"""Pure rules of what changes: handing over, stopping, the yearly review."""

from __future__ import annotations

HANDOVER_ANSWERS = ("yes", "no")
REVIEW_WANTS = ("same", "other", "stop")
MOST_STEPS = 3
