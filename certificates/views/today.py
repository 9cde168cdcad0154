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
from certificates.queries.holder import OwnNews, own_news
from certificates.queries.lists import count_to_decide, waiting_revocations
from certificates.queries.names import get_name, waiting_names
from certificates.queries.round_jobs import MAY_REST
from certificates.queries.rounds import resting_rounds
from certificates.queries.waiting import waiting_standings

IS_NEWS = timedelta(days=14)
MAY_WAIT = timedelta(days=3)


def today(actor: Actor) -> list[TodayItem]:
    """Return a new certificate of one's own, and what waits for one's yes."""
    news = own_news(actor.person_id or 0)
    return [
        *_own_name(actor, news),
        *_own(actor, news),
        *_names(actor),
        *_to_decide(actor),
        *_resting(actor),
        *_to_confirm(actor),
        *_second_look(actor),
    ]


def _own(actor: Actor, news: OwnNews) -> list[TodayItem]:
    found = news.newest
    if found is not None and not found.is_made and get_name(actor.person_id or 0).granted_name:
        return []
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


def _own_name(actor: Actor, news: OwnNews) -> list[TodayItem]:
    if not news.may_need_a_yes:
        return []
    name = get_name(actor.person_id or 0)
    if not name.is_wanted or name.is_approved:
        return []
    return [
        TodayItem(
            title=_("Klopt je naam?"),
            why=_("Kijk of hij goed is geschreven. Pas daarna maken wij het certificaat."),
            action=_("Bekijk je naam"),
            href=url_for("printed_name.own"),
            icon="pen",
            urgency=1,
        )
    ]


def _names(actor: Actor) -> list[TodayItem]:
    """Those who can be reached by phone nor mail, who changed their name, and who waited long."""
    if not actor.may(policies.PROPOSE):
        return []
    patience = clock.now() - MAY_WAIT
    waiting = [
        one
        for one in waiting_names(actor, policies.PROPOSE)
        if not one.can_be_reached or one.other_name or one.approved_at < patience
    ]
    if not waiting:
        return []
    first = waiting[0]
    return [
        TodayItem(
            title=_("Lees de naam voor aan %(name)s", name=first.holder)
            if len(waiting) == 1
            else ngettext(
                "%(num)d certificaat wacht op akkoord met de naam",
                "%(num)d certificaten wachten op akkoord met de naam",
                len(waiting),
            ),
            why=_("Zonder ja op de naam maken wij geen certificaat."),
            action=_("Lees de naam voor"),
            href=url_for("printed_name.of_another", person_id=first.person_id)
            if len(waiting) == 1
            else url_for("certificates.overview"),
            icon="speak",
            urgency=1,
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


def _resting(actor: Actor) -> list[TodayItem]:
    """A round that was stopped and left: who waits in it waits for who decides."""
    if not actor.may(policies.DECIDE):
        return []
    found = resting_rounds(actor, stopped_before=clock.now() - MAY_REST)
    if not found:
        return []
    return [
        TodayItem(
            title=ngettext(
                "%(num)d ronde staat al dagen stil",
                "%(num)d rondes staan al dagen stil",
                len(found),
            ),
            why=_("Wie daarin wacht, krijgt nu geen certificaat."),
            action=_("Ga verder of breek af"),
            href=url_for("certificate_rounds.show", round_id=found[0])
            if len(found) == 1
            else url_for("certificate_rounds.index"),
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


def _second_look(actor: Actor) -> list[TodayItem]:
    number = sum(not one.is_mine for one in waiting_standings(actor))
    if not number:
        return []
    return [
        TodayItem(
            title=ngettext(
                "%(num)d certificaat wacht op een tweede",
                "%(num)d certificaten wachten op een tweede",
                number,
            ),
            why=_("Een collega wil het herstellen of voorgoed beëindigen."),
            action=_("Bekijk"),
            href=url_for("certificates.overview"),
            icon="certificate",
            urgency=1,
        )
    ]
