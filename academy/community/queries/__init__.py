"""Reads of the community."""

from academy.community.queries.meetups import (
    get_meetup,
    guest_rows,
    is_welcome,
)
from academy.community.queries.stories import get_story, story_rows

__all__ = ["get_meetup", "get_story", "guest_rows", "is_welcome", "story_rows"]
