"""Messages of a course through the engine: who hears what, once, and not who is in silence."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from academy.kernel.messages import engine, texts
from academy.kernel.messages.declared import message_named, recipients_of
from academy.kernel.messages.models import AnnouncedMessage, SentMessage
from academy.kernel.queue import Job
from academy.people.models import Person
from academy.people.services import silence
from courses.models import PracticeAssignment, Session
from courses.services import attendance, cohorts, practice
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_person,
    make_trainer,
)

FIRST = date(2026, 12, 1)
"""A Tuesday; the session is at seven in the evening."""
SOON = clock.local(FIRST - timedelta(days=3), 9)
MORNING = clock.local(FIRST, 8)


def channel_of(**values: str | None) -> dict[str, str | None]:
    return {"preferred_channel": "email", **values}


@pytest.fixture
def group(app):
    """A running group of which the sessions begin on 1 December, with a trainer."""
    with unit_of_work():
        cohort = make_cohort(starts_on=FIRST)
        make_trainer(cohort, phone="06-00000301")
        make_trainer(cohort)
    return cohort


@pytest.fixture
def samira(group):
    with unit_of_work():
        return make_enrolment(group, make_person("Samira", preferred_channel="email"))


def run(moment: datetime) -> list[tuple[str, str]]:
    """Send what is due at `moment`; returns what went by then, message and channel."""
    with clock.at(moment):
        engine.run_due(moment)
    rows = db.session.execute(
        sa.select(SentMessage.name, SentMessage.channel).order_by(SentMessage.id)
    ).all()
    db.session.rollback()
    return [(row.name, row.channel) for row in rows]


def mails() -> list[OutgoingMail]:
    found = list(db.session.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id)))
    db.session.rollback()
    return found


def text_of(row: SentMessage) -> texts.Text | None:
    message = message_named(row.name)
    assert message is not None
    return texts.text_of(message, recipients_of([row.person_id])[row.person_id], row.ids)


def first_session(group) -> Session:
    return db.session.scalars(
        sa.select(Session).where(Session.cohort_id == group.id).order_by(Session.starts_at)
    ).first()


def test_a_reminder_goes_three_days_before_and_in_the_morning(group, samira):
    assert run(SOON - timedelta(minutes=1)) == []
    assert run(SOON) == [("courses/session_soon", "email")]
    assert run(MORNING)[1:] == [("courses/session_today", "email")]
    assert len(mails()) == 2


def test_nothing_goes_twice_however_often_a_worker_ticks(group, samira):
    for minutes in (0, 1, 5, 30):
        run(SOON + timedelta(minutes=minutes))
    assert len(mails()) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_a_row_that_another_tick_wrote_makes_no_second_mail(group, samira):
    with clock.at(SOON):
        (one,) = engine.rehearse(SOON, SOON)
        db.session.rollback()
    run(SOON)
    with clock.at(SOON), unit_of_work():
        recipients = recipients_of([one.person_id])
        assert not engine._send(one, recipients[one.person_id])
    assert len(mails()) == 1


def test_who_likes_a_call_is_called_and_who_has_no_mail_too(group):
    with unit_of_work():
        make_enrolment(group, make_person(preferred_channel="phone", phone="06-00000009"))
        make_enrolment(group, make_person(email=None, phone="06-00000008"))
        make_enrolment(group, make_person(email=None, phone=None))
    assert run(SOON) == [("courses/session_soon", "phone")] * 2
    assert mails() == []


def test_who_said_no_already_or_pauses_hears_nothing(group, samira):
    with unit_of_work():
        make_enrolment(group, make_person(preferred_channel="email"), state="paused")
        attendance.apologise(
            first_session(group).id,
            samira.id,
            by=make_actor(db.session.get_one(Person, samira.person_id)),
        )
    assert run(SOON) == []


def test_a_moved_session_is_told_once_and_reminded_anew(group, samira):
    run(SOON)
    with unit_of_work():
        coordinator = make_actor(make_coordinator())
    tuesday = clock.local(FIRST + timedelta(days=1), 19)
    with clock.at(SOON + timedelta(hours=1)), unit_of_work():
        cohorts.move_session(first_session(group).id, tuesday, by=coordinator)
    assert len(run(SOON + timedelta(hours=1, minutes=9))) == 1
    told = run(SOON + timedelta(hours=1, minutes=10))
    assert told[1:] == [("courses/session_changed", "email")]
    after = run(tuesday - timedelta(hours=11))
    assert ("courses/session_today", "email") in after
    assert [name for name, _channel in after].count("courses/session_changed") == 1


def test_a_change_that_was_put_right_at_once_is_not_told(group, samira):
    with unit_of_work():
        coordinator = make_actor(make_coordinator())
    session = first_session(group)
    begin, wrong = session.starts_at, session.starts_at + timedelta(days=1)
    db.session.rollback()
    with unit_of_work():
        cohorts.move_session(session.id, wrong, by=coordinator)
        cohorts.move_session(session.id, begin, by=coordinator)
    run(clock.now() + timedelta(minutes=10))
    said = [text_of(row) for row in db.session.scalars(sa.select(SentMessage))]
    assert sorted(text is not None for text in said) == [False, True]


def test_the_end_of_a_group_is_told_once_not_per_session(group, samira):
    with unit_of_work():
        coordinator = make_actor(make_coordinator())
        cohorts.change_state(group.id, "cancelled", by=coordinator)
    rows = db.session.scalars(sa.select(AnnouncedMessage)).all()
    assert [row.name for row in rows] == ["courses/cohort_cancelled"]
    db.session.rollback()
    assert run(clock.now() + timedelta(minutes=10)) == [("courses/cohort_cancelled", "email")]


def test_a_trainer_hears_of_an_open_register_a_day_later_and_not_of_a_full_one(group, samira):
    day_after = clock.local(FIRST + timedelta(days=1), 21, 30)
    before = run(day_after)
    assert "courses/register_open" not in dict(before)
    morning = clock.local(FIRST + timedelta(days=2), 8)
    assert run(morning)[-2:] == [("courses/register_open", "email")] * 2


def test_something_to_add_is_told_and_the_trainers_words_stay_inside(group, samira):
    assignment = db.session.scalars(sa.select(PracticeAssignment)).first()
    learner = make_actor(db.session.get_one(Person, samira.person_id))
    trainer_id = db.session.scalar(
        sa.select(Person.id).where(Person.call_name == "Said").order_by(Person.id)
    )
    trainer = make_actor(db.session.get_one(Person, trainer_id))
    with unit_of_work():
        hand_in = practice.hand_in(
            samira.id, assignment.id, evidence="kort-verslag", by=learner, text="Mijn verslag"
        )
        practice.review(hand_in, state="add_something", sentence="Vertel nog iets.", by=trainer)
    assert run(clock.now() + timedelta(minutes=10)) == [("courses/practice_more", "email")]
    text = text_of(db.session.scalars(sa.select(SentMessage)).one())
    assert text is not None
    assert "Opdracht 1" in text.body
    assert "Vertel nog iets" not in text.body
    assert "Mijn verslag" not in text.body


def test_of_an_answer_that_was_changed_only_the_last_is_told(group, samira):
    assignment = db.session.scalars(sa.select(PracticeAssignment)).first()
    trainer_id = db.session.scalar(
        sa.select(Person.id).where(Person.call_name == "Said").order_by(Person.id)
    )
    trainer = make_actor(db.session.get_one(Person, trainer_id))
    with unit_of_work():
        hand_in = practice.hand_in(samira.id, assignment.id, evidence="gesproken", by=trainer)
    begin = clock.local(FIRST, 20)

    def answer(minutes: int, state: str) -> None:
        with clock.at(begin + timedelta(minutes=minutes)), unit_of_work():
            practice.review(hand_in, state=state, sentence=f"Na {minutes}.", by=trainer)

    answer(0, "add_something")
    answer(5, "done")
    assert run(begin + timedelta(minutes=14)) == []
    answer(14, "add_something")
    assert run(begin + timedelta(minutes=23)) == []
    assert run(begin + timedelta(minutes=24)) == [("courses/practice_more", "email")]


def test_silence_holds_back_what_waits_to_leave_too(group, samira):
    run(SOON)
    (mail,) = mails()
    with clock.at(SOON), unit_of_work():
        me = make_actor(db.session.get_one(Person, samira.person_id))
        silence.begin_silence(samira.person_id, by=me)
    with clock.at(SOON):
        message = message_named("courses/session_soon")
        assert message is not None
        assert texts.values_of(message)(**mail.ids) is None
    assert len(run(MORNING)) == 1


def test_a_silence_that_ends_brings_nothing_back(group, samira):
    me = make_actor(db.session.get_one(Person, samira.person_id))
    with clock.at(SOON - timedelta(hours=1)), unit_of_work():
        silence.begin_silence(samira.person_id, by=me)
    assert run(SOON) == []
    with clock.at(SOON + timedelta(hours=1)), unit_of_work():
        silence.end_silence(samira.person_id, by=me)
    assert run(SOON + timedelta(hours=2)) == []
    assert run(MORNING) == [("courses/session_today", "email")]


def test_what_is_rehearsed_for_a_course_is_what_is_sent(group, samira):
    with unit_of_work():
        for channel in ("phone", "letter", "message"):
            person = make_person(preferred_channel=channel, phone="06-00000009")
            make_enrolment(group, person)
    begin = clock.local(FIRST - timedelta(days=4), 8)
    end = begin + timedelta(days=21)
    with clock.at(begin):
        rehearsed = {(one.key, one.channel, one.planned_for) for one in engine.rehearse(begin, end)}
        db.session.rollback()
    moment = begin
    while moment <= end:
        run(moment)
        moment += timedelta(minutes=55)
        if moment.astimezone(clock.AMSTERDAM).hour > 20:
            moment = clock.local(moment.astimezone(clock.AMSTERDAM).date() + timedelta(days=1), 8)
    rows = db.session.execute(
        sa.select(SentMessage.key, SentMessage.channel, SentMessage.planned_for)
    ).all()
    assert {tuple(row) for row in rows} == rehearsed
    assert len(rehearsed) > 15


def test_a_rehearsal_asks_as_many_statements_for_ten_people_as_for_two(group):
    def statements() -> int:
        counted = 0

        def count(*_args: object) -> None:
            nonlocal counted
            counted += 1

        sa.event.listen(db.engine, "before_cursor_execute", count)
        engine.rehearse(clock.now(), clock.now() + timedelta(days=365))
        sa.event.remove(db.engine, "before_cursor_execute", count)
        db.session.rollback()
        return counted

    with unit_of_work():
        for _number in range(2):
            make_enrolment(group)
    few = statements()
    with unit_of_work():
        for _number in range(8):
            make_enrolment(group)
    assert statements() == few
