"""Coming in by a printed letter: a code that works once, for who has no mail of their own.

Only for participants: who sees data of others comes in by mail and second factor. Whoever makes
the letter could use it, so making and using are both in the audit log, and who has a mailbox hears
of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, ids, limits, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.limits import Limit
from academy.kernel.policy import Actor, Reach
from academy.kernel.settings import current
from academy.people import rules
from academy.people.adapters.letter import print_letter
from academy.people.models import Account, Grant, Person, SignInLetter
from academy.people.policies import MAKE_LETTER
from academy.people.services.notices import tell
from academy.people.services.sign_in import TRY_ADDRESS

MADE_MAIL = "people/letter_made"
TRY_DAY = Limit("try-letter-day", 50, timedelta(days=1))


class WrongLetterError(InvalidInputError):
    """The code of a letter does not fit."""

    slug = "wrong-code"

    def __init__(self) -> None:
        """Say it kindly, at the field."""
        sentence = _(
            "Deze code klopt niet, of werkt niet meer. Vraag je trainer om een nieuwe brief."
        )
        super().__init__(sentence, fields={"code": sentence})


@dataclass(frozen=True, slots=True)
class LetterWish:
    """How the letter is to be printed. Without an address there are lines to write on."""

    address: Sequence[str] = ()
    large: bool = False


def make_letter(person_id: int, wish: LetterWish, *, by: Actor, found_at: Reach) -> bytes:
    """Return a printed letter with a fresh code for a participant; the code before it ends.

    `found_at` is where the caller's feature knows the person: their cohort, place or plan. Raises
    NotFoundError out of reach, ConflictError for who sees data of others and for who may not come
    in. Call it before the first change: printing takes a moment, in which nothing is held.
    """
    policy.require(by, MAKE_LETTER, replace(found_at, person_id=person_id))
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFoundError
    refuse_staff(person, by=by)
    code, name, call_name = ids.digits(rules.LETTER_DIGITS), person.display_name, person.call_name
    db.session.rollback()
    printed = print_letter(
        name=name,
        call_name=call_name or name,
        code=code,
        valid_to=clock.now() + rules.LETTER_LASTS,
        made_by=by.display_name,
        address=wish.address,
        large=wish.large,
    )
    refuse_staff(db.session.get_one(Person, person_id, with_for_update=True), by=by)
    _open_door(person_id, by=by)
    _keep(code, person_id, by=by)
    tell(MADE_MAIL, person_id)
    return printed


def refuse_staff(person: Person, *, by: Actor) -> None:
    """Raise ConflictError for who sees data of others: only an administrator lets those in."""
    if person.id == by.person_id or _has_rights(person.id):
        raise ConflictError(
            _(
                "%(name)s ziet gegevens van anderen. Daarvoor is een code uit de mail nodig.",
                name=person.display_name,
            )
        )


def _has_rights(person_id: int) -> bool:
    """Say whether somebody has a right, or will have: one that begins later or waits counts too."""
    standing = sa.or_(Grant.valid_to.is_(None), Grant.valid_to >= clock.today())
    found = sa.exists().where(Grant.person_id == person_id, standing)
    return bool(db.session.scalar(sa.select(found)))


def _open_door(person_id: int, *, by: Actor) -> None:
    account = db.session.get(Account, person_id)
    if account is None:
        db.session.add(Account(person_id=person_id, mailbox=None))
        audit.record("people:account:made", ("person", person_id), by=by, subject_id=person_id)
    elif account.disabled_at is not None:
        raise ConflictError(_("Deze persoon kan nu niet binnenkomen. Vraag het de beheerder."))


def _keep(code: str, person_id: int, *, by: Actor) -> None:
    now = clock.real_now()
    db.session.execute(
        sa.update(SignInLetter)
        .where(
            SignInLetter.person_id == person_id,
            SignInLetter.used_at.is_(None),
            SignInLetter.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    letter = SignInLetter(
        person_id=person_id,
        code_hash=_hash(code),
        made_by_id=by.person_id,
        made_at=now,
        expires_at=now + rules.LETTER_LASTS,
    )
    db.session.add(letter)
    db.session.flush()  # the audit names the row
    audit.record(
        "people:letter:made",
        ("sign_in_letter", letter.id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
    )


def _hash(code: str) -> str:
    return ids.keyed_digest(current().secret_key, f"letter:{code}")


def use_letter(typed: str, *, address: str, own: int | None = None) -> int:
    """Use up the code of a letter; return the id of the person it was made for.

    `address` is the network address of who asks; `own` is who came in already and may use no letter
    but their own. Raises WrongLetterError when the code is wrong,
    used, ended or too old, TooManyError after ten tries in five minutes or fifty in a day.
    """
    limits.spend(TRY_ADDRESS, address)
    limits.spend(TRY_DAY, address)
    now = clock.real_now()
    letter = _find_open(rules.clean_code(typed), now)
    if letter is None or own not in (None, letter.person_id) or _has_rights(letter.person_id):
        raise WrongLetterError
    letter.used_at = now
    limits.give_back(TRY_ADDRESS, address)
    limits.give_back(TRY_DAY, address)
    audit.record(
        "people:letter:used",
        ("sign_in_letter", letter.id),
        by=Actor(person_id=letter.person_id),
        subject_id=letter.person_id,
    )
    return letter.person_id


def _find_open(code: str, now: datetime) -> SignInLetter | None:
    return db.session.scalar(
        sa.select(SignInLetter)
        .join(Account, Account.person_id == SignInLetter.person_id)
        .where(
            SignInLetter.code_hash == _hash(code),
            SignInLetter.used_at.is_(None),
            SignInLetter.ended_at.is_(None),
            SignInLetter.expires_at > now,
            Account.disabled_at.is_(None),
        )
        .with_for_update(of=SignInLetter)
    )
