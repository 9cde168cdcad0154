"""The life of a plan: opened, matched, agreed, paused, transferred, stopped."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.events import PlanChanged
from academy.coaching.models import CoachingPlan, CoachTransfer, PlanSheet
from academy.coaching.services import cover, drafts, proposals, signals, steps
from academy.kernel import audit, clock, events
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import SYSTEM, Actor
from academy.people.models import Person
from academy.people.services import grants


def get_plan(plan_id: int) -> CoachingPlan:
    """Return the plan, locked for changing. Raises NotFoundError."""
    plan = db.session.get(CoachingPlan, plan_id, with_for_update=True)
    if plan is None:
        raise NotFoundError
    return plan


def open_plan(
    person_id: int,
    *,
    by: Actor = SYSTEM,
    certificate_number: str = "",
    place_id: int | None = None,
    rhythm_days: int = rules.DEFAULT_RHYTHM_DAYS,
    since: date | None = None,
    source_id: str | None = None,
) -> CoachingPlan | None:
    """Open a plan to match within a fortnight; None if the person is guided already.

    The fortnight counts from `since`, the day of the certificate, else from today.

    `place_id` is the region it falls under: the person's own place, else this one. They speak
    every `rhythm_days` until their plan says otherwise. It points to the plan before it.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    earlier = _newest(person_id)
    if earlier is not None and earlier.state != "stopped":
        return None
    today = clock.today()
    plan = CoachingPlan(
        source_id=source_id,
        person_id=person_id,
        earlier_id=earlier.id if earlier else None,
        place_id=person.place_id or place_id,
        certificate_number=certificate_number,
        channel=person.preferred_channel,
        rhythm_days=rhythm_days,
        state="to_match",
        opened_on=today,
        match_by=rules.match_by(since or today),
    )
    db.session.add(plan)
    db.session.flush()  # the audit names the row
    _changed(plan, "opened", by)
    return plan


def _newest(person_id: int) -> CoachingPlan | None:
    """Return the newest plan of a person: the one that runs, when one does."""
    return db.session.scalars(
        sa.select(CoachingPlan)
        .where(CoachingPlan.person_id == person_id)
        .order_by(CoachingPlan.id.desc())
        .limit(1)
    ).one_or_none()


def begin_again(plan_id: int, *, by: Actor) -> CoachingPlan:
    """Open a new plan after one that stopped, for oneself or in one's region. Nobody asks why.

    It goes into matching as every plan does. Raises ConflictError while guidance runs.
    """
    earlier = get_plan(plan_id)
    policies.require_own_or_overseer(by, earlier)
    plan = open_plan(
        earlier.person_id,
        by=by,
        certificate_number=earlier.certificate_number,
        place_id=earlier.place_id,
        rhythm_days=earlier.rhythm_days,
    )
    if plan is None:
        raise ConflictError(_("Er loopt al begeleiding."))
    audit.record(
        "coaching:plan:begun-again",
        ("coaching_plan", plan.id),
        by=by,
        subject_id=plan.person_id,
        on_behalf_of=audit.on_behalf(by, plan.person_id),
    )
    return plan


def match(
    plan_id: int,
    coach_id: int,
    *,
    by: Actor,
    source_id: str | None = None,
) -> CoachingPlan:
    """Propose a coach: that person may guide from today, and both are asked to say yes.

    After guidance went over or began again, the participant is asked anew whether this one may
    read back. Raises ConflictError when the plan already has a coach.
    """
    plan = get_plan(plan_id)
    policies.require_overseer(by, plan)
    if plan.state not in ("to_match", "proposed"):
        raise ConflictError(_("Er is al een begeleider."))
    if plan.state == "proposed":
        grants.end_coach_grants(plan.person_id, by=by, place_id=plan.place_id)
        signals.pass_on(plan, plan.coach_id, coach_id, by=by)
    _propose(plan, coach_id, by)
    before = _who_guided(plan)
    if before is not None:
        _note_transfer(plan, before, coach_id)
    plan.source_id = source_id or plan.source_id
    _changed(plan, "matched", by)
    return plan


def _who_guided(plan: CoachingPlan) -> int | None:
    """Return who guided before, whose talks may be there still; None without anybody."""
    if plan.transferred_on is not None:
        return plan.transferred_from_id
    return db.session.scalar(
        sa.select(CoachingPlan.coach_id)
        .where(
            CoachingPlan.person_id == plan.person_id,
            CoachingPlan.id < plan.id,
            CoachingPlan.started_on.is_not(None),
        )
        .order_by(CoachingPlan.id.desc())
        .limit(1)
    )


