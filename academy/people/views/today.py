"""What people finds for *Vandaag*: the second step, and rights that wait for an administrator."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel.feature import TodayItem
from academy.kernel.policy import Actor
from academy.people.policies import MANAGE_GRANTS
from academy.people.queries.rights import waiting_for
from academy.people.views import messages


def today_items(who: Actor) -> list[TodayItem]:
    """Return the second step to whose work waits for it, and what waits for an administrator."""
    if who.withheld:
        return [_second_step()]
    waiting = messages.today_items(who)
    if who.person_id is None or not who.may(MANAGE_GRANTS):
        return waiting
    return waiting + _to_confirm(waiting_for(who.person_id))


def _second_step() -> TodayItem:
    return TodayItem(
        title=_("Nog één stap voor je werk"),
        why=_("Hier staan nu alleen je eigen dingen. Je werk komt na de tweede stap."),
        action=_("Doe de tweede stap"),
        href=url_for("second_factor.give", next=url_for("people.today")),
        icon="lock",
        urgency=0,
    )


def _to_confirm(waiting: int) -> list[TodayItem]:
    if not waiting:
        return []
    item = TodayItem(
        title=ngettext(
            "%(num)d recht wacht op een tweede beheerder",
            "%(num)d rechten wachten op een tweede beheerder",
            waiting,
        ),
        why=_("Een andere beheerder gaf het. Het geldt pas als jij het bevestigt."),
        action=_("Bekijk de rechten"),
        href=url_for("rights.overview"),
        icon="key",
        urgency=2,
        badge_kind="waiting",
        badge_word=_("wacht op jou"),
    )
    return [item]
