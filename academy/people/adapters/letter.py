"""The letter with which somebody comes in: for a window envelope, with the code large on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flask_babel import force_locale

from academy.kernel import clock
from academy.kernel.i18n import short_day
from academy.kernel.pdf.paper import Details, Sheet, make_paper
from academy.kernel.pdf.qr import qr_svg
from academy.kernel.settings import current
from academy.people.rules import in_groups

LETTER = Sheet(Path(__file__).with_name("letter_page"), "letter", "2026.1", icons=("phone",))
PATH = "/binnenkomen/brief"


def print_letter(
    *,
    name: str,
    call_name: str,
    code: str,
    valid_to: datetime,
    made_by: str,
    address: Sequence[str] = (),
    large: bool = False,
) -> bytes:
    """Return the letter. Its QR carries the code after a #: no server and no log sees that."""
    page = f"{current().public_url}{PATH}"
    with force_locale("nl"):
        written_on, until = short_day(clock.now()), short_day(valid_to)
    values = {
        "letter": {"name": name, "address": address},
        "call_name": call_name,
        "place": current().place,
        "written_on": written_on,
        "site": page.partition("//")[2],
        "code": in_groups(code),
        "until": until,
        "human": {"name": current().help_name, "phone": current().help_phone},
    }
    details = Details(
        "Brief om binnen te komen",
        "Brief om binnen te komen",
        made_by,
        large=large,
        assets={"qr.svg": qr_svg(f"{page}#{code}")},
    )
    return make_paper(LETTER, values, details)
