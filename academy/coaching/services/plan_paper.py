"""The plan on paper: the reading is noted, as of every paper with words from the log."""

from __future__ import annotations

import hashlib

from flask_babel import force_locale

from academy.coaching.adapters.plan_paper import plan_paper
from academy.coaching.queries.log import ActionView, open_actions
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services.reading import note_document, note_reading
from academy.kernel import clock
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor
from academy.kernel.settings import current

HOW = {
    "phone": "We bellen",
    "visit": "We spreken elkaar thuis of in de buurt",
    "message": "We appen",
    "email": "We mailen",
    "letter": "We schrijven",
}


def make_plan_paper(plan: PlanHead, *, by: Actor) -> bytes:
    """Return the plan of a person as a PDF. The reading is noted first, the file's hash after."""
    at = note_reading(plan.id, "pdf", by=by, edition="plan")
    actions = open_actions(plan.id, today=clock.today())
    with force_locale("nl"):
        agreed = [(_owner(one, plan), one.text, f"vóór {short_day(one.due_on)}") for one in actions]
    made = plan_paper(
        facts=_facts(plan),
        goal=plan.goal,
        actions=agreed,
        own_name=plan.call_name,
        coach_name=plan.coach_call_name or "begeleider",
        made_by=by.display_name,
    )
    note_document(plan.id, hashlib.sha256(made).hexdigest(), by=by, at=at)
    return made


def _facts(plan: PlanHead) -> list[tuple[str, str]]:
    coach = " · ".join(part for part in (plan.coach_name, plan.coach_phone) if part)
    return [
        ("Dit plan is van", plan.person_name),
        ("Mijn begeleider", coach or "nog niet bekend"),
        ("Contact", f"{HOW[plan.channel]}, ongeveer elke {plan.rhythm_days} dagen."),
        ("Ook te bellen", f"{current().help_name} van de academie · {current().help_phone}"),
        ("Direct gevaar", "112"),
    ]


def _owner(action: ActionView, plan: PlanHead) -> str:
    return {
        "participant": plan.call_name,
        "coach": plan.coach_call_name or "begeleider",
        "coordinator": "de coördinator",
        "client": "de opdrachtgever",
    }[action.owner]
