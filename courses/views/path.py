"""The path of a participant: sessions, lessons, assignments, and what is still missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for

from academy.kernel import clock, policy
from academy.kernel.i18n import language
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.adapters.markdown import to_html
from courses.queries.content import get_lesson
from courses.queries.enrolment import (
    EnrolmentHead,
    PathStep,
    get_readable,
    next_step,
    own_enrolments,
    path_steps,
    trainer_names,
)
from courses.queries.on_behalf import passed_on_by
from courses.queries.progress import progress_of
from courses.rules import CriterionVerdict, Missing
from courses.views import words

bp = FeatureBlueprint("path", __name__)

THERE = ("present", "late", "made_up")


@bp.page("/leergang", needs=policies.OWN_PATH)
def index() -> Any:
    """Show one's own courses; with one course, that path at once."""
    enrolments = own_enrolments(actor().person_id or 0)
    if len(enrolments) == 1:
        return redirect(url_for("path.show", enrolment_id=enrolments[0].id), 303)
    return render_template("courses/paths.html", enrolments=enrolments, words=words)


@bp.page("/leergang/<int:enrolment_id>", needs=policies.OWN_PATH)
def show(enrolment_id: int) -> str:
    """Show the path: what comes next, how it stands, and every lesson."""
    head = get_readable(enrolment_id, actor())
    progress = progress_of(enrolment_id)
    steps = path_steps(head, progress)
    following = next_step(steps) if head.is_on_the_way else None
    return render_template(
        "courses/path.html",
        head=head,
        is_own=head.person_id == actor().person_id,
        steps=steps,
        next_step=following,
        passed_on_by=_passed_on_by(head, following),
        may_apologise=following is not None and _may_apologise(head, following),
        trainers=trainer_names(head.cohort_id),
        done=sum(step.mark in THERE for step in steps),
        verdict=progress.verdict,
        had_final=any(one.levels is not None for one in progress.evidence.finals),
        criteria=[spoken(one, _links(head, steps)) for one in progress.verdict.criteria],
        percents=progress.evidence.quiz_percents if progress.rule.quiz.counts_for_pass else {},
        with_scan=progress.rule.selfscan is not None,
        with_promise=progress.rule.with_promise,
        words=words,
    )


def _passed_on_by(head: EnrolmentHead, step: PathStep | None) -> str:
    """Return who said on behalf of the participant that they cannot come."""
    if step is None or step.session_id is None or step.mark != "excused":
        return ""
    return passed_on_by(head.id, step.session_id, person_id=head.person_id)


def _may_apologise(head: EnrolmentHead, step: PathStep) -> bool:
    """Say whether somebody can still say that this participant does not come."""
    is_ahead = step.starts_at is not None and step.starts_at > clock.now()
    is_expected = head.state in ("admitted", "active") and step.mark is None
    return is_ahead and is_expected and policy.covers(actor(), policies.APOLOGISE, head.reach)


@bp.page("/leergang/<int:enrolment_id>/aanwezig", needs=policies.OWN_PATH)
def presence(enrolment_id: int) -> str:
    """Show a proof of attendance to print: when somebody was there, and for how long."""
    head = get_readable(enrolment_id, actor())
    steps = [one for one in path_steps(head, progress_of(enrolment_id)) if one.mark in THERE]
    lengths = [one.ends_at - one.starts_at for one in steps if one.ends_at and one.starts_at]
    minutes = sum(length.seconds // 60 for length in lengths)
    return render_template(
        "courses/presence.html",
        head=head,
        is_own=head.person_id == actor().person_id,
        steps=steps,
        hours=minutes // 60,
        minutes=minutes % 60,
        trainers=trainer_names(head.cohort_id),
        today=clock.today(),
        words=words,
    )


@bp.page("/leergang/<int:enrolment_id>/les/<int:order>", needs=policies.OWN_PATH)
def lesson(enrolment_id: int, order: int) -> str:
    """Show one lesson with its assignment; trainers also read their own part."""
    head = get_readable(enrolment_id, actor())
    found = get_lesson(head.course_version_id, order)
    progress = progress_of(enrolment_id)
    steps = path_steps(head, progress)
    is_trainer = policy.covers(actor(), policies.MARK, head.reach)
    return render_template(
        "courses/lesson.html",
        head=head,
        lesson=found,
        is_own=head.person_id == actor().person_id,
        step=next(step for step in steps if step.order == order),
        steps=len(steps),
        may_hand_in=policy.covers(actor(), policies.HAND_IN, head.reach) and not head.is_applying,
        text=to_html(found.lesson),
        task=to_html(found.assignment_task, heading=3),
        makeup=to_html(found.makeup_task, heading=3),
        trainer_text=to_html(found.trainer_text, heading=3) if is_trainer else None,
        words=words,
    )


def _links(head: EnrolmentHead, steps: tuple[PathStep, ...]) -> Callable[[Missing], str | None]:
    """Return where a participant can do what is missing; others only read what it is."""
    orders = {step.quiz_key: step.order for step in steps}

    def href(missing: Missing) -> str | None:
        if head.person_id != actor().person_id:
            return None
        if missing.kind in ("quiz_low", "quiz_open") and missing.ref in orders:
            return url_for("quiz.show", enrolment_id=head.id, order=orders[missing.ref])
        if missing.kind == "selfscan":
            return url_for("self_scan.paper", enrolment_id=head.id, moment=missing.ref)
        return None

    return href


def _nowhere(_missing: Missing) -> str | None:
    return None


def spoken(
    criterion: CriterionVerdict, href: Callable[[Missing], str | None] = _nowhere
) -> dict[str, Any]:
    """Return a criterion in the reader's language, as the component shows it.

    `href` says where to do what is missing, if anywhere.
    """
    english = language() == "en"
    missing = [(one.en if english else one.nl, href(one)) for one in criterion.missing]
    return {
        "state": criterion.state,
        "sentence": criterion.en if english else criterion.nl,
        "missing": [{"label": text, "href": to} if to else text for text, to in missing],
        "forecast": criterion.forecast_en if english else criterion.forecast_nl,
    }
