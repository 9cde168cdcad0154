"""Who offers to help in a region, as the coordinator sees it, and who begins."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from academy.community import policies, rules
from academy.community.models import MentorDay, MentorOffer, MentorPair
from academy.community.queries import mentoring
from academy.community.queries.meetups import FEWEST_LETTERS, MOST_FOUND, Candidate
from academy.community.queries.mentoring import MetDay, PairRow, SeasonRow
from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, within
from academy.people.models import Person, Place
from certificates.models import Certificate
from courses.models import Cohort, Course, CourseVersion, Enrolment, Track

MOST_WAITING = 50
BEGINS = ("admitted", "active")


@dataclass(frozen=True, slots=True)
class MentorRow:
    """Somebody of the region who offers something. `walks_with` counts the pairs that run."""

    person_id: int
    name: str
    place: str
    kinds: tuple[str, ...]
    walks_with: int
    asked: int


@dataclass(frozen=True, slots=True)
class Mentor:
    """All that a coordinator sees of one mentor. No word of what was said: there is none."""

    person_id: int
    name: str
    kinds: tuple[str, ...]
    holds_certificate: bool
    pairs: tuple[PairRow, ...]
    helped: tuple[MetDay, ...]
    seasons: tuple[SeasonRow, ...]


def in_reach(by: Actor) -> sa.ColumnElement[bool]:
    """Return the condition for people of the region; nobody decides about themselves."""
    near = within(by, policies.LINK_MENTORS, person=Person.id, place=Person.place_id)
    return sa.and_(near, Person.id != (by.person_id or 0))


def _pairs(state: str) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(MentorPair.id))
        .where(MentorPair.mentor_id == Person.id, MentorPair.state == state)
        .correlate(Person)
        .scalar_subquery()
    )


def mentor_rows(by: Actor, *, cursor: str | None = None, limit: int = 20) -> Page[MentorRow]:
    """Return who offers something in the region, by name."""
    query = (
        sa.select(
            MentorOffer,
            Person,
            Place.name.label("place"),
            _pairs("running").label("walks_with"),
            _pairs("open").label("asked"),
        )
        .join(Person, Person.id == MentorOffer.person_id)
        .outerjoin(Place, Place.id == Person.place_id)
        .where(in_reach(by), mentoring.holds_certificate())
        .order_by(Person.sort_key, Person.id)
        .limit(limit + 1)
    )
    after = from_cursor(cursor, str, int)
    if after:
        bound = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(sa.tuple_(Person.sort_key, Person.id) > bound)
    found = db.session.execute(query).all()
    last = found[limit - 1].Person if len(found) > limit else None
    return Page(
        tuple(
            MentorRow(
                person_id=one.Person.id,
                name=one.Person.display_name,
                place=one.place or "",
                kinds=mentoring.kinds_of(one.MentorOffer),
                walks_with=one.walks_with,
                asked=one.asked,
            )
            for one in found[:limit]
        ),
        to_cursor(last.sort_key, last.id) if last else None,
    )


def get_mentor(person_id: int, *, by: Actor) -> Mentor:
    """Return one mentor of the region: who offers something, or did. Raises NotFoundError."""
    person = db.session.scalars(
        sa.select(Person).where(
            Person.id == person_id,
            in_reach(by),
            sa.or_(
                sa.exists().where(MentorOffer.person_id == Person.id),
                sa.exists().where(MentorPair.mentor_id == Person.id),
                sa.exists().where(MentorDay.person_id == Person.id),
            ),
        )
    ).one_or_none()
    if person is None:
        raise NotFoundError
    return Mentor(
        person_id=person.id,
        name=person.display_name,
        kinds=mentoring.offered_kinds(person.id),
        holds_certificate=mentoring.is_graduate(person.id),
        pairs=tuple(one for one in mentoring.pair_rows(person.id) if one.is_mentor),
        helped=tuple(mentoring.helped_days(person.id)),
        seasons=tuple(mentoring.season_rows(person.id)),
    )


def _begins() -> sa.ColumnElement[bool]:
    """Return the condition that somebody takes the residents' course, or finished it this year."""
    is_course = sa.exists().where(
        Enrolment.person_id == Person.id,
        Enrolment.state.in_(BEGINS),
        Enrolment.cohort_id == Cohort.id,
        Cohort.course_version_id == CourseVersion.id,
        CourseVersion.course_id == Course.id,
        Course.track_id == Track.id,
        Track.key == rules.MENTOR_TRACK,
    )
    since = clock.today() - rules.FRESH
    held = sa.and_(Certificate.person_id == Person.id, Certificate.track == rules.MENTOR_TRACK)
    is_fresh = sa.and_(
        sa.exists().where(held, Certificate.issued_on >= since),
        ~sa.exists().where(held, Certificate.issued_on < since),
    )
    return sa.or_(is_course, is_fresh)


def starters(mentor_id: int, by: Actor) -> sa.Select[int]:
    """Return a query of whom a mentor may walk along with: who begins, and has nobody yet."""
    has_somebody = sa.exists().where(MentorPair.person_id == Person.id, MentorPair.state != "ended")
    near = within(by, policies.LINK_MENTORS, person=Person.id, place=Person.place_id)
    return sa.select(Person.id).where(near, Person.id != mentor_id, _begins(), ~has_somebody)


def find_starters(mentor_id: int, text: str, *, by: Actor) -> list[Candidate]:
    """Return who begins and bears this name, by name."""
    words = text.strip()
    if len(words) < FEWEST_LETTERS:
        return []
    whole = Person.call_name + " " + Person.prefix + " " + Person.last_name
    short = Person.call_name + " " + Person.last_name
    people = db.session.scalars(
        sa.select(Person)
        .where(
            Person.id.in_(starters(mentor_id, by)),
            sa.or_(
                whole.icontains(words, autoescape=True), short.icontains(words, autoescape=True)
            ),
        )
        .order_by(Person.sort_key, Person.id)
        .limit(MOST_FOUND)
    )
    return [Candidate(one.id, one.display_name) for one in people]


def may_be_ready(by: Actor) -> sa.ColumnElement[bool]:
    """Return whether a mentor of the region met somebody often enough, in whatever season."""
    return sa.exists().where(in_reach(by), _walked_enough())


def _walked_enough() -> sa.ColumnElement[bool]:
    walked = sa.and_(MentorDay.kind == "walk_along", MentorDay.counted_on.is_(None))
    return Person.id.in_(
        sa.select(MentorDay.person_id)
        .where(walked)
        .group_by(MentorDay.person_id)
        .having(sa.func.count(MentorDay.id) >= rules.FEWEST_MEETINGS)
    )


def ready_mentors(by: Actor) -> list[Candidate]:
    """Return the mentors of the region with a season that is enough and does not count yet."""
    people = db.session.scalars(
        sa.select(Person)
        .where(in_reach(by), _walked_enough())
        .order_by(Person.sort_key, Person.id)
        .limit(MOST_WAITING)
    ).all()
    seasons = mentoring.seasons_by_person([one.id for one in people]) if people else {}
    return [
        Candidate(one.id, one.display_name)
        for one in people
        if any(season.is_ready for season in seasons[one.id])
    ]
