"""Correcting what was decided about a cohort: its name, payer, first day, place and chairs.

What was printed or issued before keeps saying what it said; what is shown and made from now on
changes.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass, fields, replace
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import audit, clock, events, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from academy.people.models import Organisation, Place
from courses import policies
from courses.events import CohortMoved
from courses.models import Cohort, Enrolment, Session
from courses.queries.cohorts import cohort_reach
from courses.services.cohorts import AHEAD
from courses.services.enrolment_steps import (
    free_chair,
    locked_cohort,
    seats_taken,
    set_cohort_state,
)


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """What may be corrected about a cohort; the course it takes may not."""

    name: str
    place_id: int
    client_organisation_id: int | None
    starts_on: date
    location: str
    step_free: bool | None
    capacity: int

    @property
    def mark(self) -> str:
        """Return a short mark of all of it, to see whether it is still the same."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction brought about: sessions that go elsewhere, waiting people with a chair."""

    sessions_moved: int = 0
    may_come_in: int = 0


def correct_cohort(
    cohort_id: int, facts: CohortFacts, *, by: Actor, seen: str | None = None
) -> Corrected:
    """Write down what is right about a cohort; `seen` is the mark of what the corrector read.

    Sessions to come at the old location go to the new one, and the group hears where to be. Raises
    InvalidInputError by field, also for fewer chairs than are taken, and ConflictError if somebody
    else corrected the cohort meanwhile.
    """
    cohort = locked_cohort(cohort_id)
    policy.require(by, policies.MANAGE, cohort_reach(cohort))
    before = _facts_of(cohort)
    if seen is not None and seen != before.mark:
        raise ConflictError(
            _("Iemand anders veranderde deze groep net. Kijk of dit klopt en sla dan weer op.")
        )
    facts = replace(facts, name=facts.name.strip(), location=facts.location.strip())
    taken = seats_taken(cohort.id)
    _refuse_wrong(facts, taken)
    _refuse_elsewhere(before, facts, by=by)
    changed = [one.name for one in fields(facts) if _differs(one.name, before, facts)]
    if not changed:
        return Corrected()
    for name in changed:
        setattr(cohort, name, getattr(facts, name))
    audit.record(
        "courses:cohort:corrected",
        ("cohort", cohort.id),
        by=by,
        changed=" ".join(changed),
        before=before.mark,
        after=facts.mark,
    )
    _follow_the_chairs(cohort, taken, by=by)
    return Corrected(
        _move_sessions(cohort, before.location) if "location" in changed else 0,
        _may_come_in(cohort, taken) if facts.capacity > before.capacity else 0,
    )


def _facts_of(cohort: Cohort) -> CohortFacts:
    return CohortFacts(**{one.name: getattr(cohort, one.name) for one in fields(CohortFacts)})


def _differs(name: str, before: CohortFacts, facts: CohortFacts) -> bool:
    return bool(getattr(before, name) != getattr(facts, name))


def _refuse_wrong(facts: CohortFacts, taken: int) -> None:
    wrong = {}
    if not facts.name:
        wrong["name"] = _("Geef de groep een naam.")
    if not facts.location:
        wrong["location"] = _("Vul in waar de groep bij elkaar komt.")
    if facts.capacity < max(taken, 1):
        wrong["capacity"] = ngettext(
            "Er is al %(num)d stoel bezet. Minder kan niet.",
            "Er zijn al %(num)d stoelen bezet. Minder kan niet.",
            max(taken, 1),
        )
    if wrong:
        raise InvalidInputError(_("Er klopt nog iets niet aan deze groep."), fields=wrong)


def _refuse_elsewhere(before: CohortFacts, facts: CohortFacts, *, by: Actor) -> None:
    """Refuse a place or payer that is not there, or to which the corrector's right does not go."""
    if not (
        _differs("place_id", before, facts) or _differs("client_organisation_id", before, facts)
    ):
        return
    reach = Reach(place_id=facts.place_id, organisation_id=facts.client_organisation_id)
    policy.require(by, policies.MANAGE, reach)
    payer = facts.client_organisation_id
    if db.session.get(Place, facts.place_id) is None or (
        payer is not None and db.session.get(Organisation, payer) is None
    ):
        raise NotFoundError


def _follow_the_chairs(cohort: Cohort, taken: int, *, by: Actor) -> None:
    """Open a full cohort that got a chair; close one whose last free chair went away."""
    free_chair(cohort, by=by)
    if cohort.state == "open" and taken >= cohort.capacity:
        set_cohort_state(cohort, "full", by=by)


def _move_sessions(cohort: Cohort, old: str) -> int:
    """Let the sessions to come at the old location go to the new one, and return how many."""
    sessions = db.session.scalars(
        sa.select(Session)
        .where(
            Session.cohort_id == cohort.id,
            Session.location == old,
            Session.state.in_(AHEAD),
            Session.ends_at > clock.now(),
        )
        .order_by(Session.starts_at)
    ).all()
    for session in sessions:
        session.location = cohort.location
    if sessions:
        events.emit(CohortMoved(cohort.id, sessions[0].id))
    return len(sessions)


def _may_come_in(cohort: Cohort, taken: int) -> int:
    """Return how many people on the waiting list have a chair now."""
    if cohort.state not in ("open", "running"):
        return 0
    waiting = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Enrolment)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == "waitlisted")
    )
    return min(waiting or 0, cohort.capacity - taken)
