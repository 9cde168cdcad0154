"""Somebody guides a coach's people while that coach is away: rights on those days only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, Cover
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person
from academy.people.services import grants

COVER = "coaching/cover"
COVERING = "coaching/covering"


def arrange_cover(
    coach_id: int, cover_id: int, *, by: Actor, first_day: date, last_day: date
) -> Cover:
    """Let somebody guide all people of a coach in one's region, from a day until a day.

    Everybody concerned hears it, by name. Raises NotFoundError when the coach guides nobody there,
    InvalidInputError for days that cannot be, ConflictError for days that have a cover already.
    """
    plans = _plans_of(coach_id, by)
    if not plans or db.session.get(Person, cover_id) is None:
        raise NotFoundError
    _check(coach_id, cover_id, first_day, last_day)
    cover = Cover(
        coach_id=coach_id,
        cover_id=cover_id,
        first_day=first_day,
        last_day=last_day,
        arranged_by_id=by.person_id,
        arranged_at=clock.now(),
    )
    db.session.add(cover)
    db.session.flush()  # the audit and the messages name the row
    guided = [plan for plan in plans if plan.person_id != cover_id]
    for plan in guided:
        grants.give_cover_grant(
            cover_id,
            plan.person_id,
            by=by,
            place_id=plan.place_id,
            valid_from=first_day,
            valid_to=last_day,
            reason=rules.COVER_REASON,
        )
    _record("arranged", cover, by)
    _tell(cover, [plan.person_id for plan in guided])
    return cover


def end_cover(cover_id: int, *, by: Actor) -> Cover:
    """Let a cover end today: from now on the right is gone. Raises NotFoundError outside reach."""
    cover = db.session.get(Cover, cover_id, with_for_update=True)
    today = clock.today()
    if cover is None or cover.ended_on is not None or cover.last_day < today:
        raise NotFoundError
    plans = _covered(cover)
    is_near = all(policies.oversees(by, plan) for plan in plans)
    if not is_near or (not plans and by.person_id != cover.arranged_by_id):
        raise NotFoundError
    for plan in plans:
        grants.end_cover_grant(
            cover.cover_id,
            plan.person_id,
            by=by,
            place_id=plan.place_id,
            valid_from=cover.first_day,
            reason=rules.COVER_REASON,
        )
    cover.ended_on = max(today, cover.first_day)
    _record("ended", cover, by)
    return cover


# --- parts -----------------------------------------------------------------------------------


def _plans_of(coach_id: int, by: Actor) -> Sequence[CoachingPlan]:
    return db.session.scalars(
        sa.select(CoachingPlan)
        .where(
            CoachingPlan.coach_id == coach_id,
            CoachingPlan.state.in_(rules.LIVE_STATES),
            policies.within_region(by),
        )
        .order_by(CoachingPlan.id)
    ).all()


def _covered(cover: Cover) -> Sequence[CoachingPlan]:
    """Return the plans over which the cover still has, or will have, a right."""
    held = sa.select(Grant.scope_id).where(
        Grant.person_id == cover.cover_id,
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.valid_from == cover.first_day,
        Grant.valid_to >= clock.today(),
        Grant.reason == rules.COVER_REASON,
    )
    return db.session.scalars(
        sa.select(CoachingPlan)
        .where(
            CoachingPlan.person_id.in_(held),
            CoachingPlan.coach_id == cover.coach_id,
            CoachingPlan.state.in_(rules.LIVE_STATES),
        )
        .order_by(CoachingPlan.id)
    ).all()


def _check(coach_id: int, cover_id: int, first_day: date, last_day: date) -> None:
    if cover_id == coach_id:
        sentence = _("Kies iemand anders dan de begeleider zelf.")
        raise InvalidInputError(sentence, fields={"cover_id": sentence})
    faults = {
        "past": ("first_day", _("Kies vandaag of een dag die nog komt.")),
        "reversed": ("last_day", _("De laatste dag komt na de eerste dag.")),
        "too_long": ("last_day", _("Kies ten hoogste drie maanden. Langer is overdragen.")),
    }
    fault = rules.cover_fault(first_day, last_day, clock.today())
    if fault is not None:
        field, sentence = faults[fault]
        raise InvalidInputError(sentence, fields={field: sentence})
    overlaps = sa.select(Cover.id).where(
        Cover.coach_id == coach_id,
        Cover.ended_on.is_(None),
        Cover.first_day <= last_day,
        Cover.last_day >= first_day,
    )
    if db.session.scalar(overlaps) is not None:
        raise ConflictError(_("In deze dagen is er al iemand die vervangt."))


def _tell(cover: Cover, people: list[int]) -> None:
    use_by = clock.local(cover.last_day + timedelta(days=1))
    announce(COVER, key=f"cover-{cover.id}", person_ids=people, use_by=use_by, cover_id=cover.id)
    announce(
        COVERING,
        key=f"covering-{cover.id}",
        person_ids=[cover.cover_id],
        use_by=use_by,
        cover_id=cover.id,
    )


def _record(what: str, cover: Cover, by: Actor) -> None:
    audit.record(
        f"coaching:cover:{what}",
        ("coaching_cover", cover.id),
        by=by,
        subject_id=cover.coach_id,
        cover_id=cover.cover_id,
    )
