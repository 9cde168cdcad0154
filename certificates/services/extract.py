"""Taking an extract of the register along, which the audit remembers."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.errors import InvalidInputError
from academy.kernel.policy import Actor
from certificates.adapters.extract import register_extract
from certificates.policies import EXTRACT
from certificates.queries.extract import extract_rows

MOST_ROWS = 500
"""What the document child prints well within its time."""


def take_extract(first: date, last: date, *, by: Actor) -> bytes:
    """Return the extract of a period as a PDF, and record who took it along.

    Raises InvalidInputError for a period that ends before it begins, or that holds too much.
    """
    policy.require_right(by, EXTRACT)
    policy.require_step_up(by, EXTRACT, clock.real_now())
    if last < first:
        _refuse(_("Kies een laatste dag die niet vóór de eerste ligt."))
    rows = extract_rows(by, first=first, last=last, today=clock.today(), limit=MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        _refuse(
            _("Dit zijn meer dan %(most)s certificaten. Kies een kortere tijd.", most=MOST_ROWS)
        )
    audit.record(
        "certificates:register:extracted",
        ("register", None),
        by=by,
        rows=len(rows),
        first=first.isoformat(),
        last=last.isoformat(),
    )
    for row in rows:
        if row.name:
            audit.record(
                "certificates:certificate:name-extracted",
                ("certificate", row.id),
                by=by,
                subject_id=row.person_id,
            )
    return register_extract(rows, first=first, last=last, made_by=by.display_name)


def _refuse(sentence: str) -> None:
    raise InvalidInputError(sentence, fields={"last": sentence})
