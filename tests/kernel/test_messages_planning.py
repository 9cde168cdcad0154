"""What goes when: quiet hours, Sundays, clock changes, the number a week, the weekly mail."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academy.kernel.clock import AMSTERDAM, local
from academy.kernel.messages import declared
from academy.kernel.messages.declared import DIGEST, Due, Message, Recipient, register
from academy.kernel.messages.manners import (
    Manners,
    channel_for,
    digest_moment,
    may_send,
    next_allowed,
    week_of,
)
from academy.kernel.messages.planning import Planned, Settled, plan

MANNERS = Manners(quiet_from=21, quiet_until=8, mails_a_week=3)
BACK = date(2026, 10, 25)
"""The clock goes back an hour in the night to this Sunday."""
FORWARD = date(2027, 3, 28)
START = local(date(2026, 10, 12), 0)

moments = st.integers(0, 60 * 24 * 240).map(lambda minutes: START + timedelta(minutes=minutes))
"""Every minute of eight months, with both changes of the clock."""


def no_values(**_ids: Any) -> None:
    return None


def a_message(name: str = "test/news", **changes: Any) -> Message:
    values = {"title": "Nieuws", "why": "omdat", "values": no_values} | changes
    return Message(name, **values)


def somebody(person_id: int = 1, **changes: Any) -> Recipient:
    values = {
        "name": "Samira",
        "call_name": "Samira",
        "mailbox": f"p{person_id}@test.example",
        "phone": "06-00000001",
        "channel": "email",
        "language": "nl",
    } | changes
    return Recipient(person_id, **values)


def planned_of(
    *items: tuple[Message, Due],
    now: datetime = START,
    recipients: list[Recipient] | None = None,
    settled: Settled | None = None,
) -> list[Planned]:
    known = {one.person_id: one for one in recipients or [somebody(1), somebody(2), somebody(3)]}
    return plan(items, known, settled or Settled(), now=now, manners=MANNERS)


# --- quiet hours -----------------------------------------------------------------------------


@given(moments, st.booleans())
def test_what_is_planned_may_be_sent_then_and_half_an_hour_later(moment, on_sunday):
    slot = next_allowed(moment, on_sunday=on_sunday, manners=MANNERS)
    assert slot >= moment
    for late in (timedelta(), timedelta(minutes=29)):
        assert may_send(slot + late, on_sunday=on_sunday, manners=MANNERS)
    assert on_sunday or slot.astimezone(AMSTERDAM).weekday() != 6


@given(moments)
def test_nothing_waits_longer_than_a_sunday_and_two_nights(moment):
    slot = next_allowed(moment, on_sunday=False, manners=MANNERS)
    assert slot - moment <= timedelta(hours=36)


@given(moments)
def test_what_is_allowed_already_is_not_moved(moment):
    slot = next_allowed(moment, on_sunday=False, manners=MANNERS)
    assert next_allowed(slot, on_sunday=False, manners=MANNERS) == slot


@pytest.mark.parametrize("day", [BACK, FORWARD])
def test_the_quiet_ends_at_eight_on_the_wall_when_the_clock_changes(day):
    evening_before = local(day - timedelta(days=1), 21)
    slot = next_allowed(evening_before, on_sunday=True, manners=MANNERS)
    assert slot.astimezone(AMSTERDAM).isoformat()[:16] == f"{day.isoformat()}T08:00"
    hours = (slot - evening_before).total_seconds() / 3600
    assert hours == (12 if day == BACK else 10)
    monday = next_allowed(evening_before, on_sunday=False, manners=MANNERS)
    assert monday == local(day + timedelta(days=1), 8)


@given(moments)
def test_the_weekly_mail_is_on_a_monday_morning_within_a_week(moment):
    slot = digest_moment(moment)
    here = slot.astimezone(AMSTERDAM)
    assert (here.weekday(), here.hour, here.minute) == (0, 9, 0)
    assert timedelta() <= slot - moment <= timedelta(days=7, hours=1)


# --- the channel -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "allowed", "channel"),
    [
        ({}, {}, "email"),
        ({"channel": "message"}, {}, "email"),
        ({"channel": "phone"}, {}, "email"),
        ({"channel": "phone"}, {"by_phone": True}, "phone"),
        ({"channel": "letter"}, {"by_phone": True}, "email"),
        ({"channel": "letter"}, {"by_letter": True}, "letter"),
        ({"mailbox": ""}, {}, None),
        ({"mailbox": ""}, {"by_phone": True, "by_letter": True}, "phone"),
        ({"mailbox": "", "phone": ""}, {"by_phone": True, "by_letter": True}, "letter"),
        ({"mailbox": "", "phone": ""}, {"by_phone": True}, None),
    ],
)
def test_people_are_reached_as_they_like_it_and_otherwise_as_it_can(person, allowed, channel):
    assert channel_for(somebody(**person), a_message(**allowed)) == channel


# --- the number a week, and the weekly mail --------------------------------------------------

KINDS = (
    a_message("test/waits"),
    a_message("test/gathered", gathered=True),
    a_message("test/now", may_wait=False, on_sunday=True, use_within=timedelta(days=1)),
    a_message("test/soon", may_wait=False, use_within=timedelta(days=3)),
    a_message("test/called", by_phone=True),
)

dues = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(1, 3),
        st.integers(0, 60 * 24 * 50),
    ),
    max_size=40,
)


def as_items(drawn: list[tuple[Message, int, int]]) -> list[tuple[Message, Due]]:
    return [
        (message, Due(f"k{number}", person_id, START + timedelta(minutes=minutes)))
        for number, (message, person_id, minutes) in enumerate(drawn)
    ]


PEOPLE = [
    somebody(1),
    somebody(2, channel="phone"),
    somebody(3, silent=True, silent_until=START + timedelta(days=9)),
]


@given(dues)
def test_nobody_gets_more_mails_that_may_wait_than_the_number_a_week(drawn):
    waits = {one.name for one in KINDS if one.may_wait}
    mails = Counter(
        (one.person_id, week_of(one.planned_for))
        for one in planned_of(*as_items(drawn), recipients=PEOPLE)
        if one.channel == "email" and one.name in waits
    )
    assert all(number <= MANNERS.mails_a_week for number in mails.values())


@given(dues)
def test_a_weekly_mail_goes_once_a_week_and_holds_what_waited(drawn):
    planned = planned_of(*as_items(drawn), recipients=PEOPLE)
    weekly = [one for one in planned if one.name == DIGEST]
    assert len({(one.person_id, one.planned_for) for one in weekly}) == len(weekly)
    parts = Counter(one.part_of for one in planned if one.channel == "digest")
    assert set(parts) == {one.key for one in weekly}
    for one in planned:
        if one.channel == "digest":
            assert one.planned_for in {
                mail.planned_for for mail in weekly if mail.key == one.part_of
            }


@given(dues)
def test_nothing_is_lost_but_what_fell_in_a_silence_or_came_too_late(drawn):
    items = as_items(drawn)
    planned = {one.key for one in planned_of(*items, recipients=PEOPLE)}
    for message, due in items:
        silent = due.person_id == 3 and due.due_at < START + timedelta(days=16)
        short = not message.may_wait
        assert due.key in planned or silent or short, (message.name, due)


@given(dues)
def test_nothing_goes_in_the_quiet_or_in_a_silence(drawn):
    for one in planned_of(*as_items(drawn), recipients=PEOPLE):
        assert may_send(one.planned_for, on_sunday=one.on_sunday, manners=MANNERS)
        assert one.person_id != 3 or one.planned_for >= START + timedelta(days=9)


@settings(deadline=None)
@given(dues, st.lists(st.integers(1, 29), min_size=1, max_size=5))
def test_sending_step_by_step_is_what_was_rehearsed(drawn, steps):
    """However the time is cut, by less than half an hour, the same goes at the same moment."""
    items = as_items(drawn)
    end = START + timedelta(days=60)
    rehearsed = {
        (one.key, one.channel, one.planned_for, one.part_of)
        for one in planned_of(*items, recipients=PEOPLE)
        if one.planned_for <= end
    }
    settled, sent, now, turn = Settled(), set(), START, 0
    moments = sorted({one[2] for one in rehearsed})
    while now <= end:
        known = [one for one in items if one[1].due_at <= now]
        fresh = Settled(set(settled.keys), settled.mails.copy())
        for one in planned_of(*known, now=now, recipients=PEOPLE, settled=fresh):
            if one.planned_for > now or not may_send(now, on_sunday=one.on_sunday, manners=MANNERS):
                continue
            sent.add((one.key, one.channel, one.planned_for, one.part_of))
            settled.keys.add(one.key)
            message = next((m for m, due in items if due.key == one.key), None)
            if one.channel == "email" and message is not None and message.may_wait:
                settled.mails[one.person_id, week_of(one.planned_for)] += 1
        later = [moment for moment in moments if moment > now]
        step = timedelta(minutes=steps[turn % len(steps)])
        turn += 1
        now = max(now, later[0]) + step if later else end + timedelta(hours=1)
    assert sent == rehearsed


def test_the_fourth_mail_of_a_week_waits_for_monday():
    day = date(2026, 10, 13)
    items = [(KINDS[0], Due(f"k{n}", 1, local(day, 9 + n))) for n in range(4)]
    planned = planned_of(*items)
    assert [one.channel for one in planned] == ["email", "email", "email", "email", "digest"]
    assert planned[3].name == DIGEST
    assert planned[4].planned_for == local(date(2026, 10, 19), 9)
    assert planned[4].part_of == planned[3].key == "digest-1-2026-10-19"


def test_what_went_before_counts_for_the_week():
    settled = Settled()
    settled.mails[1, week_of(START)] = 3
    due = Due("k", 1, START + timedelta(hours=10))
    assert planned_of((KINDS[0], due), settled=settled)[1].channel == "digest"


def test_what_went_never_goes_again():
    assert planned_of((KINDS[0], Due("k", 1, START)), settled=Settled(keys={"k"})) == []


def test_what_a_stopped_worker_left_goes_at_the_first_good_moment_or_not_at_all():
    night = local(date(2026, 10, 14), 23)
    of_use = Due("a", 1, night - timedelta(days=2))
    useless = Due("b", 1, night - timedelta(days=4))
    (one,) = planned_of((KINDS[3], of_use), (KINDS[3], useless), now=night)
    assert (one.key, one.planned_for) == ("a", local(date(2026, 10, 15), 8))


def test_who_missed_mondays_gets_one_weekly_mail():
    wednesday = local(date(2026, 10, 21), 12)
    items = [(KINDS[1], Due(f"k{n}", 1, wednesday - timedelta(days=n))) for n in (3, 10)]
    planned = planned_of(*items, now=wednesday)
    assert [one.name for one in planned if one.channel == "email"] == [DIGEST]
    assert {one.planned_for for one in planned} == {wednesday}


def test_who_turned_it_off_does_not_get_it_unless_it_is_necessary():
    recipient = somebody(1, declined=frozenset({"test/news", "test/must"}))
    must = a_message("test/must", necessary=True)
    items = [(a_message(), Due("a", 1, START)), (must, Due("b", 1, START))]
    assert [one.key for one in planned_of(*items, recipients=[recipient])] == ["b"]


def test_a_silence_for_good_ends_with_no_day():
    silent = somebody(1, silent=True)
    assert planned_of((KINDS[0], Due("k", 1, START)), recipients=[silent]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"use_within": timedelta(days=13)},
        {"may_wait": False, "gathered": True},
    ],
)
def test_a_message_that_could_not_wait_is_refused_at_the_start(wrong, monkeypatch):
    monkeypatch.setattr(declared, "_known", {})
    with pytest.raises(ValueError, match="test/wrong"):
        register(a_message("test/wrong", **wrong))


def test_a_name_belongs_to_one_message(monkeypatch):
    monkeypatch.setattr(declared, "_known", {})
    first = a_message("test/twice")
    assert register(first)
    assert not register(first)
    with pytest.raises(ValueError, match="twice"):
        register(a_message("test/twice", title="Anders"))
