"""Who could guide somebody and why: what both said they want, and how far apart they live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, CoachingWish, CoachOffer, CoachProposal
from academy.coaching.queries.overseers import overseer_of, overseers
from academy.coaching.queries.plans import PlanHead
from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person, Place
from courses.models import Cohort, Course, CourseVersion, Enrolment, Track

MOST_CANDIDATES = 100
GUIDED_TRACK = "residents"
GUIDING = ("proposed", "active", "paused")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a coach, or what we assume until they say it."""

    languages: tuple[str, ...]
    day_parts: tuple[str, ...] = ()
    wished_coach_id: int | None = None
    wished_name: str = ""
    words: str = ""
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a coach offers, or what we assume until they say it."""

    languages: tuple[str, ...]
    day_parts: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    place_id: int | None = None
    how_far: str = "anywhere"
    most: int | None = None
    about: str = ""
    is_given: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One coach who could be asked, and what counts for and against."""

    person_id: int
    name: str
    guides: int
    reasons: tuple[rules.Reason, ...]
    is_full: bool
    has_offer: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A person by name."""

    person_id: int
    name: str
    phone: str = ""


def _spoken(language: str) -> tuple[str, ...]:
    return (language,) if language == "nl" else (language, "nl")


def find_wish(person_id: int) -> Wish:
    """Return what somebody wants of a coach. Raises NotFoundError for nobody."""
    person = _person(person_id)
    row = db.session.scalars(
        sa.select(CoachingWish).where(CoachingWish.person_id == person_id)
    ).one_or_none()
    if row is None:
        return Wish(_spoken(person.language))
    wished = db.session.get(Person, row.wished_coach_id) if row.wished_coach_id else None
    return Wish(
        languages=tuple(row.languages),
        day_parts=tuple(row.day_parts),
        wished_coach_id=row.wished_coach_id,
        wished_name=wished.display_name if wished else "",
        words=row.words,
        is_asked=True,
    )


def find_offer(person_id: int) -> Offer:
    """Return what a coach offers. Raises NotFoundError for nobody."""
    person = _person(person_id)
    row = db.session.scalars(
        sa.select(CoachOffer).where(CoachOffer.person_id == person_id)
    ).one_or_none()
    return _offer(row, person)


def _offer(row: CoachOffer | None, person: Person) -> Offer:
    if row is None:
        return Offer(_spoken(person.language), place_id=person.place_id)
    return Offer(
        languages=tuple(row.languages),
        day_parts=tuple(row.day_parts),
        channels=tuple(row.channels),
        place_id=row.place_id,
        how_far=row.how_far,
        most=row.most,
        about=row.about,
        is_given=True,
    )


def about_coach(coach_id: int | None) -> str:
    """Return what a coach says of themselves to who may become theirs; empty without."""
    found = db.session.scalar(sa.select(CoachOffer.about).where(CoachOffer.person_id == coach_id))
    return found or ""


def _person(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    return person


def may_get_coach(person_id: int) -> bool:
    """Say whether somebody is in a residents' group, or is or was guided: who can have wishes."""
    learns = (
        sa.exists()
        .where(
            Enrolment.person_id == person_id,
            Enrolment.state.in_(("active", "completed", "paused")),
            Cohort.id == Enrolment.cohort_id,
            CourseVersion.id == Cohort.course_version_id,
            Course.id == CourseVersion.course_id,
            Track.id == Course.track_id,
            Track.key == GUIDED_TRACK,
        )
        .correlate(None)
    )
    guided = sa.exists().where(CoachingPlan.person_id == person_id)
    return bool(db.session.scalar(sa.select(sa.or_(learns, guided))))


def known_coaches(person_id: int) -> list[Named]:
    """Return whom somebody can ask for by name: who trained their groups, or guided them before."""
    trained = (
        sa.select(Grant.person_id)
        .join(Enrolment, Enrolment.cohort_id == Grant.scope_id)
        .where(
            Grant.role == "trainer",
            Grant.scope_kind == "cohort",
            Grant.confirmed_on.is_not(None),
            Enrolment.person_id == person_id,
        )
    )
    guided = sa.select(CoachingPlan.coach_id).where(
        CoachingPlan.person_id == person_id,
        CoachingPlan.state == "stopped",
        CoachingPlan.started_on.is_not(None),
    )
    rows = db.session.scalars(
        sa.select(Person)
        .where(sa.or_(Person.id.in_(trained), Person.id.in_(guided)), Person.id != person_id)
        .order_by(Person.sort_key, Person.id)
    )
    return [Named(one.id, one.display_name) for one in rows]


# --- suggestions -----------------------------------------------------------------------------


def suggestions(plan: PlanHead, actor: Actor, today: date) -> list[Suggestion]:
    """Return who could guide this person: coaches and trainers of the region of `actor`.

    Who suits best comes first.
    """
    people = _able(plan, actor, today)
    offers = _offers(people)
    wish = find_wish(plan.person_id)
    spots = _spots([plan.place_id, *(one.place_id for one in offers.values())])
    declined = _declined(plan.id)
    load = _load(list(people))
    wanted = rules.Wanted(
        languages=wish.languages,
        day_parts=frozenset(wish.day_parts),
        channel=plan.channel,
        spot=spots.get(plan.place_id),
        wished_coach_id=wish.wished_coach_id,
    )
    fits = [
        rules.fit(wanted, _offered(id_, offer, spots, load.get(id_, 0), said_no=id_ in declined))
        for id_, offer in offers.items()
    ]
    return [
        Suggestion(
            person_id=one.coach_id,
            name=people[one.coach_id].display_name,
            guides=load.get(one.coach_id, 0),
            reasons=one.reasons,
            is_full=one.is_full,
            has_offer=offers[one.coach_id].is_given,
        )
        for one in rules.ranked(fits)[:MOST_CANDIDATES]
    ]


