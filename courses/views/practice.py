"""Practice assignments: handing in, and the trainer's answer."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.kernel.web.headers import let_record
from courses import policies
from courses.adapters.markdown import to_html
from courses.forms.practice import EVIDENCE_WORDS, PHOTO_TYPES, HandInForm, ReviewForm
from courses.queries import practice as queries
from courses.queries import practice_queue
from courses.queries.practice import Assignment, ToReview
from courses.services import practice
from courses.services.practice_files import MOST_SECONDS
from courses.views import words
from courses.views.practice_files import prepared_file

bp = FeatureBlueprint("practice", __name__)

RULE = "/leergang/<int:enrolment_id>/opdracht/<int:order>"
REVIEW_RULE = "/opdrachten/<int:submission_id>"
LARGEST_BODY = 16 * 1024 * 1024
"""More than the largest file, so that a file that is a little too large is answered in the form."""


@bp.page(RULE, needs=policies.HAND_IN)
def show(enrolment_id: int, order: int) -> Response:
    """Show the task, how it stands, and what was handed in."""
    assignment = queries.get_assignment(enrolment_id, order, by=actor())
    return _page(assignment, _form(assignment, formdata=None))


@bp.action(RULE, needs=policies.HAND_IN, largest_body=LARGEST_BODY)
def hand_in(enrolment_id: int, order: int) -> Any:
    """Hand in, for oneself or on behalf of somebody."""
    assignment = queries.get_assignment(enrolment_id, order, by=actor())
    form = _form(assignment)
    if not form.validate():
        return _page(assignment, form, status=422)
    try:
        file = prepared_file(form)
        submission_id = practice.hand_in(
            enrolment_id,
            assignment.id,
            evidence=form.evidence.data,
            text=form.text.data or "",
            file=file,
            told_on=form.told_on.data if form.tells_day else None,
            by=actor(),
        )
    except InvalidInputError as error:
        put_at_fields(form, error)
        return _page(assignment, form, status=422)
    if assignment.person_id == actor().person_id:
        flash(_("Ingeleverd. De trainer kijkt ernaar."), "success")
        return redirect(url_for("practice.show", enrolment_id=enrolment_id, order=order), 303)
    flash(_("Ingeleverd namens %(name)s.", name=assignment.person), "success")
    return redirect(_after_helping(submission_id, enrolment_id, order), 303)


@bp.page("/opdrachten", needs=policies.REVIEW)
def queue() -> str:
    """Show what waits for the trainer, the longest waiting first."""
    me = actor()
    return render_template(
        "courses/practice_queue.html",
        page=practice_queue.waiting_page(me, cursor=request.args.get("na")),
        waiting=practice_queue.waiting_count(me),
        answered=practice_queue.just_answered(me),
        words=words,
    )


@bp.page(REVIEW_RULE, needs=policies.REVIEW)
def submission(submission_id: int) -> str:
    """Show one hand-in to the trainer."""
    found = queries.get_to_review(submission_id, by=actor())
    given = {}
    if found.changes_until:
        given = {"state": found.hand_in.state, "sentence": found.hand_in.sentence}
    return _review_page(found, ReviewForm(formdata=None, **given))


@bp.action(REVIEW_RULE, needs=policies.REVIEW)
def review(submission_id: int) -> Any:
    """Answer one hand-in, and the next one follows; or answer otherwise than just now."""
    found = queries.get_to_review(submission_id, by=actor())
    form = ReviewForm()
    if not form.validate():
        return make_response(_review_page(found, form), 422)
    try:
        practice.review(
            submission_id, state=form.state.data, sentence=form.chosen_sentence, by=actor()
        )
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_review_page(found, form), 422)
    if found.changes_until:
        person = found.assignment.person
        flash(_("Veranderd. %(name)s leest nu je nieuwe antwoord.", name=person), "success")
        return redirect(url_for("practice.queue"), 303)
    flash(_("Opgeslagen. %(name)s kan het nu lezen.", name=found.assignment.person), "success")
    return redirect(_next_page(), 303)


@bp.action(f"{REVIEW_RULE}/foto-weigeren", needs=policies.REVIEW)
def refuse_photo(submission_id: int) -> Any:
    """Wipe a photo on which people can be recognised; the next hand-in follows at once."""
    found = queries.get_to_review(submission_id, by=actor())
    practice.refuse_photo(submission_id, by=actor())
    flash(_("De foto is gewist. %(name)s leest waarom.", name=found.assignment.person), "success")
    return redirect(_next_page(), 303)


def _next_page() -> str:
    following = practice_queue.find_next_waiting(actor())
    if following is None:
        return url_for("practice.queue")
    return url_for("practice.submission", submission_id=following)


def _after_helping(submission_id: int, enrolment_id: int, order: int) -> str:
    """Return where who handed in for somebody goes on: answering it, if that is their work."""
    try:
        queries.get_to_review(submission_id, by=actor())
    except NotFoundError:
        return url_for("practice.show", enrolment_id=enrolment_id, order=order)
    return url_for("practice.submission", submission_id=submission_id)


def _form(assignment: Assignment, **values: Any) -> HandInForm:
    own = assignment.person_id == actor().person_id
    labels = EVIDENCE_WORDS if own else words.EVIDENCE_SHOWN
    return HandInForm(assignment.evidence, own=own, today=clock.today(), labels=labels, **values)


def _page(assignment: Assignment, form: HandInForm, *, status: int = 200) -> Response:
    page = render_template(
        "courses/practice.html",
        assignment=assignment,
        form=form,
        is_own=assignment.person_id == actor().person_id,
        back=_back(assignment),
        task=to_html(assignment.task),
        photo_types=PHOTO_TYPES,
        most_seconds=MOST_SECONDS,
        words=words,
    )
    return let_record(make_response(page, status))


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
        answered=[one for one in practice_queue.just_answered(actor()) if one.id != found.id],
        words=words,
    )
