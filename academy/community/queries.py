"""Reads of the community: meet-ups with answers, and the stories that everybody may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.community import policies, rules
from academy.community.models import MeetUp, Rsvp, Story
from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Reach, covers, require, within
from academy.people.models import Person, Place
from certificates.models import Certificate

MOST_COMING = 20
MOST_NAMES = 100


@dataclass(frozen=True, slots=True)
class MeetUpRow:
    """One meet-up. `answer` is that of who is invited, or empty; counts are of everybody.

    `helped_by` passed the answer on, on their behalf.
    """

    id: int
    kind: str
    title: str
    held_on: date
    place: str
    capacity: int
    state: str
    yes: int
    maybe: int
    no: int
    came: int
    answer: str
    brings: str
    needs: str
    helped_by: str

    @property
    def answers(self) -> int:
        """How many people answered."""
        return self.yes + self.maybe + self.no


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody within the viewer's reach who answered."""

    person_id: int
    name: str
    answer: str
    brings: str
    needs: str
    came: bool | None


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A published story. Who told it stays out."""

    id: int
    title: str
    place: str
    text: str
    asset: str
    confirmed_by: int
    published_on: date


def is_welcome(person_id: int) -> bool:
    """Say whether a person was ever certified: those stay welcome, also when it expired."""
    held = sa.select(Certificate.id).where(Certificate.person_id == person_id).limit(1)
    return db.session.scalar(held) is not None


def _counted(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Rsvp)
        .where(Rsvp.meet_up_id == MeetUp.id, condition)
        .correlate(MeetUp)
        .scalar_subquery()
    )


def _select(person_id: int | None) -> sa.Select[MeetUp, int, int, int, int, Rsvp, Person]:
    mine = sa.and_(Rsvp.meet_up_id == MeetUp.id, Rsvp.person_id == person_id)
    return (
        sa.select(
            MeetUp,
            _counted(Rsvp.answer == "yes"),
            _counted(Rsvp.answer == "maybe"),
            _counted(Rsvp.answer == "no"),
            _counted(Rsvp.came.is_(sa.true())),
            Rsvp,
            Person,
        )
        .outerjoin(Rsvp, mine)
        .outerjoin(Person, Person.id == Rsvp.helped_by_id)
    )


def _row(
    meet_up: MeetUp,
    yes: int,
    maybe: int,
    no: int,
    came: int,
    mine: Rsvp | None,
    helper: Person | None,
) -> MeetUpRow:
    return MeetUpRow(
        id=meet_up.id,
        kind=meet_up.kind,
        title=meet_up.title,
        held_on=meet_up.held_on,
        place=meet_up.place,
        capacity=meet_up.capacity,
        state=meet_up.state,
        yes=yes,
        maybe=maybe,
        no=no,
        came=came,
        answer=mine.answer if mine else "",
        brings=mine.brings if mine else "",
        needs=mine.needs if mine else "",
        helped_by=helper.display_name if helper else "",
    )


def _is_coming() -> sa.ColumnElement[bool]:
    return sa.and_(MeetUp.state != "held", MeetUp.held_on >= clock.today())


def coming_rows(actor: Actor) -> list[MeetUpRow]:
    """Return the meet-ups still to come, the next one first."""
    query = (
        _select(actor.person_id)
        .where(_is_coming())
        .order_by(MeetUp.held_on, MeetUp.id)
        .limit(MOST_COMING)
    )
    return [_row(*found) for found in db.session.execute(query)]


def past_rows(actor: Actor, *, cursor: str | None = None, limit: int = 10) -> Page[MeetUpRow]:
    """Return the meet-ups that were, newest first."""
    after = from_cursor(cursor, date, int)
    query = (
        _select(actor.person_id)
        .where(sa.not_(_is_coming()))
        .order_by(MeetUp.held_on.desc(), MeetUp.id.desc())
        .limit(limit + 1)
    )
    if after:
        bound = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(sa.tuple_(MeetUp.held_on, MeetUp.id) < bound)
    rows = [_row(*found) for found in db.session.execute(query)]
    last = rows[limit - 1] if len(rows) > limit else None
    following = to_cursor(last.held_on, last.id) if last else None
    return Page(tuple(rows[:limit]), following)


def get_meetup(meetup_id: int, *, by: Actor, guest_id: int | None = None) -> MeetUpRow:
    """Return one meet-up with the answer of `by`, or of a guest. Raises NotFoundError."""
    whose = _select(guest_id or by.person_id)
    found = db.session.execute(whose.where(MeetUp.id == meetup_id)).first()
    if found is None:
        raise NotFoundError
    return _row(*found)


def may_answer(row: MeetUpRow, *, by: Actor) -> bool:
    """Say whether the viewer may still answer this invitation."""
    return takes_answers(row) and by.person_id is not None and is_welcome(by.person_id)


def takes_answers(row: MeetUpRow) -> bool:
    """Say whether a meet-up is still to come and asks for answers."""
    return rules.takes_answers(row.state) and row.held_on >= clock.today()


def get_guest_name(person_id: int, *, by: Actor) -> str:
    """Return the name of somebody invited for whom `by` may answer. Raises NotFoundError."""
    person = db.session.get(Person, person_id)
    if person is None or person_id == by.person_id or not is_welcome(person_id):
        raise NotFoundError
    require(by, policies.ANSWER, Reach(person_id=person_id, place_id=person.place_id))
    return person.display_name


def coming_for(person_id: int, *, by: Actor) -> list[MeetUpRow]:
    """Return the meet-ups to come that somebody is invited to, for who may answer for them."""
    person = db.session.get(Person, person_id)
    if person is None or not is_welcome(person_id):
        return []
    if not covers(by, policies.ANSWER, Reach(person_id=person_id, place_id=person.place_id)):
        return []
    query = _select(person_id).where(_is_coming()).order_by(MeetUp.held_on, MeetUp.id)
    return [_row(*found) for found in db.session.execute(query.limit(MOST_COMING))]


def guest_rows(meetup_id: int, *, by: Actor) -> list[Guest]:
    """Return who answered, of the viewer's own coachees or region, by name."""
    rows = db.session.execute(
        sa.select(Rsvp, Person)
        .join(Person, Person.id == Rsvp.person_id)
        .where(
            Rsvp.meet_up_id == meetup_id,
            within(by, policies.COUNT, person=Person.id, place=Person.place_id),
        )
        .order_by(Person.sort_key, Person.id)
        .limit(MOST_NAMES)
    )
    return [
        Guest(person.id, person.display_name, one.answer, one.brings, one.needs, one.came)
        for one, person in rows
    ]


