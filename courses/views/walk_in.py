"""Somebody who walks in at a session: added on the spot."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel import ids
from academy.kernel.db import MAX_INTEGER
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.people.services.persons import NewPerson
from courses import policies
from courses.forms.register import WalkInForm
from courses.queries.applications import application_rows
from courses.queries.known import Known, all_seen, as_seen, known_people
from courses.queries.register import Register, get_register
from courses.services import walk_in

bp = FeatureBlueprint("walk_in", __name__)

RULE = "/groepen/<int:cohort_id>/aanwezig/<int:session_id>/erbij"


@bp.page(RULE, needs=policies.MARK)
def ask(cohort_id: int, session_id: int) -> str:
    """Ask who walked in; who applied already is one button."""
    form = WalkInForm(formdata=None, form_key=ids.nonce())
    return _page(_open(cohort_id, session_id), form)


@bp.action(RULE, needs=policies.MARK)
def add(cohort_id: int, session_id: int) -> Any:
    """Add who walked in, with a chair and a mark."""
    register = _open(cohort_id, session_id)
    if "enrolment_id" in request.form:
        walk_in.seat_applicant(session_id, _id_of("enrolment_id"), by=actor())
        return _added(register)
    if "person_id" in request.form:
        walk_in.seat_known(session_id, _id_of("person_id"), by=actor())
        return _added(register)
    form = WalkInForm()
    if not form.validate():
        return make_response(_page(register, form), 422)
    known = _known(register, form)
    if not all_seen(known, form.seen.data or ""):
        return make_response(_page(register, form, known), 422)
    new = NewPerson(
        call_name=form.call_name.data or "",
        prefix=form.prefix.data or "",
        last_name=form.last_name.data or "",
        phone=form.phone.data or "",
    )
    try:
        walk_in.add_walk_in(session_id, new, by=actor(), form_key=form.form_key.data or "")
    except (ConflictError, InvalidInputError) as error:
        form.call_name.errors = [error.sentence]
        return make_response(_page(register, form, known), error.status)
    return _added(register)


def _id_of(field: str) -> int:
    number = request.form.get(field, type=int)
    if number is None or number > MAX_INTEGER:
        raise NotFoundError
    return number


def _known(register: Register, form: WalkInForm) -> tuple[Known, ...]:
    """Return whom we may know already; nobody when this very form was sent before."""
    names = (form.call_name.data, form.prefix.data, form.last_name.data)
    known = known_people(
        actor(),
        policies.MARK,
        name=" ".join(part for part in names if part),
        phone=form.phone.data or "",
        cohort_id=register.cohort_id,
    )
    # Asked afterwards: whom another click of this form added just now is no double.
    return () if walk_in.was_added(register.session_id, form.form_key.data or "") else known


def _open(cohort_id: int, session_id: int) -> Register:
    register = get_register(cohort_id, session_id, by=actor())
    if not register.takes_marks or register.is_ahead:
        raise NotFoundError
    return register


def _added(register: Register) -> Response:
    flash(_("Welkom erbij. De kennismaking komt later."), "success")
    where = url_for("register.show", cohort_id=register.cohort_id, session_id=register.session_id)
    return redirect(where, 303)


def _page(register: Register, form: WalkInForm, known: tuple[Known, ...] = ()) -> str:
    form.seen.data = as_seen(known)
    return render_template(
        "courses/walk_in.html",
        register=register,
        form=form,
        known=known,
        applied=application_rows(register.cohort_id),
    )
