"""Cohorts and their sessions: plan, move, cancel, hold, and the states of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import aliased

from academy.kernel import audit, clock, events, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Capability, Reach
from academy.people.models import Person, Place
from courses import policies
from courses.events import SessionChanged
from courses.models import Cohort, CohortTrainer, CourseVersion, Enrolment, Module, Session
from courses.queries.cohorts import cohort_reach
from courses.rules.enrolment import COHORT_TRANSITIONS, SESSION_TRANSITIONS, may_follow
from courses.services.enrolment import activate_admitted

AHEAD = ("planned", "moved")
STILL_BUSY = ("admitted", "active", "paused")


@dataclass(frozen=True, slots=True)
class CohortPlan:
    """What a coordinator decides about a new cohort. `capacity` is the number of chairs."""

    course_version_id: int
    name: str
    place_id: int
    starts_on: date
    location: str
    capacity: int
    client_organisation_id: int | None = None
    step_free: bool | None = None


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One session to plan; an empty `location` is that of the cohort."""

    module_id: int
    starts_at: datetime
    ends_at: datetime
    location: str = ""
    source_id: str | None = None


def plan_cohort(plan: CohortPlan, *, by: Actor, source_id: str | None = None) -> int:
    """Make a cohort in state `draft` and return its id. Raises InvalidInputError, NotFoundError."""
    reach = Reach(place_id=plan.place_id, organisation_id=plan.client_organisation_id)
    policy.require(by, policies.MANAGE, reach)
    _refuse_wrong_plan(plan)
    cohort = Cohort(
        source_id=source_id,
        course_version_id=plan.course_version_id,
        name=plan.name.strip(),
        place_id=plan.place_id,
        client_organisation_id=plan.client_organisation_id,
        starts_on=plan.starts_on,
        location=plan.location.strip(),
        step_free=plan.step_free,
        capacity=plan.capacity,
        state="draft",
    )
    db.session.add(cohort)
    db.session.flush()  # the audit line needs the id
    audit.record("courses:cohort:planned", ("cohort", cohort.id), by=by)
    return cohort.id


def _refuse_wrong_plan(plan: CohortPlan) -> None:
    fields = {}
    if not plan.name.strip():
        fields["name"] = _("Geef de groep een naam.")
    if plan.capacity < 1:
        fields["capacity"] = _("Een groep heeft minstens één stoel.")
    if fields:
        raise InvalidInputError(_("Er mist nog iets over deze groep."), fields=fields)
    version = db.session.get(CourseVersion, plan.course_version_id)
    if version is None or db.session.get(Place, plan.place_id) is None:
        raise NotFoundError


def add_trainer(cohort_id: int, person_id: int, *, by: Actor, position: int | None = None) -> None:
    """Let somebody train this cohort; position 1 is the lead trainer, None the next free one.

    It gives no rights: those come from a grant. Raises ConflictError if the person trains it
    already, or would be in two places at once.
    """
    cohort = _cohort_to_change(cohort_id, by=by)
    if db.session.get(Person, person_id) is None:
        raise NotFoundError
    trainers = db.session.scalars(
        sa.select(CohortTrainer).where(CohortTrainer.cohort_id == cohort.id)
    ).all()
    if any(trainer.person_id == person_id for trainer in trainers):
        raise ConflictError(_("Deze trainer hoort al bij de groep."))
    _refuse_busy_trainer(cohort, person_id)
    last = max((trainer.position for trainer in trainers), default=0)
    db.session.add(
        CohortTrainer(cohort_id=cohort.id, person_id=person_id, position=position or last + 1)
    )
    audit.record("courses:trainer:added", ("cohort", cohort.id), by=by, subject_id=person_id)


def remove_trainer(cohort_id: int, person_id: int, *, by: Actor) -> None:
    """Let somebody train this cohort no more; what they marked stays, a grant ends elsewhere.

    Raises NotFoundError for who does not train it, ConflictError for the only trainer of a cohort
    that runs.
    """
    cohort = _cohort_to_change(cohort_id, by=by)
    trainers = db.session.scalars(
        sa.select(CohortTrainer)
        .where(CohortTrainer.cohort_id == cohort.id)
        .order_by(CohortTrainer.position)
    ).all()
    found = next((one for one in trainers if one.person_id == person_id), None)
    if found is None:
        raise NotFoundError
    if cohort.state in ("running", "finishing") and len(trainers) == 1:
        raise ConflictError(_("Voeg eerst een andere trainer toe. De groep is bezig."))
    db.session.delete(found)
    audit.record("courses:trainer:removed", ("cohort", cohort.id), by=by, subject_id=person_id)


