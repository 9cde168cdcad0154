"""Objections on *Vandaag*: what a coordinator handles, and what somebody looks at anew."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import clock
from academy.kernel.feature import TodayItem
from academy.kernel.i18n import short_day
from courses.queries.objections import WaitingObjections


def objection_items(found: WaitingObjections) -> list[TodayItem]:
    """Return what waits for somebody who handles or answers objections."""
    items = []
    if found.to_handle:
        sentence = ngettext("%(num)d bezwaar wacht", "%(num)d bezwaren wachten", found.to_handle)
        items.append(_item(sentence, found))
    if found.to_answer:
        sentence = ngettext(
            "Kijk opnieuw naar %(num)d uitslag",
            "Kijk opnieuw naar %(num)d uitslagen",
            found.to_answer,
        )
        items.append(_item(sentence, found))
    return items


def _item(title: str, found: WaitingObjections) -> TodayItem:
    late = found.first_due_on is not None and found.first_due_on < clock.today()
    return TodayItem(
        title=title,
        why=_("Er is antwoord beloofd op %(day)s of eerder.", day=short_day(found.first_due_on)),
        action=_("Bekijk de bezwaren"),
        href=url_for("objections.index"),
        icon="table",
        urgency=1 if late else 2,
        due_on=found.first_due_on,
        badge_kind="overdue" if late else "waiting",
        badge_word=_("te laat") if late else _("wacht op jou"),
    )