def _stories() -> sa.Select[Story, str]:
    return (
        sa.select(Story, Place.name)
        .join(Place, Place.id == Story.place_id)
        .where(
            Story.published_on.is_not(None),
            Story.may_share.is_(sa.true()),
            Story.confirmed_by >= rules.FEWEST_CONFIRMATIONS,
        )
    )


def _story(story: Story, place: str) -> StoryRow:
    assert story.published_on is not None  # noqa: S101 - the query keeps those out
    return StoryRow(
        id=story.id,
        title=story.title,
        place=place,
        text=story.text,
        asset=story.asset,
        confirmed_by=story.confirmed_by,
        published_on=story.published_on,
    )


def story_rows(*, cursor: str | None = None, limit: int = 20) -> Page[StoryRow]:
    """Return the stories that everybody may read, newest first."""
    after = from_cursor(cursor, date, int)
    query = _stories().order_by(Story.published_on.desc(), Story.id.desc()).limit(limit + 1)
    if after:
        bound = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(sa.tuple_(Story.published_on, Story.id) < bound)
    rows = [_story(*found) for found in db.session.execute(query)]
    last = rows[limit - 1] if len(rows) > limit else None
    following = to_cursor(last.published_on, last.id) if last else None
    return Page(tuple(rows[:limit]), following)


def get_story(story_id: int) -> StoryRow:
    """Return one published story. Raises NotFoundError."""
    found = db.session.execute(_stories().where(Story.id == story_id)).first()
    if found is None:
        raise NotFoundError
    return _story(*found)