def _propose(plan: CoachingPlan, coach_id: int, by: Actor) -> None:
    if db.session.get(Person, coach_id) is None:
        raise NotFoundError
    grants.give_coach_grant(
        coach_id,
        plan.person_id,
        by=by,
        place_id=plan.place_id,
        reason="begeleider",
        passing=rules.COVER_REASON,
    )
    plan.coach_id = coach_id
    plan.state = "proposed"
    plan.coach_yes_on = plan.participant_yes_on = None
    proposals.note_proposed(plan, coach_id)


def agree(plan_id: int, *, by: Actor, on_behalf_of: int | None = None) -> CoachingPlan:
    """Say yes, as coach or as participant; with the second yes the guidance begins.

    The coach or the coordinator may pass on the participant's yes (`on_behalf_of`).
    """
    plan = get_plan(plan_id)
    if plan.state != "proposed":
        raise ConflictError(_("Er is nu niets om ja op te zeggen."))
    who = on_behalf_of or by.person_id
    _require_may_answer(plan, who, by)
    today = clock.today()
    if who == plan.coach_id:
        plan.coach_yes_on = today
    else:
        plan.participant_yes_on = today
    _changed(plan, "agreed", by, on_behalf_of=on_behalf_of)
    if plan.coach_yes_on and plan.participant_yes_on:
        _begin(plan, by)
    return plan


def _require_may_answer(plan: CoachingPlan, who: int | None, by: Actor) -> None:
    if who not in (plan.coach_id, plan.person_id):
        raise NotFoundError
    passes_on = who == plan.person_id and (
        policies.guides(by, plan.person_id) or policies.oversees(by, plan)
    )
    if by.person_id != who and not passes_on:
        raise NotFoundError


def _begin(plan: CoachingPlan, by: Actor) -> None:
    today = clock.today()
    plan.state = "active"
    plan.started_on = plan.started_on or today
    plan.yearly_review_due = plan.yearly_review_due or rules.review_due(today)
    plan.next_contact_due = rules.due_with_new_coach(plan.last_contact_on, plan.rhythm_days, today)
    plan.sheet_due = None if _has_plan(plan) else rules.sheet_due(today)
    proposals.note_ended(plan, "begun")
    cover.take_along(plan)
    _changed(plan, "begun", by)


def _has_plan(plan: CoachingPlan) -> bool:
    """Say whether they agreed on what to work on, with this coach or one before."""
    agreed = sa.exists().where(PlanSheet.plan_id == plan.id, PlanSheet.agreed_at.is_not(None))
    return bool(db.session.scalar(sa.select(agreed)))


def decline(plan_id: int, *, by: Actor, on_behalf_of: int | None = None) -> CoachingPlan:
    """Say no to a proposal; the plan is to be matched again. No reason is asked."""
    plan = get_plan(plan_id)
    if plan.state != "proposed":
        raise ConflictError(_("Er is nu niets om nee op te zeggen."))
    _require_may_answer(plan, on_behalf_of or by.person_id, by)
    if policies.oversees(by, plan):
        grants.end_coach_grants(plan.person_id, by=by, place_id=plan.place_id)
    else:
        grants.give_up_coach_grants(plan.person_id, by=by)
    signals.pass_on(plan, plan.coach_id, None, by=by)
    plan.state = "to_match"
    plan.coach_id = plan.coach_yes_on = plan.participant_yes_on = None
    proposals.note_ended(plan, "declined")
    _changed(plan, "declined", by, on_behalf_of=on_behalf_of)
    return plan


def set_rhythm(plan: CoachingPlan, rhythm_days: int, channel: str) -> None:
    """Let them speak so often and so; the next contact moves along, and is not late by that."""
    plan.rhythm_days, plan.channel = rhythm_days, channel
    if plan.state == "active" and plan.last_contact_on is not None:
        due = rules.due_in_new_rhythm(plan.next_contact_due, _due(plan), clock.today())
        plan.next_contact_due = due


def transfer(
    plan_id: int, coach_id: int, *, by: Actor, talk_on: date | None = None
) -> CoachingPlan:
    """Hand the guidance to another coach; `talk_on` is when the three speak with each other.

    The old one loses access at once. The new one reads what was written before only when the
    participant says so: see `services.handover`.
    """
    plan = get_plan(plan_id)
    policies.require_overseer(by, plan)
    if plan.state not in rules.LIVE_STATES:
        raise ConflictError(_("Alleen begeleiding die loopt, kun je overdragen."))
    if coach_id == plan.coach_id:
        raise InvalidInputError(_("Dit is de begeleider al. Kies iemand anders."))
    grants.end_coach_grants(plan.person_id, by=by, place_id=plan.place_id, but=coach_id)
    signals.pass_on(plan, plan.coach_id, coach_id, by=by)
    drafts.drop_drafts(plan.id, but=coach_id)
    today = clock.today()
    _note_transfer(plan, plan.coach_id, coach_id, talk_on)
    plan.transferred_from_id, plan.transferred_on = plan.coach_id, today
    plan.match_by = rules.match_by(today)
    plan.paused_on = plan.paused_until = None
    _propose(plan, coach_id, by)
    _changed(plan, "transferred", by)
    return plan


