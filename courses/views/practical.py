"""The practical: plan it, score apart, compare, agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from academy.kernel import clock, policy
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.i18n import clock_time
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from courses import policies
from courses.forms.practical import (
    DeclarationForm,
    OtherForm,
    PlanForm,
    ScoreForm,
    TalkForm,
    ThirdForm,
)
from courses.queries.enrolment import get_readable
from courses.queries.practical import (
    Practical,
    final_rows,
    get_candidates,
    get_practical,
    practicals_page,
)
from courses.queries.practical.attempt import AssessorRow, Criterion
from courses.services import practical as services
from courses.services.practical import Score

bp = FeatureBlueprint("practical", __name__)

RULE = "/proeven/<int:attempt_id>"
SCORE_RULE = f"{RULE}/score/<int:step>"
OTHER_RULE = f"{RULE}/ander/<any(eerste,tweede,derde):who>"
ROLES = {"eerste": "first", "tweede": "second", "derde": "third"}


@bp.page("/proeven", needs=policies.READ_COHORT)
def index() -> str:
    """Show the practicals that go on, the first day first."""
    page = practicals_page(actor(), cursor=request.args.get("na"))
    return render_template("courses/practicals.html", page=page)


# --- planning --------------------------------------------------------------------------------


@bp.page("/proeven/plan/<int:enrolment_id>", needs=policies.PLAN_FINAL)
def plan(enrolment_id: int) -> str:
    """Ask who looks, and when."""
    candidates = get_candidates(enrolment_id, by=actor())
    form = PlanForm(candidates, formdata=None)
    return render_template("courses/practical_plan.html", candidates=candidates, form=form)


@bp.action("/proeven/plan/<int:enrolment_id>", needs=policies.PLAN_FINAL)
def save_plan(enrolment_id: int) -> Any:
    """Plan a practical."""
    candidates = get_candidates(enrolment_id, by=actor())
    form = PlanForm(candidates)
    if form.validate():
        try:
            attempt_id = services.plan_attempt(
                enrolment_id,
                first_id=form.first_id.data,
                second_id=form.second_id.data,
                planned_on=form.planned_on.data,
                by=actor(),
            )
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Gepland. De beoordelaars zien de proeve op hun lijst."), "success")
            return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    page = render_template("courses/practical_plan.html", candidates=candidates, form=form)
    return make_response(page, 422)


@bp.page(f"{RULE}/derde", needs=policies.PLAN_FINAL)
def third(attempt_id: int) -> str:
    """Ask who looks as third."""
    practical = get_practical(attempt_id, by=actor())
    return _third_page(practical, _third_form(practical, formdata=None))


@bp.action(f"{RULE}/derde", needs=policies.PLAN_FINAL)
def save_third(attempt_id: int) -> Any:
    """Name a third assessor."""
    practical = get_practical(attempt_id, by=actor())
    form = _third_form(practical)
    if form.validate():
        try:
            services.name_third(attempt_id, third_id=form.third_id.data, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Opgeslagen. De derde beoordelaar ziet de proeve op de lijst."), "success")
            return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    return make_response(_third_page(practical, form), 422)


@bp.action(f"{RULE}/stop", needs=policies.PLAN_FINAL)
def stop(attempt_id: int) -> Any:
    """Stop a practical; it is no attempt."""
    services.void(attempt_id, by=actor())
    flash(_("De proeve is gestopt. Dit telt niet als poging."), "success")
    return redirect(url_for("practical.index"), 303)


@bp.page(OTHER_RULE, needs=policies.PLAN_FINAL)
def other(attempt_id: int, who: str) -> str:
    """Ask who looks instead of an assessor."""
    practical, assessor = _to_replace(attempt_id, who)
    return _other_page(practical, assessor, _other_form(practical, assessor, formdata=None))


@bp.action(OTHER_RULE, needs=policies.PLAN_FINAL)
def save_other(attempt_id: int, who: str) -> Any:
    """Name somebody else as assessor."""
    practical, assessor = _to_replace(attempt_id, who)
    form = _other_form(practical, assessor)
    if form.validate():
        try:
            services.replace_assessor(
                attempt_id, role=assessor.role, person_id=form.person_id.data, by=actor()
            )
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Opgeslagen. De nieuwe beoordelaar ziet de proeve op de lijst."), "success")
            return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    return make_response(_other_page(practical, assessor, form), 422)


# --- scoring apart ---------------------------------------------------------------------------


@bp.action(f"{RULE}/ken-ik", needs=policies.SCORE)
def declare(attempt_id: int) -> Any:
    """Keep whether an assessor knows the participant privately."""
    practical = get_practical(attempt_id, by=actor())
    form = DeclarationForm()
    if not form.validate():
        talk_form = TalkForm(formdata=None, talk_on=clock.today())
        return make_response(_page(practical, talk_form, declaration=form), 422)
    knows = form.knows.data == "yes"
    services.declare(attempt_id, knows_privately=knows, by=actor())
    if knows:
        flash(_("Goed dat je het zegt. Een ander kijkt in jouw plaats."), "success")
    else:
        flash(_("Dank je wel. Je kunt nu scoren."), "success")
    return redirect(url_for("practical.show", attempt_id=attempt_id), 303)


@bp.page(SCORE_RULE, needs=policies.SCORE)
def criterion(attempt_id: int, step: int) -> Any:
    """Show one criterion; 1 is the first."""
    if get_practical(attempt_id, by=actor()).must_declare:
        return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    practical, one = _criterion(attempt_id, step)
    said = practical.draft.get(one.id, {})
    level = said.get("level")
    form = ScoreForm(
        formdata=None,
        level=str(level) if level else None,
        comment=said.get("comment", ""),
    )
    return _criterion_page(practical, one, step=step, form=form)


@bp.action(SCORE_RULE, needs=policies.SCORE)
def save_criterion(attempt_id: int, step: int) -> Any:
    """Keep one criterion and go on."""
    practical, one = _criterion(attempt_id, step)
    form = ScoreForm()
    if not form.validate():
        page = _criterion_page(practical, one, step=step, form=form)
        return make_response(page, 422)
    _keep(attempt_id, one, form)
    following = step - 1 if request.form.get("go") == "back" else step + 1
    if not 1 <= following <= len(practical.asked):
        return redirect(url_for("practical.summary", attempt_id=attempt_id), 303)
    where = url_for("practical.criterion", attempt_id=attempt_id, step=following)
    return redirect(where, 303)


@bp.action(f"{SCORE_RULE}/concept", needs=policies.SCORE)
def autosave(attempt_id: int, step: int) -> Any:
    """Keep a draft while somebody writes."""
    _practical, one = _criterion(attempt_id, step)
    form = ScoreForm()
    if not form.validate():
        return make_response(jsonify({}), 422)
    _keep(attempt_id, one, form)
    return jsonify({"saved_at": clock_time(clock.now())})


@bp.page(f"{RULE}/inleveren", needs=policies.SCORE)
def summary(attempt_id: int) -> Any:
    """Show all levels once more before they are handed in."""
    if get_practical(attempt_id, by=actor()).must_declare:
        return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    return _summary_page(_to_score(attempt_id))


@bp.action(f"{RULE}/inleveren", needs=policies.SCORE)
def hand_in(attempt_id: int) -> Any:
    """Hand in one's scores."""
    practical = _to_score(attempt_id)
    scores = {
        name: Score(said["level"], said.get("comment", ""))
        for name, said in practical.draft.items()
        if said.get("level")
    }
    try:
        services.hand_in_scores(attempt_id, scores=scores, by=actor())
    except InvalidInputError as error:
        return make_response(_summary_page(practical, wrong=error.fields), 422)
    flash(_("Ingeleverd. Je scores staan nu vast."), "success")
    return redirect(url_for("practical.show", attempt_id=attempt_id), 303)


