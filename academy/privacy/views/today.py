"""What of privacy is shown on Vandaag."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from academy.kernel.feature import TodayItem
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor
from academy.privacy.queries.standing import news_of


def today(actor: Actor) -> list[TodayItem]:
    """Return that one's file is ready, or that one will be forgotten."""
    ready, erased_on = news_of(actor.person_id or 0)
    items = []
    if ready:
        items.append(
            TodayItem(
                title=_("Je gegevens staan klaar"),
                why=_("Je kunt het bestand een paar dagen ophalen."),
                action=_("Haal ze op"),
                href=url_for("privacy.take_along"),
                icon="download",
                urgency=2,
            )
        )
    if erased_on is not None:
        items.append(
            TodayItem(
                title=_("Je vroeg ons je te vergeten"),
                why=_(
                    "Dat gebeurt vanaf %(day)s. Je kunt je nog bedenken.", day=short_day(erased_on)
                ),
                action=_("Bekijk je vraag"),
                href=url_for("privacy.forget_me"),
                icon="warning",
                urgency=1,
                due_on=erased_on,
            )
        )
    return items
