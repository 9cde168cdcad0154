"""Objections: made by participants, handled by coordinators, answered by who was not involved."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel import clock, policy
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from courses import policies
from courses.forms.objections import AnswerForm, ObjectionForm, ReviewerForm, TooLateForm
from courses.queries import objections as queries
from courses.queries.enrolment import EnrolmentHead, get_enrolment
from courses.queries.objections import Case, ToldObjection
from courses.queries.practical import final_rows
from courses.queries.progress import progress_of
from courses.queries.reviewers import reviewer_choices
from courses.rules.objection import last_day
from courses.services import objections as services
from courses.views import objection_words
from courses.views.path import spoken

bp = FeatureBlueprint("objections", __name__)

OWN_RULE = "/leergang/<int:enrolment_id>/bezwaar"
RULE = "/bezwaren/<int:objection_id>"


# --- who objects -------------------------------------------------------------------------------


@bp.page(OWN_RULE, needs=policies.OBJECT)
def own(enrolment_id: int) -> Response:
    """Show how an objection stands, or ask for one."""
    head = _own_head(enrolment_id)
    return _own_page(head, ObjectionForm(own=_is_own(head), formdata=None))


@bp.action(OWN_RULE, needs=policies.OBJECT)
def make(enrolment_id: int) -> Response:
    """Make an objection, for oneself or on behalf of somebody."""
    head = _own_head(enrolment_id)
    form = ObjectionForm(own=_is_own(head))
    if not form.validate():
        return _own_page(head, form, status=422)
    way = "" if _is_own(head) else form.way.data
    try:
        services.make_objection(enrolment_id, words=form.words.data or "", way=way, by=actor())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return _own_page(head, form, status=422)
    except ConflictError as error:
        return _own_page(head, form, problem=error.sentence, status=error.status)
    if _is_own(head):
        flash(_("Je bezwaar is binnen."), "success")
    else:
        flash(_("Opgeslagen namens %(name)s.", name=head.name), "success")
    return redirect(url_for("objections.own", enrolment_id=enrolment_id), 303)


@bp.action(f"{RULE}/intrekken", needs=policies.OBJECT)
def withdraw(objection_id: int) -> Response:
    """Take an objection back."""
    services.withdraw_objection(objection_id, by=actor())
    flash(_("Het bezwaar is ingetrokken."), "success")
    return _back_to_own(objection_id)


@bp.action(f"{RULE}/toch-doorgaan", needs=policies.OBJECT)
def go_on(objection_id: int) -> Response:
    """Go on with an objection that was taken back."""
    services.go_on(objection_id, by=actor())
    flash(_("Het bezwaar gaat toch door."), "success")
    return _back_to_own(objection_id)


def _back_to_own(objection_id: int) -> Response:
    enrolment_id = queries.enrolment_of(objection_id)
    return redirect(url_for("objections.own", enrolment_id=enrolment_id), 303)


def _own_head(enrolment_id: int) -> EnrolmentHead:
    head = get_enrolment(enrolment_id)
    policy.require(actor(), policies.OBJECT, head.reach)
    return head


def _is_own(head: EnrolmentHead) -> bool:
    return head.person_id == actor().person_id


def _own_page(
    head: EnrolmentHead, form: ObjectionForm, *, problem: str = "", status: int = 200
) -> Response:
    told = queries.told_objections(head.id)
    result = queries.find_result(head.id)
    if result is not None and queries.has_objection(head.id, result):
        result = None
    until = last_day(result.on, queries.rule_for(head.id)) if result else None
    page = render_template(
        "courses/objection.html",
        head=head,
        is_own=_is_own(head),
        told=[one for one in told if one.state != "withdrawn"],
        withdrawn=[one for one in told if one.state == "withdrawn"],
        may_read=[one.id for one in told if _may_read(head, one)],
        result=result,
        about=objection_words.about(result.about, result.on) if result else "",
        until=until,
        is_late=until is not None and until < clock.today(),
        today=clock.today(),
        form=form,
        problem=problem,
        back=_back(head),
        words=objection_words,
    )
    return make_response(page, status)


def _may_read(head: EnrolmentHead, one: ToldObjection) -> bool:
    """Say whether the words are for the reader: who made it, wrote it down, or handles it."""
    mine = actor().person_id in (head.person_id, one.noted_by_id)
    return mine or policy.covers(actor(), policies.HANDLE_OBJECTION, head.reach)


def _back(head: EnrolmentHead) -> dict[str, str]:
    """Return where the reader came from: the own path, the dossier, or the start."""
    if _is_own(head):
        return {"label": _("Leergang"), "href": url_for("path.show", enrolment_id=head.id)}
    if policy.covers(actor(), policies.READ_COHORT, head.reach):
        return {"label": head.name, "href": url_for("enrolments.show", enrolment_id=head.id)}
    return {"label": _("Vandaag"), "href": url_for("people.today")}


# --- who handles it ----------------------------------------------------------------------------


@bp.page("/bezwaren", needs=policies.READ_OBJECTION)
def index() -> str:
    """Show the objections that wait, the first promised first; or those that are done."""
    closed = request.args.get("lijst") == "klaar"
    page = queries.objection_rows(actor(), closed=closed, cursor=request.args.get("na"))
    return render_template(
        "courses/objections.html", page=page, closed=closed, words=objection_words
    )


@bp.page(RULE, needs=policies.READ_OBJECTION)
def show(objection_id: int) -> Response:
    """Show one objection to who handles or answers it."""
    return _page(queries.get_case(objection_id, by=actor()))


@bp.action(f"{RULE}/alsnog", needs=policies.HANDLE_OBJECTION)
def accept_late(objection_id: int) -> Response:
    """Let an objection that came too late count after all."""
    services.accept_late(objection_id, by=actor())
    flash(_("Het bezwaar telt toch. Kies wie er opnieuw kijkt."), "success")
    return redirect(url_for("objections.show", objection_id=objection_id), 303)


@bp.action(f"{RULE}/te-laat", needs=policies.REFUSE_LATE)
def refuse_late(objection_id: int) -> Response:
    """Say that an objection came too late."""
    case = _handled(objection_id)
    form = TooLateForm()
    if form.validate():
        try:
            services.refuse_late(objection_id, reason=form.reason.data or "", by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Opgeslagen. De deelnemer kan het nu lezen."), "success")
            return redirect(url_for("objections.show", objection_id=objection_id), 303)
    return _page(case, too_late=form, status=422)


@bp.action(f"{RULE}/wie", needs=policies.HANDLE_OBJECTION)
def name_reviewer(objection_id: int) -> Response:
    """Name who looks anew."""
    case = _handled(objection_id)
    form = ReviewerForm(reviewer_choices(case.told.enrolment_id, by=actor()))
    if form.validate():
        try:
            services.name_reviewer(objection_id, person_id=form.reviewer_id.data, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Opgeslagen. Het bezwaar staat nu op de lijst van wie kijkt."), "success")
            return redirect(url_for("objections.show", objection_id=objection_id), 303)
    return _page(case, reviewer=form, status=422)


@bp.action(f"{RULE}/uitstel", needs=policies.HANDLE_OBJECTION)
def put_off(objection_id: int) -> Response:
    """Promise the answer for a later day."""
    services.put_off(objection_id, by=actor())
    flash(_("Uitgesteld. De deelnemer krijgt bericht."), "success")
    return redirect(url_for("objections.show", objection_id=objection_id), 303)


# --- who answers it ----------------------------------------------------------------------------


@bp.action(f"{RULE}/antwoord", needs=policies.ANSWER_OBJECTION)
def answer(objection_id: int) -> Response:
    """Answer an objection."""
    case = queries.get_case(objection_id, by=actor())
    if not case.may_decide:
        raise NotFoundError
    form = AnswerForm(case.told.about)
    if form.validate():
        try:
            services.answer(
                objection_id,
                outcome=form.ruling.data,
                reason=form.reason.data or "",
                heard_on=form.heard_on.data,
                by=actor(),
            )
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Dank je wel. De deelnemer kan je antwoord nu lezen."), "success")
            return redirect(url_for("people.today"), 303)
    return _page(case, answering=form, status=422)


# --- small things ------------------------------------------------------------------------------


def _handled(objection_id: int) -> Case:
    case = queries.get_case(objection_id, by=actor())
    if not case.may_handle:
        raise NotFoundError
    return case


def _page(
    case: Case,
    *,
    reviewer: ReviewerForm | None = None,
    too_late: TooLateForm | None = None,
    answering: AnswerForm | None = None,
    status: int = 200,
) -> Response:
    told = case.told
    choosing = case.may_handle and told.is_open and not told.waits_for_yes
    if choosing and reviewer is None:
        reviewer = ReviewerForm(reviewer_choices(told.enrolment_id, by=actor()), formdata=None)
    practical = [one for one in final_rows(told.enrolment_id) if one.id == told.attempt_id]
    page = render_template(
        "courses/objection_case.html",
        case=case,
        told=told,
        head=case.head,
        practical=practical[0] if practical else None,
        criteria=_criteria(case),
        reviewer=reviewer if choosing else None,
        too_late=too_late or TooLateForm(formdata=None),
        answering=answering or AnswerForm(told.about, formdata=None),
        words=objection_words,
    )
    return make_response(page, status)


def _criteria(case: Case) -> list[dict[str, Any]]:
    """Return how the rules judge the course, when the objection is against its end."""
    if case.told.about == "practical":
        return []
    return [spoken(one) for one in progress_of(case.told.enrolment_id).verdict.criteria]
