"""The enrolment, from asking for a place to the end: what people do with it, one function each.

How a step is taken and recorded stands in `courses.services.enrolment_steps`, which steps may
follow each other in `courses.rules.enrolment`.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Capability
from academy.people.models import Person
from courses import policies
from courses.models import Cohort, CourseVersion, Enrolment, FinalAttempt
from courses.queries.cohorts import cohort_reach
from courses.queries.practical.parts import BUSY
from courses.rules.enrolment import APPLYING, MAY_COME_BACK, TRANSITIONS, may_follow
from courses.services.enrolment_steps import (
    enrolment_to_change,
    find_enrolment,
    free_chair,
    locked_cohort,
    locked_enrolment,
    name_of,
    refuse_step,
    seats_taken,
    set_cohort_state,
    take_first_step,
    take_step,
)

TAKES_APPLICATIONS = ("open", "full", "running")
TAKES_PEOPLE = ("open", "running")
INTAKE_CAN_STILL_BE_HELD = APPLYING | {"admitted", "active"}
NOTE_LENGTH = 300


# --- asking for a place ----------------------------------------------------------------------


def apply(person_id: int, cohort_id: int, *, by: Actor, source_id: str | None = None) -> int:
    """Apply for a place in a cohort on behalf of somebody, and return the enrolment's id.

    Who was in this cohort before comes back on the same enrolment. Raises ConflictError if the
    person is in it now, or the cohort takes nobody.
    """
    cohort = locked_cohort(cohort_id)
    policy.require(by, policies.APPLY, cohort_reach(cohort, person_id=person_id))
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    _refuse_unless_open(cohort)
    before = find_enrolment(person_id, cohort_id)
    if before is not None and before.state in MAY_COME_BACK:
        take_step(before, "applied", by=by)
        return before.id
    if before is not None:
        raise ConflictError(_("Deze persoon is al aangemeld voor deze groep."))
    enrolment = Enrolment(
        source_id=source_id,
        person_id=person_id,
        sort_key=person.sort_key,
        cohort_id=cohort_id,
        state="",
        applied_on=clock.today(),
    )
    take_first_step(enrolment, "applied", by=by)
    return enrolment.id


def apply_again(enrolment_id: int, *, by: Actor) -> None:
    """Let somebody who stopped, or for whom there was no place, ask for a place once more.

    Raises ConflictError if the cohort takes nobody, or the person did not stop.
    """
    enrolment, cohort = enrolment_to_change(enrolment_id, by=by)
    refuse_step(enrolment, "applied")
    _refuse_unless_open(cohort)
    take_step(enrolment, "applied", by=by)


def _refuse_unless_open(cohort: Cohort) -> None:
    if cohort.state not in TAKES_APPLICATIONS:
        raise ConflictError(_("Voor deze groep kun je niemand meer aanmelden."))


def plan_intake(enrolment_id: int, *, by: Actor) -> None:
    """Say that a date for the introduction talk was agreed."""
    enrolment, _cohort = enrolment_to_change(enrolment_id, by=by)
    take_step(enrolment, "intake_planned", by=by)


def record_intake(enrolment_id: int, *, by: Actor, agreed_to_code_of_conduct: bool) -> None:
    """Record that `by` held the introduction talk, and whether the code of conduct was agreed to.

    Raises ConflictError when the person does not take part any more.
    """
    enrolment, _cohort = enrolment_to_change(enrolment_id, by=by)
    if enrolment.state not in INTAKE_CAN_STILL_BE_HELD:
        raise ConflictError(_("Deze deelnemer doet niet meer mee."))
    enrolment.intake_by_id = by.person_id
    if agreed_to_code_of_conduct and enrolment.code_of_conduct_on is None:
        enrolment.code_of_conduct_on = clock.today()
    audit.record(
        "courses:intake:recorded",
        ("enrolment", enrolment.id),
        by=by,
        subject_id=enrolment.person_id,
        agreed=agreed_to_code_of_conduct,
    )


def waitlist(enrolment_id: int, *, by: Actor, note: str = "") -> None:
    """Put somebody on the waiting list; `note` is the academy's word about it."""
    _answer(enrolment_id, "waitlisted", by=by, note=note)


def not_now(enrolment_id: int, *, by: Actor, note: str = "") -> None:
    """Say that this person does not start now; `note` is the academy's word about it."""
    _answer(enrolment_id, "not_now", by=by, note=note)


def other_track(enrolment_id: int, *, by: Actor, note: str = "") -> None:
    """Say that another track fits better; `note` is the academy's word about it."""
    _answer(enrolment_id, "other_track", by=by, note=note)


