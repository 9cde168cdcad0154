"""Administrators give and take back rights; nobody else does, and not for themselves."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Account, Grant, SignIn
from academy.people.queries.actors import actor_for
from tests.factories import make_cohort, make_coordinator, make_grant, make_person, make_place

RIGHT = {
    "role": "coordinator",
    "scope": "everything:",
    "valid_from": "23-11-2026",
    "reason": "nieuw",
}


@pytest.fixture
def admin(app):
    with unit_of_work():
        person = make_person("Beheer")
        make_grant(person, "admin")
    return person


@pytest.fixture
def joke(app):
    with unit_of_work():
        return make_person("Joke", "de Vries")


def rights_of(person):
    found = list(db.session.scalars(sa.select(Grant).where(Grant.person_id == person.id)))
    db.session.rollback()
    return found


def test_an_administrator_finds_somebody_and_gives_a_right(admin, joke, sign_in):
    with unit_of_work():
        place = make_place()
        place_id = place.id
    client = sign_in(admin)
    assert "Joke de Vries" in client.post("/rechten/zoek", data={"name": "joke vries"}).text
    answer = client.post(f"/rechten/{joke.id}", data=RIGHT | {"scope": f"place:{place_id}"})
    assert answer.status_code == 303
    (grant,) = rights_of(joke)
    assert (grant.role, grant.scope_kind, grant.scope_id) == ("coordinator", "place", place_id)
    assert grant.granted_by_id == admin.id
    assert "Joke" in client.get("/rechten").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "king"},
        {"scope": "place:999999"},
        {"valid_from": "morgen"},
        {"valid_from": ""},
        {"valid_to": "22-11-2026"},
        {"reason": ""},
        {"scope": "cohort:999999"},
        {"role": "admin", "scope": "PLACE"},
    ],
)
def test_a_right_that_makes_no_sense_is_asked_again(admin, joke, sign_in, wrong):
    if wrong.get("scope") == "PLACE":
        with unit_of_work():
            wrong = wrong | {"scope": f"place:{make_place().id}"}
    answer = sign_in(admin).post(f"/rechten/{joke.id}", data=RIGHT | wrong)
    assert answer.status_code == 422
    assert not rights_of(joke)


@pytest.mark.parametrize("words", ["sean obrien", "O'Brien", "seán"])
def test_a_name_is_found_without_its_accents_and_apostrophes(admin, sign_in, words):
    with unit_of_work():
        make_person("Seán", "O'Brien")
    assert "Seán O&#39;Brien" in sign_in(admin).post("/rechten/zoek", data={"name": words}).text


def test_a_right_over_a_group_is_chosen_and_shown_by_name(admin, joke, sign_in):
    with unit_of_work():
        cohort = make_cohort(state="running")
        scope, name = f"cohort:{cohort.id}", cohort.name
    client = sign_in(admin)
    assert client.post(f"/rechten/{joke.id}", data=RIGHT | {"scope": scope}).status_code == 303
    assert f"groep {name}" in client.get("/rechten").text


def test_nobody_gives_themselves_a_right(admin, sign_in):
    assert sign_in(admin).post(f"/rechten/{admin.id}", data=RIGHT).status_code == 403
    assert len(rights_of(admin)) == 1


def test_taking_a_right_back_works_at_once(admin, joke, sign_in):
    with unit_of_work():
        grant = make_grant(joke, "coordinator")
        grant_id = grant.id
    there = sign_in(joke)
    assert there.get("/berichten").status_code == 200
    assert sign_in(admin).post(f"/rechten/einde/{grant_id}").status_code == 303
    assert there.get("/berichten").status_code == 303
    assert rights_of(joke)[0].valid_to.isoformat() == "2026-11-22"


def test_an_account_opens_the_door(admin, joke, sign_in):
    client = sign_in(admin)
    assert client.post(f"/rechten/{joke.id}/account").status_code == 303
    assert db.session.get(Account, joke.id).mailbox == joke.email
    db.session.rollback()
    assert client.post(f"/rechten/{joke.id}/account").status_code == 409


def test_a_coordinator_gives_no_rights(joke, sign_in):
    with unit_of_work():
        client = sign_in(make_coordinator())
    assert client.get("/rechten").status_code == 403
    assert client.post(f"/rechten/{joke.id}", data=RIGHT).status_code == 403
    assert not rights_of(joke)


def test_after_showing_who_one_is_one_is_back_on_the_page(admin, joke, sign_in):
    client = sign_in(admin)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    page = f"http://localhost/rechten/{joke.id}?a=1"
    answer = client.post(f"/rechten/{joke.id}", data=RIGHT, headers={"Referer": page})
    assert answer.location == f"/bevestig?next=/rechten/{joke.id}?a%3D1"


def test_an_administrator_of_a_part_gives_no_rights(joke, sign_in):
    with unit_of_work():
        place = make_place()
        person = make_person("Deel")
        make_grant(person, "admin", place=place)
        client = sign_in(person)
    assert client.post(f"/rechten/{joke.id}", data=RIGHT).status_code == 404
    assert not rights_of(joke)


def test_a_right_that_ended_keeps_its_last_day(admin, joke, sign_in):
    with unit_of_work():
        grant = make_grant(joke, "coordinator", valid_to=date(2026, 6, 30))
        grant_id = grant.id
    assert sign_in(admin).post(f"/rechten/einde/{grant_id}").status_code == 404
    assert rights_of(joke)[0].valid_to == date(2026, 6, 30)


@pytest.fixture
def second(app, admin, sign_in):
    """Return a second administrator who can come in."""
    with unit_of_work():
        person = make_person("Tweede")
        make_grant(person, "admin")
    sign_in(person)
    return person


def test_a_right_counts_after_a_second_administrator_confirmed_it(admin, second, joke, sign_in):
    client, other = sign_in(admin), sign_in(second)
    answer = client.post(f"/rechten/{joke.id}", data=RIGHT, follow_redirects=True)
    assert "Het recht wacht nu op een tweede beheerder." in answer.text
    (grant,) = rights_of(joke)
    assert grant.confirmed_on is None
    assert actor_for(joke.id).grants == ()

    assert "Bevestig dit recht" not in client.get("/rechten").text
    assert client.post(f"/rechten/bevestig/{grant.id}").status_code == 403
    assert "tweede beheerder" not in client.get("/vandaag").text

    assert "1 recht wacht op een tweede beheerder" in other.get("/vandaag").text
    assert "Bevestig dit recht" in other.get("/rechten").text
    answer = other.post(f"/rechten/bevestig/{grant.id}", follow_redirects=True)
    assert "Het recht is bevestigd." in answer.text
    assert "Bevestig dit recht" not in answer.text
    (grant,) = rights_of(joke)
    assert grant.confirmed_by_id == second.id
    assert [held.role for held in actor_for(joke.id).grants] == ["coordinator"]
    assert other.post(f"/rechten/bevestig/{grant.id}").status_code == 404


def test_a_right_that_waits_is_taken_back_without_a_trace_of_holding(admin, second, joke, sign_in):
    client = sign_in(admin)
    client.post(f"/rechten/{joke.id}", data=RIGHT | {"valid_from": "1-1-2026"})
    (grant,) = rights_of(joke)
    assert client.post(f"/rechten/einde/{grant.id}").status_code == 303
    assert not rights_of(joke)


def test_the_other_administrators_own_right_needs_nobody_else(admin, second, sign_in):
    sign_in(admin).post(f"/rechten/{second.id}", data=RIGHT)
    waiting = [grant for grant in rights_of(second) if grant.confirmed_on is None]
    assert waiting == []


def test_an_administrator_who_cannot_come_in_confirms_nothing(admin, second, joke, sign_in):
    with unit_of_work():
        db.session.get_one(Account, second.id).disabled_at = clock.real_now()
    sign_in(admin).post(f"/rechten/{joke.id}", data=RIGHT)
    (grant,) = rights_of(joke)
    assert grant.confirmed_on is not None


@pytest.mark.parametrize("who", ["giver", "holder"])
def test_the_database_refuses_a_confirmation_by_who_is_involved(admin, joke, who):
    by = admin if who == "giver" else joke
    with pytest.raises(sa.exc.IntegrityError, match="confirmed_by_another"), unit_of_work():
        make_grant(joke, "coach", granted_by_id=admin.id, confirmed_by_id=by.id)


def test_every_button_that_takes_back_says_whose_right_it_is(admin, joke, sign_in):
    with unit_of_work():
        make_grant(joke, "coach")
    page = sign_in(admin).get("/rechten").text
    assert page.count('aria-label="Neem terug: ') == page.count("<span>Neem terug</span>") > 1
    assert f"van {joke.display_name}" in page


def test_a_name_that_is_searched_for_stands_in_no_address(admin, joke, sign_in):
    client = sign_in(admin)
    assert 'method="get"' not in client.get("/rechten").text
    assert joke.display_name not in client.get("/rechten?naam=joke&name=joke").text.split("<h2>")[0]
