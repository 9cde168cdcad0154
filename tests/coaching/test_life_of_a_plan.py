"""A plan's whole life, in any order: what may never happen, never happens (stateful, T03)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, CoachProposal, CoachTransfer, PlanSheet
from academy.coaching.queries.handover import (
    Horizon,
    earlier_guidance,
    get_guided_entry,
    horizon_for,
)
from academy.coaching.queries.log import all_entries
from academy.coaching.queries.monday import monday_page
from academy.coaching.queries.plans import find_own_plan, find_plan_head, get_guided_plan
from academy.coaching.services import handover, log, plans, sheets
from academy.coaching.services.log import Contact
from academy.coaching.services.sheets import NewSheet
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from tests.factories import make_coordinator, make_person, make_place

REFUSALS = (ConflictError, InvalidInputError, NotFoundError)
COACHES = (0, 1, 2)


class LifeOfAPlan(RuleBasedStateMachine):
    """One participant, three coaches and a coordinator do whatever comes to mind."""

    def __init__(self) -> None:
        super().__init__()
        db.session.rollback()
        with unit_of_work():
            place = make_place()
            person = make_person("Fatma", place_id=place.id)
            self.person_id = person.id
            self.coaches = [make_person(f"Coach {number}").id for number in COACHES]
            self.coordinator_id = make_coordinator(place).id
            opened = plans.open_plan(self.person_id)
            assert opened is not None
            self.plan_id = opened.id
        self.now = clock.now()
        self.entries: dict[int, int] = {}
        self.plan_of: dict[int, int] = {}
        self.before: list[int] = []
        self.stopped = False

    @contextmanager
    def doing(self) -> Iterator[None]:
        """Do one thing, a minute after the one before; what is refused changes nothing."""
        self.now += timedelta(minutes=1)
        db.session.rollback()
        with clock.at(self.now):
            try:
                with unit_of_work():
                    yield
            except REFUSALS:
                db.session.rollback()

    def actor(self, person_id: int):
        return actor_for(person_id, day=self.now.astimezone(clock.AMSTERDAM).date())

    @property
    def plan(self) -> CoachingPlan:
        return db.session.get_one(CoachingPlan, self.plan_id)

    @rule(number=st.sampled_from(COACHES))
    def match(self, number: int) -> None:
        with self.doing():
            plans.match(self.plan_id, self.coaches[number], by=self.actor(self.coordinator_id))

    @rule(number=st.sampled_from(COACHES))
    def transfer(self, number: int) -> None:
        with self.doing():
            plans.transfer(self.plan_id, self.coaches[number], by=self.actor(self.coordinator_id))

    @rule(who=st.sampled_from(("own", "passed on", 0, 1, 2)), answer=st.sampled_from(("ja", "nee")))
    def answer(self, who: object, answer: str) -> None:
        answering = plans.agree if answer == "ja" else plans.decline
        with self.doing():
            if who == "passed on":
                by = self.actor(self.coordinator_id)
                answering(self.plan_id, by=by, on_behalf_of=self.person_id)
            else:
                person_id = self.person_id if who == "own" else self.coaches[int(str(who))]
                answering(self.plan_id, by=self.actor(person_id))

    @rule(number=st.sampled_from(COACHES))
    def talk(self, number: int) -> None:
        coach_id = self.coaches[number]
        with self.doing():
            contact = Contact("phone", clock.today(), discussed=f"van {coach_id}", energy=3)
            entry = log.log_contact(self.plan_id, contact, by=self.actor(coach_id))
            self.entries[entry.id] = coach_id
            self.plan_of[entry.id] = self.plan_id

    @rule(number=st.sampled_from(COACHES))
    def write(self, number: int) -> None:
        with self.doing():
            by = self.actor(self.coaches[number])
            sheets.write_sheet(self.plan_id, NewSheet("Een feest"), by=by)

    @rule(number=st.integers(1, 4))
    def agree_to_plan(self, number: int) -> None:
        with self.doing():
            sheets.agree_sheet(self.plan_id, number, by=self.actor(self.person_id))

    @rule(answer=st.sampled_from(("yes", "no")))
    def hand_over(self, answer: str) -> None:
        with self.doing():
            handover.answer_handover(self.plan_id, answer, by=self.actor(self.person_id))

    @rule(days=st.integers(-1, 40), is_own=st.booleans())
    def pause(self, days: int, *, is_own: bool) -> None:
        with self.doing():
            by = self.actor(self.person_id if is_own else self.coordinator_id)
            plans.pause(self.plan_id, clock.today() + timedelta(days=days), by=by)

    @rule(is_own=st.booleans())
    def resume(self, *, is_own: bool) -> None:
        with self.doing():
            plans.resume(
                self.plan_id, by=self.actor(self.person_id if is_own else self.coordinator_id)
            )

    @precondition(lambda self: not self.stopped)
    @rule(is_own=st.booleans(), sure=st.integers(0, 5))
    def stop(self, *, is_own: bool, sure: int) -> None:
        if sure:
            return
        with self.doing():
            plans.stop(
                self.plan_id, by=self.actor(self.person_id if is_own else self.coordinator_id)
            )
            self.stopped = True

    @rule(who=st.sampled_from(("own", "coordinator", "coach")))
    def begin_again(self, who: str) -> None:
        ids = {"own": self.person_id, "coordinator": self.coordinator_id, "coach": self.coaches[0]}
        with self.doing():
            begun = plans.begin_again(self.plan_id, by=self.actor(ids[who]))
            self.before.append(self.plan_id)
            self.plan_id, self.stopped = begun.id, False

    @rule(days=st.integers(1, 30))
    def time_goes_by(self, days: int) -> None:
        self.now += timedelta(days=days)

    # --- what always holds ---------------------------------------------------------------

    @invariant()
    def the_coach_of_the_plan_and_nobody_else_holds_the_right(self) -> None:
        db.session.rollback()
        with clock.at(self.now):
            today = clock.today()
            held = set(
                db.session.scalars(
                    sa.select(Grant.person_id).where(
                        Grant.role == "coach",
                        Grant.scope_id == self.person_id,
                        Grant.holds_on(today),
                    )
                )
            )
        guided = self.plan.state in ("proposed", "active", "paused")
        assert held == ({self.plan.coach_id} if guided else set())

    @invariant()
    def nobody_writes_before_both_said_yes_or_after_the_stop(self) -> None:
        for coach_id in self.coaches:
            by = self.actor(coach_id)
            may = policies.guides(by, self.person_id) and self.plan.state in rules.LIVE_STATES
            assert may is (self.plan.coach_id == coach_id and self.plan.state in rules.LIVE_STATES)

    @invariant()
    def a_new_coach_reads_only_own_words_until_the_participant_says_yes(self) -> None:
        db.session.rollback()
        coach_id = self.plan.coach_id
        if self.plan.state not in rules.LIVE_STATES or coach_id is None:
            return
        by = self.actor(coach_id)
        head = get_guided_plan(self.plan_id, by)
        within = horizon_for(head, by).entries()
        seen = {one.id for one in all_entries(self.plan_id, now=self.now, within=within)}
        last = self.last_transfer()
        if last is not None and last.answer != "yes":
            assert {self.entries[one] for one in seen} <= {coach_id}

    def last_transfer(self) -> CoachTransfer | None:
        newest = sa.select(CoachTransfer).where(CoachTransfer.plan_id == self.plan_id)
        return db.session.scalars(newest.order_by(CoachTransfer.id.desc()).limit(1)).first()

    @invariant()
    def what_was_before_a_stop_opens_to_no_coach_without_a_yes_and_is_only_read(self) -> None:
        db.session.rollback()
        last = self.last_transfer()
        is_open = (
            last is not None and last.answer == "yes" and last.to_id == self.plan.coach_id
        ) and self.plan.state != "stopped"
        for coach_id in self.coaches:
            by = self.actor(coach_id)
            guides = policies.guides(by, self.person_id)
            offered = earlier_guidance(find_plan_head(self.plan_id), by)
            assert not offered or (guides and is_open)
            for plan_id in self.before:
                within = horizon_for(find_plan_head(plan_id), by).entries()
                seen = all_entries(plan_id, now=self.now, within=within)
                assert not seen or is_open
            for entry_id in (one for one, plan in self.plan_of.items() if plan in self.before):
                with pytest.raises(NotFoundError):
                    get_guided_entry(entry_id, by)

    @invariant()
    def the_participant_reads_everything_always(self) -> None:
        head = find_own_plan(self.person_id)
        assert head is not None
        assert head.id == self.plan_id
        seen: set[int] = set()
        for plan_id in (self.plan_id, *self.before):
            within = horizon_for(find_plan_head(plan_id), self.actor(self.person_id)).entries()
            seen |= {one.id for one in all_entries(plan_id, now=self.now, within=within)}
        assert seen == set(self.entries)
        begun = [one for one in self.before if find_plan_head(one).started_on]
        found = earlier_guidance(head, self.actor(self.person_id))
        assert [one.plan_id for one in found] == begun[::-1]

    @invariant()
    def a_stop_is_for_good_and_asks_for_nothing_more(self) -> None:
        plan = self.plan
        assert self.stopped is (plan.state == "stopped")
        if self.stopped:
            assert plan.next_contact_due is None
            assert plan.yearly_review_due is None
            assert plan.stopped_on is not None
        for earlier_id in self.before:
            earlier = db.session.get_one(CoachingPlan, earlier_id)
            assert (earlier.state, earlier.next_contact_due) == ("stopped", None)
        assert plan.earlier_id == (self.before[-1] if self.before else None)

    @invariant()
    def nobody_waits_for_a_coach_unseen(self) -> None:
        db.session.rollback()
        with clock.at(self.now):
            by = self.actor(self.coordinator_id)
            waiting = monday_page(by, clock.today(), kinds=("match",)).rows
        waits = self.plan.state in ("to_match", "proposed")
        assert [one.plan_id for one in waiting] == ([self.plan_id] if waits else [])

    @invariant()
    def whoever_is_guided_has_a_next_day(self) -> None:
        plan = self.plan
        if plan.state in rules.LIVE_STATES:
            assert plan.next_contact_due is not None
            assert plan.coach_yes_on is not None
            assert plan.participant_yes_on is not None
        if plan.state == "paused":
            assert plan.paused_until is not None

    @invariant()
    def at_most_one_coach_is_asked_and_versions_count_on(self) -> None:
        asked = db.session.scalars(
            sa.select(CoachProposal.coach_id).where(CoachProposal.state == "open")
        ).all()
        assert asked == ([self.plan.coach_id] if self.plan.state == "proposed" else [])
        versions = sa.select(PlanSheet.number).where(PlanSheet.plan_id == self.plan_id)
        numbers = db.session.scalars(versions.order_by(PlanSheet.id)).all()
        assert list(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.slow
@pytest.mark.trust("T03")
def test_the_life_of_a_plan(app):
    def fresh() -> LifeOfAPlan:
        with unit_of_work():
            db.session.execute(sa.update(CoachingPlan).values(earlier_id=None))
            for table in reversed(db.metadata.sorted_tables):
                if table.name.startswith(("coach", "grant", "agreed")):
                    db.session.execute(sa.delete(table))
        return LifeOfAPlan()

    run_state_machine_as_test(
        fresh,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_refused_is_of_the_domain(refusal):
    assert issubclass(refusal, DomainError)


@pytest.mark.slow
@pytest.mark.trust("T03", planted=True)
def test_an_old_log_that_opens_by_itself_is_found(app, monkeypatch):
    """The checks above bite: with an open horizon who guides anew reads the talks of before."""
    machine = LifeOfAPlan()
    machine.match(0)
    machine.answer("own", "ja")
    machine.answer(0, "ja")
    machine.talk(0)
    machine.stop(is_own=True, sure=0)
    machine.begin_again("own")
    machine.match(1)
    machine.what_was_before_a_stop_opens_to_no_coach_without_a_yes_and_is_only_read()
    monkeypatch.setitem(globals(), "horizon_for", lambda *_who: Horizon())
    with pytest.raises(AssertionError):
        machine.what_was_before_a_stop_opens_to_no_coach_without_a_yes_and_is_only_read()


@pytest.mark.slow
@pytest.mark.trust("T03", planted=True)
def test_a_new_coach_who_reads_what_is_closed_is_found(app, monkeypatch):
    """The checks above bite: with an open horizon the first talk of a former coach shows."""
    machine = LifeOfAPlan()
    machine.match(0)
    machine.answer("own", "ja")
    machine.answer(0, "ja")
    machine.talk(0)
    machine.transfer(1)
    machine.answer("own", "ja")
    machine.answer(1, "ja")
    assert machine.plan.state == "active"
    machine.a_new_coach_reads_only_own_words_until_the_participant_says_yes()
    monkeypatch.setitem(globals(), "horizon_for", lambda *_who: Horizon())
    with pytest.raises(AssertionError):
        machine.a_new_coach_reads_only_own_words_until_the_participant_says_yes()
