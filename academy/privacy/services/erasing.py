"""Forgetting a person: everything that runs ends, words and names go, a number stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching.services import plans as coaching
from academy.community.services import give_chairs_back
from academy.kernel import audit, clock, ids
from academy.kernel.audit import PersonSalt
from academy.kernel.db import db
from academy.kernel.errors import ConflictError
from academy.kernel.mail import OutgoingMail
from academy.kernel.policy import Actor, HeldGrant
from academy.kernel.settings import current
from academy.people import rules as names
from academy.people.models import Account, Grant, Person, SignInCode
from academy.privacy.adapters import forgotten
from academy.privacy.adapters.forgotten import Forgotten
from academy.privacy.queries.plan import blank_values, owned, plan_of
from academy.privacy.queries.standing import (
    has_rights,
    held_certificates,
    is_erased,
    running_enrolments,
    running_plans,
)
from academy.privacy.rules.answers import WISHES, Wish
from certificates.services import life, standing
from courses.models import PracticeFile
from courses.services import enrolment, objections

CLEARER = Actor(
    display_name="privacy",
    origin="job",
    grants=(HeldGrant("coordinator", "everything"), HeldGrant("board", "everything")),
)
"""Who ends what still runs of somebody who wants to be forgotten: nobody in person."""
NO_REASON = "–"
REACHED_BY_LETTER = {"preferred_channel": "letter", "silent": True, "source_id": None, "titles": ""}


def erase(person_id: int, wishes: Mapping[str, str], *, by: Actor) -> Forgotten:
    """Forget a person, as `wishes` says of each certificate by its number, in this unit of work.

    Returns the line for the list outside the database, which is written here. Raises ConflictError
    for who has rights or was erased before. The bytes on disk go later: `adapters.wiping`.
    """
    person = db.session.get_one(Person, person_id, with_for_update=True)
    if is_erased(person_id):
        raise ConflictError(_("Deze persoon is al vergeten."))
    if has_rights(person_id):
        raise ConflictError(
            _("Er zijn nog rechten in de academie. Een beheerder neemt die eerst terug.")
        )
    done = Forgotten(
        person=person_id,
        salt_hash=salt_hash(person_id) or ids.digest(f"{person_id} {person.created_on}"),
        at=clock.real_now().isoformat(),
        wishes={number: wish for number, wish in wishes.items() if wish in WISHES},
    )
    _end_what_runs(person_id)
    _follow_wishes(person_id, done.wishes, by=by)
    _forget_mailboxes(person)
    _delete_rows(person_id)
    _blank_rows(person_id)
    _become_a_number(person_id)
    audit.destroy_salt(person_id, by=by)
    forgotten.add(current().checkpoints, done)  # once too often does no harm, once too few does
    db.session.expire_all()
    return done


def salt_hash(person_id: int) -> str:
    """Return a hash of the secret by which a person is recognised; empty when there is none."""
    salt = db.session.scalar(sa.select(PersonSalt.salt).where(PersonSalt.person_id == person_id))
    return ids.digest(salt.hex()) if salt else ""


def _end_what_runs(person_id: int) -> None:
    for plan_id in running_plans(person_id):
        coaching.stop(plan_id, by=CLEARER)
    objections.withdraw_all(person_id, by=CLEARER)
    for enrolment_id in running_enrolments(person_id):
        enrolment.withdraw(enrolment_id, by=CLEARER)
    give_chairs_back(person_id, by=CLEARER)
    db.session.flush()  # what follows is written past the session


def _follow_wishes(person_id: int, wishes: Mapping[str, str], *, by: Actor) -> None:
    """Do with each certificate what its holder chose; without a choice it stays verifiable."""
    holder = Actor(person_id=person_id, origin=by.origin)
    for one in held_certificates(person_id):
        wish = wishes.get(one.number, Wish.KEEP)
        if wish == Wish.HIDE and one.has_name:
            life.hide_name(one.id, by=holder)
        elif wish == Wish.WITHDRAW and one.standing == "revoked":
            standing.end(one.id, by=CLEARER)
        elif wish == Wish.WITHDRAW:
            life.withdraw(one.id, by=holder)
    db.session.flush()


def _forget_mailboxes(person: Person) -> None:
    """Forget mailboxes where only they say whose something is, unless somebody shares them."""
    account = db.session.get(Account, person.id)
    mine = {person.email, account.mailbox if account else None} - {None, ""}
    shared = set(
        db.session.scalars(
            sa.select(Account.mailbox).where(
                Account.mailbox.in_(mine), Account.person_id != person.id
            )
        )
    )
    own = sorted(str(one) for one in mine - shared)
    db.session.execute(sa.delete(SignInCode).where(SignInCode.mailbox.in_(own)))
    db.session.execute(
        sa.update(OutgoingMail).where(OutgoingMail.to_address.in_(own)).values(to_address=None)
    )


def _delete_rows(person_id: int) -> None:
    for plan in reversed(owned()):
        if plan.erased == "deleted":
            db.session.execute(sa.delete(plan.table).where(plan.of(person_id)))


def _blank_rows(person_id: int) -> None:
    table: Any = PracticeFile.__table__
    mine = plan_of(table.name).of(person_id)
    there = sa.and_(mine, PracticeFile.removed_at.is_(None))
    removed = {"removed_at": clock.now(), "removed_why": "asked"}
    db.session.execute(sa.update(table).where(there).values(removed))
    around = sa.and_(Grant.scope_kind == "person", Grant.scope_id == person_id)
    grants: Any = Grant.__table__
    about = sa.or_(Grant.person_id == person_id, around)
    db.session.execute(sa.update(grants).where(about).values(reason=NO_REASON))
    for plan in owned():
        if plan.erased == "blanked":
            changed = sa.update(plan.table).where(plan.of(person_id)).values(plan.blanks)
            db.session.execute(changed)


def _become_a_number(person_id: int) -> None:
    name = f"Deelnemer #{person_id}"
    table: Any = Person.__table__
    db.session.execute(
        sa.update(table)
        .where(table.c.id == person_id)
        .values(
            blank_values(table)
            | REACHED_BY_LETTER
            | {"call_name": name, "sort_key": names.sort_key(name, "", "")}
        )
    )
