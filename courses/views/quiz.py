"""The questions of a lesson, one at a time, with the explanation at once."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.forms.quiz import TRUE_FALSE_WORDS, question_form
from courses.queries.quiz import Question, QuizPaper, get_quiz
from courses.services import quizzes
from courses.views import words

bp = FeatureBlueprint("quiz", __name__)

RULE = "/leergang/<int:enrolment_id>/vragen/<int:order>"
QUESTION_RULE = f"{RULE}/<int:step>"


@bp.page(RULE, needs=policies.TAKE_QUIZ)
def show(enrolment_id: int, order: int) -> str:
    """Show how far somebody is, and what came of it before."""
    paper = get_quiz(enrolment_id, order, by=actor())
    return render_template(
        "courses/quiz.html", paper=paper, is_own=_is_own(paper), back=_back(paper), words=words
    )


@bp.action(RULE, needs=policies.TAKE_QUIZ)
def begin(enrolment_id: int, order: int) -> Response:
    """Begin, or go on with what was begun."""
    paper = get_quiz(enrolment_id, order, by=actor())
    quizzes.begin(enrolment_id, paper.id, by=actor())
    step = paper.next_step if paper.is_going_on else None
    return _to_question(enrolment_id, order, step or 1)


@bp.page(QUESTION_RULE, needs=policies.TAKE_QUIZ)
def question(enrolment_id: int, order: int, step: int) -> Any:
    """Show one question; 1 is the first. With an answer it shows the explanation."""
    paper = get_quiz(enrolment_id, order, by=actor())
    asked = paper.question(step)
    if asked.given is None and not (paper.is_going_on and paper.takes_answers):
        return redirect(url_for("quiz.show", enrolment_id=enrolment_id, order=order), 303)
    return _page(paper, asked, form=question_form(asked, formdata=None))


@bp.action(QUESTION_RULE, needs=policies.TAKE_QUIZ)
def answer(enrolment_id: int, order: int, step: int) -> Response:
    """Keep the answer to one question, and show the explanation."""
    paper = get_quiz(enrolment_id, order, by=actor())
    asked = paper.question(step)
    form = question_form(asked)
    if not form.validate():
        return make_response(_page(paper, asked, form=form), 422)
    quizzes.answer(
        enrolment_id, paper.id, question_id=asked.id, given=form.given(asked), by=actor()
    )
    return _to_question(enrolment_id, order, step)


def _is_own(paper: QuizPaper) -> bool:
    return paper.person_id == actor().person_id


def _back(paper: QuizPaper) -> dict[str, str]:
    """Return where the reader came from: the own path, or what is done for this person."""
    if _is_own(paper):
        return {
            "label": paper.course,
            "href": url_for("path.show", enrolment_id=paper.enrolment_id),
        }
    return {
        "label": paper.person,
        "href": url_for("about.help_with", person_id=paper.person_id),
    }


def _to_question(enrolment_id: int, order: int, step: int) -> Response:
    where = url_for("quiz.question", enrolment_id=enrolment_id, order=order, step=step)
    return redirect(where, 303)


def _page(paper: QuizPaper, asked: Question, *, form: Any) -> str:
    return render_template(
        "courses/quiz_question.html",
        paper=paper,
        asked=asked,
        is_own=_is_own(paper),
        form=form,
        true_false=TRUE_FALSE_WORDS,
        words=words,
    )