# --- comparing and agreeing ------------------------------------------------------------------


@bp.page(RULE, needs=policies.READ_COHORT)
def show(attempt_id: int) -> str:
    """Show how it stands, and what can be done now."""
    practical = get_practical(attempt_id, by=actor())
    return _page(practical, TalkForm(formdata=None, talk_on=clock.today()))


@bp.action(f"{RULE}/gesprek", needs=policies.SCORE)
def talk(attempt_id: int) -> Any:
    """Record the talk; with an agreement the outcome follows."""
    practical = get_practical(attempt_id, by=actor())
    form = TalkForm()
    if form.validate() and form.talk_on.data is not None:
        try:
            services.record_talk(
                attempt_id,
                talk_on=form.talk_on.data,
                line=form.line.data or "",
                agreed=form.agreed.data == "yes",
                raised=form.raised(practical, request.form),
                by=actor(),
            )
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Opgeslagen."), "success")
            return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    return make_response(_page(practical, form, typed=form.raised(practical, request.form)), 422)


@bp.action(f"{RULE}/uitslag", needs=policies.SCORE)
def conclude(attempt_id: int) -> Any:
    """Agree on the levels as they are."""
    services.conclude(attempt_id, by=actor())
    flash(_("De uitslag staat vast. De deelnemer kan hem nu lezen."), "success")
    return redirect(url_for("practical.show", attempt_id=attempt_id), 303)


