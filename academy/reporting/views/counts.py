"""The lists with how many wait in each: at the top of the pages, and on Vandaag."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from academy.kernel.feature import TodayCount
from academy.reporting.queries.waiting import Tally


def shown_counts(found: Tally, *, here: str = "") -> list[TodayCount]:
    """Return the lists that this viewer may see; `here` is the one on this page.

    What was not counted on this page has an empty number.
    """
    labels = {
        "unmarked": _("Nog niet ingevuld"),
        "at_risk": _("Dreigt het niet te halen"),
        "to_propose": _("Klaar, nog niet voorgedragen"),
        "missing": _("Gegevens ontbreken"),
        "overdue": _("Contact te laat"),
    }
    numbers: dict[str, int | None] = {name: getattr(found, name) for name in labels}
    hidden = {"missing", "overdue"} if found.overdue is None else set()
    return [
        TodayCount(
            label=label,
            number=_number(numbers[name], or_more=found.or_more and name in JUDGED),
            href=url_for(f"reporting.{name}"),
            is_quiet=not numbers[name],
            is_here=name == here,
        )
        for name, label in labels.items()
        if name not in hidden
    ]


JUDGED = frozenset({"at_risk", "to_propose"})


def _number(number: int | None, *, or_more: bool) -> str:
    if number is None:
        return ""
    return _("%(number)d of meer", number=number) if or_more else str(number)
