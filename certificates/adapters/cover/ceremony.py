"""The list for the hand-out: who comes, which paper, and who brings it to whom was not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from academy.kernel.pdf.paper import Details, Sheet, make_paper

SHEET = Sheet(Path(__file__).parent, "ceremony", "2026.1")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on the list: the name on the paper, the group, the number, whether it was given."""

    name: str
    cohort: str
    number: str
    done: bool


def ceremony_list(guests: Sequence[Guest], *, made_by: str) -> bytes:
    """Return the list as a PDF, in the order given. Raises DocumentNotMadeError."""
    values = {"rows": [asdict(one) for one in guests]}
    return make_paper(SHEET, values, Details("Uitreiking", "Uitreiking", made_by))
