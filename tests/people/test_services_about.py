import pytest
import sqlalchemy as sa

from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.policy import Reach
from academy.people.models import Consent, Person
from academy.people.queries.about import acts_for, get_about
from academy.people.rules import name_parts
from academy.people.services import about
from academy.people.services.about import Contact, Names
from tests.factories import make_actor, make_coordinator, make_grant, make_person, make_place


@pytest.fixture
def people(app):
    with unit_of_work():
        place = make_place()
        fien, coordinator, coach = make_person("Fien"), make_coordinator(place), make_person("Elly")
        make_grant(coach, "coach", about=fien)
    reach = Reach(person_id=fien.id, place_id=place.id)
    return fien, make_actor(coordinator), make_actor(coach), [reach]


def stored(person):
    return db.session.get_one(Person, person.id, populate_existing=True)


@pytest.mark.parametrize(
    ("parts", "shown", "sorted_by"),
    [
        (("Samira", "el", "Idrissi"), "Samira el Idrissi", "idrissi samira el"),
        (("", "", "Madonna"), "Madonna", "madonna"),
        (("王小明", "", ""), "王小明", "王小明"),
        (("  Jan  Peter ", "van 't", "Hof"), "Jan Peter van 't Hof", "hof jan peter van 't"),
    ],
)
def test_a_name_is_what_its_owner_says_and_sorts_without_the_prefix(
    people, parts, shown, sorted_by
):
    fien, coordinator, _coach, reaches = people
    with unit_of_work():
        about.set_names(fien.id, Names(*parts), by=coordinator, reaches=reaches)
    assert (stored(fien).display_name, stored(fien).sort_key) == (shown, sorted_by)


def test_somebody_without_any_name_is_refused(people):
    fien, *_rest = people
    with pytest.raises(InvalidInputError) as refused, unit_of_work():
        about.set_names(fien.id, Names(prefix="van"), by=make_actor(fien))
    assert list(refused.value.fields) == ["call_name"]


def test_who_helps_is_recorded_with_for_whom_and_the_owner_reads_it(people):
    fien, coordinator, coach, reaches = people
    with unit_of_work():
        about.set_name_on_certificate(fien.id, "Fîen", by=coordinator, reaches=reaches)
        about.set_consent(fien.id, "photo", given=True, by=coach, reaches=reaches)
        about.set_language(fien.id, "en", by=make_actor(fien))
    events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.subject_id == fien.id))
    assert {event.action: event.data["on_behalf_of"] for event in events} == {
        "people:name:set": fien.id,
        "people:consent:given": fien.id,
        "people:language:set": None,
    }
    kinds = ("people:name:set", "people:consent:given", "people:language:set")
    assert [(act.action, act.by) for act in acts_for(fien.id, kinds)] == [
        ("people:consent:given", stored_name(coach)),
        ("people:name:set", stored_name(coordinator)),
    ]


def stored_name(actor):
    return db.session.get_one(Person, actor.person_id).display_name


def test_a_yes_is_a_row_and_a_no_ends_it(people):
    fien, _coordinator, _coach, _reaches = people
    own = make_actor(fien)
    for given in (True, True, False, False, True):
        with unit_of_work():
            about.set_consent(fien.id, "phone_list", given=given, by=own)
    rows = db.session.scalars(sa.select(Consent).order_by(Consent.id)).all()
    assert [one.withdrawn_on is None for one in rows] == [False, True]
    assert get_about(fien.id).consents == {"phone_list"}
    with pytest.raises(NotFoundError), unit_of_work():
        about.set_consent(fien.id, "newsletter", given=True, by=own)


@pytest.mark.parametrize(
    ("contact", "wrong"),
    [
        (Contact(preferred_channel="letter"), None),
        (Contact(phone="06 12", preferred_channel="phone", support="graag voorlezen"), None),
        (Contact(preferred_channel="phone"), "phone"),
        (Contact(phone="bel maar", preferred_channel="letter"), "phone"),
        (Contact(email="geen adres", preferred_channel="letter"), "email"),
        (Contact(preferred_channel="email"), "email"),
        (Contact(preferred_channel="pigeon"), "preferred_channel"),
        (Contact(preferred_channel="letter", support="a" * 201), "support"),
    ],
)
def test_a_letter_always_arrives_and_other_ways_need_a_number_or_address(people, contact, wrong):
    fien, coordinator, _coach, reaches = people
    if wrong is None:
        with unit_of_work():
            about.set_contact(fien.id, contact, by=coordinator, reaches=reaches)
        assert stored(fien).preferred_channel == contact.preferred_channel
        return
    with pytest.raises(InvalidInputError) as refused, unit_of_work():
        about.set_contact(fien.id, contact, by=coordinator, reaches=reaches)
    assert list(refused.value.fields) == [wrong]


def test_nobody_else_says_anything_for_somebody(people):
    fien, coordinator, coach, reaches = people
    with unit_of_work():
        stranger, elsewhere = make_person("Joke"), make_coordinator(make_place("Elders"))
        other = make_person("Noor")
    tries = [
        (make_actor(stranger), reaches),
        (make_actor(elsewhere), reaches),
        (coordinator, []),
        (coach, [Reach(person_id=other.id)]),
    ]
    for by, where in tries:
        with pytest.raises(NotFoundError), unit_of_work():
            about.set_names(fien.id, Names("Anders"), by=by, reaches=where)
        with pytest.raises(NotFoundError), unit_of_work():
            about.set_consent(fien.id, "photo", given=True, by=by, reaches=where)
    assert stored(fien).call_name == "Fien"


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("", ("", "", "")),
        ("Fien", ("Fien", "", "")),
        ("Fien Bakker", ("Fien", "", "Bakker")),
        ("Fien van der Wal", ("Fien", "van der", "Wal")),
        ("Maria José da Silva", ("Maria José", "da", "Silva")),
        ("van Dijk", ("van Dijk", "", "")),
        ("Anna Maria Jansen", ("Anna Maria Jansen", "", "")),
        ("Piet van Jan de Boer", ("Piet van Jan de Boer", "", "")),
    ],
)
def test_a_name_is_taken_apart_only_where_it_is_certain(typed, parts):
    assert name_parts(typed) == parts
