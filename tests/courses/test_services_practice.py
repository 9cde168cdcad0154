from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from courses.models import Cohort, Module, PracticeAssignment, PracticeSubmission
from courses.services.practice import hand_in, review
from tests.courses.training_group import actor, add_person, after, grant, make_group


def assignment(group, number=1):
    return db.session.scalars(
        sa.select(PracticeAssignment.id)
        .join(Module, Module.id == PracticeAssignment.module_id)
        .where(Module.id == group.modules[number - 1])
    ).one()


def hand(group, *, by=None, number=1, evidence="kort-verslag", text="Ik sprak Jan.", **more):
    with clock.at(after(2)), unit_of_work():
        return hand_in(
            group.enrolments[0],
            assignment(group, number),
            evidence=evidence,
            text=text,
            by=actor(by or group.learners[0]),
            **more,
        )


def answer(group, submission_id, state="done", sentence="", by=None, minutes=0):
    with clock.at(after(3) + timedelta(minutes=minutes)), unit_of_work():
        who = actor(by or group.trainer_id)
        review(submission_id, state=state, sentence=sentence, by=who)


def test_a_hand_in_waits_for_the_trainer(app):
    group = make_group(1)
    submission = db.session.get(PracticeSubmission, hand(group))
    assert (submission.state, submission.text) == ("submitted", "Ik sprak Jan.")
    assert submission.submitted_at == after(2)


def test_a_trainer_hands_in_for_somebody_who_told_it(app):
    group = make_group(1)
    submission_id = hand(group, by=group.trainer_id, evidence="gesproken", text="")
    assert db.session.get(PracticeSubmission, submission_id).submitted_by_id == group.trainer_id
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:practice:handed-in")
    ).one()
    assert (event.actor_id, event.subject_id) == (group.trainer_id, group.learners[0])


def test_a_coach_hands_in_for_her_own_coachee_only(app):
    group = make_group(2)
    coach = add_person("Coach")
    grant(coach, "coach", kind="person", scope_id=group.learners[1])
    db.session.commit()
    with pytest.raises(NotFoundError):
        hand(group, by=coach)


def test_the_same_hand_in_twice_is_one(app):
    group = make_group(1)
    assert hand(group) == hand(group)
    assert hand(group, text="Iets anders.") != hand(group, text="Nog iets.")


def test_an_assignment_of_another_course_is_not_found(app):
    group, other = make_group(1), make_group(1, course="pro", name="Elders")
    with pytest.raises(NotFoundError), unit_of_work():
        hand_in(
            group.enrolments[0],
            assignment(other),
            evidence="gesproken",
            by=actor(group.learners[0]),
        )


def test_somebody_else_cannot_hand_in(app):
    group = make_group(2)
    with pytest.raises(NotFoundError):
        hand(group, by=group.learners[1])


def test_nothing_is_handed_in_after_the_course(app):
    group = make_group(1)
    db.session.get(Cohort, group.cohort_id).state = "completed"
    db.session.commit()
    with pytest.raises(ConflictError):
        hand(group)


@pytest.mark.parametrize(
    ("evidence", "text"), [("telepathie", ""), ("plan", "x" * 5001), ("ingesproken", "")]
)
def test_a_wrong_hand_in_is_refused(app, evidence, text):
    group = make_group(1)
    with pytest.raises(InvalidInputError):
        hand(group, evidence=evidence, text=text)


def test_done_is_done(app):
    group = make_group(1)
    first = hand(group)
    answer(group, first)
    reviewed = db.session.get(PracticeSubmission, first)
    assert (reviewed.state, reviewed.reviewed_by_id) == ("done", group.trainer_id)
    with pytest.raises(ConflictError):
        hand(group, text="Nog een keer")
    with pytest.raises(ConflictError):
        answer(group, first, state="add_something", sentence="Toch niet.", minutes=10)


def test_who_answered_by_mistake_answers_otherwise_within_ten_minutes(app):
    group = make_group(1)
    first = hand(group)
    answer(group, first)
    with pytest.raises(ConflictError):
        answer(group, first, "add_something", "Nee.", by=group.second_trainer_id, minutes=1)
    answer(group, first, "add_something", "Vertel nog iets.", minutes=9)
    answer(group, first, "add_something", "Vertel nog iets.", minutes=12)
    reviewed = db.session.get(PracticeSubmission, first)
    assert (reviewed.state, reviewed.sentence) == ("add_something", "Vertel nog iets.")
    assert reviewed.reviewed_at == after(3) + timedelta(minutes=9)
    events = db.session.scalars(
        sa.select(AuditEvent.data).where(AuditEvent.action == "courses:practice:reviewed")
    ).all()
    assert [(one["before"], one["state"]) for one in events] == [
        (None, "done"),
        ("done", "add_something"),
    ]
    hand(group, text="Jan wil een bankje.")
    with pytest.raises(ConflictError):
        answer(group, first, minutes=13)


def test_add_something_says_what_and_a_new_hand_in_follows(app):
    group = make_group(1)
    first = hand(group)
    with pytest.raises(InvalidInputError) as refused:
        answer(group, first, state="add_something")
    assert list(refused.value.fields) == ["sentence"]
    answer(group, first, state="add_something", sentence="Vertel ook wat Jan zelf wil.")
    second = hand(group, text="Jan wil een bankje.")
    answer(group, second)
    states = db.session.scalars(sa.select(PracticeSubmission.state).order_by("id")).all()
    assert states == ["add_something", "done"]


def test_an_older_hand_in_is_not_answered_when_a_newer_one_waits(app):
    group = make_group(1)
    first = hand(group)
    hand(group, text="Beter verhaal.")
    with pytest.raises(ConflictError):
        answer(group, first)


def test_nobody_reviews_own_work_or_that_of_another_cohort(app):
    group, other = make_group(1), make_group(1, name="Elders")
    grant(group.learners[0], "trainer", kind="cohort", scope_id=group.cohort_id)
    db.session.commit()
    submission = hand(group)
    for stranger in (group.learners[0], other.trainer_id, group.assessor_id):
        with pytest.raises(NotFoundError):
            answer(group, submission, by=stranger)


def test_what_was_told_carries_the_day_and_who_heard_it(app):
    group = make_group(1)
    day = after(1).date()
    told = {"by": group.trainer_id, "evidence": "gesproken", "text": "", "told_on": day}
    submission = db.session.get(PracticeSubmission, hand(group, **told))
    assert (submission.told_on, submission.submitted_by_id) == (day, group.trainer_id)
    assert hand(group, **told) == submission.id


def test_a_day_of_telling_lies_behind_us_and_belongs_to_who_heard_it(app):
    group = make_group(1)
    day = after(1).date()
    tomorrow = after(2, days=1).date()
    for wrong in (
        {"by": group.trainer_id, "evidence": "gesproken", "told_on": tomorrow},
        {"by": group.trainer_id, "told_on": day},
        {"evidence": "gesproken", "told_on": day},
    ):
        with pytest.raises(InvalidInputError) as refused:
            hand(group, **wrong)
        assert list(refused.value.fields) == ["told_on"]
