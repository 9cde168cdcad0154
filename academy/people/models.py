"""Tables of people: persons, where they live, what they may do, and how they sign in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from academy.kernel.db import (
    CONTACT,
    IDENTITY,
    PERSON,
    PLAIN,
    PREFERENCE,
    SECRET,
    Id,
    Model,
    one_of,
)
from academy.kernel.encrypted import Encrypted
from academy.kernel.policy import ROLES, SCOPE_KINDS

PLACE_KINDS = ("street", "neighbourhood", "district", "flat", "complex", "village")
ORGANISATION_KINDS = (
    "municipality",
    "housing_association",
    "neighbourhood_team",
    "welfare",
    "care",
    "fund",
)
CHANNELS = ("letter", "phone", "message", "email")
CONSENT_KINDS = ("photo", "phone_list")
SECOND_FACTORS = ("app", "card", "passkey")


class Organisation(Model):
    """A client organisation: it pays, and sees counts only."""

    __tablename__ = "organisation"
    __table_args__ = (one_of("kind", ORGANISATION_KINDS),)

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    name: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    kind: Mapped[str] = mapped_column(sa.String(30), info=PLAIN)
    city: Mapped[str] = mapped_column(sa.String(100), info=PLAIN)
    contact_email: Mapped[str | None] = mapped_column(sa.String(254), info=CONTACT)


class Place(Model):
    """A street, neighbourhood, district, flat, complex or village; `parent` is what it lies in."""

    __tablename__ = "place"
    __table_args__ = (one_of("kind", PLACE_KINDS),)

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    name: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    kind: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    municipality: Mapped[str] = mapped_column(sa.String(100), info=PLAIN)
    inhabitants: Mapped[int | None] = mapped_column(info=PLAIN)
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("place.id", ondelete="RESTRICT"), index=True, info=PLAIN
    )
    client_organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True, info=PLAIN
    )


class Person(Model):
    """Somebody we know. Not an account: one in ten has no e-mail.

    While `silent`, nothing goes to them by itself: until `silent_until`, or for good. Why is
    nobody's business, so it is not kept.
    """

    __tablename__ = "person"
    __table_args__ = (
        one_of("preferred_channel", CHANNELS),
        sa.CheckConstraint("call_name <> '' or last_name <> ''", name="has_a_name"),
        sa.Index("ix_person_sort", "sort_key", "id"),
        sa.UniqueConstraint("id", "sort_key"),  # what copies of the sort key follow
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    call_name: Mapped[str] = mapped_column(sa.String(200), default="", info=IDENTITY)
    prefix: Mapped[str] = mapped_column(sa.String(40), default="", info=IDENTITY)
    last_name: Mapped[str] = mapped_column(sa.String(200), default="", info=IDENTITY)
    name_on_certificate: Mapped[str] = mapped_column(sa.String(200), default="", info=IDENTITY)
    sort_key: Mapped[str] = mapped_column(sa.String(450), default="", info=IDENTITY)
    email: Mapped[str | None] = mapped_column(sa.String(254), index=True, info=CONTACT)
    phone: Mapped[str | None] = mapped_column(sa.String(40), info=CONTACT)
    preferred_channel: Mapped[str] = mapped_column(sa.String(20), default="phone", info=PREFERENCE)
    language: Mapped[str] = mapped_column(sa.String(8), default="nl", info=PREFERENCE)
    ui_language: Mapped[str] = mapped_column(sa.String(2), default="nl", info=PREFERENCE)
    support: Mapped[str] = mapped_column(sa.String(200), default="", info=PREFERENCE)
    place_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("place.id", ondelete="SET NULL"), index=True, info=PREFERENCE
    )
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True, info=PREFERENCE
    )
    titles: Mapped[str] = mapped_column(sa.String(200), default="", info=PLAIN)
    silent: Mapped[bool] = mapped_column(default=False, info=PREFERENCE)
    silent_until: Mapped[datetime | None] = mapped_column(info=PREFERENCE)
    created_on: Mapped[date] = mapped_column(info=PLAIN)
    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")

    @property
    def display_name(self) -> str:
        """The name as people say it: call name, prefix, last name."""
        return " ".join(part for part in (self.call_name, self.prefix, self.last_name) if part)


class DeclinedMessage(Model):
    """A kind of message that somebody does not want; `name` is what its feature calls it."""

    __tablename__ = "declined_message"
    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, info=PERSON
    )
    name: Mapped[str] = mapped_column(sa.String(80), info=PREFERENCE)


class Consent(Model):
    """A yes that can be taken back: photo, phone list."""

    __tablename__ = "consent"
    __table_args__ = (one_of("kind", CONSENT_KINDS),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, info=PERSON
    )
    kind: Mapped[str] = mapped_column(sa.String(20), info=PREFERENCE)
    given_on: Mapped[date] = mapped_column(info=PREFERENCE)
    withdrawn_on: Mapped[date | None] = mapped_column(info=PREFERENCE)


class Grant(Model):
    """Who may do what, where, from when to when, given by whom.

    `scope_id` names the cohort, person, place or organisation; None for everything. Until it is
    confirmed it gives no right; `confirmed_by_id` is None when nobody else had to confirm it.
    """

    __tablename__ = "grant"
    __table_args__ = (
        one_of("role", ROLES),
        one_of("scope_kind", SCOPE_KINDS),
        sa.CheckConstraint("(scope_kind = 'everything') = (scope_id is null)", name="scope_named"),
        sa.CheckConstraint("granted_by_id <> person_id", name="not_by_oneself"),
        sa.CheckConstraint(
            "confirmed_by_id <> person_id and confirmed_by_id <> granted_by_id",
            name="confirmed_by_another",
        ),
        sa.Index("ix_grant_scope", "scope_kind", "scope_id", "role"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    role: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    scope_kind: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    scope_id: Mapped[int | None] = mapped_column(info=PLAIN)
    valid_from: Mapped[date] = mapped_column(info=PLAIN)
    valid_to: Mapped[date | None] = mapped_column(info=PLAIN)
    granted_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    reason: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    confirmed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    confirmed_on: Mapped[date | None] = mapped_column(info=PLAIN)

    @classmethod
    def holds_on(cls, day: date) -> sa.ColumnElement[bool]:
        """Say in SQL whether a grant holds on `day`: confirmed, begun and not over."""
        return sa.and_(
            cls.confirmed_on.is_not(None),
            cls.valid_from <= day,
            sa.or_(cls.valid_to.is_(None), cls.valid_to >= day),
        )


class Account(Model):
    """How a person signs in. Several people may share a mailbox; who comes by letter has none."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, info=PERSON
    )
    mailbox: Mapped[str | None] = mapped_column(sa.String(254), index=True, info=CONTACT)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200), info=SECRET)
    password_changed_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    disabled_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class SignInCode(Model):
    """A six-digit code sent to a mailbox. The code itself is derived, never stored."""

    __tablename__ = "sign_in_code"

    id: Mapped[Id]
    mailbox: Mapped[str] = mapped_column(sa.String(254), index=True, info=CONTACT)
    nonce: Mapped[str] = mapped_column(sa.String(32), info=SECRET)
    created_at: Mapped[datetime] = mapped_column(info=PLAIN)
    expires_at: Mapped[datetime] = mapped_column(info=PLAIN)
    used_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class SignInLetter(Model):
    """A one-time code on a printed letter, for one person; the table has only its keyed hash.

    At most one is open: a new letter ends the one before.
    """

    __tablename__ = "sign_in_letter"
    __table_args__ = (
        sa.Index(
            "uq_sign_in_letter_open",
            "person_id",
            unique=True,
            sqlite_where=sa.text("used_at is null and ended_at is null"),
            postgresql_where=sa.text("used_at is null and ended_at is null"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, info=PERSON
    )
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, info=SECRET)
    made_by_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    made_at: Mapped[datetime] = mapped_column(info=PLAIN)
    expires_at: Mapped[datetime] = mapped_column(info=PLAIN)
    used_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    ended_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class SignIn(Model):
    """One signed-in device. The cookie holds a token, the table only its hash.

    `second_factor_at`: when the second factor was first given on it. `challenge` is what a passkey
    has to sign until `challenge_until`, once.
    """

    __tablename__ = "sign_in"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, info=PERSON
    )
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, info=SECRET)
    created_at: Mapped[datetime] = mapped_column(info=PLAIN)
    last_seen_at: Mapped[datetime] = mapped_column(info=PLAIN)
    idle_until: Mapped[datetime] = mapped_column(info=PLAIN)
    expires_at: Mapped[datetime] = mapped_column(info=PLAIN)
    ended_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    stepped_up_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    second_factor_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    challenge: Mapped[str | None] = mapped_column(sa.String(100), info=SECRET)
    challenge_until: Mapped[datetime | None] = mapped_column(info=PLAIN)
    device: Mapped[str] = mapped_column(sa.String(60), default="", info=PREFERENCE)


