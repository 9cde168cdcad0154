"""Cohorts: where they lie, how they stand, the list of them and the head of their pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel import policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor, Capability, Reach
from academy.people.models import Place
from courses import policies
from courses.models import Cohort, Course, CourseVersion, Enrolment, Track
from courses.rules.enrolment import APPLYING, SEATED

PAGE_SIZE = 25
COUNTED_UP_TO = 500
"""Above this the pages say “meer dan”; a cohort has room for twenty or so."""


@dataclass(frozen=True, slots=True)
class CohortRow:
    """One cohort in the list."""

    id: int
    name: str
    course: str
    place: str
    starts_on: date
    state: str
    capacity: int
    seated: int
    applying: int


@dataclass(frozen=True, slots=True)
class CohortHead:
    """A cohort with what its pages show at the top."""

    id: int
    name: str
    course: str
    course_id: int
    course_version_id: int
    track: str
    place: str
    place_id: int
    organisation_id: int | None
    starts_on: date
    location: str
    step_free: bool | None
    capacity: int
    state: str
    seated: int
    applying: int

    @property
    def reach(self) -> Reach:
        """Return where this cohort lies."""
        return Reach(
            cohort_id=self.id, place_id=self.place_id, organisation_id=self.organisation_id
        )


def cohort_reach(cohort: Cohort, *, person_id: int | None = None) -> Reach:
    """Return where a cohort lies, or somebody's enrolment in it when `person_id` is given."""
    return Reach(
        person_id=person_id,
        cohort_id=cohort.id,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
    )


def within_cohorts(by: Actor, right: Capability) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query on `Cohort` within what the actor may reach."""
    return policy.within(
        by,
        right,
        cohort=Cohort.id,
        place=Cohort.place_id,
        organisation=Cohort.client_organisation_id,
    )


def cohort_rows(by: Actor, after: str | None = None, *, limit: int = PAGE_SIZE) -> Page[CohortRow]:
    """Return the cohorts in the actor's reach, the latest first."""
    conditions = [within_cohorts(by, policies.READ_COHORT)]
    last = from_cursor(after, date, int)
    if last is not None:
        conditions.append(sa.tuple_(Cohort.starts_on, Cohort.id) < sa.tuple_(*last))
    rows = db.session.execute(
        sa.select(
            Cohort.id,
            Cohort.name,
            CourseVersion.title_nl,
            CourseVersion.title_en,
            Place.name.label("place"),
            Cohort.starts_on,
            Cohort.state,
            Cohort.capacity,
            _people(SEATED).label("seated"),
            _people(APPLYING).label("applying"),
        )
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Place, Place.id == Cohort.place_id)
        .where(*conditions)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(limit + 1)
    ).all()
    shown = [
        CohortRow(
            id=row.id,
            name=row.name,
            course=pick({"nl": row.title_nl, "en": row.title_en}),
            place=row.place,
            starts_on=row.starts_on,
            state=row.state,
            capacity=row.capacity,
            seated=row.seated,
            applying=row.applying,
        )
        for row in rows[:limit]
    ]
    more = len(rows) > limit
    cursor = to_cursor(shown[-1].starts_on, shown[-1].id) if more else None
    return Page(tuple(shown), cursor)


def _people(states: frozenset[str]) -> sa.ScalarSelect[int]:
    """Return the number of people in these states, per cohort of the query around it.

    It is counted up to COUNTED_UP_TO, so that a cohort of any size costs the same.
    """
    counted = (
        sa.select(Enrolment.id)
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.state.in_(sorted(states)))
        .correlate(Cohort)
        .limit(COUNTED_UP_TO)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(counted).scalar_subquery()


def get_cohort(
    cohort_id: int, by: Actor, *, right: Capability = policies.READ_COHORT
) -> CohortHead:
    """Return one cohort in the actor's reach. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(
            Cohort,
            CourseVersion.title_nl,
            CourseVersion.title_en,
            CourseVersion.course_id,
            Track.key,
            Place.name.label("place"),
            _people(SEATED).label("seated"),
            _people(APPLYING).label("applying"),
        )
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Track, Track.id == Course.track_id)
        .join(Place, Place.id == Cohort.place_id)
        .where(Cohort.id == cohort_id)
    ).first()
    if row is None:
        raise NotFoundError
    cohort: Cohort = row[0]
    head = CohortHead(
        id=cohort.id,
        name=cohort.name,
        course=pick({"nl": row.title_nl, "en": row.title_en}),
        course_id=row.course_id,
        course_version_id=cohort.course_version_id,
        track=row.key,
        place=row.place,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
        starts_on=cohort.starts_on,
        location=cohort.location,
        step_free=cohort.step_free,
        capacity=cohort.capacity,
        state=cohort.state,
        seated=row.seated,
        applying=row.applying,
    )
    policy.require(by, right, head.reach)
    return head


def cohort_names(ids: Collection[int]) -> dict[int, str]:
    """Return the names of cohorts."""
    rows = db.session.execute(sa.select(Cohort.id, Cohort.name).where(Cohort.id.in_(ids)))
    return {row.id: row.name for row in rows}


def running_cohorts() -> list[tuple[int, str]]:
    """Return the cohorts a right can be limited to: those that are not over, by name."""
    rows = db.session.execute(
        sa.select(Cohort.id, Cohort.name)
        .where(Cohort.state.not_in(("completed", "cancelled")))
        .order_by(Cohort.name)
        .limit(200)
    )
    return [(row.id, row.name) for row in rows]
