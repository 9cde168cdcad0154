"""Somebody guides a coach's people while that coach is away: rights on those days only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, Cover
from academy.coaching.queries.cover import covers_between
from academy.coaching.services import drafts, signals
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person
from academy.people.queries.actors import actor_for
from academy.people.services import grants

COVER = "coaching/cover"
COVERING = "coaching/covering"


def arrange_cover(
    coach_id: int, cover_id: int, *, by: Actor, first_day: date, last_day: date
) -> Cover:
    """Let somebody guide all people of a coach in one's region, from a day until a day.

    Everybody concerned hears it, by name. Raises NotFoundError when the coach guides nobody there,
    InvalidInputError for days that cannot be, ConflictError when one of them has a cover already.
    """
    plans = _plans_of(coach_id, by)
    if not plans or db.session.get(Person, cover_id) is None:
        raise NotFoundError
    guided = [plan for plan in plans if plan.person_id != cover_id]
    _check(coach_id, cover_id, first_day, last_day)
    _check_free(coach_id, {plan.person_id for plan in guided}, first_day, last_day)
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
    for plan in guided:
        _let_guide(cover, plan, by)
    _record("arranged", cover, by)
    _tell(cover, [plan.person_id for plan in guided])
    return cover


def take_along(plan: CoachingPlan) -> None:
    """Let who stands in for the coach in that region guide somebody new too, as was arranged."""
    covers = db.session.scalars(
        sa.select(Cover)
        .where(
            Cover.coach_id == plan.coach_id,
            Cover.cover_id.not_in((plan.person_id, Cover.arranged_by_id)),
            Cover.ended_on.is_(None),
            Cover.last_day >= clock.today(),
        )
        .order_by(Cover.id)
    ).all()
    for cover in covers:
        by = actor_for(cover.arranged_by_id, origin="job")
        if policies.oversees(by, plan) and _let_guide(cover, plan, by) is not None:
            _tell(cover, [plan.person_id])


def _let_guide(cover: Cover, plan: CoachingPlan, by: Actor) -> Grant | None:
    return grants.give_cover_grant(
        cover.cover_id,
        plan.person_id,
        by=by,
        place_id=plan.place_id,
        valid_from=max(cover.first_day, clock.today()),
        valid_to=cover.last_day,
        reason=rules.COVER_REASON,
    )


def end_cover(cover_id: int, *, by: Actor) -> Cover:
    """Let a cover end today: from now on the right is gone. Raises NotFoundError outside reach.

    What who stood in followed up goes back to the coach; a talk not written to the end is gone.
    """
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
            valid_to=cover.last_day,
            reason=rules.COVER_REASON,
        )
    cover.ended_on = max(today, cover.first_day)
    db.session.flush()  # from here on the coach is who guides
    for plan in plans:
        signals.hand_on_lost(plan.person_id, by=by)
    drafts.drop_lost([plan.person_id for plan in plans], by=by)
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
    """Return the plans over which the cover still has, or will have, a right by this cover."""
    held = sa.select(Grant.scope_id).where(
        Grant.person_id == cover.cover_id,
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.granted_by_id == cover.arranged_by_id,
        Grant.valid_from >= cover.first_day,
        Grant.valid_to == cover.last_day,
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


def _check_free(coach_id: int, people: set[int], first_day: date, last_day: date) -> None:
    """Refuse when somebody stands in already with one of these people; another region may."""
    covers = covers_between(first_day, last_day)
    if any(one.coach_id == coach_id and one.person_id in people for one in covers):
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