def _answer(
    enrolment_id: int,
    state: str,
    *,
    by: Actor,
    note: str,
    right: Capability = policies.MANAGE,
) -> None:
    enrolment, _cohort = enrolment_to_change(enrolment_id, by=by, right=right)
    refuse_step(enrolment, state)
    enrolment.note = _short(note)
    take_step(enrolment, state, by=by)


def _short(note: str) -> str:
    if len(note.strip()) > NOTE_LENGTH:
        sentence = _("Dit is te lang. Er past %(count)d tekens in.", count=NOTE_LENGTH)
        raise InvalidInputError(sentence, fields={"note": sentence})
    return note.strip()


def admit(enrolment_id: int, *, by: Actor) -> None:
    """Give somebody a chair. A cohort without a chair left becomes `full`.

    Raises ConflictError if there is no chair, or the introduction talk or the code of conduct is
    missing.
    """
    enrolment, cohort = enrolment_to_change(enrolment_id, by=by)
    refuse_step(enrolment, "admitted")
    _refuse_without_intake(enrolment)
    if cohort.state not in (*TAKES_PEOPLE, "full"):
        raise ConflictError(_("Deze groep neemt niemand meer aan."))
    taken = seats_taken(cohort.id)
    if cohort.state == "full" or taken >= cohort.capacity:
        raise ConflictError(
            ngettext(
                "De ene stoel (%(num)d) is bezet. Zet %(name)s op de wachtlijst.",
                "De groep is vol: alle %(num)d stoelen zijn bezet. Zet %(name)s op de wachtlijst.",
                cohort.capacity,
                name=name_of(enrolment),
            )
        )
    enrolment.note = ""
    take_step(enrolment, "admitted", by=by)
    if cohort.state == "open" and taken + 1 >= cohort.capacity:
        set_cohort_state(cohort, "full", by=by)


def _refuse_without_intake(enrolment: Enrolment) -> None:
    if enrolment.intake_by_id is None:
        raise ConflictError(
            _("Voer eerst het kennismakingsgesprek met %(name)s.", name=name_of(enrolment))
        )
    if enrolment.code_of_conduct_on is None:
        raise ConflictError(
            _("%(name)s is nog niet akkoord met de gedragscode.", name=name_of(enrolment))
        )


def seat_at_once(person_id: int, cohort: Cohort, *, by: Actor, at: datetime) -> int:
    """Give a walk-in a chair from `at` on, and return the enrolment; the talk comes later.

    The caller checked the right. Who applied already gets the chair too. Raises ConflictError
    without a free chair, and for who is in the cohort or left it.
    """
    enrolment = find_enrolment(person_id, cohort.id)
    if enrolment is None:
        enrolment = Enrolment(
            person_id=person_id,
            sort_key=db.session.get_one(Person, person_id).sort_key,
            cohort_id=cohort.id,
            state="",
            applied_on=clock.today(),
        )
        take_first_step(enrolment, "applied", by=by, at=at)
    if enrolment.state != "admitted":
        refuse_step(enrolment, "admitted")
        if seats_taken(cohort.id) >= cohort.capacity:
            raise ConflictError(_("De groep is vol. Schrijf de naam op en bel de coördinator."))
        take_step(enrolment, "admitted", by=by, at=at)
    take_step(enrolment, "active", by=by, at=at)
    return enrolment.id


# --- taking part -----------------------------------------------------------------------------


def activate(enrolment_id: int, *, by: Actor) -> None:
    """Let somebody who was admitted take part.

    Raises ConflictError if the cohort does not run yet.
    """
    enrolment, cohort = enrolment_to_change(enrolment_id, by=by)
    if cohort.state not in ("running", "finishing"):
        raise ConflictError(_("Deze groep is nog niet begonnen."))
    take_step(enrolment, "active", by=by)


def activate_admitted(cohort: Cohort, *, by: Actor) -> None:
    """Let everyone who was admitted to `cohort` take part; the cohort begins.

    The caller checked the right.
    """
    admitted = sa.select(Enrolment).where(
        Enrolment.cohort_id == cohort.id, Enrolment.state == "admitted"
    )
    for enrolment in db.session.scalars(admitted.order_by(Enrolment.id)):
        take_step(enrolment, "active", by=by)


def pause(enrolment_id: int, *, by: Actor) -> None:
    """Let somebody stop for a while. No reason is asked or stored."""
    enrolment, _cohort = enrolment_to_change(enrolment_id, by=by)
    take_step(enrolment, "paused", by=by)


