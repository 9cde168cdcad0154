from itertools import pairwise

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from courses.models import Module, Quiz, QuizAttempt, SelfScanAnswer, SelfScanCompletion
from courses.rules import right_answer
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


def begin(group, by=None):
    with clock.at(after(2)), unit_of_work():
        quizzes.begin(group.enrolments[0], quiz_of(group), by=actor(by or group.learners[0]))


def give(group, question, *given, by=None, at=None):
    with clock.at(at or after(2)), unit_of_work():
        quizzes.answer(
            group.enrolments[0],
            quiz_of(group),
            question_id=question,
            given=given,
            by=actor(by or group.learners[0]),
        )


def take(group, answers):
    begin(group)
    for question, given in answers.items():
        give(group, question, *given)


def tries():
    columns = QuizAttempt.attempt, QuizAttempt.percent
    return [tuple(row) for row in db.session.execute(sa.select(*columns).order_by("id"))]


def test_the_last_answer_finishes_and_scores_and_there_is_no_end_to_trying(app):
    group = make_group(1, course="pro")
    begin(group)
    for question, given in RIGHT.items():
        give(group, question, *given)
        assert tries() == [(1, None)]
    give(group, "q6", "Moeders noemen het park de enige plek.")
    assert tries() == [(1, 100)]
    take(group, {**RIGHT, "q1": ("a",), "q6": ("",)})
    assert tries() == [(1, 100), (2, 80)]
    kept = db.session.scalars(sa.select(QuizAttempt).order_by(QuizAttempt.id)).all()
    version = db.session.scalar(sa.select(Module.course_version_id).where(Module.key == "pro-02"))
    assert {one.course_version_id for one in kept} == {version}
    assert all(one.seed is not None and one.finished_at == after(2) for one in kept)
    assert kept[1].answers["q1"] == ["a"]


def test_an_attempt_is_begun_once_and_gone_on_with(app):
    group = make_group(1, course="pro")
    begin(group)
    give(group, "q1", "b")
    begin(group)
    give(group, "q1", "b")
    assert tries() == [(1, None)]
    with pytest.raises(ConflictError):
        give(group, "q1", "a")
    assert db.session.scalars(sa.select(QuizAttempt.answers)).one() == {"q1": ["b"]}


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("q1", ("z",)),
        ("q1", ("a", "b")),
        ("q1", ()),
        ("q2", ("maybe",)),
        ("q4", ("Luisteren",)),
        ("q5", ()),
        ("q5", ("a", "a")),
        ("q6", ("x" * 2001,)),
    ],
)
def test_an_answer_must_fit_its_question(app, question, given):
    group = make_group(1, course="pro")
    begin(group)
    with pytest.raises(InvalidInputError):
        give(group, question, *given)


def test_no_answer_without_a_beginning_and_none_to_an_unknown_question(app):
    group = make_group(1, course="pro")
    with pytest.raises(ConflictError):
        give(group, "q1", "b")
    begin(group)
    with pytest.raises(NotFoundError):
        give(group, "q99", "b")


def test_only_who_helps_answers_for_another(app):
    group, other = make_group(2, course="pro"), make_group(1, name="Elders")
    begin(group)
    for stranger in (group.learners[1], group.assessor_id, other.trainer_id):
        with pytest.raises(NotFoundError):
            give(group, "q1", "b", by=stranger)
    with pytest.raises(NotFoundError), unit_of_work():
        quizzes.record_attempt(
            group.enrolments[0],
            quiz_of(other),
            attempt=1,
            percent=50,
            by=actor(group.learners[0]),
        )


def test_who_helps_types_an_attempt_apart_and_it_counts(app):
    group = make_group(1, course="pro")
    begin(group)
    give(group, "q1", "b")
    with clock.at(after(2)), unit_of_work():
        quizzes.begin(group.enrolments[0], quiz_of(group), by=actor(group.trainer_id))
    own, helped = db.session.scalars(sa.select(QuizAttempt).order_by(QuizAttempt.attempt))
    assert (own.helped_by_id, own.answers) == (None, {"q1": ["b"]})
    assert (helped.helped_by_id, helped.answers) == (group.trainer_id, {})
    give(group, "q1", "a", by=group.trainer_id)
    db.session.refresh(own)
    assert own.answers == {"q1": ["b"]}


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


