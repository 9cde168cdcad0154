"""What courses offers on *Doe iets namens*, and what a participant reads of it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from academy.kernel import clock, policy
from academy.kernel.feature import ForAnother
from academy.kernel.i18n import moment
from academy.kernel.policy import Actor
from courses import policies
from courses.queries.enrolment import (
    EnrolmentHead,
    PathStep,
    get_enrolment,
    next_step,
    path_steps,
)
from courses.queries.objections import objectable
from courses.queries.on_behalf import current_enrolments, taken_quizzes
from courses.queries.progress import Progress, progress_of
from courses.queries.self_scan import own_picture

ACTS = {
    "courses:apology:made": lazy_gettext("Je afgemeld voor een bijeenkomst"),
    "courses:practice:handed-in": lazy_gettext("Een opdracht voor je ingeleverd"),
    "courses:practice:file-removed": lazy_gettext("Een foto of opname voor je gewist"),
    "courses:quiz:taken": lazy_gettext("De vragen bij een les met je ingevuld"),
    "courses:self-scan:completed": lazy_gettext("De zelfscan met je ingevuld"),
    "courses:promise:made": lazy_gettext("Je belofte opgeschreven"),
    "courses:objection:received": lazy_gettext("Je bezwaar opgeschreven"),
    "courses:objection:withdrawn": lazy_gettext("Je bezwaar ingetrokken"),
    "courses:objection:resumed": lazy_gettext("Toch doorgegaan met je bezwaar"),
    "courses:host:agreed": lazy_gettext("Je naam op de bewijzen van een groep gezet"),
}


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return what `by` may do for somebody in the courses they are in."""
    found: list[ForAnother] = []
    for enrolment_id in current_enrolments(person_id):
        head = get_enrolment(enrolment_id)
        progress = progress_of(enrolment_id)
        steps = path_steps(head, progress)
        found += [
            *_read(head, by),
            *_apology(head, steps, by),
            *_practice(head, steps, by),
            *_quizzes(head, steps, by),
            *_self_scan(head, progress, by),
            *_promise(head, progress, by),
        ]
    for enrolment_id in objectable(person_id):
        found += _objection(get_enrolment(enrolment_id), by)
    return found


def _objection(head: EnrolmentHead, by: Actor) -> Iterator[ForAnother]:
    if policy.covers(by, policies.OBJECT, head.reach):
        yield ForAnother(
            title=_("Bezwaar bij %(course)s", course=head.course),
            why=_("Is %(name)s het niet eens met een uitslag?", name=head.call_name),
            action=_("Bekijk of schrijf op"),
            href=url_for("objections.own", enrolment_id=head.id),
            icon="pen",
        )


def _read(head: EnrolmentHead, by: Actor) -> Iterator[ForAnother]:
    if policy.covers(by, policies.READ_COHORT, head.reach):
        yield ForAnother(
            title=head.course,
            why=_("Lees samen wat er komt en wat er nog mist."),
            action=_("Bekijk de leergang"),
            href=url_for("path.show", enrolment_id=head.id),
            icon="page",
        )


def _apology(head: EnrolmentHead, steps: tuple[PathStep, ...], by: Actor) -> Iterator[ForAnother]:
    step = next_step(steps)
    if step is None or step.starts_at is None or step.starts_at <= clock.now():
        return
    if step.mark is None and policy.covers(by, policies.APOLOGISE, head.reach):
        yield ForAnother(
            title=_("%(number)d. %(title)s", number=step.order, title=step.title),
            why=moment(step.starts_at),
            action=_("Meld %(name)s af", name=head.call_name),
            href=url_for("register.apologise", enrolment_id=head.id, session_id=step.session_id),
            icon="excused",
            is_done_at_once=True,
        )


def _practice(head: EnrolmentHead, steps: tuple[PathStep, ...], by: Actor) -> Iterator[ForAnother]:
    if head.state == "admitted" or not policy.covers(by, policies.HAND_IN, head.reach):
        return
    for step in steps:
        if _has_begun(step) and step.assignment_state in ("", "add_something"):
            yield ForAnother(
                title=_(
                    "Opdracht %(number)d: %(title)s", number=step.order, title=step.assignment_title
                ),
                why=_("Schrijf op wat %(name)s vertelt.", name=head.call_name),
                action=_("Lever in"),
                href=url_for("practice.show", enrolment_id=head.id, order=step.order),
                icon="pen",
            )


def _quizzes(head: EnrolmentHead, steps: tuple[PathStep, ...], by: Actor) -> Iterator[ForAnother]:
    if head.state == "admitted" or not policy.covers(by, policies.TAKE_QUIZ, head.reach):
        return
    taken = taken_quizzes(head.id)
    for step in steps:
        if _has_begun(step) and step.questions and step.quiz_id not in taken:
            yield ForAnother(
                title=_("Vragen bij %(number)d: %(title)s", number=step.order, title=step.title),
                why=_("Lees ze voor en vul in wat %(name)s zegt.", name=head.call_name),
                action=_("Vul in"),
                href=url_for("quiz.show", enrolment_id=head.id, order=step.order),
                icon="listen",
            )


def _has_begun(step: PathStep) -> bool:
    return step.starts_at is not None and step.starts_at <= clock.now()


def _self_scan(head: EnrolmentHead, progress: Progress, by: Actor) -> Iterator[ForAnother]:
    if progress.rule.selfscan is None or not policy.covers(by, policies.FILL_IN_SCAN, head.reach):
        return
    for one in own_picture(head.id, by=by).moments:
        if one.state == "open":
            yield ForAnother(
                title=_("Zelfscan: %(when)s", when=one.name),
                why=_("Lees de stellingen voor en vul in wat %(name)s zegt.", name=head.call_name),
                action=_("Vul in"),
                href=url_for("self_scan.paper", enrolment_id=head.id, moment=one.key),
                icon="listen",
            )


def _promise(head: EnrolmentHead, progress: Progress, by: Actor) -> Iterator[ForAnother]:
    if progress.rule.with_promise and policy.covers(by, policies.HAND_IN, head.reach):
        yield ForAnother(
            title=_("Belofte aan bewoners"),
            why=_("Schrijf op wat %(name)s belooft.", name=head.call_name),
            action=_("Schrijf op"),
            href=url_for("promise.show", enrolment_id=head.id),
            icon="pen",
        )
