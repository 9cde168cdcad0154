"""What Vandaag shows of the lists: how many wait, who can be proposed, what went wrong."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import clock
from academy.kernel.feature import TodayCount, TodayItem
from academy.kernel.policy import Actor
from academy.reporting.policies import SEE_GROUPS
from academy.reporting.queries.standing import judge
from academy.reporting.queries.waiting import tally
from academy.reporting.views.counts import shown_counts


def today(who: Actor) -> list[TodayItem | TodayCount]:
    """Return the counts of one's lists, whom to propose, and work that was given up."""
    judgement = judge(who) if who.may(SEE_GROUPS) else None
    counted = tally(who, clock.today(), judgement)
    counts = shown_counts(counted) if judgement is not None else []
    return [*counts, *_to_propose(counted.to_propose or 0), *_failed(counted.failed or 0)]


def _to_propose(number: int) -> list[TodayItem]:
    if not number:
        return []
    item = TodayItem(
        title=ngettext(
            "%(num)d deelnemer heeft alles gehaald",
            "%(num)d deelnemers hebben alles gehaald",
            number,
        ),
        why=_("Draag voor, dan beslist het bestuur."),
        action=_("Draag voor"),
        href=url_for("reporting.to_propose"),
        icon="certificate",
        urgency=2,
    )
    return [item]


def _failed(number: int) -> list[TodayItem]:
    if not number:
        return []
    item = TodayItem(
        title=ngettext(
            "%(num)d taak op de achtergrond lukte niet",
            "%(num)d taken op de achtergrond lukten niet",
            number,
        ),
        why=_("De academie probeerde het vaak genoeg. Nu kijkt een mens."),
        action=_("Bekijk wat er misging"),
        href=url_for("reporting.failed_jobs"),
        icon="warning",
        urgency=1,
        badge_kind="attention",
        badge_word=_("kijk even"),
    )
    return [item]
