"""The register on a phone: everyone is here, then the exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import policy
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.device import device_keys
from courses import policies
from courses.forms.register import KEEP, LOOKS, WORDS, PersonMarkForm, RegisterForm, options
from courses.queries.enrolment import get_enrolment
from courses.queries.register import PersonRow, Register, find_person, get_register
from courses.services import attendance
from courses.services.attendance import NewMark

bp = FeatureBlueprint("register", __name__)

RULE = "/groepen/<int:cohort_id>/aanwezig/<int:session_id>"


@bp.page(RULE, needs=policies.MARK)
def show(cohort_id: int, session_id: int) -> str:
    """Show the register of one session."""
    register = get_register(cohort_id, session_id, by=actor())
    return _page(register, RegisterForm(register.people))


@bp.action(RULE, needs=policies.MARK)
def save(cohort_id: int, session_id: int) -> Any:
    """Save what changed. Two other buttons: everyone is here, and more about one person.

    What a telephone kept while it had no internet comes by itself, and hears so as data; when a
    number of minutes misses nothing is saved then, and the page itself asks.
    """
    register = get_register(cohort_id, session_id, by=actor())
    form = RegisterForm(register.people, request.form)
    if "everyone" in request.form:
        form.everyone(request.form["everyone"])
        flash(_("Nog niet opgeslagen. Verander wie er niet was, en sla dan op."), "info")
        return _page(register, form)
    source = "paper" if "paper" in request.form else "phone"
    waiting = form.without_minutes()
    as_data = request.accept_mimetypes.best == "application/json"
    if waiting and as_data:
        return make_response(_page(register, form), 422)
    marks = [mark for mark in form.marks() if mark.enrolment_id not in waiting]
    try:
        saved = attendance.save_register(session_id, marks, by=actor(), source=source)
    except InvalidInputError as error:
        form.refuse(error.fields)
        return make_response(_page(register, form), 422)
    _say(saved, quietly=bool(waiting))
    if waiting:
        return _ask_minutes(cohort_id, session_id, waiting)
    more = request.form.get("more", "")
    where = url_for("register.show", cohort_id=cohort_id, session_id=session_id)
    page = f"{where}/{int(more)}" if more.isascii() and more.isdigit() else where
    return jsonify(page=page) if as_data else redirect(page, 303)


@bp.page(f"{RULE}/<int:enrolment_id>", needs=policies.MARK)
def person(cohort_id: int, session_id: int, enrolment_id: int) -> str:
    """Show one person at one session: everything that can be marked, and who marked what when."""
    register, one = _person(cohort_id, session_id, enrolment_id)
    standing = one.standing[0] if len(one.standing) == 1 else None
    form = PersonMarkForm(
        formdata=None,
        status=standing.status if standing else None,
        minutes_late=standing.minutes_late if standing else None,
        counts_anyway=standing.counts_anyway if standing else False,
        note=standing.note if standing else "",
        seen_version=str(one.version),
    )
    return _person_page(register, one, form)


@bp.action(f"{RULE}/<int:enrolment_id>", needs=policies.MARK)
def save_person(cohort_id: int, session_id: int, enrolment_id: int) -> Any:
    """Mark one person."""
    register, one = _person(cohort_id, session_id, enrolment_id)
    form = PersonMarkForm()
    if not form.validate():
        return make_response(_person_page(register, one, form), 422)
    seen = form.seen_version.data or ""
    mark = NewMark(
        enrolment_id,
        form.status.data,
        minutes_late=form.minutes_late.data,
        counts_anyway=form.counts_anyway.data,
        note=form.note.data or "",
        seen_version=int(seen) if seen.isascii() and seen.isdigit() else 0,
    )
    try:
        saved = attendance.save_register(session_id, [mark], by=actor(), source="web")
    except InvalidInputError as error:
        for key, sentence in error.fields.items():
            form[key.partition(".")[2]].errors = [sentence]
        return make_response(_person_page(register, one, form), 422)
    _say(saved)
    return redirect(url_for("register.show", cohort_id=cohort_id, session_id=session_id), 303)


@bp.action("/leergang/<int:enrolment_id>/afmelden/<int:session_id>", needs=policies.APOLOGISE)
def apologise(enrolment_id: int, session_id: int) -> Any:
    """Say that somebody cannot come."""
    attendance.apologise(session_id, enrolment_id, by=actor())
    flash(_("Afgemeld. De trainer ziet het op de lijst."), "success")
    head = get_enrolment(enrolment_id)
    if head.person_id == actor().person_id or policy.covers(
        actor(), policies.READ_COHORT, head.reach
    ):
        return redirect(url_for("path.show", enrolment_id=enrolment_id), 303)
    return redirect(url_for("about.help_with", person_id=head.person_id), 303)


def _person(cohort_id: int, session_id: int, enrolment_id: int) -> tuple[Register, PersonRow]:
    register = get_register(cohort_id, session_id, by=actor())
    one = find_person(register, enrolment_id)
    if one is None:
        raise NotFoundError
    return register, one


def _page(register: Register, form: RegisterForm, *, rest_is_saved: bool = False) -> str:
    return render_template(
        "courses/register.html",
        register=register,
        form=form,
        rest_is_saved=rest_is_saved,
        words=WORDS,
        keep=KEEP,
        looks=LOOKS,
        excuse_only=options("excused"),
        conflicts=[entry for entry in form.entries if entry.person.in_conflict],
        answered=request.method == "POST",
        device=device_keys(actor().person_id),
    )


def _person_page(register: Register, one: PersonRow, form: PersonMarkForm) -> str:
    return render_template(
        "courses/register_person.html",
        register=register,
        person=one,
        form=form,
        words=WORDS,
        status_options=options(*(("excused",) if register.is_ahead else WORDS)),
    )


def _ask_minutes(cohort_id: int, session_id: int, waiting: Mapping[int, str]) -> str:
    """Show the register again after all else was saved, with the question how much later."""
    register = get_register(cohort_id, session_id, by=actor())
    form = RegisterForm(register.people)
    form.ask_minutes(waiting)
    return _page(register, form, rest_is_saved=True)


def _say(saved: attendance.SavedRegister, *, quietly: bool = False) -> None:
    if saved.saved:
        flash(
            ngettext("Opgeslagen. %(num)d mens.", "Opgeslagen. %(num)d mensen.", saved.saved),
            "success",
        )
    elif not saved.conflicts and not quietly:
        flash(_("Er was niets veranderd. Alles staat er nog."), "info")
    if saved.conflicts:
        flash(
            ngettext(
                "Bij %(num)d persoon vulde iemand anders iets anders in. Kies wat klopt.",
                "Bij %(num)d mensen vulde iemand anders iets anders in. Kies wat klopt.",
                len(saved.conflicts),
            ),
            "warning",
        )
