"""Pages of research: projects, what was observed, and problems with what residents say."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.i18n import date_input, language
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.research import forms, queries, services
from academy.research.forms import ConfirmationForm, TalkForm
from academy.research.policies import READ, WRITE

bp = FeatureBlueprint("research", __name__)

BADGES = forms.STANDING_BADGES
STANDINGS = forms.STANDING_LABELS
BARRIERS = forms.BARRIER_LABELS


@bp.page("/onderzoek", needs=READ)
def projects() -> str:
    """Show the projects in reach."""
    page = queries.project_rows(actor(), cursor=request.args.get("na"))
    return render_template("research/projects.html", page=page, states=forms.STATE_LABELS)


@bp.page("/onderzoek/<int:project_id>", needs=READ)
def project(project_id: int) -> str:
    """Show one project: its problems, and what was observed by sense."""
    head = queries.get_project(project_id, by=actor())
    return render_template(
        "research/project.html",
        project=head,
        problems=queries.problem_rows(head),
        observations=queries.observations_of(project_id),
        states=forms.STATE_LABELS,
        senses=forms.SENSE_LABELS,
        addresses=forms.SENSE_ADDRESSES,
        times=forms.TIME_LABELS,
        observers=forms.OBSERVER_LABELS,
        barriers=BARRIERS,
        standings=STANDINGS,
        badges=BADGES,
        language=language(),
    )


@bp.page("/onderzoek/<int:project_id>/<sense>", needs=READ)
def observations(project_id: int, sense: str) -> str:
    """Show everything that was observed with one sense."""
    head = queries.get_project(project_id, by=actor())
    key = next((one for one, address in forms.SENSE_ADDRESSES.items() if address == sense), None)
    if key is None:
        raise NotFoundError
    return render_template(
        "research/observations.html",
        project=head,
        sense=key,
        address=sense,
        page=queries.sense_rows(project_id, key, cursor=request.args.get("na")),
        senses=forms.SENSE_LABELS,
        times=forms.TIME_LABELS,
        observers=forms.OBSERVER_LABELS,
    )


@bp.page("/onderzoek/probleem/<int:problem_id>", needs=READ)
def problem(problem_id: int) -> str:
    """Show one problem: is it solved, why, and what residents said."""
    return _problem_page(problem_id)


def _problem_page(problem_id: int, *, form: ConfirmationForm | None = None) -> str:
    today = date_input(clock.today())
    return render_template(
        "research/problem.html",
        page=queries.get_problem_page(problem_id, by=actor()),
        form=form or ConfirmationForm(formdata=None, on=today),
        barriers=BARRIERS,
        standings=STANDINGS,
        badges=BADGES,
        experiences=forms.EXPERIENCE_LABELS,
        language=language(),
    )


@bp.action("/onderzoek/probleem/<int:problem_id>/bevestiging", needs=WRITE)
def confirm(problem_id: int) -> Any:
    """Write down what one resident said."""
    form = ConfirmationForm()
    if not form.validate():
        return make_response(_problem_page(problem_id, form=form), 422)
    answer = services.Answer(
        experience=form.experience.data,
        took_part=form.took_part.data == "yes",
        note=form.note.data or "",
    )
    try:
        services.record_confirmation(problem_id, answer, by=actor(), on=form.day())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_problem_page(problem_id, form=form), 422)
    flash(_("Opgeschreven wat de bewoner zei. Dank aan de bewoner."), "success")
    return redirect(url_for("research.problem", problem_id=problem_id), 303)


@bp.page("/onderzoek/bevestiging/<int:confirmation_id>/gesprek", needs=WRITE)
def talk(confirmation_id: int) -> str:
    """Ask about the talk on a "nee"."""
    form = TalkForm(formdata=None, on=date_input(clock.today()))
    return _talk_page(confirmation_id, form)


def _talk_page(confirmation_id: int, form: TalkForm) -> str:
    problem_id = queries.problem_of_confirmation(confirmation_id, by=actor())
    page = queries.get_problem_page(problem_id, by=actor())
    said = next(one for one in page.confirmations if one.id == confirmation_id)
    if not said.may_be_talked_about:
        raise NotFoundError
    return render_template("research/talk.html", page=page, said=said, form=form)


@bp.action("/onderzoek/bevestiging/<int:confirmation_id>/gesprek", needs=WRITE)
def record_talk(confirmation_id: int) -> Any:
    """Record the talk on a "nee"."""
    problem_id = queries.problem_of_confirmation(confirmation_id, by=actor())
    form = TalkForm()
    if not form.validate():
        return make_response(_talk_page(confirmation_id, form), 422)
    try:
        services.record_talk(
            confirmation_id, form.what_changed.data or "", by=actor(), on=form.day()
        )
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_talk_page(confirmation_id, form), 422)
    flash(_("Het gesprek is opgeschreven. Vraag daarna nog drie bewoners."), "success")
    return redirect(url_for("research.problem", problem_id=problem_id), 303)
