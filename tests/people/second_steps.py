"""Somebody whose work asks for a second factor, and what they show."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import Actor
from academy.people import rules
from academy.people.adapters import totp
from academy.people.models import Person, SecondFactor, SignIn
from academy.people.queries.actors import actor_for
from academy.people.queries.second_factor import waiting_secret
from academy.people.services import second_factor
from academy.people.services.sign_in import make_account, open_sign_in
from tests.factories import make_actor, make_grant, make_person

MOMENT = datetime(2026, 11, 23, 8, 0, 15, tzinfo=UTC)
"""The middle of a step of 30 seconds."""


def make_worker(role: str = "coach", mailbox: str = "esra@test.example") -> Person:
    """Make a person with a right over everything, who can come in. Commits."""
    with unit_of_work():
        person = make_person("Esra", email=mailbox)
        make_grant(person, role)
        make_account(person.id, mailbox, by=make_actor(person))
    return person


def came_in(person: Person) -> Actor:
    """Let the person come in by mail or password only; their rights wait. Commits."""
    with unit_of_work():
        open_sign_in(person.id, device="test")
        actor = actor_for(person.id)
        row = db.session.scalars(
            sa.select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.id.desc())
        ).first()
        return Actor(
            person_id=person.id,
            display_name=actor.display_name,
            withheld=actor.grants,
            sign_in_id=row.id,
        )


def set_up_app(person: Person) -> str:
    """Let the person set up an app with its first code, and return the app's secret. Commits."""
    by = came_in(person)
    with unit_of_work():
        second_factor.start_app(by=by)
        secret = waiting_secret(person.id)
    with unit_of_work():
        second_factor.confirm("app", code(secret), by=by)
    with unit_of_work():  # as if long ago
        db.session.execute(sa.update(SecondFactor).values(counter=0))
    return secret


def set_up_card(person: Person, by: Actor | None = None) -> list[str]:
    """Let the person make a card and use its first code; return the other nine. Commits."""
    by = by or came_in(person)
    with unit_of_work():
        codes = list(second_factor.start_card(by=by))
    with unit_of_work():
        second_factor.confirm("card", codes[0], by=by)
    return codes[1:]


def code(secret: str, *, steps: int = 0) -> str:
    """Return what the app shows now, or some steps of 30 seconds earlier or later."""
    return totp.code_at(secret, rules.app_step(clock.real_now()) + steps)


def spellings(digits: str) -> list[str]:
    """Return how people may write a code: with a space, a dash, wide and Arabic digits."""
    half = len(digits) // 2
    wide = "".join(chr(0xFF10 + int(sign)) for sign in digits)
    arabic = "".join(chr(0x0660 + int(sign)) for sign in digits)
    return [digits, f" {digits[:half]} {digits[half:]} ", "-".join(digits), wide, arabic]