def _able(plan: PlanHead, actor: Actor, today: date) -> dict[int, Person]:
    able = (
        sa.select(Grant.person_id)
        .where(
            Grant.role.in_(("coach", "trainer")),
            Grant.holds_on(today),
            _in_region(actor),
        )
        .distinct()
    )
    asked_now = plan.coach_id if plan.state != "to_match" else None
    rows = db.session.scalars(
        sa.select(Person)
        .where(Person.id.in_(able), Person.id.not_in([plan.person_id, asked_now or 0]))
        .order_by(Person.sort_key, Person.id)
    )
    return {person.id: person for person in rows}


def _offers(people: dict[int, Person]) -> dict[int, Offer]:
    rows = db.session.scalars(sa.select(CoachOffer).where(CoachOffer.person_id.in_(people)))
    given = {row.person_id: row for row in rows}
    return {id_: _offer(given.get(id_), person) for id_, person in people.items()}


def _offered(
    coach_id: int,
    offer: Offer,
    spots: dict[int | None, rules.Spot],
    guides: int,
    *,
    said_no: bool,
) -> rules.Offered:
    return rules.Offered(
        coach_id=coach_id,
        languages=offer.languages,
        day_parts=frozenset(offer.day_parts),
        channels=frozenset(offer.channels),
        spot=spots.get(offer.place_id),
        how_far=offer.how_far,
        most=offer.most,
        guides=guides,
        said_no=said_no,
    )


def _load(coach_ids: list[int]) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(CoachingPlan.coach_id, sa.func.count())
        .where(CoachingPlan.coach_id.in_(coach_ids), CoachingPlan.state.in_(GUIDING))
        .group_by(CoachingPlan.coach_id)
    )
    return {coach_id: count for coach_id, count in rows if coach_id is not None}


def _declined(plan_id: int) -> set[int]:
    """Return who was asked for this plan and did not become the coach, whoever said no."""
    rows = db.session.scalars(
        sa.select(CoachProposal.coach_id).where(
            CoachProposal.plan_id == plan_id, CoachProposal.state == "declined"
        )
    )
    return set(rows)


def _spots(place_ids: Iterable[int | None]) -> dict[int | None, rules.Spot]:
    """Return where places lie. One statement per step up the tree, however many places."""
    wanted = {one for one in place_ids if one is not None}
    known: dict[int, tuple[int | None, str]] = {}
    to_ask = set(wanted)
    while to_ask:
        rows = db.session.execute(
            sa.select(Place.id, Place.parent_id, Place.municipality).where(Place.id.in_(to_ask))
        ).all()
        known |= {row.id: (row.parent_id, row.municipality) for row in rows}
        to_ask = {row.parent_id for row in rows if row.parent_id is not None} - set(known)
    return {one: rules.Spot(_path(one, known), known[one][1]) for one in wanted if one in known}


def _path(place_id: int, known: dict[int, tuple[int | None, str]]) -> tuple[int, ...]:
    path: list[int] = []
    here: int | None = place_id
    while here is not None and here in known and here not in path:
        path.append(here)
        here = known[here][0]
    return tuple(path)


def may_offer_for(actor: Actor, coach_id: int, today: date) -> bool:
    """Say whether somebody coaches or trains in the region of `actor`."""
    found = sa.exists().where(
        Grant.person_id == coach_id,
        Grant.role.in_(("coach", "trainer")),
        Grant.holds_on(today),
        _in_region(actor),
    )
    return coach_id != actor.person_id and bool(db.session.scalar(sa.select(found)))


def _in_region(actor: Actor) -> sa.ColumnElement[bool]:
    """Say whether a grant is about the region of `actor`, or its holder lives there."""
    region = partial(policy.within, actor, policies.OVERSEE)
    holder, guided = aliased(Person), aliased(Person)
    about = {
        "place": region(place=Grant.scope_id),
        "cohort": Grant.scope_id.in_(sa.select(Cohort.id).where(region(place=Cohort.place_id))),
        "person": Grant.scope_id.in_(sa.select(guided.id).where(region(place=guided.place_id))),
    }
    return sa.or_(
        Grant.scope_kind == "everything",
        Grant.person_id.in_(sa.select(holder.id).where(region(place=holder.place_id))),
        *(sa.and_(Grant.scope_kind == kind, inside) for kind, inside in about.items()),
    )


def place_choices() -> list[tuple[int, str]]:
    """Return the places a coach can name as where they are."""
    rows = db.session.execute(
        sa.select(Place.id, Place.name, Place.municipality).order_by(
            Place.municipality, Place.name, Place.id
        )
    )
    return [(row.id, f"{row.name}, {row.municipality}") for row in rows]


# --- who sees to it --------------------------------------------------------------------------


def responsible(place_id: int | None, today: date, *, but: int | None = None) -> Named | None:
    """Return the coordinator who sees to a place, not the person `but`; None without one."""
    found = overseer_of(place_id, overseers(today), but=(but,))
    return None if found is None else Named(found.person_id, found.name, found.phone)


def proposal_rows(plan_id: int) -> list[tuple[str, str, date]]:
    """Return who was asked for a plan: name, how it ended, and when; the latest first."""
    rows = db.session.execute(
        sa.select(Person, CoachProposal.state, CoachProposal.ended_on, CoachProposal.proposed_on)
        .join(Person, Person.id == CoachProposal.coach_id)
        .where(CoachProposal.plan_id == plan_id)
        .order_by(CoachProposal.id.desc())
    )
    return [(row.Person.display_name, row.state, row.ended_on or row.proposed_on) for row in rows]
