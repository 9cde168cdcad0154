"""Scoring a quiz attempt."""

import pytest

from courses.rules import Question, is_correct, score
from tests.courses.sample_evidence import read_own_curricula

SINGLE = Question("q1", "single", ("b",))
MULTIPLE = Question("q2", "multiple", ("a", "c"))
ORDER = Question("q3", "order", ("eerst", "dan", "later"))
YES = Question("q4", "truefalse", ("true",))
OPEN = Question("q5", "open")
ALL = (SINGLE, MULTIPLE, ORDER, YES, OPEN)


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (SINGLE, ("b",), True),
        (SINGLE, ("a",), False),
        (SINGLE, ("a", "b"), False),
        (SINGLE, (), False),
        (MULTIPLE, ("c", "a"), True),
        (MULTIPLE, ("a",), False),
        (MULTIPLE, ("a", "b", "c"), False),
        (ORDER, ("eerst", "dan", "later"), True),
        (ORDER, ("dan", "eerst", "later"), False),
        (YES, ("true",), True),
        (YES, ("false",), False),
        (OPEN, ("iets",), None),
    ],
)
def test_an_answer_is_right_or_wrong(question, answer, right):
    assert is_correct(question, answer) is right


def test_open_questions_do_not_count():
    answers = {"q1": ("b",), "q2": ("a", "c"), "q3": ("eerst", "dan", "later"), "q4": ("true",)}
    assert score(ALL, answers) == 100
    assert score((OPEN,), {}) is None


@pytest.mark.parametrize(
    ("right", "total", "percent"),
    [(0, 5, 0), (2, 5, 40), (5, 6, 83), (2, 3, 67), (1, 3, 33), (3, 4, 75), (5, 8, 63), (1, 8, 13)],
)
def test_percentages_are_rounded_a_half_upwards(right, total, percent):
    questions = tuple(Question(f"q{number}", "single", ("a",)) for number in range(total))
    answers = {f"q{number}": ("a",) for number in range(right)}
    assert score(questions, answers) == percent


def test_every_question_of_the_curricula_can_be_answered_right():
    for course in read_own_curricula().courses:
        for module in course.modules:
            questions = tuple(question.scoring for question in module.quiz.questions)
            answers = {question.id: question.right for question in questions}
            assert score(questions, answers) == 100
            assert score(questions, {}) == 0