def plan_sessions(cohort_id: int, plans: Sequence[SessionPlan], *, by: Actor) -> tuple[int, ...]:
    """Plan sessions of a cohort, one per module, and return their ids.

    Raises ConflictError if a module has its session already or a trainer would be in two places at
    once, and InvalidInputError if a session ends before it starts or is about a module of another
    course.
    """
    cohort = _cohort_to_change(cohort_id, by=by)
    _refuse_wrong_sessions(cohort, plans)
    for plan in plans:
        _refuse_two_places(cohort.id, plan.starts_at, plan.ends_at)
    sessions = [
        Session(
            source_id=plan.source_id,
            cohort_id=cohort.id,
            module_id=plan.module_id,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            location=plan.location.strip() or cohort.location,
            state="planned",
        )
        for plan in plans
    ]
    db.session.add_all(sessions)
    db.session.flush()  # the audit line and the caller need the ids
    audit.record("courses:sessions:planned", ("cohort", cohort.id), by=by, count=len(sessions))
    return tuple(session.id for session in sessions)


def _refuse_wrong_sessions(cohort: Cohort, plans: Sequence[SessionPlan]) -> None:
    if any(plan.ends_at <= plan.starts_at for plan in plans):
        raise InvalidInputError(_("Een bijeenkomst eindigt na het begin."))
    wanted = [plan.module_id for plan in plans]
    known = set(
        db.session.scalars(
            sa.select(Module.id).where(Module.course_version_id == cohort.course_version_id)
        )
    )
    if not known.issuperset(wanted):
        raise InvalidInputError(_("Deze les hoort bij een andere opleiding."))
    planned = db.session.scalars(
        sa.select(Session.module_id).where(Session.cohort_id == cohort.id)
    ).all()
    if len(set(wanted)) < len(wanted) or set(wanted) & set(planned):
        raise ConflictError(_("Voor deze les is al een bijeenkomst gepland."))


def _refuse_busy_trainer(cohort: Cohort, person_id: int) -> None:
    """Refuse somebody who is at another session while this cohort meets."""
    there, here = aliased(Session), aliased(Session)
    clash = db.session.scalar(
        sa.select(Cohort.name)
        .select_from(there)
        .join(Cohort, Cohort.id == there.cohort_id)
        .join(CohortTrainer, CohortTrainer.cohort_id == there.cohort_id)
        .join(here, sa.and_(here.starts_at < there.ends_at, here.ends_at > there.starts_at))
        .where(
            CohortTrainer.person_id == person_id,
            here.cohort_id == cohort.id,
            here.ends_at > clock.now(),
            here.state != "cancelled",
            there.state != "cancelled",
        )
        .limit(1)
    )
    if clash is not None:
        raise ConflictError(
            _("Deze trainer is dan al bij een bijeenkomst van %(cohort)s.", cohort=clash)
        )


def _refuse_two_places(
    cohort_id: int, starts_at: datetime, ends_at: datetime, *, but: int | None = None
) -> None:
    """Refuse a time at which a trainer of this cohort is at another session.

    `but` is the session that moves.
    """
    mine = sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == cohort_id)
    clash = db.session.execute(
        sa.select(Person.call_name, Cohort.name)
        .select_from(Session)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(CohortTrainer, CohortTrainer.cohort_id == Session.cohort_id)
        .join(Person, Person.id == CohortTrainer.person_id)
        .where(
            CohortTrainer.person_id.in_(mine),
            Session.id != (but or 0),
            Session.state != "cancelled",
            Session.starts_at < ends_at,
            Session.ends_at > starts_at,
        )
        .limit(1)
    ).first()
    if clash is not None:
        sentence = _(
            "%(trainer)s is dan al bij een bijeenkomst van %(cohort)s. Kies een andere tijd.",
            trainer=clash.call_name,
            cohort=clash.name,
        )
        raise ConflictError(sentence)


def move_session(
    session_id: int,
    starts_at: datetime,
    *,
    by: Actor,
    ends_at: datetime | None = None,
    location: str = "",
) -> None:
    """Move a session.

    It keeps its length unless `ends_at` says otherwise, and remembers its very first day.

    Raises ConflictError if it was held already or a trainer would be in two places at once.
    """
    session, cohort = _session_to_change(session_id, policies.MANAGE, by=by)
    ends_at = ends_at or starts_at + (session.ends_at - session.starts_at)
    if ends_at <= starts_at:
        raise InvalidInputError(_("Een bijeenkomst eindigt na het begin."))
    _refuse_session_step(session, "moved")
    _refuse_two_places(cohort.id, starts_at, ends_at, but=session.id)
    if session.moved_from is None:
        session.moved_from = session.starts_at.astimezone(clock.AMSTERDAM).date()
    session.starts_at, session.ends_at = starts_at, ends_at
    session.location = location.strip() or session.location
    _take_session_step(session, "moved", by=by)


