"""Reads of stories: those that everybody may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.community import rules
from academy.community.models import Story
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.people.models import Place


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
