"""The page of the yearly review: filled in beforehand, ending in the plan for next year."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse
from werkzeug.datastructures import MultiDict

from academy.coaching import rules
from academy.coaching.forms.sheets import ReviewForm, filled
from academy.coaching.policies import GUIDE, OVERSEE
from academy.coaching.queries import plans
from academy.coaching.queries import reviews as reads
from academy.coaching.queries.handover import get_readable_plan, horizon_for
from academy.coaching.queries.plans import PlanHead
from academy.coaching.queries.reviews import ReviewDraft, Year
from academy.coaching.services import reviews
from academy.coaching.services.log import Contact
from academy.coaching.services.reading import note_reading
from academy.coaching.services.reviews import NewReview
from academy.coaching.views.blueprint import bp, show
from academy.coaching.views.readers import readers_beside
from academy.coaching.views.sent import go_on
from academy.kernel import clock, ids
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.i18n import clock_time, pick
from academy.kernel.web.blueprint import actor
from academy.kernel.web.device import device_keys
from academy.kernel.web.fields import put_at_fields

RULE = "/begeleiding/<int:plan_id>/jaargesprek"


def _guided(plan_id: int) -> PlanHead:
    head = get_readable_plan(plan_id, actor())
    if not head.is_live:
        raise ConflictError(_("Er is nog geen plan."))
    return head


def _year(head: PlanHead) -> Year:
    note_reading(head.id, "page", by=actor())
    within = horizon_for(head, actor())
    return reads.year_of(head, today=clock.today(), within=within)


@bp.page(RULE, needs=GUIDE)
def review(plan_id: int) -> str:
    """Show the year that was, and ask what comes next."""
    head = _guided(plan_id)
    year = _year(head)
    draft = reads.find_draft(head.id, actor().person_id)
    if draft is None:
        return _page(head, year, _first(head, year))
    kept = MultiDict(draft.filled | {"form_key": draft.form_key or ""})
    return _page(head, year, ReviewForm(formdata=kept), draft)


def _first(head: PlanHead, year: Year) -> ReviewForm:
    """Return the form as it begins: with what was said and agreed before."""
    start = filled(year.sheets.latest, rhythm_days=head.rhythm_days, channel=head.channel)
    circles = year.circles
    return ReviewForm(
        formdata=None,
        form_key=ids.nonce(),
        happened_on=clock.today(),
        circle_mine=circles.mine if circles else "",
        circle_together=circles.together if circles else "",
        circle_not=circles.not_mine if circles else "",
        **({"goal": head.goal} | start),
    )


def _page(head: PlanHead, year: Year, form: ReviewForm, draft: ReviewDraft | None = None) -> str:
    return show(
        "review",
        plan=head,
        year=year,
        form=form,
        pick=pick,
        readers=readers_beside(head),
        draft=draft,
        device=device_keys(actor().person_id),
    )


@bp.action(f"{RULE}/bewaar", needs=GUIDE)
def keep_review(plan_id: int) -> Response:
    """Keep what is being written, as it is."""
    form = ReviewForm()
    ours = ("csrf_token", "form_key")
    filled = {one.name: request.form.get(one.name, "") for one in form if one.name not in ours}
    key = _form_key(form)
    draft = reviews.save_draft(_guided(plan_id).id, filled, by=actor(), form_key=key)
    return jsonify(saved_at=clock_time(draft.saved_at))


def _form_key(form: ReviewForm) -> str | None:
    return (form.form_key.data or "")[:32] or None


@bp.action(RULE, needs=GUIDE)
def save_review(plan_id: int) -> Any:
    """Keep the review, and write the plan that follows."""
    head, form = _guided(plan_id), ReviewForm()
    if form.validate():
        try:
            reviews.hold_review(
                plan_id,
                _talk(form),
                _new_review(form),
                by=actor(),
                form_key=_form_key(form),
            )
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_page(head, _year(head), form), 422)
    if form.wants.data == "stop":
        flash(_("Opgeslagen. De coördinator hoort dat jullie stoppen."), "success")
        return go_on(url_for("coaching.plan", plan_id=plan_id))
    flash(_("Opgeslagen. Lees het nieuwe plan voor en vraag om een ja."), "success")
    return go_on(url_for("coaching.plan_sheet", plan_id=plan_id))


def _talk(form: ReviewForm) -> Contact:
    energy = str(form.energy.data or "")
    return Contact(
        kind="yearly_review",
        happened_on=form.happened_on.data or clock.today(),
        minutes=rules.USUAL_MINUTES["yearly_review"],
        discussed=form.discussed.data or "",
        went_well=form.went_well.data or "",
        is_hard=form.is_hard.data or "",
        energy=int(energy) if energy in ("1", "2", "3", "4", "5") else None,
    )


def _new_review(form: ReviewForm) -> NewReview:
    stops = form.wants.data == "stop"
    return NewReview(
        wants=form.wants.data,
        circle_mine=form.circle_mine.data or "",
        circle_together=form.circle_together.data or "",
        circle_not=form.circle_not.data or "",
        sheet=None if stops else form.sheet(clock.today()),
    )


@bp.action(f"{RULE}/geregeld", needs=OVERSEE)
def settle_wish(plan_id: int) -> AnyResponse:
    """Say that what the review asked for is settled."""
    head = plans.get_overseen_plan(plan_id, actor())
    reviews.settle_wish(head.id, by=actor())
    flash(_("Opgeslagen: dit is geregeld."), "success")
    return redirect(url_for("coaching.standing", plan_id=plan_id), 303)