def test_residents_are_not_scored(app):
    group = make_group(1)
    quiz_id = quiz_of(group, 1)
    questions = db.session.get_one(Quiz, quiz_id).questions
    learner = actor(group.learners[0])
    with clock.at(after(1)), unit_of_work():
        quizzes.begin(group.enrolments[0], quiz_id, by=learner)
        for raw in questions:
            given = right_answer(raw) or ("",)
            quizzes.answer(
                group.enrolments[0], quiz_id, question_id=raw["id"], given=given, by=learner
            )
    kept = db.session.scalars(sa.select(QuizAttempt)).one()
    assert (kept.percent, kept.finished_at) == (None, after(1))


# --- self-scan -------------------------------------------------------------------------------

STATEMENTS = [f"{letter}{number}" for letter in "nrlgmd" for number in range(1, 5)]


def fill_in(group, person, value, *, moment="before_gov_03", at=None, by=None):
    with clock.at(at or after(2)), unit_of_work():
        self_scan.fill_in(
            group.enrolments[person],
            moment=moment,
            answers=dict.fromkeys(STATEMENTS, value),
            by=actor(by or group.learners[person]),
        )


def test_the_self_scan_is_filled_in_once_per_moment_and_answers_have_no_person(app):
    group = make_group(1, course="gov")
    fill_in(group, 0, 3)
    assert db.session.scalars(sa.select(SelfScanCompletion.moment)).all() == ["before_gov_03"]
    answers = db.session.execute(sa.select(SelfScanAnswer.item, SelfScanAnswer.value)).all()
    assert sorted(tuple(row) for row in answers) == sorted((one, 3) for one in STATEMENTS)
    columns = set(SelfScanAnswer.__table__.columns.keys())
    assert columns == {"id", "cohort_id", "instrument", "moment", "item", "value"}
    with pytest.raises(ConflictError):
        fill_in(group, 0, 4)


def test_the_order_of_answers_does_not_tell_who_was_first(app):
    group = make_group(4, course="gov")
    for person in range(4):
        fill_in(group, person, person + 1)
    values = db.session.scalars(sa.select(SelfScanAnswer.value).order_by(SelfScanAnswer.id)).all()
    assert sorted(values) == sorted([1, 2, 3, 4] * 24)
    runs = sum(one != other for one, other in pairwise(values))
    assert runs > 40  # one after the other it would be 3; shuffled it is about 71


def test_a_self_scan_has_its_time(app):
    group = make_group(1, course="gov")
    for moment, at in (("before_gov_03", after(3)), ("after_gov_06", after(6, hours=1))):
        with pytest.raises(ConflictError):
            fill_in(group, 0, 3, moment=moment, at=at)
    fill_in(group, 0, 3, moment="after_gov_06", at=after(6))


def test_only_who_helps_fills_in_a_self_scan_for_another(app):
    group = make_group(2, course="gov")
    for stranger in (group.learners[1], group.assessor_id):
        with pytest.raises(NotFoundError):
            fill_in(group, 0, 3, by=stranger)
    fill_in(group, 0, 3, by=group.trainer_id)
    completion = db.session.scalars(sa.select(SelfScanCompletion)).one()
    assert completion.helped_by_id == group.trainer_id
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:self-scan:completed")
    ).one()
    assert event.data == {"on_behalf_of": group.learners[0]}


def test_every_statement_needs_an_answer(app):
    group = make_group(1, course="gov")
    with clock.at(after(2)), pytest.raises(InvalidInputError), unit_of_work():
        self_scan.fill_in(
            group.enrolments[0],
            moment="before_gov_03",
            answers={"n1": 3},
            by=actor(group.learners[0]),
        )


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
