"""Pages of coordinators: who wants to help, bringing two people together, and what counts."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from academy.community import forms, rules, services
from academy.community.forms.mentoring import (
    HELPED_LABELS,
    KIND_LABELS,
    SEASON_LABELS,
    HelpedForm,
)
from academy.community.policies import LINK_MENTORS
from academy.community.queries import mentors as queries
from academy.community.queries.mentors import Mentor
from academy.community.views.blueprint import bp
from academy.kernel import clock
from academy.kernel.db import MAX_INTEGER
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields

MENTOR_RULE = "/meelopen/mentor/<int:person_id>"
LONGEST_SEASON = 12


@bp.page("/meelopen/mentoren", needs=LINK_MENTORS)
def mentors() -> str:
    """Show who in the region wants to walk along or to help."""
    me = actor()
    ready = {one.person_id for one in queries.ready_mentors(me)}
    return render_template(
        "community/mentors.html",
        page=queries.mentor_rows(me, cursor=request.args.get("na")),
        ready=ready,
        kinds=KIND_LABELS,
    )


@bp.page(MENTOR_RULE, needs=LINK_MENTORS)
def mentor(person_id: int) -> str:
    """Show one mentor: what they offer, with whom they walk along, and what may count."""
    return _page(person_id)


@bp.action(f"{MENTOR_RULE}/zoek", needs=LINK_MENTORS)
def find_starter(person_id: int) -> str:
    """Find somebody who begins; a name that is searched for is in no address."""
    return _page(person_id, text=request.form.get("name", "")[: forms.LONGEST_NAME])


def _page(person_id: int, *, text: str = "", form: HelpedForm | None = None) -> str:
    me = actor()
    found = queries.get_mentor(person_id, by=me)
    return render_template(
        "community/mentor.html",
        mentor=found,
        form=form or _helped_form(found, empty=True),
        may_help=bool(_helps(found)),
        text=text,
        found=queries.find_starters(person_id, text, by=me),
        kinds=KIND_LABELS,
        season_labels=SEASON_LABELS,
        fewest=rules.FEWEST_MEETINGS,
    )


def _helps(mentor: Mentor) -> list[str]:
    return [kind for kind in rules.HELPED_KINDS if kind in mentor.kinds]


def _helped_form(mentor: Mentor, *, empty: bool) -> HelpedForm:
    helps = _helps(mentor)
    form = (
        HelpedForm(
            formdata=None,
            happened_on=clock.today(),
            helped_with=helps[0] if len(helps) == 1 else None,
        )
        if empty
        else HelpedForm()
    )
    form.helped_with.choices = [SelectChoice(kind, HELPED_LABELS[kind]) for kind in helps]
    return form


@bp.action(f"{MENTOR_RULE}/koppel", needs=LINK_MENTORS)
def link_mentor(person_id: int) -> Response:
    """Propose that a mentor walks along with somebody who begins."""
    starter_id = request.form.get("starter_id", type=int)
    if starter_id is None or not 0 < starter_id <= MAX_INTEGER:
        raise NotFoundError
    try:
        services.link(person_id, starter_id, by=actor())
    except ConflictError as error:
        flash(error.sentence, "error")
    else:
        flash(_("Voorgesteld. Nu zeggen ze allebei ja of nee."), "success")
    return _back(person_id)


@bp.action(f"{MENTOR_RULE}/geholpen", needs=LINK_MENTORS)
def note_helped(person_id: int) -> Any:
    """Note a day on which somebody helped with a lesson or a practical."""
    form = _helped_form(queries.get_mentor(person_id, by=actor()), empty=False)
    if form.validate():
        kind, on = form.helped_with.data, form.happened_on.data or clock.today()
        try:
            services.note_helped(person_id, kind, on=on, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_page(person_id, form=form), 422)
    flash(_("Opgeschreven. Het telt mee voor verlengen."), "success")
    return _back(person_id)


@bp.action(f"{MENTOR_RULE}/seizoen", needs=LINK_MENTORS)
def confirm_season(person_id: int) -> Response:
    """Say that a season of walking along counts."""
    season = request.form.get("season", "")[:LONGEST_SEASON]
    try:
        services.confirm_season(person_id, season, by=actor())
    except ConflictError as error:
        flash(error.sentence, "error")
    else:
        flash(_("Het seizoen telt mee, als één terugkommiddag."), "success")
    return _back(person_id)


def _back(person_id: int) -> Response:
    return redirect(url_for("community.mentor", person_id=person_id), 303)
