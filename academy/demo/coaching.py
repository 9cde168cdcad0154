"""Coaching plans, the log, agreements and signals.

What the files leave open is decided here: coach and participant say yes on the day on which the
guidance starts or goes over, also to its first plan, and then the new coach may read the last
year; who stops has a last talk that day; a correction is written on the day it is about; an
agreement that was dropped was dropped on its date, or when the guidance stopped; who owns an
agreement ticks it off, the participant when nobody guides them any more; an entry of the last week
that the file calls final was read by the participant on that day; an open signal about safety is
held back, to be looked at anew after a week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

import sqlalchemy as sa

from academy.coaching import rules
from academy.coaching.models import AgreedAction, CoachingPlan
from academy.coaching.services import actions, cover, endings, handover, log, plans, sheets, signals
from academy.demo.data import DataSet, Row
from academy.demo.memory import Memory
from academy.demo.people import CHANNELS
from academy.demo.steps import Rank, Step
from academy.demo.today import DAY
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor

PLAN_STATES = {"active": "active", "paused": "paused", "stopped": "stopped"}
ENTRY_KINDS = {
    "telefoon": "phone",
    "bezoek": "visit",
    "whatsapp": "message",
    "intervisie": "peer",
    "terugkommiddag": "meetup",
    "jaargesprek": "yearly_review",
}
ENTRY_STATES = {"draft": "draft", "shared": "shared", "final": "final"}
OWNERS = {
    "deelnemer": "participant",
    "begeleider": "coach",
    "coördinator": "coordinator",
    "opdrachtgever": "client",
}
ACTION_STATES = {"open": "open", "done": "done", "dropped": "dropped"}
SIGNAL_KINDS = {
    "overbelasting": "overload",
    "conflict": "conflict",
    "grens": "boundary",
    "veiligheid": "safety",
    "afspraak_niet_nagekomen": "broken_promise",
}
SEVERITIES = {"laag": "low", "midden": "middle", "hoog": "high"}
SIGNAL_STATES = {"open": "open", "closed": "closed"}
OUTCOMES = {
    "taken_verdeeld": "tasks_shared",
    "gesprek_gehouden": "talk_held",
    "afspraak_gemaakt": "agreement_made",
    "datum_gekregen": "date_received",
    "buiten_systeem_overgedragen": "handed_over_outside",
}
COVER_STARTS_IN = timedelta(days=14)
HELD_BACK = timedelta(days=7)
REPORTED_BACK = {"ja": "yes", "nee": "no", "mag niet": "may_not"}


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return how people were guided."""
    for row in data["coaching_plans"]:
        yield from _plan_steps(row, memory)
    actions: dict[str, list[Row]] = defaultdict(list)
    for row in data["actions"]:
        actions[row["entry_id"]].append(row)
    for row in data["coaching_log"]:
        agreed = actions.pop(row["entry_id"], [])
        yield from _entry_steps(row, agreed, memory)
    for rows in actions.values():
        raise rows[0].fault(f"{rows[0]['entry_id']} is er niet.")
    for row in data["signals"]:
        yield Step(row.day("raised_on"), Rank.SIGNAL, row, partial(_raise_signal, row, memory))
        if row.word("status", SIGNAL_STATES) == "closed":
            close = partial(_close_signal, row, memory)
            yield Step(row.day("closed_on"), Rank.FOLLOW_UP, row, close, rows=0)


def finish(data: DataSet, memory: Memory) -> None:
    """Let what was shared more than a week ago be final. Raises DataFault for a plan elsewhere."""
    log.finalise_due()
    db.session.flush()  # the states below are read back
    for row in data["coaching_plans"]:
        plan = db.session.get_one(CoachingPlan, memory.id("plan", row, "plan_id"))
        if plan.state != row.word("status", PLAN_STATES):
            raise row.fault(f"deze begeleiding staat nu op {plan.state}.")
    _arrange_cover(data, memory)
    _hold_back(data, memory)


def _arrange_cover(data: DataSet, memory: Memory) -> None:
    """Let one coach stand in for another, a fortnight from now: the files say nothing of it."""
    running = [row for row in data["coaching_plans"] if row["status"] == "active"]
    coaches = sorted({row["coach_id"] for row in running})
    if len(coaches) < 2:
        return
    away = next(row for row in running if row["coach_id"] == coaches[-1])
    cover.arrange_cover(
        memory.id_of("person", coaches[-1], away),
        memory.id_of("person", coaches[-2], away),
        by=_coordinator(away, memory),
        first_day=clock.today() + COVER_STARTS_IN,
        last_day=clock.today() + 2 * COVER_STARTS_IN,
    )