class HeldForm(Model):
    """What somebody typed when we first had to ask who they are: at most one form a person.

    `fields` is a list of pairs, sealed with the key of the notes, for it may be a note. Only the
    browser that holds the token gets it back. `path` is where the form goes, `page` where it
    stands.
    """

    __tablename__ = "held_form"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, info=PERSON
    )
    token_hash: Mapped[str] = mapped_column(sa.String(64), info=SECRET)
    path: Mapped[str] = mapped_column(sa.String(400), info=PLAIN)
    page: Mapped[str] = mapped_column(sa.String(400), info=PLAIN)
    fields: Mapped[str] = mapped_column(Encrypted, info=SECRET)
    is_whole: Mapped[bool] = mapped_column(info=PLAIN)
    held_at: Mapped[datetime] = mapped_column(info=PLAIN)


class SecondFactor(Model):
    """What somebody shows beside mail or password: an app, a card of codes, a passkey.

    It counts from `confirmed_at`. `secret` is the app's, `credential_id` and `public_key` are the
    passkey's. `counter` is the last step of 30 seconds of which the app's code was used, or how
    often the passkey says that it signed.
    """

    __tablename__ = "second_factor"
    __table_args__ = (one_of("kind", SECOND_FACTORS),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, info=PERSON
    )
    kind: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    device: Mapped[str] = mapped_column(sa.String(60), default="", info=PREFERENCE)
    secret: Mapped[str] = mapped_column(Encrypted, default="", info=SECRET)
    credential_id: Mapped[str | None] = mapped_column(sa.String(1400), unique=True, info=SECRET)
    public_key: Mapped[str] = mapped_column(sa.Text, default="", info=SECRET)
    counter: Mapped[int] = mapped_column(sa.BigInteger, default=0, info=PLAIN)
    made_at: Mapped[datetime] = mapped_column(info=PLAIN)
    confirmed_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    last_used_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class CardCode(Model):
    """One of the ten codes of a printed card, as a keyed hash. It works once."""

    __tablename__ = "card_code"

    id: Mapped[Id]
    factor_id: Mapped[int] = mapped_column(
        sa.ForeignKey("second_factor.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    code_hash: Mapped[str] = mapped_column(sa.String(64), info=SECRET)
    used_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class ApiToken(Model):
    """A key with which a program of somebody asks the API. It holds up to and with `expires_on`.

    The key itself was shown once; the table has only its hash. `scopes` are names of what it may.
    """

    __tablename__ = "api_token"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, info=PERSON
    )
    name: Mapped[str] = mapped_column(sa.String(60), info=PREFERENCE)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, info=SECRET)
    scopes: Mapped[list[Any]] = mapped_column(info=PLAIN)
    created_at: Mapped[datetime] = mapped_column(info=PLAIN)
    expires_on: Mapped[date] = mapped_column(info=PLAIN)
    last_used_on: Mapped[date | None] = mapped_column(info=PLAIN)
    revoked_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
