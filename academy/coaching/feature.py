"""Manifest of coaching."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from academy.coaching import policies, rules
from academy.coaching.events import ContactLogged, PlanChanged
from academy.coaching.listeners import (
    on_certificate_issued,
    on_contact_logged,
    on_plan_changed,
)
from academy.coaching.mails import MESSAGES
from academy.coaching.queries import overview
from academy.coaching.queries.checks import faults
from academy.coaching.queries.due import people_of
from academy.coaching.queries.plans import GuidedRow, find_own_plan, guided_rows, has_own_plan
from academy.coaching.tasks.openings import (
    DRAFTS_JOB,
    FINAL_JOB,
    HAND_ON_JOB,
    TELL_JOB,
    drop_lost,
    finalise,
    hand_on,
    tell,
)
from academy.coaching.views import (
    again,  # noqa: F401
    cadence,  # noqa: F401
    changes,  # noqa: F401
    coach,  # noqa: F401  their routes
    coordinator,  # noqa: F401
    everybody,  # noqa: F401
    guidance_today,
    matching,  # noqa: F401
    offline,  # noqa: F401
    on_behalf,
    openings,  # noqa: F401
    paper,  # noqa: F401
    participant,  # noqa: F401
    printing,  # noqa: F401
    professionals,  # noqa: F401
    reviews,  # noqa: F401
    sheets,  # noqa: F401
    talk,  # noqa: F401
    worries,  # noqa: F401
)
from academy.coaching.views.blueprint import bp
from academy.coaching.views.care_today import (
    late_word,
    own_action_items,
    region_items,
    signal_items,
)
from academy.coaching.views.openings_today import opening_items
from academy.kernel import clock
from academy.kernel.feature import Feature, NavItem, TodayItem
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor
from certificates.events import CertificateIssued

MOST_ON_TODAY = 5


def today(actor: Actor) -> list[TodayItem]:
    """Return what waits for this actor: as coach, as coordinator, as participant."""
    day = clock.today()
    items = _own_items(actor, day)
    guides = bool(policies.guided_person_ids(actor))
    if guides:
        items += signal_items(actor, day) + _coach_items(actor, day)
        items += own_action_items(actor, day)
    if actor.may(policies.OVERSEE):
        items += region_items(actor, day, also_own=not guides) + guidance_today.region_items(actor)
    return items + opening_items(actor)


def _coach_items(actor: Actor, day: date) -> list[TodayItem]:
    rows = guided_rows(actor, day)
    items = [
        _proposal_item(row) if row.state == "proposed" else _call_item(row, day)
        for row in rows
        if row.is_due or (row.state == "proposed" and not row.coach_said_yes)
    ][:MOST_ON_TODAY]
    return items + guidance_today.review_items(rows, day)[:MOST_ON_TODAY]


def _call_item(row: GuidedRow, day: date) -> TodayItem:
    last = gettext("Jullie spraken elkaar nog niet.")
    if row.last_contact_on:
        last = gettext("Laatste gesprek: %(day)s.", day=short_day(row.last_contact_on))
    due = row.next_contact_due or day
    return TodayItem(
        title=gettext("Spreek %(name)s", name=row.person_name),
        why=last,
        action=gettext("Ga naar %(name)s", name=row.call_name),
        href=url_for("coaching.plan", plan_id=row.plan_id),
        icon="next",
        urgency=1 if row.is_overdue else 2,
        due_on=due,
        badge_kind="overdue" if row.is_overdue else "",
        badge_word=late_word((day - due).days) if row.is_overdue else "",
    )


def _proposal_item(row: GuidedRow) -> TodayItem:
    return TodayItem(
        title=gettext("Wil je %(name)s begeleiden?", name=row.person_name),
        why=gettext("De coördinator vraagt het aan jou."),
        action=gettext("Zeg ja of nee"),
        href=url_for("coaching.plan", plan_id=row.plan_id),
        icon="person",
        urgency=2,
    )


def _own_items(actor: Actor, day: date) -> list[TodayItem]:
    plan = find_own_plan(actor.person_id or 0)
    if plan is None or plan.state in ("to_match", "stopped"):
        return []
    href = url_for("coaching.own_log")
    asked = guidance_today.own_items(plan)
    if plan.state == "proposed":
        return asked if plan.participant_yes_on else [_own_proposal(plan.coach_name, href), *asked]
    news = overview.own_news(plan.id, today=day, unread_since=clock.now() - rules.FINAL_AFTER)
    items = asked
    if news.unread:
        items.append(
            TodayItem(
                title=ngettext(
                    "Er staat een nieuw gesprek in je logboek",
                    "Er staan %(num)d nieuwe gesprekken in je logboek",
                    news.unread,
                ),
                why=gettext("Lees het en zet er je eigen woorden bij."),
                action=gettext("Lees je logboek"),
                href=href,
                icon="pen",
                urgency=2,
            )
        )
    if news.open_actions:
        items.append(
            TodayItem(
                title=ngettext(
                    "Je hebt %(num)d afspraak", "Je hebt %(num)d afspraken", news.open_actions
                ),
                why=gettext("De eerste is vóór %(day)s.", day=short_day(news.first_due)),
                action=gettext("Bekijk je afspraken"),
                href=href,
                icon="check",
                urgency=1 if news.overdue_actions else 2,
                due_on=news.first_due,
            )
        )
    return items


def _own_proposal(coach_name: str, href: str) -> TodayItem:
    return TodayItem(
        title=gettext("%(name)s wil je begeleiden", name=coach_name),
        why=gettext("Jij zegt of je dat wilt."),
        action=gettext("Zeg ja of nee"),
        href=href,
        icon="person",
        urgency=2,
    )


FEATURE = Feature(
    name="coaching",
    blueprints=(bp,),
    capabilities=policies.ALL,
    listeners={
        CertificateIssued: (on_certificate_issued,),
        PlanChanged: (on_plan_changed,),
        ContactLogged: (on_contact_logged,),
    },
    today=today,
    messages=MESSAGES,
    jobs={TELL_JOB: tell, HAND_ON_JOB: hand_on, DRAFTS_JOB: drop_lost, FINAL_JOB: finalise},
    people_of=people_of,
    lies_at=on_behalf.reaches_of,
    for_another=on_behalf.for_another,
    acts=on_behalf.ACTS,
    navigation=(
        NavItem(
            _("Ik maak me zorgen"),
            "coaching.worries",
            "warning",
            policies.WORRY,
            95,
            is_always_there=True,
        ),
        NavItem(_("Begeleiding"), "coaching.people", "cup", policies.BEGIN, 25),
        NavItem(
            _("Logboek"),
            "coaching.own_log",
            "pen",
            policies.OWN_LOG,
            50,
            for_participants=True,
            is_used=has_own_plan,
        ),
        NavItem(
            _("Geopende logboeken"), "coaching.opening_list", "lock", policies.SEE_OPENINGS, 90
        ),
    ),
    checks=(faults,),
)
