"""Signals: that somebody worries, and who follows up. Never details."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, LogEntry, Signal
from academy.coaching.queries.cover import covers_between, stands_in_for_own_coach, who_guides
from academy.coaching.queries.overseers import overseers, told_about
from academy.coaching.queries.signals_care import lost_signals
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from academy.people.queries.actors import actor_for

NOTE_LENGTH = 200
RAISED = "coaching/signal"
RAISED_HIGH = "coaching/signal_high"
CLOSED = "coaching/signal_closed"


def raise_signal(
    plan_id: int,
    kind: str,
    *,
    by: Actor,
    severity: str,
    note: str = "",
    entry_id: int | None = None,
    source_id: str | None = None,
) -> Signal:
    """Share a worry about the person of this plan. `note` is one line about what was agreed.

    Low and middle go to the coach, or who stands in; high, and what somebody raises about
    themselves, to a coordinator by name. Who follows up hears it. Where nobody looks after the
    place, `assigned_to_id` is empty: the page says so, and `academy check` too. About safety, or
    high, it is not shown to the participant before the next working day: a coordinator looks first.
    """
    plan = _plan(plan_id)
    _require_near(plan, by)
    note = " ".join(note.split())
    if kind not in rules.SIGNAL_KINDS or severity not in rules.SEVERITIES:
        raise InvalidInputError(_("Kies waar het over gaat en hoe snel iemand moet kijken."))
    if len(note) > NOTE_LENGTH:
        sentence = _("Schrijf één korte zin, zonder details.")
        raise InvalidInputError(sentence, fields={"note": sentence})
    entry = None if entry_id is None else db.session.get(LogEntry, entry_id)
    if entry is not None and entry.plan_id != plan.id:
        raise NotFoundError
    today = clock.today()
    held_back_until = rules.held_back_until(
        kind, severity, own=by.person_id == plan.person_id, raised_on=today
    )
    signal = Signal(
        source_id=source_id,
        person_id=plan.person_id,
        entry_id=entry_id,
        raised_by_id=by.person_id,
        raised_on=today,
        kind=kind,
        severity=severity,
        note=note,
        state="open",
        assigned_to_id=_follows_up(plan, severity, by, today),
        follow_up_by=rules.follow_up_by(severity, today),
        held_back_until=held_back_until,
        held_back_because=rules.FIRST_LOOK if held_back_until else None,
    )
    db.session.add(signal)
    db.session.flush()  # the audit names the row
    _record("raised", signal, by, severity=severity)
    if held_back_until is not None:
        until = held_back_until.isoformat()
        _record("held-back", signal, by, reason=rules.FIRST_LOOK, until=until)
    _tell_assigned(signal, by)
    return signal


def _follows_up(plan: CoachingPlan, severity: str, by: Actor, today: date) -> int | None:
    return _guide_or_overseer(plan, severity, today, is_own=by.person_id == plan.person_id)


def _guide_or_overseer(
    plan: CoachingPlan, severity: str, today: date, *, is_own: bool
) -> int | None:
    """Return who follows up: the coach, or who looks after the place; None when nobody does."""
    is_guided = plan.coach_id is not None and plan.state != "stopped"
    for_coach = is_guided and rules.is_for_coach(severity, own=is_own)
    if for_coach and not stands_in_for_own_coach(plan.person_id, plan.coach_id, today):
        covers = covers_between(today, today)
        return who_guides(plan.person_id, plan.coach_id or 0, today, covers)
    return _overseer_id(plan, today, is_own=is_own)


def _overseer_id(plan: CoachingPlan, today: date, *, is_own: bool = False) -> int | None:
    """Return who looks after it; what somebody said about themselves never reaches their coach."""
    found = told_about(
        plan.place_id,
        overseers(today),
        person_id=plan.person_id,
        rather_not=plan.coach_id,
        is_private=is_own,
    )
    return found.person_id if found else None


def _tell_assigned(signal: Signal, by: Actor) -> None:
    if signal.assigned_to_id in (None, by.person_id):
        return
    announce(  # with the moment: who gets it back hears it again
        RAISED_HIGH if signal.severity == "high" else RAISED,
        key=f"signal-{signal.id}-{signal.assigned_to_id}-{clock.now():%Y%m%d%H%M%S}",
        person_ids=[signal.assigned_to_id],
        signal_id=signal.id,
    )


def take_over(signal_id: int, *, by: Actor) -> Signal:
    """Say: I follow this up. A high one is for the coordinator."""
    signal, plan = _open_signal(signal_id)
    if not rules.is_for_coach(signal.severity, own=_is_own(signal)) or not policies.guides(
        by, plan.person_id
    ):
        policies.require_overseer(by, plan)
    signal.state, signal.assigned_to_id = "taken_over", by.person_id
    _record("taken-over", signal, by)
    return signal


def close_signal(
    signal_id: int, outcome: str, *, by: Actor, reported_back: str, note: str | None = None
) -> Signal:
    """Close a signal with what came of it, and whether who raised it heard back.

    What was held back for safety stays so until its day.
    """
    signal, plan = _open_signal(signal_id)
    if not _may_close_as_guide(signal, by):
        policies.require_overseer(by, plan)
    if outcome not in rules.OUTCOMES or reported_back not in rules.REPORTED_BACK:
        raise InvalidInputError(_("Kies wat eruit kwam en of je het hebt teruggemeld."))
    if note is not None:
        signal.note = " ".join(note.split())[:NOTE_LENGTH]
    signal.state, signal.closed_on = "closed", clock.today()
    signal.assigned_to_id = signal.assigned_to_id or by.person_id
    signal.outcome, signal.reported_back = outcome, reported_back
    _record("closed", signal, by, outcome=outcome)
    if signal.raised_by_id != by.person_id and reported_back != "may_not":
        announce(
            CLOSED,
            key=f"signal-closed-{signal.id}",
            person_ids=[signal.raised_by_id],
            signal_id=signal.id,
        )
    return signal


def _may_close_as_guide(signal: Signal, by: Actor) -> bool:
    """Say whether `by` guides that person, and follows this up or may: the coach or a stand-in."""
    if not policies.guides(by, signal.person_id) or _is_own(signal):
        return False
    return signal.assigned_to_id == by.person_id or rules.is_for_coach(signal.severity, own=False)


def pass_on(plan: CoachingPlan, from_id: int | None, to_id: int | None, *, by: Actor) -> None:
    """Give what who guided followed up to the next coach; without one, to who looks after it.

    It is open again: the next one takes it over. What somebody told the coordinator alone, what
    is high, and what a coordinator took over, stays where it is.
    """
    rows = db.session.scalars(
        sa.select(Signal)
        .where(Signal.person_id == plan.person_id, Signal.state != "closed")
        .order_by(Signal.id)
        .with_for_update()
    )
    for signal in rows:
        is_for_coach = rules.is_for_coach(signal.severity, own=_is_own(signal))
        if is_for_coach and _loses_it(signal, plan, from_id, to_id):
            signal.state = "open"
            signal.assigned_to_id = to_id or _overseer_id(plan, clock.today())
            _record("passed-on", signal, by)
            _tell_assigned(signal, by)


def hand_on_lost(person_id: int | None = None, *, by: Actor) -> int:
    """Give signals to somebody who may follow them up, where nobody does or nobody may any more.

    So it goes when a cover is over, or a right ended another way. Of one person, or of everybody.
    Returns how many went over.
    """
    return sum(_handed_on(signal_id, by) for signal_id in lost_signals(clock.today(), person_id))


def _handed_on(signal_id: int, by: Actor) -> bool:
    signal, plan = _open_signal(signal_id)
    today = clock.today()
    is_own = _is_own(signal)
    to_id = _guide_or_overseer(plan, signal.severity, today, is_own=is_own)
    if to_id == signal.assigned_to_id:
        return False
    signal.state, signal.assigned_to_id = "open", to_id
    _record("passed-on", signal, by)
    _tell_assigned(signal, by)
    return True


def _loses_it(signal: Signal, plan: CoachingPlan, from_id: int | None, to_id: int | None) -> bool:
    if signal.assigned_to_id in (None, to_id):
        return False
    if signal.assigned_to_id == from_id:
        return True
    return not policies.oversees(actor_for(signal.assigned_to_id or 0), plan)


def hold_back(signal_id: int, until: date, *, because: str, by: Actor) -> Signal:
    """Do not show a signal to the participant before a day, for safety; at most thirty days.

    `because` is one of the few reasons for it. Who raised it about themselves knows it already:
    ConflictError.
    """
    signal, plan = _open_signal(signal_id)
    policies.require_overseer(by, plan)
    if _is_own(signal):
        raise ConflictError(_("Dit signaal gaf die persoon zelf."))
    if because not in rules.HOLD_BACK_REASONS:
        sentence = _("Kies een reden.")
        raise InvalidInputError(sentence, fields={"because": sentence})
    today = clock.today()
    if not today < until <= today + rules.HOLD_BACK_AT_MOST:
        sentence = _("Kies een dag binnen dertig dagen. Dan kijk je er opnieuw naar.")
        raise InvalidInputError(sentence, fields={"until": sentence})
    signal.held_back_until, signal.held_back_because = until, because
    _record("held-back", signal, by, reason=because, until=until.isoformat())
    return signal


def _is_own(signal: Signal) -> bool:
    """Say whether somebody raised it about themselves; then it is not for the coach."""
    return signal.raised_by_id == signal.person_id


def _plan(plan_id: int) -> CoachingPlan:
    plan = db.session.get(CoachingPlan, plan_id)
    if plan is None:
        raise NotFoundError
    return plan


def _require_near(plan: CoachingPlan, by: Actor) -> None:
    if not policies.guides(by, plan.person_id):
        policies.require_own_or_overseer(by, plan)


def _open_signal(signal_id: int) -> tuple[Signal, CoachingPlan]:
    """Return a signal that is not closed and the latest plan of whom it is about."""
    signal = db.session.get(Signal, signal_id, with_for_update=True)
    if signal is None:
        raise NotFoundError
    plan = db.session.scalars(
        sa.select(CoachingPlan)
        .where(CoachingPlan.person_id == signal.person_id)
        .order_by(CoachingPlan.id.desc())
        .limit(1)
    ).one()
    if signal.state == "closed":
        raise ConflictError(_("Dit signaal is al afgerond."))
    return signal, plan


def _record(what: str, signal: Signal, by: Actor, **data: str) -> None:
    audit.record(
        f"coaching:signal:{what}",
        ("coaching_signal", signal.id),
        by=by,
        subject_id=signal.person_id,
        result="done",
        **data,
    )