# --- for the participant ---------------------------------------------------------------------


@bp.page("/leergang/<int:enrolment_id>/proeve", needs=policies.OWN_PATH)
def own(enrolment_id: int) -> str:
    """Show the participant what came out: what went well, and what to practise."""
    head = get_readable(enrolment_id, actor())
    return render_template(
        "courses/practical_own.html",
        enrolment_id=enrolment_id,
        person=head.name,
        is_own=head.person_id == actor().person_id,
        may_object=policy.covers(actor(), policies.OBJECT, head.reach),
        attempts=final_rows(enrolment_id),
    )


# --- small things ----------------------------------------------------------------------------


def _to_score(attempt_id: int) -> Practical:
    practical = get_practical(attempt_id, by=actor())
    if practical.my_role and practical.stands_still:
        raise ConflictError(_("Deze deelnemer doet nu niet mee. De proeve staat daarom stil."))
    if not practical.may_score:
        raise NotFoundError
    return practical


def _criterion(attempt_id: int, step: int) -> tuple[Practical, Criterion]:
    practical = _to_score(attempt_id)
    if not 1 <= step <= len(practical.asked):
        raise NotFoundError
    return practical, practical.asked[step - 1]


def _keep(attempt_id: int, one: Criterion, form: ScoreForm) -> None:
    services.save_draft(
        attempt_id,
        criterion=one.id,
        level=int(form.level.data) if form.level.data else None,
        comment=form.comment.data or "",
        by=actor(),
    )


def _third_form(practical: Practical, **values: Any) -> ThirdForm:
    candidates = get_candidates(practical.enrolment_id, by=actor())
    return ThirdForm(candidates, practical, **values)


def _third_page(practical: Practical, form: ThirdForm) -> str:
    return render_template("courses/practical_third.html", practical=practical, form=form)


def _criterion_page(practical: Practical, one: Criterion, *, step: int, form: ScoreForm) -> str:
    levels = [
        {"value": str(level), "label": f"{level}. {name}", "hint": words}
        for level, (name, words) in enumerate(
            zip(practical.level_names, one.descriptors, strict=True), start=1
        )
    ]
    return render_template(
        "courses/practical_criterion.html",
        practical=practical,
        criterion=one,
        step=step,
        form=form,
        levels=levels,
    )


def _summary_page(practical: Practical, *, wrong: dict[str, str] | None = None) -> str:
    return render_template("courses/practical_summary.html", practical=practical, wrong=wrong or {})


def _to_replace(attempt_id: int, who: str) -> tuple[Practical, AssessorRow]:
    practical = get_practical(attempt_id, by=actor())
    for one in practical.assessors:
        if one.role == ROLES[who] and one.handed_in_at is None:
            return practical, one
    raise NotFoundError


def _other_form(practical: Practical, assessor: AssessorRow, **values: Any) -> OtherForm:
    candidates = get_candidates(practical.enrolment_id, by=actor())
    return OtherForm(candidates, practical, role=assessor.role, **values)


def _other_page(practical: Practical, assessor: AssessorRow, form: OtherForm) -> str:
    return render_template(
        "courses/practical_other.html", practical=practical, assessor=assessor, form=form
    )


def _page(
    practical: Practical,
    form: TalkForm,
    *,
    declaration: DeclarationForm | None = None,
    typed: Mapping[str, int] | None = None,
) -> str:
    return render_template(
        "courses/practical.html",
        practical=practical,
        form=form,
        declaration=declaration or DeclarationForm(formdata=None),
        role_addresses={role: who for who, role in ROLES.items()},
        low={
            one.id: min(practical.scores[role][one.id].level for role in ("first", "second"))
            for one in practical.differing
        },
        typed_levels=typed or {},
    )
