"""The yearly review: a talk in the log, three circles, a wish about going on, and the next plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.models import LogEntry, YearlyReview
from academy.coaching.services import log
from academy.coaching.services.log import Contact
from academy.coaching.services.plans import get_plan
from academy.coaching.services.sheets import TEXT_LENGTH, NewSheet, write_sheet
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.policy import Actor

CIRCLES = ("circle_mine", "circle_together", "circle_not")


@dataclass(frozen=True, slots=True)
class NewReview:
    """What the review brought. Without `sheet` there is no next plan: somebody wants to stop."""

    wants: str
    circle_mine: str = ""
    circle_together: str = ""
    circle_not: str = ""
    sheet: NewSheet | None = None


def hold_review(
    plan_id: int, talk: Contact, review: NewReview, *, by: Actor, form_key: str | None = None
) -> YearlyReview:
    """Put the review in the log, where it counts for renewal, and write the plan that follows.

    The plan waits for the participant's yes. Sent twice with one `form_key`, it stays one review.
    """
    _check(review)
    plan = get_plan(plan_id)
    policies.require_guide(by, plan)
    entry = log.log_contact(plan_id, talk, by=by, form_key=form_key)
    held = db.session.scalars(
        sa.select(YearlyReview).where(YearlyReview.entry_id == entry.id)
    ).one_or_none()
    if held is not None:
        return held
    sheet = write_sheet(plan_id, review.sheet, by=by) if review.sheet is not None else None
    row = YearlyReview(
        plan_id=plan.id,
        person_id=plan.person_id,
        entry_id=entry.id,
        sheet_id=sheet.id if sheet else None,
        held_on=entry.happened_on,
        wants=review.wants,
        written_at=clock.now(),
        **{name: " ".join(getattr(review, name).split()) for name in CIRCLES},
    )
    db.session.add(row)
    db.session.flush()  # the audit names the row
    audit.record(
        "coaching:review:held",
        ("coaching_yearly_review", row.id),
        by=by,
        subject_id=plan.person_id,
        wants=review.wants,
    )
    return row


def save_draft(
    plan_id: int, filled: Mapping[str, str], *, by: Actor, form_key: str | None = None
) -> LogEntry:
    """Keep the form of a review as it stands; only who writes it sees it.

    Raises ConflictError when it was sent already, or another is open.
    """
    kept = rules.to_kept(filled)
    if len(kept) > rules.MOST_KEPT:
        raise InvalidInputError(_("Deze tekst is te lang. Schrijf het korter."))
    contact = Contact("yearly_review", clock.today(), discussed=kept)
    return log.save_draft(plan_id, contact, by=by, form_key=form_key)


def _check(review: NewReview) -> None:
    wrong = {
        name: _("Schrijf één of twee zinnen.")
        for name in CIRCLES
        if len(" ".join(getattr(review, name).split())) > TEXT_LENGTH
    }
    if review.wants not in rules.REVIEW_WANTS:
        wrong["wants"] = _("Kies of er nog een begeleider nodig is.")
    if review.wants != "stop" and review.sheet is None:
        wrong["goal"] = _("Schrijf waar jullie naartoe werken.")
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)


def settle_wish(plan_id: int, *, by: Actor) -> YearlyReview:
    """Say that the wish of the last review was followed, or is gone. Raises NotFoundError."""
    plan = get_plan(plan_id)
    policies.require_overseer(by, plan)
    row = db.session.scalars(
        sa.select(YearlyReview)
        .where(YearlyReview.plan_id == plan_id)
        .order_by(YearlyReview.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError
    row.settled_on = row.settled_on or clock.today()
    audit.record(
        "coaching:review:settled",
        ("coaching_yearly_review", row.id),
        by=by,
        subject_id=plan.person_id,
    )
    return row
