"""What a feature declares: a message, and which of them fall due between two instants.

A source is a pure read: the same tables and the same window give the same items, whatever the
clock says. That is why a rehearsal equals what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel.policy import Capability
from academy.kernel.queue import Argument

CHANNELS = ("email", "digest", "phone", "letter")
DIGEST = "kernel/digest"
"""The weekly mail that gathers what may wait."""
LONG_ENOUGH = timedelta(days=14)
"""What may wait for the weekly mail must be of use for two weeks at least."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time asked about: after `since`, up to and including `until`.

    `people` is a query of person ids that limits the answer; None: everybody.
    """

    since: datetime
    until: datetime
    people: sa.Select[int] | None = None

    def holds(self, moment: datetime) -> bool:
        """Say whether `moment` lies in the window."""
        return self.since < moment <= self.until

    def about(self, person: Any) -> sa.ColumnElement[bool]:
        """Return the condition that keeps a query within the people asked about."""
        if self.people is None:
            return sa.true()
        condition: sa.ColumnElement[bool] = person.in_(self.people)
        return condition


@dataclass(frozen=True, slots=True)
class Due:
    """One message to one person. `key` names it for good: what was sent under it never goes again.

    `due_at` is when it should go, `use_by` when it has no use any more (None: what the message
    says). `ids` are what its values are looked up by.
    """

    key: str
    person_id: int
    due_at: datetime
    ids: Mapping[str, Argument] = field(default_factory=dict)
    use_by: datetime | None = None


Source = Callable[[Window], Iterable[Due]]
Values = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of message, `<feature>/<name>`, with its texts in `templates/mail/<name>/`.

    `title` and `why` are lazy texts: what it is called, and "you get this because". `due` says to
    whom and when; without it the message is only announced (see `engine.announce`). `values` looks
    up what the text prints; None says that it is needless by now.
    """

    name: str
    title: Any
    why: Any
    values: Values
    due: Source | None = None
    use_within: timedelta = LONG_ENOUGH
    """How long after it is due it is still of use."""
    may_wait: bool = True
    """Whether it counts for the number a week, and goes into the weekly mail beyond it."""
    gathered: bool = False
    """Whether it always goes into the weekly mail."""
    on_sunday: bool = False
    """Whether it may go on a Sunday."""
    by_phone: bool = False
    """Whether somebody calls who rather hears it, or who has no mail."""
    by_letter: bool = False
    """Whether it goes by post to who rather has paper, or who has no mail."""
    necessary: bool = False
    """Whether nobody can turn it off."""
    for_staff: bool = False
    """Whether it belongs to work, so that it does not show among what participants choose."""
    unless: Any = ""
    """A lazy text: what makes it needless before it goes. Empty when it depends on the day only."""
    seen_by: Capability | None = None
    """Which right, beside acting for the recipient, shows others that it goes. None: no further."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """How somebody wants to be reached. `channel` is letter, phone, message or email."""

    person_id: int
    name: str
    call_name: str
    mailbox: str
    phone: str
    channel: str
    language: str
    silent: bool = False
    silent_until: datetime | None = None
    """The end of the silence; None with `silent`: for good."""
    declined: frozenset[str] = frozenset()

    def is_silent_at(self, moment: datetime) -> bool:
        """Say whether nothing goes to them by itself at `moment`."""
        return self.silent and (self.silent_until is None or moment < self.silent_until)


Recipients = Callable[[Collection[int] | sa.Select[int]], dict[int, Recipient]]

_known: dict[str, Message] = {}
_recipients: list[Recipients] = []


def register(message: Message) -> bool:
    """Let the engine send `message`; False if it knew it. The composition root calls this.

    Raises ValueError for a second message of that name, and for one that may wait but is useless
    by then.
    """
    if _known.get(message.name) is message:
        return False
    if message.name in _known:
        raise ValueError(f"the message {message.name} is declared twice")
    if message.gathered and not message.may_wait:
        raise ValueError(f"the message {message.name} is gathered, so it must be able to wait")
    if message.may_wait and message.use_within < LONG_ENOUGH:
        raise ValueError(f"the message {message.name} may wait, but is useless within two weeks")
    _known[message.name] = message
    return True


def use_recipients(recipients: Recipients) -> None:
    """Let `recipients` say how people want to be reached."""
    _recipients[:] = [recipients]


def recipients_of(people: Collection[int] | sa.Select[int]) -> dict[int, Recipient]:
    """Return how these people want to be reached, by person id."""
    return _recipients[0](people) if _recipients else {}


def message_named(name: str) -> Message | None:
    """Return the message of that name, or None when no feature declares it."""
    return _known.get(name)


def all_messages() -> tuple[Message, ...]:
    """Return every declared message, by name."""
    return tuple(_known[name] for name in sorted(_known))
