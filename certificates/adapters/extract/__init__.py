"""The extract of the register, for the board: what was issued in a period and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flask_babel import force_locale

from academy.kernel.i18n import short_day
from academy.kernel.pdf.paper import Details, Sheet, make_paper
from certificates.rules.extract import ExtractRow

VERSION = "2026.1"
EXTRACT = Sheet(Path(__file__).parent, "extract", VERSION)
STANDINGS = {
    "valid": "geldig",
    "expired": "verlopen",
    "replaced": "vervangen",
    "renewed": "verlengd",
    "revoked": "ingetrokken",
    "withdrawn": "teruggenomen",
    "ended": "niet meer actief",
}


def register_extract(rows: Sequence[ExtractRow], *, first: date, last: date, made_by: str) -> bytes:
    """Return the extract as a PDF; it says in words what colour would say elsewhere."""
    with force_locale("nl"):
        values = {
            "period": f"{short_day(first)} tot en met {short_day(last)}",
            "count": len(rows),
            "rows": [
                {
                    "number": row.number,
                    "name": row.name or "niet te zien",
                    "course": row.title,
                    "issued_on": short_day(row.issued_on),
                    "valid_until": short_day(row.valid_until) or "zonder einde",
                    "standing": STANDINGS[row.standing],
                }
                for row in rows
            ],
        }
    title = f"Uittreksel uit het register van certificaten, {values['period']}"
    foot = "Uittreksel uit het register, vertrouwelijk"
    return make_paper(EXTRACT, values, Details(title, foot, made_by))
