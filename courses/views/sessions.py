"""Pages of coordinators about the sessions and trainers of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug import Response

from academy.kernel import clock
from academy.kernel.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from academy.kernel.i18n import clock_time
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.forms.cohorts import MoveForm, SessionsForm, TrainerForm, select_choices, sure
from courses.queries.choices import trainer_choices, trainers_of
from courses.queries.cohorts import CohortHead, get_cohort
from courses.queries.sessions import SessionRow, session_rows, unplanned_modules
from courses.rules.planning import meeting_days
from courses.services import cohorts as cohort_services
from courses.views import words
from courses.views.days import said_of, said_of_sessions

bp = FeatureBlueprint("sessions", __name__)


@bp.page("/groepen/<int:cohort_id>/bijeenkomsten", needs=policies.MANAGE)
def index(cohort_id: int) -> str:
    """Show the sessions and trainers of a cohort, and plan what has no day yet."""
    return _sessions_page(_to_manage(cohort_id))


def _to_manage(cohort_id: int) -> CohortHead:
    return get_cohort(cohort_id, actor(), right=policies.MANAGE)


def _sessions_page(
    head: CohortHead,
    *,
    form: SessionsForm | None = None,
    trainer: TrainerForm | None = None,
    problem: str = "",
) -> str:
    sessions = session_rows(head.id)
    return render_template(
        "courses/cohort_sessions.html",
        head=head,
        problem=problem,
        sessions=sessions,
        to_weigh=said_of_sessions(sessions),
        unplanned=unplanned_modules(head),
        trainers=trainers_of(head.id),
        form=form or SessionsForm(formdata=None, first_on=head.starts_on),
        trainer_form=trainer or _trainer_form(head, formdata=None),
        words=words,
    )


def _trainer_form(head: CohortHead, **values: Any) -> TrainerForm:
    form = TrainerForm(**values)
    form.person_id.choices = select_choices(trainer_choices(head, actor()))
    return form


@bp.action("/groepen/<int:cohort_id>/bijeenkomsten", needs=policies.MANAGE)
def plan(cohort_id: int) -> Response:
    """Plan every lesson that has no session yet."""
    head, form = _to_manage(cohort_id), SessionsForm()
    if not form.validate():
        return make_response(_sessions_page(head, form=form), 422)
    try:
        cohort_services.plan_sessions(cohort_id, _session_plans(head, form), by=actor())
    except DomainError as error:
        _add_problem(form, error)
        return make_response(_sessions_page(head, form=form), 422)
    flash(_("De bijeenkomsten zijn gepland."), "success")
    _say_what_to_weigh(cohort_id)
    return redirect(url_for("sessions.index", cohort_id=cohort_id), 303)


def _say_what_to_weigh(cohort_id: int) -> None:
    to_weigh = said_of_sessions(session_rows(cohort_id))
    if to_weigh:
        flash(
            ngettext(
                "Let op bij %(num)d bijeenkomst. Hieronder staat waarom.",
                "Let op bij %(num)d bijeenkomsten. Hieronder staat waarom.",
                len(to_weigh),
            ),
            "warning",
        )


def _session_plans(head: CohortHead, form: SessionsForm) -> list[cohort_services.SessionPlan]:
    modules = unplanned_modules(head)
    days = meeting_days(
        sure(form.first_on.data), every_days=sure(form.every_days.data), count=len(modules)
    )
    return [
        cohort_services.SessionPlan(
            module_id=module.id,
            starts_at=_at(day, form.starts.value),
            ends_at=_at(day, form.starts.value) + timedelta(minutes=module.minutes),
            location=form.location.data or "",
        )
        for module, day in zip(modules, days, strict=True)
    ]


def _at(day: date, moment: time) -> datetime:
    """Return the instant. Raises InvalidInputError for a time that comes never or twice."""
    if clock.is_doubtful(day, moment.hour, moment.minute):
        raise InvalidInputError(_("In die nacht gaat de klok om. Kies een andere tijd."))
    return clock.local(day, moment.hour, moment.minute)


@bp.action("/groepen/<int:cohort_id>/trainers", needs=policies.MANAGE)
def add_trainer(cohort_id: int) -> Response:
    """Let somebody train this cohort."""
    head = _to_manage(cohort_id)
    form = _trainer_form(head)
    if not form.validate():
        return make_response(_sessions_page(head, trainer=form), 422)
    try:
        cohort_services.add_trainer(cohort_id, form.person_id.data, by=actor())
    except ConflictError as error:
        form.person_id.errors = [error.sentence]
        return make_response(_sessions_page(head, trainer=form), error.status)
    flash(_("De trainer hoort nu bij de groep. Een beheerder geeft het recht."), "success")
    return redirect(url_for("sessions.index", cohort_id=cohort_id), 303)


@bp.action("/groepen/<int:cohort_id>/trainers/<int:person_id>/weg", needs=policies.MANAGE)
def remove_trainer(cohort_id: int, person_id: int) -> Response:
    """Let somebody train this cohort no more."""
    head = _to_manage(cohort_id)
    try:
        cohort_services.remove_trainer(cohort_id, person_id, by=actor())
    except ConflictError as error:
        return make_response(_sessions_page(head, problem=error.sentence), error.status)
    flash(_("De trainer hoort niet meer bij de groep. Een beheerder haalt het recht weg."))
    return redirect(url_for("sessions.index", cohort_id=cohort_id), 303)


@bp.page("/groepen/<int:cohort_id>/bijeenkomsten/<int:session_id>", needs=policies.MANAGE)
def show(cohort_id: int, session_id: int) -> str:
    """Show the form that moves one session."""
    head = _to_manage(cohort_id)
    return _session_page(head, _session_of(head, session_id))


def _session_of(head: CohortHead, session_id: int) -> SessionRow:
    found = next((one for one in session_rows(head.id) if one.id == session_id), None)
    if found is None:
        raise NotFoundError
    return found


def _session_page(
    head: CohortHead,
    one: SessionRow,
    form: MoveForm | None = None,
    *,
    to_weigh: Sequence[str] = (),
) -> str:
    """Show the form that moves a session; with `to_weigh` its button says: do it all the same."""
    form = form or MoveForm(
        formdata=None,
        day=_day_of(one),
        starts=clock_time(one.starts_at),
        location=one.location,
    )
    return render_template(
        "courses/cohort_session.html",
        head=head,
        session=one,
        form=form,
        to_weigh=to_weigh,
        anyway=form.day.data.isoformat() if to_weigh and form.day.data else "",
        words=words,
    )


def _day_of(one: SessionRow) -> date:
    return one.starts_at.astimezone(clock.AMSTERDAM).date()


@bp.action("/groepen/<int:cohort_id>/bijeenkomsten/<int:session_id>", needs=policies.MANAGE)
def move(cohort_id: int, session_id: int) -> Response:
    """Move one session. About a day that asks for thought the page says so once."""
    head, form = _to_manage(cohort_id), MoveForm()
    one = _session_of(head, session_id)
    if not form.validate():
        return make_response(_session_page(head, one, form), 422)
    day = sure(form.day.data)
    try:
        starts_at = _at(day, form.starts.value)
        to_weigh = said_of(day) if one.state != "held" and day != _day_of(one) else []
        if to_weigh and request.form.get("anyway") != day.isoformat():
            return make_response(_session_page(head, one, form, to_weigh=to_weigh), 422)
        cohort_services.move_session(
            session_id, starts_at, by=actor(), location=form.location.data or ""
        )
    except DomainError as error:
        _add_problem(form, error)
        return make_response(_session_page(head, one, form), 422)
    flash(_("De bijeenkomst is verzet. Vertel het de groep."), "success")
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)


@bp.action(
    "/groepen/<int:cohort_id>/bijeenkomsten/<int:session_id>/afgelast", needs=policies.MANAGE
)
def cancel(cohort_id: int, session_id: int) -> Response:
    """Cancel one session."""
    _session_of(_to_manage(cohort_id), session_id)
    cohort_services.cancel_session(session_id, by=actor())
    flash(_("De bijeenkomst gaat niet door. Vertel het de groep."), "success")
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)


def _add_problem(form: FlaskForm, error: DomainError) -> None:
    """Show what a service refused in the summary above the form."""
    form.form_errors.append(error.sentence)