def _hold_back(data: DataSet, memory: Memory) -> None:
    """Let the coordinator hold back open signals about safety, with a reason and a day to look."""
    for row in data["signals"]:
        kind, state = row.word("kind", SIGNAL_KINDS), row.word("status", SIGNAL_STATES)
        if (kind, state) == ("safety", "open"):
            signals.hold_back(
                memory.id("signal", row, "signal_id"),
                clock.today() + HELD_BACK,
                because="advised",
                by=_coordinator(row, memory),
            )


# --- plans -----------------------------------------------------------------------------------


def _plan_steps(row: Row, memory: Memory) -> Iterator[Step]:
    yield Step(row.day("started_on"), Rank.PLAN, row, partial(_begin, row, memory))
    transferred_on = row.find_day("transferred_on")
    if transferred_on is not None:
        yield Step(transferred_on, Rank.PLAN, row, partial(_transfer, row, memory), rows=0)
    paused_on = row.find_day("paused_on")
    if paused_on is not None:
        yield Step(paused_on, Rank.FOLLOW_UP, row, partial(_pause, row, memory), rows=0)
    stopped_on = row.find_day("stopped_on")
    if stopped_on is not None:
        yield Step(stopped_on, Rank.LEAVING, row, partial(_stop, row, memory), rows=0)


def _coordinator(row: Row, memory: Memory) -> Actor:
    """Return a coordinator of where the person of a row lives, as of today."""
    person = next(one for one in memory.data["people"] if one["person_id"] == row["person_id"])
    scopes = {"place": person["neighbourhood_id"]}
    return memory.acting(memory.holder("coordinator", row, day=clock.today(), scopes=scopes), row)


def _begin(row: Row, memory: Memory) -> None:
    by = _coordinator(row, memory)
    person_id = memory.id("person", row, "person_id")
    plan = _open_plan(person_id, by)
    memory.keep("plan", row["plan_id"], plan)
    coach = row["transferred_from"] or row["coach_id"]
    plans.match(plan, memory.id_of("person", coach, row), by=by, source_id=row["plan_id"])
    _both_say_yes(plan, coach, row, memory)
    sheet = sheets.NewSheet(
        goal=row["goal"],
        rhythm_days=row.number("rhythm_days"),
        channel=row.word("channel", CHANNELS),
    )
    written = sheets.write_sheet(plan, sheet, by=memory.acting(coach, row))
    sheets.agree_sheet(plan, written.number, by=memory.actor(row, "person_id"))


def _open_plan(person_id: int, by: Actor) -> int:
    """Return the plan that the certificate opened; without a certificate it is opened now."""
    running = sa.select(CoachingPlan.id).where(
        CoachingPlan.person_id == person_id, CoachingPlan.state != "stopped"
    )
    found = db.session.scalar(running)
    if found is not None:
        return found
    opened = plans.open_plan(person_id, by=by)
    return opened.id if opened else 0


def _both_say_yes(plan: int, coach: str, row: Row, memory: Memory) -> None:
    memory.forget_rights()  # a coach's right may have come with the match
    plans.agree(plan, by=memory.acting(coach, row))
    plans.agree(plan, by=memory.actor(row, "person_id"))


def _transfer(row: Row, memory: Memory) -> None:
    plan = memory.id("plan", row, "plan_id")
    coach_id = memory.id("person", row, "coach_id")
    plans.transfer(plan, coach_id, by=_coordinator(row, memory))
    _both_say_yes(plan, row["coach_id"], row, memory)
    handover.answer_handover(plan, "yes", by=memory.actor(row, "person_id"))


def _pause(row: Row, memory: Memory) -> None:
    plan = memory.id("plan", row, "plan_id")
    plans.pause(plan, row.day("paused_until"), by=_coordinator(row, memory))


def _stop(row: Row, memory: Memory) -> None:
    plan, by = memory.id("plan", row, "plan_id"), _coordinator(row, memory)
    plans.stop(plan, by=by)
    endings.plan_goodbye(plan, row.day("stopped_on"), by=by)
    memory.forget_rights()


# --- the log ---------------------------------------------------------------------------------


def _entry_steps(row: Row, actions: list[Row], memory: Memory) -> Iterator[Step]:
    rank = Rank.CORRECTION if row["corrects"] else Rank.ENTRY
    write = partial(_write, row, actions, memory)
    yield Step(row.day("date"), rank, row, write, rows=1 + len(actions))
    for action in actions:
        settled_on = _settled_on(action, row, memory.data)
        if settled_on is not None:
            settle = partial(_settle, action, row, memory)
            yield Step(settled_on, Rank.FOLLOW_UP, action, settle, rows=0)


def _settled_on(action: Row, entry: Row, data: DataSet) -> date | None:
    if action.word("status", ACTION_STATES) == "open":
        return None
    stopped = [
        row.day("stopped_on")
        for row in data["coaching_plans"]
        if row["plan_id"] == entry["plan_id"] and row["stopped_on"]
    ]
    return action.find_day("done_on") or min([action.day("due_on"), DAY, *stopped])