def resume(enrolment_id: int, *, by: Actor) -> None:
    """Let somebody who paused take part again. Raises ConflictError for anybody else."""
    enrolment, _cohort = enrolment_to_change(enrolment_id, by=by)
    if enrolment.state != "paused":
        raise ConflictError(_("%(name)s heeft geen pauze.", name=name_of(enrolment)))
    take_step(enrolment, "active", by=by)


def withdraw(enrolment_id: int, *, by: Actor) -> None:
    """Let somebody stop. No reason is asked or stored; the chair comes free."""
    enrolment, cohort = enrolment_to_change(enrolment_id, by=by)
    take_step(enrolment, "withdrawn", by=by)
    free_chair(cohort, by=by)


def transfer(
    enrolment_id: int, to_cohort_id: int, *, by: Actor, source_id: str | None = None
) -> int:
    """Move somebody to another cohort of the same course, and return the enrolment there.

    What was done in the first cohort counts in the second one. When the person was given a chair
    there already, that enrolment is used; otherwise `by` needs the right in both cohorts. Raises
    ConflictError if there is no chair, or while a practical is under way.
    """
    enrolment, cohort = enrolment_to_change(enrolment_id, by=by)
    refuse_step(enrolment, "transferred")
    _refuse_practical_under_way(enrolment)
    target = locked_cohort(to_cohort_id)
    _refuse_other_course(cohort, target)
    there = find_enrolment(enrolment.person_id, to_cohort_id) or _new_chair(
        enrolment, target, by=by, source_id=source_id
    )
    if there.state not in ("admitted", "active", "paused"):
        raise ConflictError(
            _("%(name)s heeft in die groep nog geen plaats.", name=name_of(enrolment))
        )
    enrolment.transferred_to_id = there.id
    take_step(enrolment, "transferred", by=by)
    free_chair(cohort, by=by)
    return there.id


def _refuse_practical_under_way(enrolment: Enrolment) -> None:
    """It would stay open in a group nobody looks at any more."""
    under_way = sa.exists().where(
        FinalAttempt.enrolment_id == enrolment.id, FinalAttempt.state.in_(BUSY)
    )
    if db.session.scalar(sa.select(under_way)):
        raise ConflictError(_("Er loopt nog een proeve. Rond die eerst af, of stop hem."))


def _refuse_other_course(cohort: Cohort, target: Cohort) -> None:
    if cohort.id == target.id:
        raise ConflictError(_("Kies een andere groep."))
    courses = db.session.scalars(
        sa.select(CourseVersion.course_id)
        .where(CourseVersion.id.in_([cohort.course_version_id, target.course_version_id]))
        .distinct()
    ).all()
    if len(courses) > 1:
        raise ConflictError(_("Die groep volgt een andere opleiding."))


def _new_chair(
    enrolment: Enrolment, target: Cohort, *, by: Actor, source_id: str | None
) -> Enrolment:
    policy.require(by, policies.MANAGE, cohort_reach(target, person_id=enrolment.person_id))
    if target.state not in TAKES_PEOPLE or seats_taken(target.id) >= target.capacity:
        raise ConflictError(_("In die groep is geen plaats."))
    there = Enrolment(
        source_id=source_id,
        person_id=enrolment.person_id,
        sort_key=enrolment.sort_key,
        cohort_id=target.id,
        state="",
        applied_on=clock.today(),
        intake_by_id=enrolment.intake_by_id,
        code_of_conduct_on=enrolment.code_of_conduct_on,
    )
    for state in ("applied", "admitted"):
        take_first_step(there, state, by=by)
    if target.state == "running":
        take_step(there, "active", by=by)
    if target.state == "open" and seats_taken(target.id) >= target.capacity:
        set_cohort_state(target, "full", by=by)
    return there


# --- the end ---------------------------------------------------------------------------------


def complete(enrolment_id: int, *, by: Actor) -> None:
    """Record that the certificate was granted.

    `certificates` calls this with its decision, and checks the right.
    """
    enrolment = locked_enrolment(enrolment_id)
    take_step(enrolment, "completed", by=by)


def not_pass(enrolment_id: int, *, by: Actor, note: str = "") -> None:
    """Record that the course ends without a certificate; `note` is the academy's word about it."""
    _answer(enrolment_id, "not_passed", by=by, note=note, right=policies.END_COURSE)


def end_after_last_attempt(enrolment_id: int, *, by: Actor) -> None:
    """Record that the last attempt at the practical brought no certificate.

    The practical calls this with its outcome, and checks the right. Who has a pause keeps it.
    """
    enrolment = locked_enrolment(enrolment_id)
    if may_follow(TRANSITIONS, enrolment.state, "not_passed"):
        take_step(enrolment, "not_passed", by=by)
