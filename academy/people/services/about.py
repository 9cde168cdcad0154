"""What people say of themselves: names, how to reach them, language, consent.

Everything may be said for them by who helps them, and is then recorded as "by X for Y". Where a
participant lies is known to the features above: they hand it over as `reaches`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from academy.people import rules
from academy.people.models import CHANNELS, CONSENT_KINDS, Consent, Person
from academy.people.policies import ACT_FOR, OWN_DATA
from academy.people.queries.actors import grants_of

LANGUAGES = ("nl", "en")
NAME_LENGTH = 200
PREFIX_LENGTH = 40
PHONE_LENGTH = 40
SUPPORT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Names:
    """A name in parts, each as its owner writes it. One of call name and last name is enough."""

    call_name: str = ""
    prefix: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody, how they like it best, and what helps them to take part."""

    phone: str = ""
    email: str = ""
    preferred_channel: str = "phone"
    support: str = ""


def set_names(person_id: int, names: Names, *, by: Actor, reaches: Sequence[Reach] = ()) -> None:
    """Set what somebody is called. Raises NotFoundError, or InvalidInputError without any name."""
    person = _person(person_id, by=by, reaches=reaches)
    _refuse_for_staff(person, by=by)
    call_name, prefix, last_name = (
        rules.clean_name(text) for text in (names.call_name, names.prefix, names.last_name)
    )
    wrong: dict[str, str] = {}
    if not call_name and not last_name:
        wrong["call_name"] = _("Vul een naam in. Eén naam is genoeg.")
    for field, text, longest in (
        ("call_name", call_name, NAME_LENGTH),
        ("prefix", prefix, PREFIX_LENGTH),
        ("last_name", last_name, NAME_LENGTH),
    ):
        if len(text) > longest:
            wrong[field] = _("Deze naam is te lang. Klopt het?")
    _refuse(wrong)
    person.call_name, person.prefix, person.last_name = call_name, prefix, last_name
    person.sort_key = rules.sort_key(call_name, prefix, last_name)
    _record("names:set", person_id, by=by)


def set_name_on_certificate(
    person_id: int, name: str, *, by: Actor, reaches: Sequence[Reach] = ()
) -> None:
    """Set how a name is written on a certificate, in its owner's own letters.

    Raises InvalidInputError when it is empty, NotFoundError for who may not.
    """
    person = _person(person_id, by=by, reaches=reaches)
    _refuse_for_staff(person, by=by)
    cleaned = rules.clean_name(name)
    if not cleaned or len(cleaned) > NAME_LENGTH:
        sentence = _("Schrijf je naam zoals hij op het certificaat moet staan.")
        raise InvalidInputError(sentence, fields={"name_on_certificate": sentence})
    person.name_on_certificate = cleaned
    _record("name:set", person_id, by=by)


def set_contact(
    person_id: int, contact: Contact, *, by: Actor, reaches: Sequence[Reach] = ()
) -> None:
    """Set how to reach somebody. Neither phone nor e-mail is needed: a letter always arrives.

    With what mailbox somebody signs in is not changed here. Raises NotFoundError or
    InvalidInputError.
    """
    person = _person(person_id, by=by, reaches=reaches)
    _refuse_for_staff(person, by=by)
    email, phone = rules.clean_mailbox(contact.email), " ".join(contact.phone.split())
    support = " ".join(contact.support.split())
    wrong: dict[str, str] = {}
    if email and not rules.looks_like_mailbox(email):
        wrong["email"] = _("Dit lijkt geen e-mailadres. Kijk het nog eens na.")
    if len(phone) > PHONE_LENGTH or (phone and not any(sign.isdigit() for sign in phone)):
        wrong["phone"] = _("Dit lijkt geen telefoonnummer. Kijk het nog eens na.")
    if len(support) > SUPPORT_LENGTH:
        wrong["support"] = _("Maak het korter dan 200 letters.")
    if contact.preferred_channel not in CHANNELS:
        wrong["preferred_channel"] = _("Kies een van de knoppen.")
    if contact.preferred_channel == "email" and not email:
        wrong["email"] = _("Vul een e-mailadres in, of kies iets anders dan e-mail.")
    if contact.preferred_channel in ("phone", "message") and not phone:
        wrong["phone"] = _("Vul een telefoonnummer in, of kies voor een brief.")
    _refuse(wrong)
    person.email, person.phone = email or None, phone or None
    person.preferred_channel, person.support = contact.preferred_channel, support
    _record("contact:set", person_id, by=by)


def set_language(
    person_id: int, language: str, *, by: Actor, reaches: Sequence[Reach] = ()
) -> None:
    """Let the pages and mails speak Dutch or English to somebody. Raises NotFoundError."""
    person = _person(person_id, by=by, reaches=reaches)
    if language not in LANGUAGES:
        raise NotFoundError
    person.ui_language = language
    _record("language:set", person_id, by=by)


def set_consent(
    person_id: int, kind: str, *, given: bool, by: Actor, reaches: Sequence[Reach] = ()
) -> None:
    """Store a yes to photos or the phone list, or take it back. Raises NotFoundError.

    Every yes is a row of its own with the day on which it was taken back; saying what stands
    already changes nothing.
    """
    _person(person_id, by=by, reaches=reaches)
    if kind not in CONSENT_KINDS:
        raise NotFoundError
    standing = db.session.scalars(
        sa.select(Consent).where(
            Consent.person_id == person_id, Consent.kind == kind, Consent.withdrawn_on.is_(None)
        )
    ).all()
    if bool(standing) == given:
        return
    if given:
        db.session.add(Consent(person_id=person_id, kind=kind, given_on=clock.today()))
    for one in standing:
        one.withdrawn_on = clock.today()
    _record("consent:given" if given else "consent:withdrawn", person_id, by=by, kind=kind)


def may_help(by: Actor, person_id: int, reaches: Sequence[Reach]) -> bool:
    """Say whether `by` may do things on behalf of somebody else who lies at `reaches`."""
    if by.person_id == person_id:
        return False
    return any(policy.covers(by, ACT_FOR, one) for one in reaches if one.person_id == person_id)


def _person(person_id: int, *, by: Actor, reaches: Sequence[Reach]) -> Person:
    if not may_help(by, person_id, reaches):
        policy.require(by, OWN_DATA, Reach(person_id=person_id))
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFoundError
    return person


def _refuse_for_staff(person: Person, *, by: Actor) -> None:
    """Let nobody else change the name or mailbox of who has rights: it stands on certificates."""
    if by.person_id not in (None, person.id) and grants_of(person.id, clock.today()):
        raise ConflictError(
            _("%(name)s werkt mee bij de academie en verandert dit zelf.", name=person.display_name)
        )


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=wrong)


def _record(what: str, person_id: int, *, by: Actor, **data: str) -> None:
    audit.record(
        f"people:{what}",
        ("person", person_id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
        **data,
    )
