"""Reads of stories: those that everybody may read, one's own, and those of a region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.community import policies, rules
from academy.community.models import Story
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Reach, covers, within
from academy.people.models import Person, Place
from courses.queries.on_behalf import reaches_of

MOST_OWN = 50


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


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story as who told it or who publishes it sees it. `told_by` is empty for nobody's.

    `teller_id` is there for who may take it back for the teller.
    """

    id: int
    title: str
    place: str
    text: str
    asset: str
    confirmed_by: int
    may_share: bool
    published_on: date | None
    told_by: str
    teller_id: int | None = None

    @property
    def missing(self) -> int:
        """How many residents still have to say that it is true."""
        return max(rules.FEWEST_CONFIRMATIONS - self.confirmed_by, 0)

    @property
    def obstacles(self) -> tuple[rules.Obstacle, ...]:
        """What keeps it from being published."""
        return rules.obstacles(confirmed_by=self.confirmed_by, may_share=self.may_share)


def _told(condition: sa.ColumnElement[bool]) -> sa.Select[Story, str, Person]:
    return (
        sa.select(Story, Place.name, Person)
        .join(Place, Place.id == Story.place_id)
        .outerjoin(Person, Person.id == Story.told_by_id)
        .where(condition)
    )


def _as_told(
    story: Story, place: str, teller: Person | None, *, by: Actor | None = None
) -> ToldStory:
    is_helped = teller is not None and by is not None and _lives_near(teller, by)
    return ToldStory(
        id=story.id,
        title=story.title,
        place=place,
        text=story.text,
        asset=story.asset,
        confirmed_by=story.confirmed_by,
        may_share=story.may_share,
        published_on=story.published_on,
        told_by=teller.display_name if teller else "",
        teller_id=story.told_by_id if is_helped else None,
    )


def _lives_near(teller: Person, by: Actor) -> bool:
    """Say whether `by` helps somebody because of where they live; no query, for use in lists."""
    where = Reach(person_id=teller.id, place_id=teller.place_id)
    return teller.id != by.person_id and covers(by, policies.TELL, where)


def own_rows(person_id: int) -> list[ToldStory]:
    """Return the stories that somebody told, newest first."""
    query = _told(Story.told_by_id == person_id).order_by(Story.id.desc()).limit(MOST_OWN)
    return [_as_told(*found) for found in db.session.execute(query)]


def shared_rows(person_id: int) -> list[ToldStory]:
    """Return what somebody told and lets others read, now or later, newest first."""
    return [one for one in own_rows(person_id) if one.may_share]


def region_rows(by: Actor, *, cursor: str | None = None, limit: int = 20) -> Page[ToldStory]:
    """Return the stories in reach of who publishes, newest first, but for what stays one's own."""
    after = from_cursor(cursor, int)
    query = _told(_in_reach(by))
    if after:
        query = query.where(Story.id < after[0])
    rows = [
        _as_told(*found, by=by)
        for found in db.session.execute(query.order_by(Story.id.desc()).limit(limit + 1))
    ]
    following = to_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(rows[:limit]), following)


def _in_reach(by: Actor) -> sa.ColumnElement[bool]:
    is_open = sa.or_(Story.may_share.is_(sa.true()), Story.told_by_id.is_(None))
    return sa.and_(within(by, policies.PUBLISH, place=Story.place_id), is_open)


def require_told(story_id: int, *, by: Actor) -> None:
    """Raise NotFoundError for a story that is not in reach of who publishes."""
    if db.session.scalar(sa.select(Story.id).where(Story.id == story_id, _in_reach(by))) is None:
        raise NotFoundError


def waiting(by: Actor) -> sa.ScalarSelect[int]:
    """Return how many stories in reach may be shared and are not published."""
    return (
        sa.select(sa.func.count(Story.id))
        .where(Story.published_on.is_(None), Story.may_share.is_(sa.true()), _in_reach(by))
        .scalar_subquery()
    )


def get_teller(person_id: int, *, by: Actor) -> tuple[str, int | None]:
    """Return the name and the place of who tells a story, for who may write it down for them.

    Raises NotFoundError.
    """
    person = db.session.get(Person, person_id)
    if person is None or not may_tell_for(person_id, by=by):
        raise NotFoundError
    return person.display_name, person.place_id


def may_tell_for(person_id: int, *, by: Actor) -> bool:
    """Say whether `by` may write down the story of somebody, and take it back for them."""
    person = db.session.get(Person, person_id)
    if person is None:
        return False
    where = [Reach(person_id=person_id, place_id=person.place_id), *reaches_of(person_id)]
    return any(covers(by, policies.TELL, one) for one in where)
