"""The second factor by passkey: the device signs a question of ours that holds once.

The question lies with the sign-in on which it was asked, for five minutes.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from academy.people import rules
from academy.people.adapters import passkey
from academy.people.adapters.passkey import Passkey
from academy.people.models import SecondFactor, SignIn
from academy.people.services.second_factor import (
    count_success,
    count_try,
    may_change,
    note_given,
    note_set_up,
    own_sign_in,
)

QUESTION_LASTS = timedelta(minutes=5)


class PasskeyRefusedError(InvalidInputError):
    """The device's answer does not fit."""

    slug = "passkey-refused"

    def __init__(self) -> None:
        """Say what to do instead."""
        super().__init__(_("Dat ging niet goed. Probeer het nog eens, of neem een code."))


def ask_to_add(*, by: Actor) -> str:
    """Return as JSON the question with which the device makes a passkey.

    Raises NotFoundError where passkeys cannot be, ConflictError when there are five already.
    """
    row = may_change(by)
    known = _factors(row.person_id)
    if len(known) >= rules.MOST_PASSKEYS:
        raise ConflictError(_("Je hebt al vijf apparaten. Haal er eerst een weg."))
    challenge = _ask(row)
    return passkey.to_add(
        row.person_id, by.display_name, challenge, known=[one.credential_id or "" for one in known]
    )


def add(answer: str, *, device: str, by: Actor) -> None:
    """Keep the passkey that the device made; it counts at once. Raises PasskeyRefusedError."""
    row = may_change(by)
    made = passkey.read_added(answer, _used_challenge(row))
    if made is None:
        raise PasskeyRefusedError
    now = clock.real_now()
    factor = SecondFactor(
        person_id=row.person_id,
        kind="passkey",
        device=device[:60],
        credential_id=made.credential_id,
        public_key=made.public_key,
        counter=made.counter,
        made_at=now,
        confirmed_at=now,
        last_used_at=now,
    )
    db.session.add(factor)
    db.session.flush()  # the audit names the row
    note_set_up(factor, by=by)
    note_given("passkey", by=by)


def ask_to_give(*, by: Actor) -> str:
    """Return as JSON the question that one of the person's passkeys can sign.

    Raises NotFoundError without a passkey.
    """
    row = own_sign_in(by)
    known = _factors(row.person_id)
    if not known:
        raise NotFoundError
    return passkey.to_give(_ask(row), known=[one.credential_id or "" for one in known])


def give(answer: str, *, by: Actor) -> None:
    """Take a signed question: this device has given the second factor, freshly.

    Raises PasskeyRefusedError, TooManyError after five wrong ones in five minutes.
    """
    person_id = own_sign_in(by).person_id
    count_try(person_id)
    challenge = _used_challenge(own_sign_in(by))
    factors = {one.credential_id or "": one for one in _factors(person_id)}
    known = [Passkey(name, one.public_key, one.counter) for name, one in factors.items()]
    given = passkey.read_given(answer, challenge, known=known)
    if given is None:
        raise PasskeyRefusedError
    used = factors[given.credential_id]
    used.counter, used.last_used_at = given.counter, clock.real_now()
    count_success(person_id)
    note_given("passkey", by=by)


def _factors(person_id: int) -> list[SecondFactor]:
    return list(
        db.session.scalars(
            sa.select(SecondFactor)
            .where(SecondFactor.person_id == person_id, SecondFactor.kind == "passkey")
            .order_by(SecondFactor.id)
            .with_for_update()
        )
    )


def _ask(row: SignIn) -> str:
    if not passkey.is_possible():
        raise NotFoundError
    row.challenge = passkey.fresh_challenge()
    row.challenge_until = clock.real_now() + QUESTION_LASTS
    return row.challenge


def _used_challenge(row: SignIn) -> str:
    """Return the open question and close it. Raises PasskeyRefusedError when there is none."""
    challenge, until = row.challenge, row.challenge_until
    row.challenge = row.challenge_until = None
    if challenge is None or until is None or until < clock.real_now():
        raise PasskeyRefusedError
    return challenge
