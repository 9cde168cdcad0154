"""The invitation for a window envelope: one letter per person, each on a page of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import force_locale

from academy.kernel import clock
from academy.kernel.i18n import short_day
from academy.kernel.pdf.paper import Details, Sheet, make_paper
from academy.kernel.settings import current
from courses.adapters.paper.heads import PAGES, VERSION, human, lesson, trainers, when, where
from courses.queries.paper import PaperCohort, PaperSession

INVITATION = Sheet(
    PAGES, "invitation", VERSION, icons=("calendar", "place", "table", "cup", "phone")
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter is for. Without an address the window holds lines to write on."""

    name: str
    call_name: str
    address: tuple[str, ...] = ()


def invitation(
    cohort: PaperCohort,
    session: PaperSession,
    people: Iterable[Addressee],
    *,
    of: int,
    made_by: str,
    large: bool = False,
) -> bytes:
    """Return a letter for each of `people`, for one session; `large` is 14 points."""
    on, hours = when(session)
    with force_locale("nl"):
        written_on = short_day(clock.now())
    values = {
        "letters": [
            {"name": one.name, "call_name": one.call_name or one.name, "address": one.address}
            for one in people
        ],
        "place": current().place,
        "written_on": written_on,
        "heading": "Je bent welkom" if session.order == 1 else "Kom je weer?",
        "day": on,
        "hours": hours,
        "where": where(cohort, session),
        "about": lesson(cohort, session, of=of),
        "human": human(),
        "cohort": cohort.name,
        "trainers": trainers(cohort) or current().help_name,
        "trainer_word": "trainer" if len(cohort.trainers) < 2 else "trainers",
    }
    title = f"Uitnodiging: {lesson(cohort, session, of=of)}"
    return make_paper(INVITATION, values, Details(title, "Uitnodiging", made_by, large=large))
