"""The plan on paper: the reading is noted, as of every paper with words from the log.

As on every paper of the log, what somebody put between double brackets is black.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask_babel import force_locale

from academy.coaching.adapters.plan_paper import PrintedPlan, plan_paper
from academy.coaching.queries.handover import horizon_for
from academy.coaching.queries.log import ActionView, open_actions
from academy.coaching.queries.plans import PlanHead
from academy.coaching.queries.sheets import Sheets, StepView, sheets_of
from academy.coaching.rules.masking import without_marked
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


def make_plan_paper(plan: PlanHead, *, by: Actor, large: bool = False) -> bytes:
    """Return the plan of a person as a PDF. The reading is noted first, the file's hash after.

    It prints the version that counts, else the one that waits for a yes; without any, what they
    agreed in their talks. `large` is 14 points.
    """
    at = note_reading(plan.id, "pdf", by=by, edition="plan")
    today, horizon = clock.today(), horizon_for(plan, by)
    sheets = sheets_of(plan.id, today=today, within=horizon)
    with force_locale("nl"):
        printed = _printed(sheets, plan) or PrintedPlan(
            goal=without_marked(plan.goal),
            steps=_steps(open_actions(plan.id, today=today, within=horizon.entries()), plan),
        )
    made = plan_paper(
        printed,
        facts=_facts(plan),
        own_name=plan.call_name,
        coach_name=plan.coach_call_name or "begeleider",
        made_by=by.display_name,
        large=large,
    )
    note_document(plan.id, hashlib.sha256(made).hexdigest(), by=by, at=at)
    return made


def _printed(sheets: Sheets, plan: PlanHead) -> PrintedPlan | None:
    sheet = sheets.current or sheets.pending
    if sheet is None:
        return None
    agreed = "Dit plan wacht nog op een ja."
    if sheet.agreed_at is not None:
        agreed = f"Plan {sheet.number}, afgesproken op {short_day(sheet.agreed_at)}."
    return PrintedPlan(
        goal=without_marked(sheet.goal),
        strengths=without_marked(sheet.strengths),
        learning=without_marked(sheet.learning),
        overload=without_marked(sheet.overload),
        steps=_steps(sheet.steps, plan),
        said=agreed,
    )


def _steps(
    steps: Sequence[StepView | ActionView], plan: PlanHead
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_owner(one, plan), without_marked(one.text), f"vóór {short_day(one.due_on)}")
        for one in steps
    )


def _facts(plan: PlanHead) -> list[tuple[str, str]]:
    coach = " · ".join(part for part in (plan.coach_name, plan.coach_phone) if part)
    return [
        ("Dit plan is van", plan.person_name),
        ("Mijn begeleider", coach or "nog niet bekend"),
        ("Contact", f"{HOW[plan.channel]}, ongeveer elke {plan.rhythm_days} dagen."),
        ("Ook te bellen", f"{current().help_name} van de academie · {current().help_phone}"),
        ("Direct gevaar", "112"),
    ]


def _owner(action: StepView | ActionView, plan: PlanHead) -> str:
    return {
        "participant": plan.call_name,
        "coach": plan.coach_call_name or "begeleider",
        "coordinator": "de coördinator",
        "client": "de opdrachtgever",
    }[action.owner]
