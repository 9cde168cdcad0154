"""Letting a participant come in by mail, at the address we know of them.

Only for participants: who sees data of others is let in by an administrator.
"""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from academy.people.models import Account, Person
from academy.people.policies import INVITE
from academy.people.services.letter import refuse_staff
from academy.people.services.notices import tell
from academy.people.services.sign_in import make_account

INVITED_MAIL = "people/invited"


def may_invite(person_id: int, *, by: Actor, found_at: Reach) -> bool:
    """Say whether `by` may invite somebody who has an address and cannot come in by mail yet."""
    if not policy.covers(by, INVITE, replace(found_at, person_id=person_id)):
        return False
    person, account = db.session.get(Person, person_id), db.session.get(Account, person_id)
    knows_no_door = account is None or (account.mailbox is None and account.disabled_at is None)
    return person is not None and bool(person.email) and knows_no_door


def invite(person_id: int, *, by: Actor, found_at: Reach) -> None:
    """Let a participant come in by mail, and tell them how.

    `found_at` is where the caller's feature knows the person: their cohort or place. Raises
    NotFoundError out of reach, InvalidInputError without an address that works, ConflictError for
    who can come in already, for who may not, and for who sees data of others.
    """
    policy.require(by, INVITE, replace(found_at, person_id=person_id))
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFoundError
    refuse_staff(person, by=by)
    account = db.session.get(Account, person_id)
    if account is not None and account.mailbox is not None:
        raise ConflictError(_("Deze persoon kan al binnenkomen."))
    if account is not None and account.disabled_at is not None:
        raise ConflictError(_("Deze persoon kan nu niet binnenkomen. Vraag het de beheerder."))
    if not person.email:
        raise InvalidInputError(_("We kennen geen e-mailadres van deze persoon."))
    make_account(person_id, person.email, by=by)
    db.session.flush()  # the mail goes to the new account
    tell(INVITED_MAIL, person_id)
