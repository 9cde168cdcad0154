"""Manifest of community."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from academy.community import policies
from academy.community.mails import MESSAGES
from academy.community.queries.meetups import unmarked_rows
from academy.community.views import (
    meetups,
    planning,  # noqa: F401  their routes
    stories,  # noqa: F401
)
from academy.community.views.blueprint import bp
from academy.kernel.feature import Feature, NavItem, TodayItem
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor


def today(actor: Actor) -> list[TodayItem]:
    """Return the meet-ups of which a coordinator still has to note who came."""
    if not actor.may(policies.MANAGE_MEET_UPS):
        return []
    return [
        TodayItem(
            title=gettext("Wie was er op de terugkommiddag?"),
            why=gettext("%(title)s, %(day)s", title=one.title, day=short_day(one.held_on)),
            action=gettext("Schrijf op wie er was"),
            href=url_for("community.who_came", meetup_id=one.id),
            icon="present",
            urgency=2,
            due_on=one.held_on,
        )
        for one in unmarked_rows(actor)
    ]


FEATURE = Feature(
    name="community",
    blueprints=(bp,),
    capabilities=policies.ALL,
    today=today,
    messages=MESSAGES,
    for_another=meetups.for_another,
    acts={"community:meetup:answered": _("Gezegd of je naar een terugkommiddag komt")},
    navigation=(NavItem(_("Terugkomen"), "community.meetups", "cup", policies.READ_MEET_UPS, 85),),
)
