"""Practice assignments: handing in, and the trainer's answer."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from academy.kernel.errors import InvalidInputError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.adapters.markdown import to_html
from courses.forms.practice import EVIDENCE_WORDS, HandInForm, ReviewForm
from courses.queries import practice as queries
from courses.queries.practice import Assignment, ToReview
from courses.services import practice
from courses.views import words

bp = FeatureBlueprint("practice", __name__)

RULE = "/leergang/<int:enrolment_id>/opdracht/<int:order>"
REVIEW_RULE = "/opdrachten/<int:submission_id>"


@bp.page(RULE, needs=policies.HAND_IN)
def show(enrolment_id: int, order: int) -> str:
    """Show the task, how it stands, and what was handed in."""
    assignment = queries.get_assignment(enrolment_id, order, by=actor())
    return _page(assignment, _form(assignment, formdata=None))


@bp.action(RULE, needs=policies.HAND_IN)
def hand_in(enrolment_id: int, order: int) -> Any:
    """Hand in, for oneself or on behalf of somebody."""
    assignment = queries.get_assignment(enrolment_id, order, by=actor())
    form = _form(assignment)
    if not form.validate():
        return make_response(_page(assignment, form), 422)
    practice.hand_in(
        enrolment_id,
        assignment.id,
        evidence=form.evidence.data,
        text=form.text.data or "",
        by=actor(),
    )
    flash(_("Ingeleverd. De trainer kijkt ernaar."), "success")
    return redirect(url_for("practice.show", enrolment_id=enrolment_id, order=order), 303)


@bp.page("/opdrachten", needs=policies.REVIEW)
def queue() -> str:
    """Show what waits for the trainer, the longest waiting first."""
    page = queries.waiting_page(actor(), cursor=request.args.get("na"))
    return render_template("courses/practice_queue.html", page=page)


@bp.page(REVIEW_RULE, needs=policies.REVIEW)
def submission(submission_id: int) -> str:
    """Show one hand-in to the trainer."""
    found = queries.get_to_review(submission_id, by=actor())
    return _review_page(found, ReviewForm(formdata=None))


@bp.action(REVIEW_RULE, needs=policies.REVIEW)
def review(submission_id: int) -> Any:
    """Answer one hand-in."""
    found = queries.get_to_review(submission_id, by=actor())
    form = ReviewForm()
    if not form.validate():
        return make_response(_review_page(found, form), 422)
    try:
        practice.review(
            submission_id,
            state=form.state.data,
            sentence=form.sentence.data or "",
            by=actor(),
        )
    except InvalidInputError as error:
        for name, sentence in error.fields.items():
            form[name].errors = [sentence]
        return make_response(_review_page(found, form), 422)
    flash(_("Opgeslagen. %(name)s kan het nu lezen.", name=found.assignment.person), "success")
    return redirect(url_for("practice.queue"), 303)


def _form(assignment: Assignment, **values: Any) -> HandInForm:
    own = assignment.person_id == actor().person_id
    return HandInForm(assignment.evidence, own=own, **values)


def _page(assignment: Assignment, form: HandInForm) -> str:
    return render_template(
        "courses/practice.html",
        assignment=assignment,
        form=form,
        is_own=assignment.person_id == actor().person_id,
        back=_back(assignment),
        task=to_html(assignment.task),
        evidence=EVIDENCE_WORDS,
        words=words,
    )


def _back(assignment: Assignment) -> dict[str, str]:
    """Return where the reader came from: the own path, the dossier, or the start."""
    if assignment.person_id == actor().person_id:
        href = url_for("path.show", enrolment_id=assignment.enrolment_id)
        return {"label": _("Leergang"), "href": href}
    if actor().may(policies.READ_COHORT):
        href = url_for("enrolments.show", enrolment_id=assignment.enrolment_id)
        return {"label": assignment.person, "href": href}
    return {"label": _("Vandaag"), "href": url_for("people.today")}


def _review_page(found: ToReview, form: ReviewForm) -> str:
    return render_template(
        "courses/practice_review.html",
        found=found,
        form=form,
        task=to_html(found.assignment.task, heading=3),
        evidence=EVIDENCE_WORDS,
        words=words,
    )
