"""What opening logs in need puts on *Vandaag*."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from academy.coaching.forms.opening import OPENING_REASONS
from academy.coaching.policies import SEE_OPENINGS
from academy.coaching.queries.openings import OpeningRow, waiting_openings
from academy.kernel.feature import TodayItem
from academy.kernel.i18n import moment, short_day
from academy.kernel.policy import Actor


def opening_items(actor: Actor) -> list[TodayItem]:
    """Return what waits for an answer of this actor, what is open for them, what to look at."""
    if not actor.may(SEE_OPENINGS):
        return []
    found = (_item(row) for row in waiting_openings(actor))
    return [item for item in found if item is not None]


def _item(row: OpeningRow) -> TodayItem | None:
    href = url_for("coaching.opening", opening_id=row.id)
    if row.state == "asked" and row.may_answer:
        return TodayItem(
            title=_("%(name)s vraagt: mag een logboek open?", name=row.asked_by),
            why=_("Van %(name)s. %(reason)s.", name=row.call_name, reason=_reason(row)),
            action=_("Kijk en beslis"),
            href=href,
            icon="lock",
            urgency=0,
        )
    if row.state == "open" and row.is_mine:
        return TodayItem(
            title=_("Het logboek van %(name)s is open voor jou", name=row.call_name),
            why=_("Tot %(moment)s.", moment=moment(row.open_until)),
            action=_("Ga ernaartoe"),
            href=href,
            icon="lock",
            urgency=1,
        )
    if row.held_back_until and row.may_answer and row.state in ("open", "ended"):
        return TodayItem(
            title=_("%(name)s hoort dat het logboek open was", name=row.call_name),
            why=_("Op %(day)s. Is dat nu veilig?", day=short_day(row.held_back_until)),
            action=_("Kijk opnieuw"),
            href=href,
            icon="clock",
            urgency=2,
            due_on=row.held_back_until,
        )
    return None


def _reason(row: OpeningRow) -> str:
    return str(OPENING_REASONS[row.reason])
