"""The coordinator's Monday, who stands in for whom, and what was promised."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from academy.coaching import rules
from academy.coaching.forms.cadence import CoverForm
from academy.coaching.policies import OVERSEE
from academy.coaching.queries import cover as covers
from academy.coaching.queries import promises
from academy.coaching.queries.monday import monday_page
from academy.coaching.services import actions
from academy.coaching.services import cover as cover_services
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields


@bp.page("/begeleiding/overzicht", needs=OVERSEE)
def overview() -> str:
    """Show what needs somebody in the region, one next step per row."""
    today = clock.today()
    page = monday_page(actor(), today, after=request.args.get("na"))
    return show("overview", page=page, today=today, is_first="na" not in request.args)


@bp.page("/begeleiding/begeleiders", needs=OVERSEE)
def coaches() -> str:
    """Show who guides in the region, how many people, and who stands in for whom."""
    return _coaches_page(CoverForm(formdata=None))


def _coaches_page(form: CoverForm) -> str:
    me, today = actor(), clock.today()
    after = request.args.get("na")
    _offer_coaches(form)
    return show(
        "coaches",
        page=covers.coach_rows(me, today, after=after),
        is_first=not after,
        covers=covers.cover_rows(me, today),
        form=form,
    )


def _offer_coaches(form: CoverForm) -> None:
    choices = [SelectChoice(*one) for one in covers.coach_choices(actor())]
    form.coach_id.choices = form.cover_id.choices = choices


@bp.action("/begeleiding/begeleiders/vervanging", needs=OVERSEE)
def save_cover() -> Any:
    """Let somebody stand in for a coach; the people concerned hear it by name."""
    me, form = actor(), CoverForm()
    _offer_coaches(form)
    if form.validate() and form.first_day.data and form.last_day.data:
        try:
            cover_services.arrange_cover(
                form.coach_id.data,
                form.cover_id.data,
                by=me,
                first_day=form.first_day.data,
                last_day=form.last_day.data,
            )
        except InvalidInputError as error:
            put_at_fields(form, error)
        except ConflictError as error:
            form.first_day.errors = [error.sentence]
    if form.errors:
        return make_response(_coaches_page(form), 422)
    flash(_("De vervanging staat erin. Iedereen die het aangaat, hoort het."), "success")
    return redirect(url_for("coaching.coaches"), 303)


@bp.action("/begeleiding/begeleiders/vervanging/<int:cover_id>/stop", needs=OVERSEE)
def end_cover(cover_id: int) -> AnyResponse:
    """Let a cover end now."""
    cover_services.end_cover(cover_id, by=actor())
    flash(_("De vervanging is voorbij. De vervanger kan niets meer lezen."), "success")
    return redirect(url_for("coaching.coaches"), 303)


@bp.page("/begeleiding/beloften", needs=OVERSEE)
def promised() -> str:
    """Show how organisations keep their promises, and what is still open."""
    me, today = actor(), clock.today()
    return show(
        "promises",
        patterns=promises.promise_patterns(me, today, today - rules.PROMISES_FROM),
        page=promises.open_promises(me, today, after=request.args.get("na")),
        settled=promises.settled_promises(me, today),
    )


@bp.action("/begeleiding/beloften/<int:action_id>/<any(klaar,vervalt,open):step>", needs=OVERSEE)
def settle_promise(action_id: int, step: str) -> AnyResponse:
    """Tick off a promise of an organisation or of oneself, let it go, or take that back."""
    me = actor()
    promises.plan_of_promise(action_id, me)
    steps = {
        "klaar": actions.complete_action,
        "vervalt": actions.drop_action,
        "open": actions.reopen_action,
    }
    steps[step](action_id, by=me)
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("coaching.promised"), 303)
