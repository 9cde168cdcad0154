"""The cover sheet that goes with a paper printed once more; the file itself says nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask_babel import force_locale

from academy.kernel.i18n import short_day
from academy.kernel.pdf.paper import Details, Sheet, make_paper

SHEET = Sheet(Path(__file__).parent, "reprint", "2026.1")


@dataclass(frozen=True, slots=True)
class Reprint:
    """What the cover sheet says: whose paper, which number, printed first and again when."""

    number: str
    title: str
    issued_on: str
    reprinted_at: datetime


def reprint_cover(reprint: Reprint, *, verify_url: str, made_by: str) -> bytes:
    """Return the cover sheet as a PDF. Raises DocumentNotMadeError."""
    with force_locale("nl"):
        reprinted_on = short_day(reprint.reprinted_at)
    values = {
        "number": reprint.number,
        "certificate": reprint.title,
        "issued_on": reprint.issued_on,
        "reprinted_on": reprinted_on,
        "verify_url": verify_url,
    }
    return make_paper(SHEET, values, Details("Herdruk", f"Herdruk van {reprint.number}", made_by))