def _write(row: Row, actions: list[Row], memory: Memory) -> None:
    contact = log.Contact(
        kind=row.word("kind", ENTRY_KINDS),
        happened_on=row.day("date"),
        minutes=row.find_number("minutes"),
        discussed=row["what_we_discussed"],
        went_well=row["what_went_well"],
        is_hard=row["what_is_hard"],
        energy=row.find_number("energy_1_5"),
        actions=tuple(_agreed(action) for action in actions),
    )
    entry = _written(row, contact, memory)
    memory.keep("entry", row["entry_id"], entry)
    _keep_actions(actions, memory)
    _let_participant_read(entry, row, memory)


def _agreed(action: Row) -> log.NewAction:
    return log.NewAction(
        text=action["text"],
        due_on=action.day("due_on"),
        owner=action.word("owner", OWNERS),
        source_id=action["action_id"],
    )


def _written(row: Row, contact: log.Contact, memory: Memory) -> int:
    plan = memory.id("plan", row, "plan_id")
    by = memory.actor(row, "coach_id")
    source_id = row["entry_id"]
    if row["corrects"]:
        wrong = memory.id("entry", row, "corrects")
        return log.correct(wrong, contact, by=by, source_id=source_id).id
    if row.word("status", ENTRY_STATES) == "draft":
        return log.save_draft(plan, contact, by=by, source_id=source_id).id
    return log.log_contact(plan, contact, by=by, source_id=source_id).id


def _keep_actions(actions: list[Row], memory: Memory) -> None:
    if actions:
        named = AgreedAction.source_id.in_([action["action_id"] for action in actions])
        for row in db.session.execute(
            sa.select(AgreedAction.source_id, AgreedAction.id).where(named)
        ):
            memory.keep("action", str(row.source_id), row.id)


def _let_participant_read(entry: int, row: Row, memory: Memory) -> None:
    if row["participant_words"]:
        log.add_own_words(entry, row["participant_words"], by=memory.actor(row, "person_id"))
    is_fresh = clock.local(row.day("date")) + rules.FINAL_AFTER > clock.local(DAY)
    if row.word("status", ENTRY_STATES) == "final" and is_fresh:
        log.mark_seen(entry, by=memory.actor(row, "person_id"))


def _settle(action: Row, entry: Row, memory: Memory) -> None:
    action_id = memory.id("action", action, "action_id")
    owner = action.word("owner", OWNERS)
    by = _owner(owner, entry, memory)
    if action.word("status", ACTION_STATES) == "done":
        actions.complete_action(action_id, by=by)
    else:
        actions.drop_action(action_id, by=by)


def _owner(owner: str, entry: Row, memory: Memory) -> Actor:
    """Return who ticks off an agreement today."""
    if owner in (OWNERS["coördinator"], OWNERS["opdrachtgever"]):
        return _coordinator(entry, memory)
    scopes = {"person": entry["person_id"]}
    coach = memory.find_holder("coach", day=clock.today(), scopes=scopes)
    if owner == OWNERS["begeleider"] and coach is not None:
        return memory.acting(coach, entry)
    return memory.actor(entry, "person_id")


# --- signals ---------------------------------------------------------------------------------


def _raise_signal(row: Row, memory: Memory) -> None:
    signal = signals.raise_signal(
        _plan_of(row, memory),
        row.word("kind", SIGNAL_KINDS),
        by=memory.actor(row, "raised_by"),
        severity=row.word("severity", SEVERITIES),
        note=row["note"],
        entry_id=memory.find_id("entry", row, "entry_id"),
        source_id=row["signal_id"],
    )
    memory.keep("signal", row["signal_id"], signal.id)
    assigned_to = memory.find_id("person", row, "assigned_to")
    if assigned_to not in (None, signal.assigned_to_id):
        signals.take_over(signal.id, by=memory.actor(row, "assigned_to"))
    if signal.follow_up_by != row.day("follow_up_by"):
        raise row.fault(f"volgens de regels is follow_up_by {signal.follow_up_by.isoformat()}.")


def _plan_of(row: Row, memory: Memory) -> int:
    """Return the plan that runs for the person of a row, by the files."""
    for plan in memory.data["coaching_plans"]:
        began = plan["person_id"] == row["person_id"] and plan["started_on"] <= row["raised_on"]
        if began and (not plan["stopped_on"] or plan["stopped_on"] >= row["raised_on"]):
            return memory.id("plan", plan, "plan_id")
    raise row.fault("deze persoon wordt dan niet begeleid.")


def _close_signal(row: Row, memory: Memory) -> None:
    signals.close_signal(
        memory.id("signal", row, "signal_id"),
        row.word("outcome", OUTCOMES),
        by=memory.actor(row, "assigned_to"),
        reported_back=row.word("reported_back", REPORTED_BACK),
    )
