"""What coaching offers on *Doe iets namens*, and what a participant reads of it."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from academy.coaching import policies
from academy.coaching.queries.matching import may_get_coach
from academy.coaching.queries.plans import find_own_plan
from academy.kernel import policy
from academy.kernel.feature import ForAnother
from academy.kernel.policy import Actor, Reach

ACTS = {
    "coaching:entry:seen": lazy_gettext("Een gesprek aan je voorgelezen"),
    "coaching:entry:own-words-added": lazy_gettext("Jouw woorden bij een gesprek gezet"),
    "coaching:action:done": lazy_gettext("Een afspraak van jou afgevinkt"),
    "coaching:action:open": lazy_gettext("Een afspraak van jou weer opengezet"),
    "coaching:action:dropped": lazy_gettext("Een afspraak van jou laten vervallen"),
    "coaching:action:moved": lazy_gettext("Een andere dag gekozen voor een afspraak van jou"),
    "coaching:plan:agreed": lazy_gettext("Namens jou ja gezegd tegen een begeleider"),
    "coaching:plan:declined": lazy_gettext("Namens jou nee gezegd tegen een begeleider"),
    "coaching:plan:paused": lazy_gettext("Een pauze voor je opgeschreven"),
    "coaching:plan:resumed": lazy_gettext("Je pauze beëindigd"),
    "coaching:plan:stopped": lazy_gettext("Je begeleiding voor je gestopt"),
    "coaching:plan:begun-again": lazy_gettext("Weer een begeleider voor je gevraagd"),
    "coaching:wish:saved": lazy_gettext("Je wensen voor een begeleider opgeschreven"),
    "coaching:offer:saved": lazy_gettext("Je aanbod als begeleider opgeschreven"),
    "coaching:sheet:agreed": lazy_gettext("Namens jou ja gezegd tegen je plan"),
    "coaching:sheet:step-done": lazy_gettext("Een stap uit je plan afgevinkt"),
    "coaching:sheet:step-open": lazy_gettext("Een stap uit je plan weer opengezet"),
    "coaching:handover:yes": lazy_gettext("Doorgegeven: je nieuwe begeleider mag meelezen"),
    "coaching:handover:no": lazy_gettext("Doorgegeven: je nieuwe begeleider mag niet meelezen"),
}


def reaches_of(person_id: int) -> list[Reach]:
    """Return where the guidance of somebody lies, as long as it is not stopped."""
    plan = find_own_plan(person_id)
    if plan is None or plan.state == "stopped":
        return []
    return [Reach(person_id=person_id, place_id=plan.place_id)]


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return what `by` may do for somebody around the guidance; only the coach reads the log."""
    plan = find_own_plan(person_id)
    wish = _wish(person_id) if may_get_coach(person_id) else []
    if plan is None:
        return wish
    if plan.state == "stopped":
        return wish + _again(plan.id, plan.place_id, by=by)
    if plan.state == "proposed" and plan.participant_yes_on is None:
        answer = _answer(plan.id, plan.coach_name, plan.place_id, by=by, person_id=person_id)
        return answer + wish
    if not plan.is_live or not policies.guides(by, person_id):
        return wish + _change(plan.id, plan.place_id, by=by)
    return [
        *wish,
        ForAnother(
            title=_("Logboek en afspraken"),
            why=_("Lees een gesprek voor, zet woorden erbij of vink een afspraak af."),
            action=_("Open het logboek"),
            href=url_for("coaching.plan", plan_id=plan.id),
            icon="cup",
        ),
    ]


def _wish(person_id: int) -> list[ForAnother]:
    return [
        ForAnother(
            title=_("Wensen voor een begeleider"),
            why=_("Welke taal, welke dagen, en liefst wie?"),
            action=_("Schrijf de wensen op"),
            href=url_for("coaching.wish_of", person_id=person_id),
            icon="pen",
        )
    ]


def _change(plan_id: int, place_id: int | None, *, by: Actor) -> list[ForAnother]:
    if not policy.covers(by, policies.OVERSEE, Reach(place_id=place_id)):
        return []
    return [
        ForAnother(
            title=_("Pauze, stoppen of overdracht"),
            why=_("Zegt iemand het liever tegen jou? Niemand vraagt waarom."),
            action=_("Ga naar de begeleiding"),
            href=url_for("coaching.standing", plan_id=plan_id),
            icon="cup",
        )
    ]


def _again(plan_id: int, place_id: int | None, *, by: Actor) -> list[ForAnother]:
    if not policy.covers(by, policies.OVERSEE, Reach(place_id=place_id)):
        return []
    return [
        ForAnother(
            title=_("Weer een begeleider"),
            why=_("De begeleiding is gestopt. Opnieuw beginnen kan altijd."),
            action=_("Ga naar de begeleiding"),
            href=url_for("coaching.standing", plan_id=plan_id),
            icon="cup",
        )
    ]


def _answer(
    plan_id: int, coach: str, place_id: int | None, *, by: Actor, person_id: int
) -> list[ForAnother]:
    if policies.guides(by, person_id):
        href = url_for("coaching.plan", plan_id=plan_id)
    elif policy.covers(by, policies.OVERSEE, Reach(place_id=place_id)):
        href = url_for("coaching.standing", plan_id=plan_id)
    else:
        return []
    return [
        ForAnother(
            title=_("Begeleiding door %(name)s", name=coach),
            why=_("Zegt iemand het liever tegen jou? Schrijf ja of nee op."),
            action=_("Geef het antwoord door"),
            href=href,
            icon="check",
        )
    ]