def _note_transfer(
    plan: CoachingPlan, from_id: int | None, to_id: int, talk_on: date | None = None
) -> None:
    """Note to whom guidance goes over; what was written before waits for the participant's yes."""
    db.session.add(
        CoachTransfer(
            plan_id=plan.id,
            person_id=plan.person_id,
            from_id=from_id,
            to_id=to_id,
            at=clock.now(),
            talk_on=talk_on,
        )
    )


def pause(plan_id: int, until: date, *, by: Actor) -> CoachingPlan:
    """Let reminders rest until a day, for oneself or in one's region. Nobody asks why.

    At most a year, so that nobody is out of sight by a slip: InvalidInputError.
    """
    plan = get_plan(plan_id)
    policies.require_own_or_overseer(by, plan)
    if plan.state not in rules.LIVE_STATES:
        raise ConflictError(_("Alleen begeleiding die loopt, kan pauze hebben."))
    faults = {
        "past": _("Kies een dag na vandaag."),
        "too_long": _("Kies een dag binnen een jaar. Daarna kan het opnieuw."),
    }
    fault = rules.pause_fault(until, clock.today())
    if fault is not None:
        raise InvalidInputError(faults[fault], fields={"until": faults[fault]})
    plan.state = "paused"
    plan.paused_on, plan.paused_until = clock.today(), until
    plan.next_contact_due = until
    _changed(plan, "paused", by, on_behalf_of=audit.on_behalf(by, plan.person_id))
    return plan


def resume(plan_id: int, *, by: Actor) -> CoachingPlan:
    """End a pause; contact is due when the rhythm says so, and not before today."""
    plan = get_plan(plan_id)
    if not policies.guides(by, plan.person_id):
        policies.require_own_or_overseer(by, plan)
    if plan.state != "paused":
        raise ConflictError(_("Er is nu geen pauze."))
    end_pause(plan)
    plan.next_contact_due = max(clock.today(), _due(plan) if plan.last_contact_on else date.min)
    _changed(plan, "resumed", by, on_behalf_of=audit.on_behalf(by, plan.person_id))
    return plan


def end_pause(plan: CoachingPlan) -> None:
    """Let a paused plan run again; the caller moves the next contact."""
    plan.state = "active"
    plan.paused_on = plan.paused_until = None


def stop(plan_id: int, *, by: Actor) -> CoachingPlan:
    """End the guidance, one's own or in one's region. The coach loses access at once.

    No reason is asked or stored.
    """
    plan = get_plan(plan_id)
    policies.require_own_or_overseer(by, plan)
    if plan.state == "stopped":
        raise ConflictError(_("Deze begeleiding is al gestopt."))
    if by.person_id == plan.person_id:
        grants.give_up_coach_grants(plan.person_id, by=by)
    else:
        grants.end_coach_grants(plan.person_id, by=by, place_id=plan.place_id)
    proposals.note_ended(plan, "withdrawn")
    signals.pass_on(plan, plan.coach_id, None, by=by)
    steps.rest(plan.id)
    drafts.drop_drafts(plan.id)
    plan.state = "stopped"
    plan.stopped_on = clock.today()
    plan.next_contact_due = plan.yearly_review_due = plan.sheet_due = None
    plan.paused_on = plan.paused_until = None
    plan.is_energy_low = False
    _changed(plan, "stopped", by, on_behalf_of=audit.on_behalf(by, plan.person_id))
    return plan


def _due(plan: CoachingPlan) -> date:
    return rules.next_contact_due(plan.last_contact_on or clock.today(), plan.rhythm_days)


def _changed(plan: CoachingPlan, what: str, by: Actor, *, on_behalf_of: int | None = None) -> None:
    audit.record(
        f"coaching:plan:{what}",
        ("coaching_plan", plan.id),
        by=by,
        subject_id=plan.person_id,
        coach_id=plan.coach_id,
        on_behalf_of=on_behalf_of,
    )
    events.emit(PlanChanged(plan.id, plan.person_id, plan.state))
