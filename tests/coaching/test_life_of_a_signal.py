"""A plan's life with stand-ins, corrections and worries: no open signal is ever with nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, Cover, LogEntry, Signal
from academy.coaching.queries.handover import horizon_for
from academy.coaching.queries.log import all_entries
from academy.coaching.queries.plans import get_guided_plan
from academy.coaching.services import cover, log, signals
from academy.coaching.services.log import Contact
from academy.coaching.tasks.openings import hand_on
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Grant
from tests.coaching.test_life_of_a_plan import COACHES, LifeOfAPlan

WHO = ("own", "coordinator", *COACHES)


class LifeWithWorries(LifeOfAPlan):
    """The same people stand in for each other too, correct what they wrote, and worry."""

    def who(self, who: object) -> int:
        named = {"own": self.person_id, "coordinator": self.coordinator_id}
        return named[who] if who in named else self.coaches[int(str(who))]

    @rule(away=st.sampled_from(COACHES), stands_in=st.sampled_from(COACHES), days=st.integers(0, 9))
    def be_away(self, away: int, stands_in: int, days: int) -> None:
        with self.doing():
            cover.arrange_cover(
                self.coaches[away],
                self.coaches[stands_in],
                by=self.actor(self.coordinator_id),
                first_day=clock.today(),
                last_day=clock.today() + timedelta(days=days),
            )

    @rule()
    def come_back(self) -> None:
        newest = db.session.scalar(sa.select(sa.func.max(Cover.id)))
        with self.doing():
            cover.end_cover(newest or 0, by=self.actor(self.coordinator_id))

    @rule(number=st.sampled_from(COACHES), energy=st.integers(1, 5))
    def correct(self, number: int, energy: int) -> None:
        root = db.session.scalar(
            sa.select(sa.func.max(LogEntry.id)).where(LogEntry.corrects_id.is_(None))
        )
        with self.doing():
            by = self.actor(self.coaches[number])
            again = Contact("phone", clock.today(), discussed="anders", energy=energy)
            log.correct(root or 0, again, by=by)

    @rule(
        who=st.sampled_from(WHO),
        severity=st.sampled_from(rules.SEVERITIES),
        kind=st.sampled_from(("overload", "safety")),
    )
    def worry(self, who: object, severity: str, kind: str) -> None:
        with self.doing():
            by = self.actor(self.who(who))
            signals.raise_signal(self.plan_id, kind, by=by, severity=severity)

    @rule(who=st.sampled_from(WHO), is_done=st.booleans())
    def follow_up(self, who: object, *, is_done: bool) -> None:
        newest = db.session.scalar(sa.select(sa.func.max(Signal.id))) or 0
        with self.doing():
            by = self.actor(self.who(who))
            if is_done:
                signals.close_signal(newest, "talk_held", by=by, reported_back="yes")
            else:
                signals.take_over(newest, by=by)

    @rule(days=st.integers(1, 30))
    def time_goes_by(self, days: int) -> None:
        """Let days go by; the worker does its hourly work."""
        self.now += timedelta(days=days)
        db.session.rollback()
        with clock.at(self.now):
            hand_on()

    # --- what always holds ---------------------------------------------------------------

    def stand_ins(self) -> set[int]:
        """Return who was arranged to stand in today."""
        day = self.now.astimezone(clock.AMSTERDAM).date()
        return set(db.session.scalars(sa.select(Cover.cover_id).where(Cover.holds_on(day))))

    @invariant()
    def every_open_signal_has_somebody_who_may_follow_it_up(self) -> None:
        db.session.rollback()
        plan = self.plan
        for one in db.session.scalars(sa.select(Signal).where(Signal.state != "closed")):
            assert one.assigned_to_id is not None
            assert one.assigned_to_id != self.person_id
            by = self.actor(one.assigned_to_id)
            is_own = one.raised_by_id == one.person_id
            may = policies.oversees(by, plan)
            if rules.is_for_coach(one.severity, own=is_own):
                may = may or (plan.state != "stopped" and policies.guides(by, self.person_id))
            assert may

    @invariant()
    def what_may_be_unsafe_is_held_back_when_it_comes_in(self) -> None:
        for one in db.session.scalars(sa.select(Signal)):
            is_own = one.raised_by_id == one.person_id
            unsafe = one.kind == "safety" or one.severity == "high"
            assert (one.held_back_until is not None) is (unsafe and not is_own)

    @invariant()
    def the_coach_of_the_plan_and_nobody_else_holds_the_right(self) -> None:
        db.session.rollback()
        with clock.at(self.now):
            held = set(
                db.session.scalars(
                    sa.select(Grant.person_id).where(
                        Grant.role == "coach",
                        Grant.scope_id == self.person_id,
                        Grant.holds_on(clock.today()),
                    )
                )
            )
        coach = (
            {self.plan.coach_id} if self.plan.state in ("proposed", *rules.LIVE_STATES) else set()
        )
        assert coach <= held <= coach | (self.stand_ins() if coach else set())

    @invariant()
    def nobody_writes_before_both_said_yes_or_after_the_stop(self) -> None:
        """Held by who holds the right, above; writing is refused by the state."""

    @invariant()
    def a_new_coach_reads_only_own_words_until_the_participant_says_yes(self) -> None:
        db.session.rollback()
        coach_id = self.plan.coach_id
        if self.plan.state not in rules.LIVE_STATES or coach_id is None:
            return
        by = self.actor(coach_id)
        head = get_guided_plan(self.plan_id, by)
        within = horizon_for(head, by).entries()
        last = self.last_transfer()
        if last is not None and last.answer != "yes":
            seen = all_entries(self.plan_id, now=self.now, within=within)
            ids = [one.id for one in seen]
            entries = db.session.scalars(sa.select(LogEntry).where(LogEntry.id.in_(ids)))
            assert all(one.created_at > last.at for one in entries)


def fresh() -> LifeWithWorries:
    with unit_of_work():
        db.session.execute(sa.update(CoachingPlan).values(earlier_id=None))
        db.session.execute(sa.update(LogEntry).values(corrects_id=None))
        for table in reversed(db.metadata.sorted_tables):
            if table.name.startswith(("coach", "grant", "agreed")):
                db.session.execute(sa.delete(table))
    return LifeWithWorries()


@pytest.mark.slow
@pytest.mark.trust("T03")
def test_no_signal_is_ever_with_nobody(app):
    run_state_machine_as_test(
        fresh,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
@pytest.mark.trust("T03", planted=True)
def test_a_signal_that_stays_with_who_no_longer_stands_in_is_found(app, monkeypatch):
    """The check above bites: when nothing is handed on, the signal stays where nobody may."""
    machine = LifeWithWorries()
    machine.match(0)
    machine.answer("own", "ja")
    machine.answer(0, "ja")
    machine.be_away(0, 1, 3)
    machine.worry("coordinator", "low", "overload")
    machine.every_open_signal_has_somebody_who_may_follow_it_up()
    monkeypatch.setattr(signals, "hand_on_lost", lambda *_who, **_by: 0)
    machine.time_goes_by(9)
    with pytest.raises(AssertionError):
        machine.every_open_signal_has_somebody_who_may_follow_it_up()
