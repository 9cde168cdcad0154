"""Manifest of community."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from academy.community import policies, rules
from academy.community.mails import MESSAGES
from academy.community.queries.meetups import unmarked_rows
from academy.community.queries.waiting import waiting_for
from academy.community.views import (
    feedback,
    library,
    meetups,
    mentoring,
    mentors,  # noqa: F401  their routes
    planning,  # noqa: F401  their routes
    stories,
)
from academy.community.views.blueprint import bp
from academy.kernel import clock
from academy.kernel.feature import Feature, ForAnother, NavItem, TodayItem
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor


def today(actor: Actor) -> list[TodayItem]:
    """Return who asks to walk along; for a coordinator also who came, stories and mentors."""
    asked = mentoring.asked_items(actor)
    if not actor.may(policies.MANAGE_MEET_UPS):
        return asked
    waiting = waiting_for(actor)
    ready = mentoring.ready_items(actor) if waiting.mentors else []
    missing = [_quarter()] if waiting.no_meetup else []
    return asked + _unmarked(actor) + missing + _stories(waiting.stories) + ready


def _quarter() -> TodayItem:
    return TodayItem(
        title=gettext("Dit kwartaal is er nog geen terugkommiddag"),
        why=gettext("Vier keer per jaar zien mensen elkaar terug. Kies een dag."),
        action=gettext("Plan een middag"),
        href=url_for("community.plan"),
        icon="calendar",
        due_on=rules.quarter_of(clock.today())[1],
    )


def _stories(waiting: int) -> list[TodayItem]:
    if not waiting:
        return []
    return [
        TodayItem(
            title=ngettext(
                "%(num)d verhaal wacht op bewoners", "%(num)d verhalen wachten op bewoners", waiting
            ),
            why=gettext("Zeggen drie bewoners dat het klopt? Dan mag iedereen het lezen."),
            action=gettext("Bekijk de verhalen"),
            href=url_for("community.told_stories"),
            icon="message",
        )
    ]


def _unmarked(actor: Actor) -> list[TodayItem]:
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


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return what `by` may do for somebody: answer, write down a story, read a refresher."""
    return [
        *meetups.for_another(by, person_id),
        *stories.for_another(by, person_id),
        *library.for_another(by, person_id),
        *mentoring.for_another(by, person_id),
        *feedback.for_another(by, person_id),
    ]


FEATURE = Feature(
    name="community",
    blueprints=(bp,),
    capabilities=policies.ALL,
    today=today,
    messages=MESSAGES,
    for_another=for_another,
    acts={
        "community:meetup:answered": _("Gezegd of je naar een terugkommiddag komt"),
        "community:mentoring:agreed": _("Ja gezegd tegen meelopen"),
        "community:mentoring:ended": _("Nee gezegd tegen meelopen"),
        "community:mentoring:saved": _("Gezegd wat je wilt doen voor anderen"),
        "community:mentoring:taken-back": _("Je aanbod om mee te helpen weggehaald"),
        "community:mentoring:day-noted": _("Een dag van meelopen voor je opgeschreven"),
        "community:mentoring:day-taken-back": _("Een dag van meelopen voor je weggehaald"),
        "community:refresher:done": _("De opfrisles met je gedaan"),
        "community:story:told": _("Je verhaal opgeschreven"),
        "community:story:withdrawn": _("Je verhaal voor je teruggenomen"),
    },
    navigation=(NavItem(_("Terugkomen"), "community.meetups", "cup", policies.READ_MEET_UPS, 85),),
)
