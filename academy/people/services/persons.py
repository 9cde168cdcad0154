"""Adding and changing persons, organisations and places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError
from academy.kernel.policy import Actor, Capability
from academy.people import rules
from academy.people.models import Consent, Organisation, Person, Place
from academy.people.policies import MANAGE_PEOPLE


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What we may know of somebody. One name is enough; e-mail and phone may be absent."""

    call_name: str = ""
    prefix: str = ""
    last_name: str = ""
    name_on_certificate: str = ""
    email: str = ""
    phone: str = ""
    preferred_channel: str = "phone"
    language: str = "nl"
    support: str = ""
    place_id: int | None = None
    organisation_id: int | None = None
    titles: str = ""
    source_id: str | None = None


def add_person(new: NewPerson, *, by: Actor, right: Capability = MANAGE_PEOPLE) -> Person:
    """Add a person. Raises InvalidInputError without any name.

    A feature above may let its own `right` do, where it checked the place. Without a person who
    does it (the command line, the loader of the demo) no right is asked.
    """
    if by.person_id is not None:
        policy.require_right(by, right)
    call_name, prefix, last_name = (
        rules.clean_name(text) for text in (new.call_name, new.prefix, new.last_name)
    )
    if not call_name and not last_name:
        sentence = _("Vul een naam in. Eén naam is genoeg.")
        raise InvalidInputError(sentence, fields={"call_name": sentence})
    person = Person(
        source_id=new.source_id,
        call_name=call_name,
        prefix=prefix,
        last_name=last_name,
        name_on_certificate=rules.clean_name(new.name_on_certificate),
        sort_key=rules.sort_key(call_name, prefix, last_name),
        email=rules.clean_mailbox(new.email) or None,
        phone=new.phone.strip() or None,
        preferred_channel=new.preferred_channel,
        language=new.language,
        support=new.support.strip(),
        place_id=new.place_id,
        organisation_id=new.organisation_id,
        titles=new.titles,
        created_on=clock.today(),
    )
    db.session.add(person)
    db.session.flush()  # the audit names the row
    audit.record("people:person:added", ("person", person.id), by=by, subject_id=person.id)
    return person


def give_consent(person_id: int, kind: str, *, by: Actor, on: date) -> None:
    """Store a yes to photos or the phone list."""
    db.session.add(Consent(person_id=person_id, kind=kind, given_on=on))
    audit.record(
        "people:consent:given", ("person", person_id), by=by, subject_id=person_id, kind=kind
    )


def add_organisation(
    name: str, kind: str, city: str, *, contact_email: str = "", source_id: str | None = None
) -> Organisation:
    """Add a client organisation."""
    organisation = Organisation(
        name=name,
        kind=kind,
        city=city,
        contact_email=contact_email or None,
        source_id=source_id,
    )
    db.session.add(organisation)
    db.session.flush()  # others name the row
    return organisation


def add_place(
    name: str,
    kind: str,
    municipality: str,
    *,
    client_organisation_id: int | None = None,
    inhabitants: int | None = None,
    source_id: str | None = None,
) -> Place:
    """Add a street, neighbourhood, district, flat, complex or village."""
    place = Place(
        name=name,
        kind=kind,
        municipality=municipality,
        client_organisation_id=client_organisation_id,
        inhabitants=inhabitants,
        source_id=source_id,
    )
    db.session.add(place)
    db.session.flush()  # others name the row
    return place
