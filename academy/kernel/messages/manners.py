"""When something may go, and through what: quiet hours, Sundays, the number a week, the digest.

Pure functions on plain values; all wall-clock times are Amsterdam's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from academy.kernel.clock import AMSTERDAM, local
from academy.kernel.messages.declared import Message, Recipient

MARGIN = timedelta(minutes=30)
"""Nothing is planned for the last half hour before the quiet, so a late worker keeps it too."""
ON_TIME = timedelta(hours=1)
"""What goes within an hour counts as sent when it was planned."""
DIGEST_HOUR = 9
MONDAY, SUNDAY = 0, 6


@dataclass(frozen=True, slots=True)
class Manners:
    """When an academy leaves people in peace, in hours of the day, and how many mails a week."""

    quiet_from: int = 21
    quiet_until: int = 8
    mails_a_week: int = 3


def may_send(now: datetime, *, on_sunday: bool, manners: Manners) -> bool:
    """Say whether something may leave at `now`."""
    here = now.astimezone(AMSTERDAM)
    if here.weekday() == SUNDAY and not on_sunday:
        return False
    return manners.quiet_until <= here.hour < manners.quiet_from


def next_allowed(moment: datetime, *, on_sunday: bool, manners: Manners) -> datetime:
    """Return the first instant from `moment` on for which something may be planned."""
    while True:
        day = moment.astimezone(AMSTERDAM).date()
        opens = local(day, manners.quiet_until)
        closes = local(day, manners.quiet_from) - MARGIN
        if moment <= closes and (on_sunday or day.weekday() != SUNDAY):
            return max(moment, opens)
        moment = local(day + timedelta(days=1), manners.quiet_until)


def digest_moment(after: datetime) -> datetime:
    """Return the first Monday morning from `after` on: the moment of the weekly mail."""
    day = after.astimezone(AMSTERDAM).date()
    monday = day + timedelta(days=-day.weekday() % 7)
    moment = local(monday, DIGEST_HOUR)
    return moment if moment >= after else local(monday + timedelta(days=7), DIGEST_HOUR)


def week_of(moment: datetime) -> tuple[int, int]:
    """Return the year and number of the week in which `moment` lies."""
    year, week, _day = moment.astimezone(AMSTERDAM).isocalendar()
    return year, week


def channel_for(recipient: Recipient, message: Message) -> str | None:
    """Return how a message reaches somebody, or None when it cannot.

    Who rather has paper or a voice gets that, where the message allows it. The academy sends no
    chat messages: who prefers those gets mail.
    """
    if recipient.channel == "letter" and message.by_letter:
        return "letter"
    if recipient.channel == "phone" and message.by_phone and recipient.phone:
        return "phone"
    if recipient.mailbox:
        return "email"
    if message.by_phone and recipient.phone:
        return "phone"
    return "letter" if message.by_letter else None
