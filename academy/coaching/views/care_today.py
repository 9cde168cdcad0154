"""What guidance puts on Vandaag: signals to follow up, own agreements, what needs the region."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.coaching import policies
from academy.coaching.forms import SIGNAL_KINDS
from academy.coaching.queries.monday import MondayRow, monday_page
from academy.coaching.queries.promises import CoachAction, late_coach_actions
from academy.coaching.queries.signals import SignalRow, assigned_signals
from academy.kernel.feature import TodayItem
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor

ON_TODAY = ("signal", "match", "contact", "action", "step")
"""What the coordinator sees at once; the rest is on the overview."""
MOST = 8


def late_word(days: int) -> str:
    """Return how late something is, in words."""
    return str(ngettext("%(num)d dag te laat", "%(num)d dagen te laat", days))


def signal_items(actor: Actor, day: date) -> list[TodayItem]:
    """Return the signals that this actor follows up."""
    return [_assigned_item(one, actor, day) for one in assigned_signals(actor, day)][:MOST]


def _assigned_item(one: SignalRow, actor: Actor, day: date) -> TodayItem:
    page = "coaching.plan" if policies.guides(actor, one.person_id) else "coaching.standing"
    is_new = one.severity == "high" and one.state == "open"
    return TodayItem(
        title=_("Signaal: %(kind)s", kind=SIGNAL_KINDS[one.kind]),
        why=_(
            "Over %(person)s, van %(name)s. Volg het op vóór %(day)s.",
            person=one.person_name,
            name=one.raised_by,
            day=short_day(one.follow_up_by),
        ),
        action=_("Bekijk het signaal"),
        href=url_for(page, plan_id=one.plan_id),
        icon="warning",
        urgency=0 if is_new or one.is_overdue else 2,
        due_on=one.follow_up_by,
        badge_kind="attention" if is_new else "overdue" if one.is_overdue else "",
        badge_word=_("Vandaag nog")
        if is_new
        else late_word((day - one.follow_up_by).days)
        if one.is_overdue
        else "",
    )


def own_action_items(actor: Actor, day: date) -> list[TodayItem]:
    """Return the agreements of this coach whose day has gone by; their words stay in the log."""
    return [_own_action_item(one, day) for one in late_coach_actions(actor, day)]


def _own_action_item(one: CoachAction, day: date) -> TodayItem:
    return TodayItem(
        title=_("Je afspraak met %(name)s is te laat", name=one.call_name),
        why=_("Jij zou iets doen vóór %(day)s.", day=short_day(one.due_on)),
        action=_("Ga naar %(name)s", name=one.call_name),
        href=url_for("coaching.plan", plan_id=one.plan_id),
        icon="check",
        urgency=1,
        due_on=one.due_on,
        badge_kind="overdue",
        badge_word=late_word((day - one.due_on).days),
    )


def region_items(actor: Actor, day: date, *, also_own: bool) -> list[TodayItem]:
    """Return what needs the coordinator first; `also_own`: signals that they follow up, too."""
    rows = monday_page(actor, day, kinds=ON_TODAY, limit=MOST).rows
    return [
        _region_item(one, day)
        for one in rows
        if also_own or one.kind != "signal" or one.who_id != actor.person_id
    ]


def _region_item(one: MondayRow, day: date) -> TodayItem:
    late = (day - one.day).days
    href = url_for("coaching.standing", plan_id=one.plan_id)
    title, why, action, icon = _words(one)
    if one.kind in ("action", "step"):
        href = url_for("coaching.overview")
    is_new = one.grade == "high"
    is_late_signal = one.kind == "signal" and late > 0
    return TodayItem(
        title=title,
        why=why,
        action=action,
        href=href,
        icon=icon,
        urgency=0 if is_new or is_late_signal else 1 if late > 0 else 2,
        due_on=one.day,
        badge_kind="attention" if is_new else "overdue" if late > 0 else "",
        badge_word=_("Vandaag nog") if is_new else late_word(late) if late > 0 else "",
    )


def _words(one: MondayRow) -> tuple[str, str, str, str]:
    """Return title, why, verb and icon."""
    if one.kind == "signal":
        nobody = _("Nog niemand heeft het overgenomen.")
        who = _("%(name)s volgt het op.", name=one.who) if one.who else nobody
        title = _("Signaal: %(kind)s", kind=SIGNAL_KINDS[one.word])
        about = _("Over %(person)s. %(who)s", person=one.person_name, who=who)
        return title, about, _("Bekijk het signaal"), "warning"
    if one.kind == "match":
        return (
            _("%(name)s heeft nog geen begeleider", name=one.person_name),
            _("Liefst vóór %(day)s.", day=short_day(one.day)),
            _("Kies een begeleider"),
            "person",
        )
    if one.kind == "contact":
        why = _("Begeleider: %(name)s.", name=one.who)
        if one.last_on:
            why = _(
                "Laatste gesprek: %(day)s. Begeleider: %(name)s.",
                day=short_day(one.last_on),
                name=one.who,
            )
        title = _("Te lang geen gesprek: %(name)s", name=one.person_name)
        return title, why, _("Kijk wat er kan"), "next"
    title = _("Een afspraak met %(name)s is te laat", name=one.person_name)
    if one.kind == "step":
        title = _("Een stap uit het plan van %(name)s is te laat", name=one.person_name)
    return (
        title,
        _("Die zou klaar zijn vóór %(day)s.", day=short_day(one.day)),
        _("Bekijk het overzicht"),
        "list",
    )
