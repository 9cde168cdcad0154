"""The letter of the season: what comes, a story, and one working method to try."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from academy.kernel.pdf.paper import Details, Sheet, make_paper

LETTER = Sheet(Path(__file__).with_name("season_page"), "season", "2026.1")


def season_letter(
    *, season: str, meetups: Sequence[Any], story: Any | None, method: Any | None, made_by: str
) -> bytes:
    """Return the letter; who told the story stands nowhere in it."""
    values = {"season": season, "meetups": meetups, "story": story, "method": method}
    return make_paper(LETTER, values, Details(f"Brief van de {season}", "Seizoensbrief", made_by))
