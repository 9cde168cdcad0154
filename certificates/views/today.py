"""What *Vandaag* shows first about certificates."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import clock
from academy.kernel.feature import TodayItem
from academy.kernel.policy import Actor
from certificates import policies
from certificates.queries.holder import newest_own
from certificates.queries.lists import count_to_decide, waiting_revocations

IS_NEWS = timedelta(days=14)


def today(actor: Actor) -> list[TodayItem]:
    """Return a new certificate of one's own, and what waits for one's yes."""
    return [*_own(actor), *_to_decide(actor), *_to_confirm(actor)]


def _own(actor: Actor) -> list[TodayItem]:
    found = newest_own(actor.person_id or 0)
    if found is None or found.issued_on < clock.today() - IS_NEWS or found.standing != "valid":
        return []
    title = _("Je certificaat is klaar") if found.is_made else _("Je certificaat wordt gemaakt")
    return [
        TodayItem(
            title=title,
            why=_("Gefeliciteerd! Je kunt het bekijken en bewaren."),
            action=_("Bekijk je certificaat"),
            href=url_for("my_certificates.own"),
            icon="certificate",
            urgency=2,
            due_on=found.issued_on,
        )
    ]


def _to_decide(actor: Actor) -> list[TodayItem]:
    number = count_to_decide(actor) if actor.may(policies.DECIDE) else 0
    if not number:
        return []
    return [
        TodayItem(
            title=ngettext(
                "%(num)d voorstel wacht op een besluit",
                "%(num)d voorstellen wachten op een besluit",
                number,
            ),
            why=_("Een ander stelde voor. Jij kijkt met verse ogen."),
            action=_("Bekijk en beslis"),
            href=url_for("certificates.overview"),
            icon="certificate",
            urgency=1,
        )
    ]


def _to_confirm(actor: Actor) -> list[TodayItem]:
    number = sum(not one.is_mine for one in waiting_revocations(actor))
    if not number:
        return []
    return [
        TodayItem(
            title=ngettext(
                "%(num)d certificaat is voorgesteld om in te trekken",
                "%(num)d certificaten zijn voorgesteld om in te trekken",
                number,
            ),
            why=_("Een tweede bestuurslid bevestigt het of laat het zoals het is."),
            action=_("Bekijk"),
            href=url_for("certificates.overview"),
            icon="certificate",
            urgency=1,
        )
    ]
