"""Changes to meet-ups and stories: one function per thing a person does."""

from academy.community.services.feedback import note_feedback
from academy.community.services.leaving import give_chairs_back
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
from academy.community.services.mentoring import (
    answer_pair,
    confirm_season,
    link,
    note_helped,
    note_meeting,
    save_offer,
    take_day_back,
)
from academy.community.services.refresher import finish_refresher
from academy.community.services.stories import (
    NewStory,
    count_confirmations,
    publish_story,
    take_back_for,
    tell_story,
    withdraw_story,
)

__all__ = [
    "NewMeetUp",
    "NewStory",
    "Reply",
    "add_walk_in",
    "answer_invitation",
    "answer_pair",
    "cancel_meetup",
    "change_meetup",
    "confirm_season",
    "count_confirmations",
    "finish_refresher",
    "give_chairs_back",
    "hold_meetup",
    "invite",
    "link",
    "note_feedback",
    "note_helped",
    "note_meeting",
    "note_who_came",
    "plan_meetup",
    "publish_story",
    "record_came",
    "save_offer",
    "take_back_for",
    "take_day_back",
    "tell_story",
    "withdraw_story",
]
