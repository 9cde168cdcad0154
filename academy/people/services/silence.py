"""Silence and choices: what somebody does not want to get by itself. Nobody asks why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.messages.declared import message_named
from academy.kernel.policy import Actor, Reach
from academy.people.models import DeclinedMessage, Person
from academy.people.policies import OWN_MESSAGES
from academy.people.services.about import may_help


def begin_silence(
    person_id: int, *, by: Actor, until: date | None = None, reaches: Sequence[Reach] = ()
) -> None:
    """Let nothing go to somebody by itself from now on: up to and including a day, or for good.

    `reaches` says where they lie, for who does it on their behalf. Raises NotFoundError out of
    reach, InvalidInputError for a day that has passed.
    """
    person = _person(person_id, by=by, reaches=reaches)
    if until is not None and until < clock.today():
        sentence = _("Kies vandaag of een dag later.")
        raise InvalidInputError(sentence, fields={"until": sentence})
    person.silent = True
    person.silent_until = clock.local(until + timedelta(days=1)) if until is not None else None
    audit.record(
        "people:silence:begun",
        ("person", person_id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
        for_good=until is None,
    )


def end_silence(person_id: int, *, by: Actor, reaches: Sequence[Reach] = ()) -> None:
    """Let messages go again from now on. What fell in the silence is not sent after all."""
    person = _person(person_id, by=by, reaches=reaches)
    if not person.silent:
        return
    person.silent_until = clock.now()
    audit.record(
        "people:silence:ended",
        ("person", person_id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
    )


def require_reach(person_id: int, *, by: Actor, reaches: Sequence[Reach]) -> None:
    """Refuse unless it is oneself, or somebody whom one helps. Raises NotFoundError."""
    if not may_help(by, person_id, reaches):
        policy.require(by, OWN_MESSAGES, Reach(person_id=person_id))


def _person(person_id: int, *, by: Actor, reaches: Sequence[Reach]) -> Person:
    require_reach(person_id, by=by, reaches=reaches)
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFoundError
    return person


def choose_messages(person_id: int, declined: Collection[str], *, by: Actor) -> None:
    """Say which kinds of message somebody does not want, of those that are not necessary."""
    policy.require(by, OWN_MESSAGES, Reach(person_id=person_id))
    db.session.execute(sa.delete(DeclinedMessage).where(DeclinedMessage.person_id == person_id))
    for name in sorted(set(declined)):
        _decline(person_id, name)
    audit.record("people:messages:chosen", ("person", person_id), by=by, subject_id=person_id)


def decline(person_id: int, name: str, *, by: Actor) -> None:
    """Turn one kind of message off. Raises NotFoundError when there is no such kind or person."""
    policy.require(by, OWN_MESSAGES, Reach(person_id=person_id))
    known = db.session.scalar(
        sa.select(DeclinedMessage.id).where(
            DeclinedMessage.person_id == person_id, DeclinedMessage.name == name
        )
    )
    if known is None:
        _decline(person_id, name)
        audit.record("people:messages:chosen", ("person", person_id), by=by, subject_id=person_id)


def _decline(person_id: int, name: str) -> None:
    message = message_named(name)
    if message is None or message.necessary:
        raise NotFoundError
    db.session.add(DeclinedMessage(person_id=person_id, name=name))
