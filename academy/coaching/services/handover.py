"""What goes along when guidance goes over: the participant decides."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies
from academy.coaching.models import CoachTransfer
from academy.coaching.services.plans import get_plan
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor


def answer_handover(
    plan_id: int, answer: str, *, by: Actor, on_behalf_of: int | None = None
) -> CoachTransfer:
    """Say whether the new coach may read the last twelve months; it can be changed any day.

    The coordinator may pass it on. Who gets to read may not: that would be their own wish.
    """
    plan = get_plan(plan_id)
    if on_behalf_of == plan.person_id:
        policies.require_overseer(by, plan)
    if plan.person_id not in (by.person_id, on_behalf_of):
        raise NotFoundError
    transfer = _last_transfer(plan_id)
    if by.person_id == transfer.to_id:
        raise NotFoundError
    if plan.state == "stopped":
        raise ConflictError(_("Deze begeleiding is al gestopt."))
    transfer.answer, transfer.answered_at = answer, clock.now()
    transfer.answered_by_id = by.person_id
    audit.record(
        f"coaching:handover:{answer}",
        ("coaching_transfer", transfer.id),
        by=by,
        subject_id=plan.person_id,
        on_behalf_of=on_behalf_of,
    )
    return transfer


def plan_talk(plan_id: int, talk_on: date, *, by: Actor) -> CoachTransfer:
    """Write down when they speak, or spoke, about going over. Not before it went over."""
    plan = get_plan(plan_id)
    if not policies.guides(by, plan.person_id):
        policies.require_overseer(by, plan)
    transfer = _last_transfer(plan_id)
    if talk_on < transfer.at.astimezone(clock.AMSTERDAM).date():
        sentence = _("Kies een dag na de overdracht.")
        raise InvalidInputError(sentence, fields={"talk_on": sentence})
    transfer.talk_on = talk_on
    audit.record(
        "coaching:handover:talk",
        ("coaching_transfer", transfer.id),
        by=by,
        subject_id=plan.person_id,
    )
    return transfer


def _last_transfer(plan_id: int) -> CoachTransfer:
    transfer = db.session.scalars(
        sa.select(CoachTransfer)
        .where(CoachTransfer.plan_id == plan_id)
        .order_by(CoachTransfer.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if transfer is None:
        raise NotFoundError
    return transfer
