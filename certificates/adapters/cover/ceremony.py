"""The list for the hand-out: who comes, which paper, and who brings it to whom was not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from academy.kernel.pdf.paper import Details, Sheet, make_paper
from certificates.queries.rounds import InRound

SHEET = Sheet(Path(__file__).parent, "ceremony", "2026.1")


def ceremony_list(people: Sequence[InRound], *, made_by: str) -> bytes:
    """Return the list as a PDF, by name. Raises DocumentNotMadeError."""
    rows = [
        {
            "name": one.printed_name,
            "cohort": one.cohort,
            "number": one.number,
            "done": one.was_handed_out,
        }
        for one in people
    ]
    return make_paper(SHEET, {"rows": rows}, Details("Uitreiking", "Uitreiking", made_by))
