"""Reads around signing in and one's own data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from academy.kernel.db import db
from academy.people.models import Account, Person, SignIn, SignInCode


@dataclass(frozen=True, slots=True)
class MailboxPerson:
    """Somebody who signs in with a mailbox, shared or not."""

    person_id: int
    display_name: str
    password_hash: str | None


def people_of_mailbox(mailbox: str) -> list[MailboxPerson]:
    """Return everybody who may sign in with `mailbox`, by name."""
    rows = db.session.execute(
        sa.select(Person, Account.password_hash)
        .join(Account, Account.person_id == Person.id)
        .where(Account.mailbox == mailbox, Account.disabled_at.is_(None))
        .order_by(Person.sort_key, Person.id)
    )
    return [MailboxPerson(person.id, person.display_name, hash_) for person, hash_ in rows]


def languages_of_mailbox(mailbox: str) -> set[str]:
    """Return the languages that the people with `mailbox` chose."""
    return set(
        db.session.scalars(
            sa.select(Person.ui_language)
            .join(Account, Account.person_id == Person.id)
            .where(Account.mailbox == mailbox, Account.disabled_at.is_(None))
        )
    )


def people_signed_in() -> list[int]:
    """Return everybody with a sign-in that was not ended."""
    return list(
        db.session.scalars(
            sa.select(SignIn.person_id)
            .where(SignIn.ended_at.is_(None))
            .distinct()
            .order_by(SignIn.person_id)
        )
    )


def people_of_code(code_id: int, now: datetime) -> list[MailboxPerson]:
    """Return who may still come in with a code; nobody once it was used or is too old."""
    mailbox = db.session.scalar(
        sa.select(SignInCode.mailbox).where(
            SignInCode.id == code_id, SignInCode.used_at.is_(None), SignInCode.expires_at > now
        )
    )
    return people_of_mailbox(mailbox) if mailbox else []


def mailbox_of(person_id: int) -> str:
    """Return the mailbox with which a person signs in; empty for who comes by letter.

    Raises NoResultFound without an account.
    """
    mailbox = db.session.scalars(
        sa.select(Account.mailbox).where(Account.person_id == person_id)
    ).one()
    return mailbox or ""


def open_codes(mailbox: str, now: datetime) -> list[SignInCode]:
    """Return the codes of `mailbox` that may still be typed, newest first, for changing."""
    return list(
        db.session.scalars(
            sa.select(SignInCode)
            .where(
                SignInCode.mailbox == mailbox,
                SignInCode.used_at.is_(None),
                SignInCode.expires_at > now,
            )
            .order_by(SignInCode.id.desc())
            .limit(3)
            .with_for_update()
        )
    )


def has_password(person_id: int) -> bool:
    """Say whether the person chose a password."""
    return bool(
        db.session.scalar(
            sa.select(Account.password_hash.is_not(None)).where(Account.person_id == person_id)
        )
    )


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device on which somebody is signed in."""

    id: int
    device: str
    created_at: datetime
    last_seen_at: datetime
    is_this_one: bool


def device_rows(person_id: int, *, current_id: int | None, now: datetime) -> list[DeviceRow]:
    """Return the sign-ins of a person that hold at `now`, latest first."""
    rows = db.session.execute(
        sa.select(SignIn.id, SignIn.device, SignIn.created_at, SignIn.last_seen_at)
        .where(
            SignIn.person_id == person_id,
            SignIn.ended_at.is_(None),
            SignIn.idle_until > now,
            SignIn.expires_at > now,
        )
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
        .limit(20)
    )
    return [DeviceRow(*row, is_this_one=row.id == current_id) for row in rows]


@dataclass(frozen=True, slots=True)
class OwnData:
    """What somebody sees of their own data."""

    display_name: str
    name_on_certificate: str
    email: str
    phone: str
    ui_language: str
    has_password: bool


def own_data(person_id: int) -> OwnData:
    """Return a person's own data."""
    person, hash_ = db.session.execute(
        sa.select(Person, Account.password_hash)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id == person_id)
    ).one()
    return OwnData(
        display_name=person.display_name,
        name_on_certificate=person.name_on_certificate or person.display_name,
        email=person.email or "",
        phone=person.phone or "",
        ui_language=person.ui_language,
        has_password=hash_ is not None,
    )
