"""The letter of the season: what comes, a story, and one working method to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import force_locale

from academy.kernel import clock
from academy.kernel.i18n import capital, day, short_day
from academy.kernel.pdf.paper import Details, Sheet, make_paper
from academy.kernel.settings import current

LETTER = Sheet(
    Path(__file__).with_name("season_page"),
    "season",
    "2026.2",
    icons=("calendar", "cup", "phone", "listen"),
)


@dataclass(frozen=True, slots=True)
class PrintedMeetUp:
    """A meet-up as the letter tells it."""

    title: str
    held_on: date
    starts: str
    place: str


def season_letter(
    *,
    season: str,
    meetups: Sequence[PrintedMeetUp],
    story: Any | None,
    method: Any | None,
    made_by: str,
    for_envelope: bool = False,
    large: bool = False,
) -> bytes:
    """Return the letter; who told the story stands nowhere in it.

    `for_envelope` leaves lines for a name and an address, where the window of an envelope is.
    """
    with force_locale("nl"):
        coming = [(one.title, capital(_when(one)), one.place) for one in meetups]
        written_on = short_day(clock.now())
    values = {
        "season": season,
        "meetups": coming,
        "story": story and {"title": story.title, "text": story.text, "place": story.place},
        "confirmed_by": story.confirmed_by if story else 0,
        "method": method and {"name": method.name, "steps": list(method.steps), "tip": method.tip},
        "people": (method.fewest, method.most, method.minutes) if method else (),
        "for_envelope": for_envelope,
        "letter": {"name": "", "address": ()},
        "place": current().place,
        "written_on": written_on,
        "human": {"name": current().help_name, "phone": current().help_phone},
    }
    title = f"Brief van de {season}"
    return make_paper(LETTER, values, Details(title, "Seizoensbrief", made_by, large=large))


def _when(one: PrintedMeetUp) -> str:
    return f"{day(one.held_on)}, {one.starts} uur" if one.starts else day(one.held_on)
