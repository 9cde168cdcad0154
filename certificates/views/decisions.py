"""Propose and decide: the lists of who waits, the dossier, and the decision."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel import clock, policy
from academy.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StepUpRequiredError,
)
from academy.kernel.i18n import pick
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from certificates import policies
from certificates.forms.deciding import DecideForm, ProposeForm
from certificates.queries.dossier import Dossier, criterion_rows, get_dossier
from certificates.queries.facts import get_facts
from certificates.queries.handing_out import to_hand_out
from certificates.queries.judgement import judge
from certificates.queries.lists import candidate_rows, waiting_decisions, waiting_revocations
from certificates.queries.names import find_approval_of, waiting_names
from certificates.queries.waiting import waiting_standings
from certificates.services import decisions
from certificates.views.words import GROUNDS, MENDED

bp = FeatureBlueprint("certificates", __name__)


@bp.page("/certificaten", needs=policies.READ_DOSSIER)
def overview() -> str:
    """Show who can be proposed, what waits for a decision, and what waits for a second yes."""
    who = actor()
    candidates = candidate_rows(who) if who.may(policies.PROPOSE) else []
    return render_template(
        "certificates/overview.html",
        ready=[one for one in candidates if one.complete],
        not_ready=[one for one in candidates if not one.complete],
        to_decide=waiting_decisions(who, policies.DECIDE),
        proposed=waiting_decisions(who, policies.PROPOSE),
        revocations=waiting_revocations(who),
        to_hand_out=to_hand_out(who) if not who.may(policies.REGISTER) else [],
        waiting_names=waiting_names(who, policies.PROPOSE),
        standings=waiting_standings(who),
        grounds=GROUNDS,
        may_propose=who.may(policies.PROPOSE),
        may_decide=who.may(policies.DECIDE),
        may_read_register=who.may(policies.REGISTER),
        may_dress=who.may(policies.DRESS),
    )


# --- propose ---------------------------------------------------------------------------------


@bp.page("/certificaten/voordragen/<int:enrolment_id>", needs=policies.PROPOSE)
def ask_propose(enrolment_id: int) -> str:
    """Show what the rules say, and ask."""
    return _propose_page(enrolment_id, ProposeForm(formdata=None))


@bp.action("/certificaten/voordragen/<int:enrolment_id>", needs=policies.PROPOSE)
def propose(enrolment_id: int) -> Response | tuple[str, int]:
    """Propose somebody."""
    form = ProposeForm()
    if not form.validate():
        return _propose_page(enrolment_id, form), 422
    try:
        decision_id = decisions.propose(enrolment_id, by=actor(), hardship=form.hardship.data or "")
    except (InvalidInputError, ConflictError) as error:
        put_at_fields(form, error)
        return _propose_page(enrolment_id, form), error.status
    flash(_("Je voorstel is verstuurd. Het bestuur beslist."), "success")
    return redirect(url_for("certificates.dossier", decision_id=decision_id), 303)


def _propose_page(enrolment_id: int, form: ProposeForm) -> str:
    facts = get_facts(enrolment_id)
    policy.require(actor(), policies.PROPOSE, facts.reach)
    verdict = judge(enrolment_id)
    return render_template(
        "certificates/propose.html",
        facts=facts,
        form=form,
        complete=verdict.complete,
        criteria=criterion_rows(verdict.trace),
        pick=pick,
    )


# --- decide ----------------------------------------------------------------------------------


@bp.page("/certificaten/voorstel/<int:decision_id>", needs=policies.READ_DOSSIER)
def dossier(decision_id: int) -> str:
    """Show a proposal, and the form to who may decide and showed who they are."""
    return _dossier_page(decision_id, None)


@bp.page("/certificaten/voorstel/<int:decision_id>/besluit", needs=policies.DECIDE)
def ask_decide(decision_id: int) -> Response:
    """Come back here after showing once more who you are."""
    return redirect(url_for("certificates.dossier", decision_id=decision_id), 303)


@bp.action("/certificaten/voorstel/<int:decision_id>/besluit", needs=policies.DECIDE)
def decide(decision_id: int) -> Response | tuple[str, int]:
    """Grant, hold or refuse."""
    form = DecideForm()
    if not form.validate():
        return _dossier_page(decision_id, form), 422
    try:
        decisions.decide(
            decision_id, form.outcome.data or "", reason=form.reason.data or "", by=actor()
        )
    except (InvalidInputError, ConflictError) as error:
        put_at_fields(form, error)
        return _dossier_page(decision_id, form), error.status
    said = {
        "grant": _("Je hebt het certificaat toegekend. Het wordt nu gemaakt."),
        "hold": _("Je houdt het voorstel aan. Het blijft in de lijst."),
        "refuse": _("Je hebt het voorstel afgewezen."),
    }
    flash(said[form.outcome.data or "grant"], "success")
    return redirect(url_for("certificates.overview"), 303)


def _dossier_page(decision_id: int, form: DecideForm | None) -> str:
    found = get_dossier(decision_id)
    who = actor()
    rights = (policies.READ_DOSSIER, policies.DECIDE)
    if not any(policy.covers(who, right, found.facts.reach) for right in rights):
        raise NotFoundError
    obstacle = decisions.why_not(decision_id, by=who, facts=found.facts) if _is_open(found) else ""
    may_decide = _is_open(found) and not obstacle
    return render_template(
        "certificates/dossier.html",
        dossier=found,
        mended=[str(MENDED[name]) for name in found.differs],
        approval=find_approval_of(found.facts.person_id, found.printed_name),
        form=form or DecideForm(formdata=None),
        may_decide=may_decide and _is_fresh(),
        must_step_up=may_decide and not _is_fresh(),
        obstacle=obstacle if who.may(policies.DECIDE) else "",
        may_read_register=policy.covers(who, policies.REGISTER, found.facts.reach),
        pick=pick,
    )


def _is_open(found: Dossier) -> bool:
    return found.outcome in (None, "hold")


def _is_fresh() -> bool:
    try:
        policy.require_step_up(actor(), policies.DECIDE, clock.real_now())
    except StepUpRequiredError:
        return False
    return True
