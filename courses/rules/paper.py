"""Rules of paper: how many people fit a list, and how a session is called."""

from __future__ import annotations

MOST_PEOPLE = 60
"""Names that one printed list takes; a cohort has 6 to 18."""

WALK_INS = 3
"""Empty rows at the end of the sheet that goes round. Source: domain page, section 6."""
