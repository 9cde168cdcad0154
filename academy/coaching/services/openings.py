"""Opening a log in need: one asks with a reason, another agrees, the participant hears it.

Source: trust.md, section 5, "break-glass". Administrators take no part in it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies
from academy.coaching.models import CoachingPlan, Opening
from academy.coaching.rules import opening as rules
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor

LINE_LENGTH = 200
OPENED = "coaching/opened"
TOLD_WITHIN = timedelta(days=7)
"""How long after its day a message that was held back is announced still, after a stand-still."""


def ask(plan_id: int, reason: str, line: str, *, by: Actor, held_back: bool = False) -> Opening:
    """Ask somebody else to let `by` read one log, and return the request.

    `line` says in one line why. `held_back`: for safety the participant hears it later. Raises
    ConflictError while an earlier request waits or the log is open, and for who guides already.
    """
    plan = db.session.get(CoachingPlan, plan_id, with_for_update=True)
    if plan is None:
        raise NotFoundError
    policies.require_overseer(by, plan)
    if policies.guides(by, plan.person_id):
        raise ConflictError(_("Jij bent de begeleider. Je kunt het logboek al lezen."))
    line = _checked(reason, line, held_back=held_back)
    _refuse_second(plan_id, by)
    today = clock.today()
    opening = Opening(
        plan_id=plan.id,
        person_id=plan.person_id,
        reason=reason,
        line=line,
        asked_by_id=by.person_id,
        asked_at=clock.now(),
        held_back_until=today + rules.HOLD_BACK if held_back else None,
    )
    db.session.add(opening)
    db.session.flush()  # the audit names the row
    _record("asked", opening, by, reason=reason, held_back=held_back)
    return opening


def agree(opening_id: int, *, by: Actor) -> Opening:
    """Let who asked read the log for a day; the participant is told at once, unless held back."""
    opening = _waiting(opening_id, by)
    _answer(opening, "agreed", by)
    opening.open_until = clock.now() + rules.OPEN_FOR
    _record("agreed", opening, by, reason=opening.reason)
    if not rules.is_held_back(opening.held_back_until, clock.today()):
        _tell(opening)
    return opening


def refuse(opening_id: int, *, by: Actor) -> Opening:
    """Say no; the log stays closed."""
    opening = _waiting(opening_id, by)
    _answer(opening, "refused", by)
    _record("refused", opening, by)
    return opening


def withdraw(opening_id: int, *, by: Actor) -> Opening:
    """Take back what one asked, while nobody answered."""
    opening, _plan = _locked(opening_id, by)
    if opening.asked_by_id != by.person_id:
        raise NotFoundError
    _require_state(opening, "asked")
    _answer(opening, "withdrawn", by)
    _record("withdrawn", opening, by)
    return opening


def end(opening_id: int, *, by: Actor) -> Opening:
    """Close the log before its time; whoever may see the opening may do so."""
    opening, _plan = _locked(opening_id, by)
    _require_state(opening, "open")
    opening.ended_at, opening.ended_by_id = clock.now(), by.person_id
    _record("ended", opening, by)
    return opening


def hold_back(opening_id: int, until: date, *, by: Actor) -> Opening:
    """Look anew at what the participant does not hear yet: another day within thirty days.

    Only while it is held back, and not by who asked. Today or before: tell it now.
    """
    opening, plan = _locked(opening_id, by)
    if not policies.may_answer_opening(by, opening, plan):
        raise ForbiddenError(_("Iemand anders dan wie het vroeg, beslist dit."))
    today = clock.today()
    if opening.answer != "agreed" or not rules.is_held_back(opening.held_back_until, today):
        raise ConflictError(_("De deelnemer weet het al."))
    if until > today and not rules.may_hold_back_until(until, today):
        sentence = _("Kies een dag binnen dertig dagen. Dan kijk je er opnieuw naar.")
        raise InvalidInputError(sentence, fields={"until": sentence})
    opening.held_back_until = until
    _record("held-back", opening, by, until=until.isoformat())
    if until <= today:
        _tell(opening)
    return opening


def tell_due() -> None:
    """Tell participants of what was held back until today; the message goes once."""
    due = db.session.scalars(
        sa.select(Opening).where(
            Opening.answer == "agreed",
            Opening.held_back_until <= clock.today(),
            Opening.held_back_until > clock.today() - TOLD_WITHIN,
        )
    )
    for opening in due:
        _tell(opening)


# --- parts -----------------------------------------------------------------------------------


def _checked(reason: str, line: str, *, held_back: bool) -> str:
    line = " ".join(line.split())
    wrong: dict[str, str] = {}
    if reason not in rules.OPENING_REASONS:
        wrong["reason"] = _("Kies waarom het nodig is.")
    if not line:
        wrong["line"] = _("Schrijf in één zin waarom het nodig is.")
    elif len(line) > LINE_LENGTH:
        wrong["line"] = _("Schrijf één korte zin.")
    if held_back and reason != "safety":
        wrong["held_back"] = _("Later vertellen mag alleen voor de veiligheid.")
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)
    return line


def _refuse_second(plan_id: int, by: Actor) -> None:
    mine = db.session.scalars(
        sa.select(Opening).where(Opening.plan_id == plan_id, Opening.asked_by_id == by.person_id)
    )
    if any(rules.state_of(one, clock.now()) in ("asked", "open") for one in mine):
        raise ConflictError(_("Je vroeg dit al."))


def _locked(opening_id: int, by: Actor) -> tuple[Opening, CoachingPlan]:
    """Return an opening in the reach of `by`, locked, and its plan. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(Opening, CoachingPlan)
        .join(CoachingPlan, CoachingPlan.id == Opening.plan_id)
        .where(Opening.id == opening_id, policies.within_openings(by))
        .with_for_update(of=Opening)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1]


def _waiting(opening_id: int, by: Actor) -> Opening:
    """Return a request that waits for an answer that `by` may give."""
    opening, plan = _locked(opening_id, by)
    if not policies.may_answer_opening(by, opening, plan):
        raise ForbiddenError(_("Iemand anders dan wie het vroeg, beslist dit."))
    _require_state(opening, "asked")
    return opening


def _require_state(opening: Opening, state: str) -> None:
    if rules.state_of(opening, clock.now()) != state:
        raise ConflictError(_("Dit is al beantwoord of voorbij."))


def _answer(opening: Opening, answer: str, by: Actor) -> None:
    opening.answer, opening.answered_by_id = answer, by.person_id
    opening.answered_at = clock.now()


def _tell(opening: Opening) -> None:
    announce(
        OPENED,
        key=f"{OPENED}-{opening.id}",
        person_ids=[opening.person_id],
        opening_id=opening.id,
    )


def _record(what: str, opening: Opening, by: Actor, **data: Any) -> None:
    audit.record(
        f"coaching:opening:{what}",
        ("coaching_opening", opening.id),
        by=by,
        subject_id=opening.person_id,
        result="done",
        **data,
    )
