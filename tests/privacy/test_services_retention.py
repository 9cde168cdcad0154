"""What is kept too long goes, once somebody switched that on; until then it is only counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.coaching.models import CoachingPlan, CoachingWish, LogEntry, Signal
from academy.coaching.rules import OUTCOMES, REPORTED_BACK
from academy.community.models import MeetUp, Rsvp
from academy.contact.models import ContactRequest
from academy.kernel import audit, clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import NOTE, WORDS, db, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.kernel.periods import DEFAULTS
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import current
from academy.privacy import tasks
from academy.privacy.models import KeptCount
from academy.privacy.queries.old import QUERIES, old_counts
from academy.privacy.queries.plan import label_of, plan_of
from academy.privacy.services import retention
from academy.privacy.views.words import KINDS
from certificates.models import Certificate, Decision, Ruling
from certificates.queries.chain_checks import chain_faults
from certificates.queries.checkpoints import checkpoint_faults
from certificates.rules.checkpoint import STAYS
from certificates.tasks.checkpoint import make_checkpoint
from courses.models import (
    AttendanceMark,
    Cohort,
    CriterionScore,
    Enrolment,
    EnrolmentEvent,
    FinalAttempt,
    PracticeFile,
    PracticeSubmission,
    Session,
)
from tests.certificates.ready import make_keys
from tests.privacy.academies import stepped_up

pytestmark = pytest.mark.slow
YEARS = timedelta(days=366)


def switch_on(academy):
    with unit_of_work():
        retention.switch(is_on=True, by=stepped_up(academy.world.people["admin"]))


def count(model, *conditions):
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))
    db.session.rollback()
    return found


def make_everything_old():
    """Let groups be over, guidance be stopped, signals and messages be closed."""
    day = clock.today()
    with unit_of_work():
        run = db.session.execute
        run(sa.update(Cohort).values(state="completed"))
        run(sa.update(Session).values(state="held"))
        run(sa.update(Enrolment).values(state="completed"))
        people = db.session.scalars(sa.select(Enrolment.id)).all()
        for one in people:
            db.session.add(
                EnrolmentEvent(
                    enrolment_id=one, from_state="active", to_state="completed", at=clock.now()
                )
            )
        run(sa.update(CoachingPlan).values(state="stopped", stopped_on=day))
        run(
            sa.update(Signal).values(
                state="closed", closed_on=day, outcome=OUTCOMES[0], reported_back=REPORTED_BACK[0]
            )
        )
        run(sa.update(ContactRequest).values(state="closed", is_open=False))


def test_every_row_of_the_table_has_words_a_question_and_a_way(app):
    assert DEFAULTS.keys() == QUERIES.keys() == retention.CLEARING.keys()
    assert DEFAULTS.keys() <= KINDS.keys()


def test_nothing_is_old_and_nothing_goes_at_first(academy):
    with unit_of_work():
        counts = old_counts()
    assert set(counts.values()) == {0}


def test_it_only_counts_until_it_is_switched_on(academy):
    make_everything_old()
    with clock.at(clock.now() + 3 * YEARS):
        with unit_of_work():
            counts = old_counts()
        assert counts["learning"] == counts["evidence"] or counts["learning"] > 0
        assert min(counts[one] for one in ("contact", "learning", "coaching", "signals")) > 0
        before = count(AttendanceMark), count(Signal), count(ContactRequest)
        tasks.daily()
        assert (count(AttendanceMark), count(Signal), count(ContactRequest)) == before


def test_what_is_old_goes_and_figures_stay(academy):
    make_everything_old()
    switch_on(academy)
    outcomes = count(FinalAttempt, FinalAttempt.outcome.is_not(None))
    marks = count(AttendanceMark)
    with clock.at(clock.now() + 3 * YEARS):
        db.session.remove()
        tasks.daily()
        with unit_of_work():
            assert {kind for kind, left in old_counts().items() if left} <= {"sign_ins"}
    gone = (AttendanceMark, CriterionScore, FinalAttempt, PracticeSubmission, Signal)
    assert [count(model) for model in (*gone, ContactRequest)] == [0] * 6
    counted = db.session.scalars(
        sa.select(KeptCount.times).where(KeptCount.what == "attendance")
    ).all()
    db.session.rollback()
    assert 0 < sum(counted) <= marks
    assert count(KeptCount, KeptCount.what == "outcome") >= min(outcomes, 1)
    assert count(Enrolment) > 0
    assert count(Certificate) > 0
    texts = {one.discussed for one in db.session.scalars(sa.select(LogEntry))}
    db.session.rollback()
    assert texts == {""}
    assert list(audit.chain_faults()) == []
    assert count(AuditEvent, AuditEvent.action == "privacy:retention:cleared") >= 4


def test_photos_go_three_months_after_the_outcome(academy):
    make_everything_old()
    switch_on(academy)
    with clock.at(clock.now() + timedelta(days=80)):
        tasks.daily()
    assert count(PracticeFile, PracticeFile.content.is_not(None)) > 0
    with clock.at(clock.now() + timedelta(days=100)):
        tasks.daily()
    assert count(PracticeFile, PracticeFile.content.is_not(None)) == 0
    assert count(PracticeSubmission) > 0


def test_why_somebody_got_a_certificate_goes_and_that_they_did_stays(academy):
    switch_on(academy)
    final = Decision.outcome.in_(("grant", "refuse"))
    decided, worded = count(Decision, final), count(Decision, final, Decision.reason != "–")
    rulings, faults = count(Ruling, Ruling.reason != "–"), chain_faults()
    db.session.rollback()
    assert decided >= worded > 0
    for years, left in ((1, worded), (3, 0)):
        with clock.at(clock.now() + years * YEARS):
            tasks.daily()
        assert count(Decision, final, Decision.reason != "–") == left
    assert count(Decision, final) == decided
    assert count(Decision, final, Decision.hardship != "") == 0
    assert count(Ruling, Ruling.reason != "–") <= rulings
    assert chain_faults() == faults  # the register's chain does not rest on these words


def test_what_somebody_needed_at_a_meet_up_goes_and_that_they_came_stays(academy):
    switch_on(academy)
    with unit_of_work():
        held = clock.today()
        db.session.execute(sa.update(MeetUp).values(held_on=held))
        db.session.execute(sa.update(Rsvp).values(needs="een lift", transport=True, came=True))
    answers = count(Rsvp, Rsvp.came)
    for days, left in ((80, answers), (100, 0)):
        with clock.at(clock.now() + timedelta(days=days)):
            tasks.daily()
        assert count(Rsvp, Rsvp.needs != "", Rsvp.transport) == left
    assert count(Rsvp, Rsvp.came) == answers > 0


def test_spam_goes_after_a_month_and_a_live_message_never(academy):
    switch_on(academy)
    first = db.session.scalar(sa.select(sa.func.min(ContactRequest.id)))
    with unit_of_work():
        spam = sa.update(ContactRequest).where(ContactRequest.id == first)
        db.session.execute(spam.values(state="spam", is_open=False))
    before = count(ContactRequest)
    with clock.at(clock.now() + timedelta(days=31)):
        tasks.daily()
    assert count(ContactRequest) == before - 1
    with clock.at(clock.now() + 2 * YEARS):
        tasks.daily()
    assert count(ContactRequest) == before - 1


def test_old_talks_go_while_guidance_runs(academy):
    switch_on(academy)
    entry = db.session.scalar(sa.select(sa.func.min(LogEntry.id)))
    with unit_of_work():
        old = clock.today() - 6 * YEARS
        db.session.execute(sa.update(LogEntry).where(LogEntry.id == entry).values(happened_on=old))
    tasks.daily()
    found = {one.id: one.discussed for one in db.session.scalars(sa.select(LogEntry))}
    db.session.rollback()
    assert found[entry] == ""
    assert all(words for one, words in found.items() if one != entry)


LEFT = {
    "coaching_plan_sheet": "strengths",
    "coaching_plan_step": "text",
    "coaching_yearly_review": "circle_mine",
    "coaching_opening": "line",
    "agreed_action": "text",
    "coaching_own_words": "words",
    "coaching_wish": "words",
}


def is_text(column):
    return label_of(column) in (NOTE["personal"], WORDS["personal"])


@pytest.mark.parametrize("table", LEFT)
def test_words_below_a_plan_that_stopped_go_also_when_no_talk_is_left(academy, table):
    switch_on(academy)
    stopped = clock.today() - 2 * YEARS
    with unit_of_work():
        run = db.session.execute
        for name in ("coaching_plan", "coaching_log_entry", *LEFT):
            columns = plan_of(name).table.columns
            run(sa.update(plan_of(name).table).values({c.name: "" for c in columns if is_text(c)}))
        kept = plan_of(table).table
        run(sa.update(kept).values({LEFT[table]: "Er staat nog iets."}))
        run(sa.update(CoachingPlan).values(state="stopped", stopped_on=stopped))
    assert count(kept, kept.c[LEFT[table]] != "") > 0
    tasks.daily()
    people = sa.select(CoachingPlan.person_id)
    mine = kept.c.person_id.in_(people) if table == "coaching_wish" else sa.true()
    assert count(kept, mine, kept.c[LEFT[table]] != "") == 0


def test_who_began_again_keeps_old_words_and_the_wish_until_all_guidance_stopped(academy):
    switch_on(academy)
    with unit_of_work():
        wish = db.session.scalars(sa.select(CoachingWish).order_by(CoachingWish.id)).first()
        wish.words = "Liever een vrouw."
        plan = db.session.scalars(
            sa.select(CoachingPlan).where(CoachingPlan.person_id == wish.person_id)
        ).first()
        values = {"person_id": plan.person_id, "place_id": plan.place_id}
        old = clock.today() - 2 * YEARS
        values |= {"opened_on": old, "match_by": old, "state": "stopped", "stopped_on": old}
        db.session.add(CoachingPlan(**values, goal="Oud doel"))
        plan_id, wish_id, state = plan.id, wish.id, plan.state
    assert state != "stopped"
    tasks.daily()
    assert words_left(wish_id) == ("Liever een vrouw.", 1)
    with unit_of_work():
        last = {"state": "stopped", "stopped_on": clock.today()}
        db.session.execute(sa.update(CoachingPlan).filter_by(id=plan_id).values(last))
    tasks.daily()
    assert words_left(wish_id) == ("Liever een vrouw.", 1)
    with clock.at(clock.now() + YEARS + timedelta(days=2)):
        tasks.daily()
    assert words_left(wish_id) == ("", 0)


def words_left(wish_id):
    goals = sa.select(sa.func.count()).where(CoachingPlan.goal == "Oud doel")
    found = db.session.get_one(CoachingWish, wish_id).words, db.session.scalar(goals)
    db.session.rollback()
    return found


@pytest.fixture
def days_later(academy, monkeypatch, tmp_path):
    """The academy two days on, which keeps its audit log for a day."""
    make_keys()
    with unit_of_work():
        audit.record("certificates:certificate:issued", ("certificate", 1), by=SYSTEM)
    changed = replace(current(), keep="audit=1d", checkpoints=tmp_path / "checkpoints")
    monkeypatch.setitem(academy.app.extensions, "academy.settings", changed)
    with time_machine.travel(clock.real_now() + timedelta(days=2), tick=False):
        yield


def test_the_audit_log_is_emptied_but_for_the_register_once_a_checkpoint_says_so(
    academy, days_later
):
    def faults():
        found = [*audit.chain_faults(), *checkpoint_faults()]
        db.session.rollback()
        return found

    def full():
        return count(AuditEvent, AuditEvent.action != "")

    before = faults()
    make_checkpoint()
    tasks.daily()
    events, steps = full(), count(AuditEvent, AuditEvent.action.startswith(STAYS[0]))
    assert old_counts()["audit"] > 0
    switch_on(academy)
    tasks.daily()
    assert full() >= events  # the checkpoint of that day was made before: it lets nothing go
    for path in current().checkpoints.iterdir():
        path.unlink()
    make_checkpoint()
    tasks.daily()
    assert old_counts()["audit"] == 0
    assert steps > 0
    assert count(AuditEvent, AuditEvent.action.startswith(STAYS[0])) == steps
    young = sa.select(sa.func.count()).where(AuditEvent.recorded_at > audit.LONG_AGO)
    assert full() == db.session.scalar(young) < events
    db.session.rollback()
    assert faults() == before == []


def test_only_an_administrator_switches(academy):
    for name in ("coordinator", "board", "participant"):
        with unit_of_work(), pytest.raises(NotFoundError):
            retention.switch(is_on=True, by=stepped_up(academy.world.people[name]))


def test_off_is_off_again(academy):
    make_everything_old()
    switch_on(academy)
    with unit_of_work():
        retention.switch(is_on=False, by=stepped_up(academy.world.people["admin"]))
    with clock.at(clock.now() + 3 * YEARS):
        tasks.daily()
    assert count(Signal) > 0
