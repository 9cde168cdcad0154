"""Somebody who walks in: a chair and a mark on the spot; the introduction talk comes later.

Source: domain model, 4(b), exceptions.
"""

from __future__ import annotations

from flask_babel import gettext as _

from academy.kernel import clock, once, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import Actor
from academy.people.services.persons import NewPerson, add_person
from courses import policies
from courses.models import Cohort, Enrolment, Session
from courses.queries.cohorts import cohort_reach
from courses.queries.known import find_in_reach
from courses.services.attendance import NewMark, save_register
from courses.services.enrolment import seat_at_once
from courses.services.taking_part import RUNNING

FORM = "walk-in"


def add_walk_in(session_id: int, new: NewPerson, *, by: Actor, form_key: str = "") -> int | None:
    """Add somebody nobody knew, with a chair and a mark at this session; return the enrolment.

    None when the form of this key added them before. Raises NotFoundError, ConflictError (the
    cohort is full or does not run, the session is still to come) or InvalidInputError without any
    name.
    """
    session, cohort = _open_session(session_id, by=by)
    if form_key and not once.is_first(FORM, f"{session_id}:{form_key}"):
        return None
    person = add_person(new, by=by, right=policies.MARK)
    return _seat(session, cohort, person.id, by=by)


def seat_applicant(session_id: int, enrolment_id: int, *, by: Actor) -> int:
    """Give somebody who applied for this cohort a chair and a mark, now that they came.

    Raises as `add_walk_in` does.
    """
    session, cohort = _open_session(session_id, by=by)
    enrolment = db.session.get(Enrolment, enrolment_id, with_for_update=True)
    if enrolment is None or enrolment.cohort_id != cohort.id:
        raise NotFoundError
    return _seat(session, cohort, enrolment.person_id, by=by)


def seat_known(session_id: int, person_id: int, *, by: Actor) -> int:
    """Give somebody we know already a chair and a mark, instead of adding them once more.

    Raises as `add_walk_in` does, and NotFoundError for who is out of the actor's reach.
    """
    session, cohort = _open_session(session_id, by=by)
    if find_in_reach(person_id, by, policies.MARK) is None:
        raise NotFoundError
    return _seat(session, cohort, person_id, by=by)


def was_added(session_id: int, form_key: str) -> bool:
    """Say whether the form of this key added somebody before."""
    return bool(form_key) and once.was_sent(FORM, f"{session_id}:{form_key}")


def _open_session(session_id: int, *, by: Actor) -> tuple[Session, Cohort]:
    session = db.session.get(Session, session_id)
    if session is None:
        raise NotFoundError
    cohort = db.session.get(Cohort, session.cohort_id, with_for_update=True)
    if cohort is None:
        raise NotFoundError
    policy.require(by, policies.MARK, cohort_reach(cohort))
    if cohort.state not in RUNNING or session.state == "cancelled":
        raise ConflictError(_("Deze groep loopt nu niet. Je kunt niemand toevoegen."))
    if session.starts_at.astimezone(clock.AMSTERDAM).date() > clock.today():
        raise ConflictError(_("Deze bijeenkomst is nog niet geweest. Meld iemand gewoon aan."))
    return session, cohort


def _seat(session: Session, cohort: Cohort, person_id: int, *, by: Actor) -> int:
    since = min(session.starts_at, clock.now())
    enrolment_id = seat_at_once(person_id, cohort, by=by, at=since)
    db.session.flush()  # the register reads the enrolment
    save_register(session.id, [NewMark(enrolment_id, "present")], by=by, source="web")
    return enrolment_id