def cancel_session(session_id: int, *, by: Actor) -> None:
    """Cancel a session. Raises ConflictError if it was held already."""
    session, _cohort = _session_to_change(session_id, policies.MANAGE, by=by)
    _refuse_session_step(session, "cancelled")
    _take_session_step(session, "cancelled", by=by)


def hold_session(session_id: int, *, by: Actor) -> None:
    """Say that a session took place.

    Raises ConflictError before its day, or if it was cancelled or held.
    """
    session, _cohort = _session_to_change(session_id, policies.MARK, by=by)
    _refuse_session_step(session, "held")
    if session.starts_at.astimezone(clock.AMSTERDAM).date() > clock.today():
        raise ConflictError(_("Deze bijeenkomst moet nog komen."))
    _take_session_step(session, "held", by=by)


def change_state(cohort_id: int, state: str, *, by: Actor) -> None:
    """Bring a cohort to the next state.

    Running makes everyone admitted active; cancelling cancels the sessions to come. Raises
    ConflictError if the state cannot follow, if nothing is planned at the start, if sessions are
    still to come at `finishing`, or if people are still busy at `completed`.
    """
    cohort = _cohort_to_change(cohort_id, by=by)
    if not may_follow(COHORT_TRANSITIONS, cohort.state, state):
        raise ConflictError(_("Dat kan nu niet met deze groep. Kijk eerst hoe het staat."))
    _refuse_early(cohort, state)
    before, cohort.state = cohort.state, state
    if state == "running":
        activate_admitted(cohort, by=by)
    if state == "cancelled":
        _cancel_what_is_ahead(cohort.id, by=by)
    audit.record("courses:cohort:changed", ("cohort", cohort.id), by=by, before=before, after=state)


def _refuse_early(cohort: Cohort, state: str) -> None:
    if state == "running" and not _count(Session, Session.cohort_id == cohort.id):
        raise ConflictError(_("Plan eerst de bijeenkomsten. Dan kan de groep beginnen."))
    ahead = state == "finishing" and _count(
        Session, Session.cohort_id == cohort.id, Session.state.in_(AHEAD)
    )
    if ahead:
        raise ConflictError(
            ngettext(
                "Er is nog %(num)d bijeenkomst die moet komen.",
                "Er zijn nog %(num)d bijeenkomsten die moeten komen.",
                ahead,
            )
        )
    busy = state == "completed" and _count(
        Enrolment, Enrolment.cohort_id == cohort.id, Enrolment.state.in_(STILL_BUSY)
    )
    if busy:
        raise ConflictError(
            ngettext(
                "Van %(num)d deelnemer is nog niet bekend hoe het afloopt.",
                "Van %(num)d deelnemers is nog niet bekend hoe het afloopt.",
                busy,
            )
        )


def _count(model: type[Session] | type[Enrolment], *conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def _cancel_what_is_ahead(cohort_id: int, *, by: Actor) -> None:
    ahead = sa.select(Session).where(Session.cohort_id == cohort_id, Session.state.in_(AHEAD))
    for session in db.session.scalars(ahead):
        _take_session_step(session, "cancelled", by=by)


def _refuse_session_step(session: Session, state: str) -> None:
    if may_follow(SESSION_TRANSITIONS, session.state, state):
        return
    sentences = {
        "held": _("Deze bijeenkomst is al geweest."),
        "cancelled": _("Deze bijeenkomst gaat niet door. Kies eerst een nieuwe dag."),
    }
    raise ConflictError(sentences.get(session.state, _("Dat kan nu niet met deze bijeenkomst.")))


def _take_session_step(session: Session, state: str, *, by: Actor) -> None:
    session.state = state
    audit.record(f"courses:session:{state}", ("session", session.id), by=by)
    events.emit(SessionChanged(session.id, session.cohort_id, state))


def _cohort_to_change(cohort_id: int, *, by: Actor) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id, with_for_update=True)
    if cohort is None:
        raise NotFoundError
    policy.require(by, policies.MANAGE, cohort_reach(cohort))
    return cohort


def _session_to_change(session_id: int, right: Capability, *, by: Actor) -> tuple[Session, Cohort]:
    row = db.session.execute(
        sa.select(Session, Cohort)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .where(Session.id == session_id)
        .with_for_update(of=Session)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    session, cohort = row
    policy.require(by, right, cohort_reach(cohort))
    return session, cohort
