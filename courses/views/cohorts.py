"""Pages of staff: cohorts, their people, their sessions, and who asks for a place."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from academy.kernel import policy
from academy.kernel.db import MAX_INTEGER
from academy.kernel.errors import DomainError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.device import device_keys
from courses import policies
from courses.forms.cohorts import STEP_FREE, CohortForm, select_choices, sure
from courses.queries.applications import application_rows, people_to_apply
from courses.queries.choices import organisation_choices, place_choices
from courses.queries.cohorts import CohortHead, cohort_rows, get_cohort
from courses.queries.content import version_choices
from courses.queries.enrolment import marks_by_module
from courses.queries.hosts import find_host, is_host_asked
from courses.queries.invitation import trainers_to_call
from courses.queries.progress import Progress, progress_rows
from courses.queries.sessions import SessionRow, session_for_register, session_rows
from courses.rules.enrolment import COHORT_TRANSITIONS, SEATED
from courses.services import cohorts as cohort_services
from courses.services.enrolment import apply as apply_for
from courses.views import words
from courses.views.invitation import invitations

bp = FeatureBlueprint("cohorts", __name__)

MISSED = ("session_missed", "session_too_late", "makeup_over_limit")
SUBMITTED = "submitted"
TABLE_SIZE = 20
"""Rows of the table on one page: with eight lessons it stays below 40 kB."""


# --- cohorts ---------------------------------------------------------------------------------


@bp.page("/groepen", needs=policies.READ_COHORT)
def index() -> str:
    """Show the cohorts in reach, the latest first."""
    page = cohort_rows(actor(), request.args.get("na"))
    return render_template(
        "courses/cohorts.html",
        page=page,
        may_plan=actor().may(policies.MANAGE),
        words=words,
    )


def _new_form() -> CohortForm:
    form = CohortForm()
    versions = (
        SimpleNamespace(id=one.id, label=f"{one.title} ({one.version})")
        for one in version_choices()
    )
    form.course_version_id.choices = select_choices(versions)
    form.place_id.choices = select_choices(place_choices(actor()))
    form.client_organisation_id.choices = select_choices(
        organisation_choices(actor()), empty=_("Niemand, of nog niet bekend")
    )
    return form


@bp.page("/groepen/nieuw", needs=policies.MANAGE)
def new() -> str:
    """Show the form for a new cohort."""
    return render_template("courses/cohort_new.html", form=_new_form())


@bp.action("/groepen/nieuw", needs=policies.MANAGE)
def plan() -> Response:
    """Make a cohort."""
    form = _new_form()
    if not form.validate():
        return make_response(render_template("courses/cohort_new.html", form=form), 422)
    cohort_id = cohort_services.plan_cohort(
        cohort_services.CohortPlan(
            course_version_id=form.course_version_id.data,
            name=form.name.data or "",
            place_id=form.place_id.data,
            starts_on=sure(form.starts_on.data),
            location=form.location.data or "",
            step_free=STEP_FREE[form.step_free.data],
            capacity=sure(form.capacity.data),
            client_organisation_id=form.client_organisation_id.data or None,
        ),
        by=actor(),
    )
    flash(_("De groep is gemaakt. Plan nu de bijeenkomsten."), "success")
    return redirect(url_for("sessions.index", cohort_id=cohort_id), 303)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands: why, and the verb of the one thing to do (empty: nothing)."""

    badge: words.Badge
    todo: str = ""
    action: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person on the page of a cohort, with one mark or none per session."""

    name: str
    href: str
    marks: list[str | None]
    attended: str
    assignments: str
    standing: Standing


@bp.page("/groepen/<int:cohort_id>", needs=policies.READ_COHORT)
def show(cohort_id: int) -> str:
    """Show a cohort: its people with one next action each, its sessions, its register."""
    return _cohort_page(get_cohort(cohort_id, actor()))


def _cohort_page(head: CohortHead, *, problem: str = "") -> str:
    sessions = session_rows(head.id)
    people = progress_rows(head.id, request.args.get("na"), states=SEATED)
    trainers = trainers_to_call(head.id)
    may_manage = policy.covers(actor(), policies.MANAGE, head.reach)
    may_print = policy.covers(actor(), policies.PRINT, head.reach)
    return render_template(
        "courses/cohort.html",
        head=head,
        problem=problem,
        sessions=sessions,
        register=session_for_register(sessions),
        trainers=[one.name for one in trainers],
        host=find_host(head.id),
        asks_host=is_host_asked(head.id),
        people=[_person_row(one, sessions) for one in people.rows],
        next_cursor=people.next_cursor,
        may_manage=may_manage,
        may_mark=policy.covers(actor(), policies.MARK, head.reach),
        may_print=may_print,
        invitations=invitations(head, sessions, trainers) if may_print else (),
        sees_scan=(
            any(one.rule.selfscan for one in people.rows)
            and policy.covers(actor(), policies.READ_SCAN, head.reach)
        ),
        changes=_cohort_changes(head) if may_manage else [],
        device=device_keys(actor().person_id),
        words=words,
    )


@bp.page("/groepen/<int:cohort_id>/presentie", needs=policies.READ_COHORT)
def table(cohort_id: int) -> str:
    """Show the attendance of a cohort as a table."""
    head = get_cohort(cohort_id, actor())
    sessions = session_rows(cohort_id)
    people = progress_rows(cohort_id, request.args.get("na"), limit=TABLE_SIZE, states=SEATED)
    return render_template(
        "courses/cohort_table.html",
        head=head,
        columns=[
            {"short": one.order, "long": f"{words.module_word(head.track)} {one.order}"}
            for one in sessions
        ],
        people=[_person_row(one, sessions) for one in people.rows],
        next_cursor=people.next_cursor,
    )


def _cohort_changes(head: CohortHead) -> list[tuple[str, str]]:
    """Return what may be done with a cohort now; full and open follow by themselves."""
    labels = {
        "open": _("Open de groep voor aanmelden"),
        "running": _("Begin met de groep"),
        "finishing": _("Alle bijeenkomsten zijn geweest"),
        "completed": _("Sluit de groep af"),
        "cancelled": _("Deze groep gaat niet door"),
    }
    ahead = COHORT_TRANSITIONS[head.state] - ({"open"} if head.state == "full" else set())
    return [(state, label) for state, label in labels.items() if state in ahead]


def _person_row(progress: Progress, sessions: tuple[SessionRow, ...]) -> PersonRow:
    rule, evidence = progress.rule, progress.evidence
    marks = marks_by_module(progress)
    there = sum(mark in ("present", "late", "made_up") for mark in marks.values())
    done = sum(state == "done" for state in evidence.practice.values())
    dossier = url_for("enrolments.show", enrolment_id=progress.enrolment_id)
    return PersonRow(
        name=progress.name,
        href=dossier,
        marks=[marks.get(session.module_key) for session in sessions],
        attended=_("%(done)d van %(all)d", done=there, all=rule.attendance.sessions_total),
        assignments=_("%(done)d van %(all)d", done=done, all=len(rule.modules)),
        standing=_standing(progress, dossier),
    )


def _standing(progress: Progress, dossier: str) -> Standing:
    """Return how somebody stands, and the most urgent thing to do."""
    if progress.state != "active":
        return Standing(words.enrolment_badge(progress.state))
    verdict = progress.verdict
    if verdict.complete:
        return Standing(
            words.Badge("done", _("alles gehaald")), action=_("Bekijk het dossier"), href=dossier
        )
    if any(one.state == "impossible" for one in verdict.criteria):
        badge = words.Badge("attention", _("praat samen"))
        todo = _("Zo lukt het niet meer in deze groep.")
        return Standing(badge, todo, _("Bekijk het dossier"), dossier)
    missed = sum(missing.kind in MISSED for missing in verdict.missing)
    if missed:
        badge = words.Badge("overdue", _("moet inhalen"))
        todo = ngettext("Miste %(num)d bijeenkomst.", "Miste %(num)d bijeenkomsten.", missed)
        return Standing(badge, todo, _("Spreek inhalen af"), dossier)
    waiting = sum(state == SUBMITTED for state in progress.evidence.practice.values())
    if waiting:
        badge = words.Badge("waiting", _("wacht op een zin"))
        todo = ngettext("%(num)d opdracht wacht.", "%(num)d opdrachten wachten.", waiting)
        return Standing(badge, todo, _("Bekijk de opdrachten"), url_for("practice.queue"))
    return Standing(words.Badge("done", _("op koers")))


@bp.action("/groepen/<int:cohort_id>/stand", needs=policies.MANAGE)
def change_state(cohort_id: int) -> Response:
    """Bring a cohort to the next state."""
    try:
        cohort_services.change_state(cohort_id, request.form.get("state", ""), by=actor())
    except NotFoundError:
        raise
    except DomainError as error:
        page = _cohort_page(get_cohort(cohort_id, actor()), problem=error.sentence)
        return make_response(page, error.status)
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)


# --- who asks for a place --------------------------------------------------------------------


@bp.page("/groepen/<int:cohort_id>/aanmeldingen", needs=policies.MANAGE)
def applications(cohort_id: int) -> str:
    """Show who asked for a place."""
    return _applications_page(cohort_id)


@bp.action("/groepen/<int:cohort_id>/aanmeldingen/zoek", needs=policies.MANAGE)
def search(cohort_id: int) -> str:
    """Find somebody to apply for. It changes nothing; by POST a name stays out of addresses."""
    return _applications_page(cohort_id, request.form.get("name", "")[:80])


def _applications_page(cohort_id: int, words_typed: str = "") -> str:
    head = get_cohort(cohort_id, actor(), right=policies.MANAGE)
    return render_template(
        "courses/cohort_applications.html",
        head=head,
        waiting=application_rows(cohort_id),
        search=words_typed,
        found=people_to_apply(head, actor(), words_typed),
        words=words,
    )


@bp.action("/groepen/<int:cohort_id>/aanmeldingen", needs=policies.APPLY)
def apply(cohort_id: int) -> Response:
    """Apply for a place on behalf of somebody."""
    person_id = request.form.get("person_id", type=int)
    if person_id is None or person_id > MAX_INTEGER:
        raise NotFoundError
    enrolment_id = apply_for(person_id, cohort_id, by=actor())
    flash(_("De aanmelding staat erin. Spreek nu een kennismaking af."), "success")
    return redirect(url_for("enrolments.show", enrolment_id=enrolment_id), 303)
