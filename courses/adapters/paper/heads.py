"""What several papers say in the same way: the session, the day, the people who help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_babel import force_locale

from academy.kernel.i18n import capital, clock_time, day
from academy.kernel.settings import current
from courses.queries.paper import PaperCohort, PaperSession
from courses.rules.words import Text, listed

PAGES = Path(__file__).with_name("pages")
VERSION = "2026.1"
"""Of the forms themselves; what is printed of a course names its own version beside it."""

_MODULE = {"residents": "Les", "professionals": "Dagdeel"}


def lesson(cohort: PaperCohort, session: PaperSession, *, of: int) -> str:
    """Return "Les 3 van 8: De keukentafel"."""
    word = _MODULE.get(cohort.track, "Bijeenkomst")
    return f"{word} {session.order} van {of}: {session.title}"


def lesson_word(cohort: PaperCohort) -> str:
    """Return what this track calls a module, with a capital."""
    return _MODULE.get(cohort.track, "Bijeenkomst")


def when(session: PaperSession) -> tuple[str, str]:
    """Return the day and the hours: "Dinsdag 1 december 2026", "19.00 tot 21.30 uur"."""
    with force_locale("nl"):
        hours = f"{clock_time(session.starts_at)} tot {clock_time(session.ends_at)} uur"
        return capital(day(session.starts_at)), hours


def where(cohort: PaperCohort, session: PaperSession) -> str:
    """Return where the session is."""
    return session.location or cohort.location


def trainers(cohort: PaperCohort) -> str:
    """Return the trainers' names in one line."""
    return listed([Text(one.name, one.name) for one in cohort.trainers]).nl


def human() -> dict[str, str]:
    """Return who answers the telephone of the academy."""
    return {"name": current().help_name, "phone": current().help_phone}


def head(cohort: PaperCohort, session: PaperSession, *, of: int) -> list[tuple[str, str]]:
    """Return the facts above a sheet of one session, as label and value."""
    on, hours = when(session)
    return [
        ("Groep", cohort.name),
        (lesson_word(cohort), f"{session.order} van {of}: {session.title}"),
        ("Wanneer", f"{on}, {hours}"),
        ("Waar", where(cohort, session)),
        ("Trainer" if len(cohort.trainers) == 1 else "Trainers", trainers(cohort) or "–"),
    ]


def code_of(cohort: PaperCohort, session: PaperSession) -> str:
    """Return the small code by which a paper finds its way back to the session."""
    return f"{cohort.id}-{session.id}"


Values = dict[str, Any]
