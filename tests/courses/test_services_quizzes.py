import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from courses.models import Module, Quiz, QuizAttempt, SelfScanAnswer, SelfScanCompletion
from courses.services import quizzes, self_scan
from tests.courses.training_group import actor, after, make_group

RIGHT = {
    "q1": ("b",),
    "q2": ("false",),
    "q3": ("a",),
    "q4": (
        "Luisteren",
        "Opschrijven",
        "Laten checken door de verteller",
        "Delen met toestemming",
    ),
    "q5": ("a", "b", "d"),
}


def quiz_of(group, number=2):
    return db.session.scalars(
        sa.select(Quiz.id)
        .join(Module, Module.id == Quiz.module_id)
        .where(Module.id == group.modules[number - 1])
    ).one()


def take(group, answers, by=None):
    with clock.at(after(2)), unit_of_work():
        who = actor(by or group.learners[0])
        return quizzes.record_answers(group.enrolments[0], quiz_of(group), answers=answers, by=who)


def test_answers_are_scored_and_tries_are_counted(app):
    group = make_group(1, course="pro")
    assert take(group, RIGHT) == 100
    assert take(group, {**RIGHT, "q1": ("a",)}) == 80
    tries = db.session.execute(sa.select(QuizAttempt.attempt, QuizAttempt.percent)).all()
    assert [tuple(row) for row in tries] == [(1, 100), (2, 80)]


def test_an_unknown_answer_or_somebody_elses_quiz_is_refused(app):
    group, other = make_group(2, course="pro"), make_group(1, name="Elders")
    with pytest.raises(InvalidInputError):
        take(group, {"q99": ("a",)})
    with pytest.raises(NotFoundError):
        take(group, RIGHT, by=group.learners[1])
    with pytest.raises(NotFoundError), unit_of_work():
        quizzes.record_attempt(
            group.enrolments[0],
            quiz_of(other),
            attempt=1,
            percent=50,
            by=actor(group.learners[0]),
        )


def test_a_scored_try_is_kept_once(app):
    group = make_group(1, course="pro")

    def keep(attempt, percent):
        with clock.at(after(2)), unit_of_work():
            quizzes.record_attempt(
                group.enrolments[0],
                quiz_of(group),
                attempt=attempt,
                percent=percent,
                by=actor(group.learners[0]),
            )

    keep(1, 40)
    keep(2, 67)
    with pytest.raises(ConflictError):
        keep(2, 90)
    with pytest.raises(InvalidInputError):
        keep(3, 101)
    assert db.session.scalars(sa.select(QuizAttempt.percent)).all() == [40, 67]


def test_the_self_scan_is_filled_in_once_per_moment_and_answers_have_no_person(app):
    group = make_group(1, course="gov")
    learner = actor(group.learners[0])
    with clock.at(after(2)), unit_of_work():
        self_scan.fill_in(
            group.enrolments[0], moment="before_gov_03", answers={"n1": 3, "r4": None}, by=learner
        )
    assert db.session.scalars(sa.select(SelfScanCompletion.moment)).all() == ["before_gov_03"]
    answers = db.session.execute(sa.select(SelfScanAnswer.item, SelfScanAnswer.value)).all()
    assert sorted(tuple(row) for row in answers) == [("n1", 3), ("r4", None)]
    assert "person" not in " ".join(SelfScanAnswer.__table__.columns.keys())
    with clock.at(after(2)), pytest.raises(ConflictError), unit_of_work():
        self_scan.record_completion(group.enrolments[0], moment="before_gov_03", by=learner)


def test_answers_from_paper_come_from_the_trainer(app):
    group = make_group(1, course="gov")
    answers = [("n1", 2), ("n1", 4), ("l3", None)]
    with unit_of_work():
        self_scan.record_answers(
            group.cohort_id, moment="after_gov_06", answers=answers, by=actor(group.trainer_id)
        )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SelfScanAnswer)) == 3
    with pytest.raises(NotFoundError):
        self_scan.record_answers(
            group.cohort_id, moment="after_gov_06", answers=answers, by=actor(group.learners[0])
        )


@pytest.mark.parametrize(
    ("moment", "answers"),
    [("ooit", []), ("after_gov_06", [("z9", 1)]), ("after_gov_06", [("n1", 5)])],
)
def test_a_self_scan_takes_only_its_own_moments_statements_and_scale(app, moment, answers):
    group = make_group(1, course="gov")
    with pytest.raises(InvalidInputError):
        self_scan.record_answers(
            group.cohort_id, moment=moment, answers=answers, by=actor(group.trainer_id)
        )


def test_a_course_without_a_self_scan_has_none(app):
    group = make_group(1)
    with pytest.raises(NotFoundError), clock.at(after(2)):
        self_scan.record_completion(
            group.enrolments[0], moment="before_gov_03", by=actor(group.learners[0])
        )
