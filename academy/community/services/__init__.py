"""Changes to meet-ups and stories: one function per thing a person does."""

from academy.community.services.meetups import (
    NewMeetUp,
    Reply,
    add_walk_in,
    answer_invitation,
    cancel_meetup,
    change_meetup,
    hold_meetup,
    invite,
    note_who_came,
    plan_meetup,
    record_came,
)
from academy.community.services.refresher import finish_refresher
from academy.community.services.stories import (
    NewStory,
    count_confirmations,
    publish_story,
    tell_story,
    withdraw_story,
)

__all__ = [
    "NewMeetUp",
    "NewStory",
    "Reply",
    "add_walk_in",
    "answer_invitation",
    "cancel_meetup",
    "change_meetup",
    "count_confirmations",
    "finish_refresher",
    "hold_meetup",
    "invite",
    "note_who_came",
    "plan_meetup",
    "publish_story",
    "record_came",
    "tell_story",
    "withdraw_story",
]
