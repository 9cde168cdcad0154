"""The dossier of one enrolment, and every step that staff takes with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug import Response

from academy.kernel import policy
from academy.kernel.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.people.policies import INVITE, MAKE_LETTER
from academy.people.services.about import may_help
from academy.people.services.invite import invite as let_in
from academy.people.services.invite import may_invite
from courses import policies
from courses.forms.cohorts import select_choices
from courses.forms.enrolment import AnswerForm, EndForm, IntakeForm, TransferForm
from courses.queries.choices import transfer_choices
from courses.queries.enrolment import EnrolmentHead, get_enrolment, history, path_steps
from courses.queries.on_behalf import reaches_of
from courses.queries.progress import Progress, progress_of
from courses.rules.course_rule import FINAL
from courses.rules.enrolment import TRANSITIONS
from courses.services import enrolment as steps
from courses.services.attendance import accept_make_up
from courses.views import words
from courses.views.path import spoken

bp = FeatureBlueprint("enrolments", __name__)

MISSED = ("absent", "excused")
"""What can be made up for later."""

Step = Callable[[int], Any]


@bp.page("/deelname/<int:enrolment_id>", needs=policies.READ_COHORT)
def show(enrolment_id: int) -> str:
    """Show how one participant stands, and what may be done now."""
    head = get_enrolment(enrolment_id)
    policy.require(actor(), policies.READ_COHORT, head.reach)
    return _page(head)


def _page(
    head: EnrolmentHead, *, problem: str = "", forms: dict[str, FlaskForm] | None = None
) -> str:
    progress = progress_of(head.id)
    may_manage = policy.covers(actor(), policies.MANAGE, head.reach)
    return render_template(
        "courses/enrolment.html",
        head=head,
        problem=problem,
        steps=path_steps(head, progress),
        verdict=progress.verdict,
        criteria=[spoken(one) for one in progress.verdict.criteria],
        history=history(head.id),
        may_manage=may_manage,
        may_call=policy.covers(actor(), policies.MARK, head.reach),
        may_invite=may_invite(head.person_id, by=actor(), found_at=head.reach),
        may_write=policy.covers(actor(), MAKE_LETTER, head.reach),
        may_plan_final=_may_plan_final(head, progress),
        may_promise=(
            progress.rule.with_promise and policy.covers(actor(), policies.HAND_IN, head.reach)
        ),
        may_object=(
            head.state == "not_passed" and policy.covers(actor(), policies.OBJECT, head.reach)
        ),
        may_help=may_help(actor(), head.person_id, reaches_of(head.person_id)),
        had_final=bool(progress.evidence.finals),
        ahead=TRANSITIONS[head.state] if may_manage else frozenset(),
        forms=_forms(head) | (forms or {}) if may_manage else {},
        missed=MISSED,
        words=words,
    )


def _may_plan_final(head: EnrolmentHead, progress: Progress) -> bool:
    """Say whether a practical can be planned: there is one, and it is neither passed nor busy."""
    finals = progress.evidence.finals
    busy = bool(finals) and finals[-1].levels is None and not finals[-1].void
    open_final = any(
        one.id == FINAL and one.state == "not_yet" for one in progress.verdict.criteria
    )
    allowed = policy.covers(actor(), policies.PLAN_FINAL, head.reach)
    return allowed and open_final and not busy and head.state == "active"


def _forms(head: EnrolmentHead) -> dict[str, FlaskForm]:
    return {
        "intake": IntakeForm(formdata=None),
        "answer": AnswerForm(formdata=None),
        "end": EndForm(formdata=None),
        "transfer": _transfer_form(head, formdata=None),
    }


def _transfer_form(head: EnrolmentHead, **values: Any) -> TransferForm:
    form = TransferForm(**values)
    form.to_cohort_id.choices = select_choices(
        transfer_choices(head.course_id, head.cohort_id, actor())
    )
    return form


def _take(
    enrolment_id: int, step: Step, *, name: str = "", form: FlaskForm | None = None
) -> Response:
    """Take one step with an enrolment and show the dossier; what was refused stays on the page."""
    head = get_enrolment(enrolment_id)
    policy.require(actor(), policies.MANAGE, head.reach)
    forms = {name: form} if form is not None else {}
    if form is not None and not form.validate():
        return make_response(_page(head, forms=forms), 422)
    try:
        step(enrolment_id)
    except NotFoundError:
        raise
    except DomainError as error:
        return make_response(_page(head, problem=error.sentence, forms=forms), error.status)
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("enrolments.show", enrolment_id=enrolment_id), 303)


@bp.action("/deelname/<int:enrolment_id>/stap", needs=policies.MANAGE)
def step(enrolment_id: int) -> Response:
    """Take a step that needs nothing but a button."""
    known: dict[str, Callable[..., None]] = {
        "intake_planned": steps.plan_intake,
        "admitted": steps.admit,
        "active": steps.activate,
        "paused": steps.pause,
        "resumed": steps.resume,
        "withdrawn": steps.withdraw,
        "applied": steps.apply_again,
    }
    chosen = known.get(request.form.get("step", ""))
    if chosen is None:
        raise NotFoundError
    return _take(enrolment_id, lambda id_: chosen(id_, by=actor()))


@bp.action("/deelname/<int:enrolment_id>/binnenlaten", needs=INVITE)
def invite(enrolment_id: int) -> Response:
    """Let a participant come in with the e-mail address we know."""
    head = get_enrolment(enrolment_id)
    try:
        let_in(head.person_id, by=actor(), found_at=head.reach)
    except (ConflictError, InvalidInputError) as error:
        return make_response(_page(head, problem=error.sentence), error.status)
    flash(_("%(name)s kan nu binnenkomen en krijgt een mail.", name=head.call_name), "success")
    return redirect(url_for("enrolments.show", enrolment_id=enrolment_id), 303)


@bp.action("/deelname/<int:enrolment_id>/ingehaald/<int:session_id>", needs=policies.MARK)
def make_up(enrolment_id: int, session_id: int) -> Response:
    """Accept that somebody made up for a session that was missed."""
    head = get_enrolment(enrolment_id)
    policy.require(actor(), policies.MARK, head.reach)
    try:
        accept_make_up(session_id, enrolment_id, by=actor())
    except NotFoundError:
        raise
    except DomainError as error:
        return make_response(_page(head, problem=error.sentence), error.status)
    flash(_("Opgeslagen: ingehaald."), "success")
    return redirect(url_for("enrolments.show", enrolment_id=enrolment_id), 303)


@bp.action("/deelname/<int:enrolment_id>/kennismaking", needs=policies.MANAGE)
def record_intake(enrolment_id: int) -> Response:
    """Record the introduction talk."""
    form = IntakeForm()
    return _take(
        enrolment_id,
        lambda id_: steps.record_intake(
            id_, by=actor(), agreed_to_code_of_conduct=form.agreed.data
        ),
        name="intake",
        form=form,
    )


@bp.action("/deelname/<int:enrolment_id>/antwoord", needs=policies.MANAGE)
def answer(enrolment_id: int) -> Response:
    """Put on the waiting list, or say not now or another track."""
    form = AnswerForm()
    known = {
        "waitlist": steps.waitlist,
        "not_now": steps.not_now,
        "other_track": steps.other_track,
    }
    return _take(
        enrolment_id,
        lambda id_: known[form.answer.data](id_, by=actor(), note=form.note.data or ""),
        name="answer",
        form=form,
    )


@bp.action("/deelname/<int:enrolment_id>/niet-gehaald", needs=policies.END_COURSE)
def not_pass(enrolment_id: int) -> Response:
    """End the course without a certificate."""
    form = EndForm()
    return _take(
        enrolment_id,
        lambda id_: steps.not_pass(id_, by=actor(), note=form.note.data or ""),
        name="end",
        form=form,
    )


@bp.action("/deelname/<int:enrolment_id>/andere-groep", needs=policies.MANAGE)
def transfer(enrolment_id: int) -> Response:
    """Move somebody to another cohort of the same course."""
    head = get_enrolment(enrolment_id)
    policy.require(actor(), policies.MANAGE, head.reach)
    form = _transfer_form(head)
    return _take(
        enrolment_id,
        lambda id_: steps.transfer(id_, form.to_cohort_id.data, by=actor()),
        name="transfer",
        form=form,
    )
