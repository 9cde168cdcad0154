"""The second step on the pages: who is asked, who is led to make one, and what stays shut (T14)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import ROLES, capability, roles_over_others
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account, SignIn, SignInCode
from academy.people.queries.second_factor import kinds_of, waiting_secret
from academy.people.services.sign_in import open_sign_in, set_password
from tests.factories import make_actor, make_grant, make_person
from tests.people.second_steps import code, make_worker, set_up_app, set_up_card

pytestmark = pytest.mark.trust("T14")

WEIGHTY = {
    "certificates:certificate:end",
    "certificates:certificate:revoke",
    "certificates:decision:decide",
    "certificates:design:dress",
    "certificates:register:extract",
    "certificates:round:take",
    "coaching:log:export",
    "coaching:opening:answer",
    "coaching:opening:ask",
    "courses:enrolment:end",
    "courses:objection:answer",
    "courses:objection:refuse-late",
    "people:grant:write",
    "people:token:write",
    "privacy:request:ask-for",
    "privacy:request:fetch-for",
    "privacy:retention:switch",
    "reporting:list:export",
}
"""The rights that reach others and ask for a fresh proof of identity."""

STEP = "/tweede-stap"
WORK = "/begeleiding"


@pytest.fixture
def esra(app):
    return make_worker()


@pytest.fixture
def at_the_door(app):
    """Return a client in which somebody came in by mail or password only."""

    def open_for(person):
        with unit_of_work():
            if db.session.get(Account, person.id) is None:
                db.session.add(Account(person_id=person.id, mailbox="x@test.example"))
                db.session.flush()
            opened = open_sign_in(person.id, device="test")
        client = app.test_client()
        client.set_cookie(cookie_name(), opened.token)
        return client

    return open_for


def rights_of(app):
    return [right for one in app.extensions["academy.features"] for right in one.capabilities]


def leads_to(answer) -> str:
    assert answer.status_code == 303, answer.status_code
    return answer.location


def shown_codes(page) -> list[str]:
    return re.findall(r'<span class="number">(\d{4} \d{4})</span>', page.text)


def wears_off() -> None:
    with unit_of_work():
        earlier = clock.real_now() - timedelta(minutes=11)
        db.session.execute(sa.update(SignIn).values(stepped_up_at=earlier))


def test_a_password_alone_leads_to_the_second_step(client, esra):
    with unit_of_work():
        set_password(esra.id, "een lange zin", by=make_actor(esra))
    data = {"mailbox": "esra@test.example", "password": "een lange zin", "next": WORK}
    assert leads_to(client.post("/binnenkomen/wachtwoord", data=data)) == f"{STEP}?next={WORK}"
    made = leads_to(client.get(f"{STEP}?next={WORK}"))
    assert made == f"{STEP}/instellen?next={WORK}"
    assert "Kies je tweede stap" in client.get(made).text


def test_a_participant_is_never_asked(client, app):
    with unit_of_work():
        samira = make_person("Samira")
        db.session.add(Account(person_id=samira.id, mailbox="samira@test.example"))
        db.session.flush()
        set_password(samira.id, "een lange zin", by=make_actor(samira))
    data = {"mailbox": "samira@test.example", "password": "een lange zin"}
    assert leads_to(client.post("/binnenkomen/wachtwoord", data=data)) == "/vandaag"
    assert "Tweede stap" not in client.get("/gegevens").text
    assert leads_to(client.get(STEP)) == "/vandaag"
    assert client.get(f"{STEP}/instellen").status_code == 404
    assert client.post(f"{STEP}/kaart").status_code == 404


def test_every_role_that_reaches_others_is_asked(app, at_the_door):
    asked = set()
    for role in ROLES:
        with unit_of_work():
            person = make_person(role.title())
            make_grant(person, role)
        if "Nog één stap voor je werk" in at_the_door(person).get("/vandaag").text:
            asked.add(role)
    assert asked == roles_over_others(rights_of(app))
    assert set(ROLES) - asked == {"client_contact"}  # no page of ours is open to one


def test_what_decides_revokes_or_takes_data_along_asks_again_who_one_is(app):
    asks = {right.name for right in rights_of(app) if right.step_up and right.roles}
    assert asks == WEIGHTY


def test_the_list_of_roles_follows_the_rights():
    rights = (
        capability("a:b:read", "coach"),
        capability("a:c:read", own=True),
        capability("a:d:write", "trainer", "coach", own=True),
    )
    assert roles_over_others(rights) == {"coach", "trainer"}


def test_until_then_only_ones_own_things_are_there(esra, at_the_door):
    client = at_the_door(esra)
    assert leads_to(client.get(WORK)) == f"{STEP}?next={WORK}"
    assert leads_to(client.get(f"{WORK}?a=1")) == f"{STEP}?next={WORK}?a%3D1"
    assert client.get("/gegevens").status_code == 200
    today = client.get("/vandaag").text
    assert WORK not in today
    assert "Nog één stap voor je werk" in today


@pytest.mark.trust("T14", planted=True)
def test_a_sign_in_that_carries_its_rights_at_once_is_found(esra, at_the_door, monkeypatch):
    monkeypatch.setattr("academy.people.adapters.cookie.is_needed", lambda _grants: False)
    assert at_the_door(esra).get(WORK).status_code == 200


def test_a_code_of_the_app_opens_the_work(esra, at_the_door):
    secret = set_up_app(esra)
    client = at_the_door(esra)
    assert "Zes cijfers. Ze staan in de app" in client.get(STEP).text
    wrong = client.post(STEP, data={"code": "000000", "next": WORK})
    assert wrong.status_code == 422
    assert "Deze code klopt niet" in wrong.text
    assert client.get(WORK).status_code == 303
    assert leads_to(client.post(STEP, data={"code": code(secret), "next": WORK})) == WORK
    assert client.get(WORK).status_code == 200


def test_the_sixth_try_waits(esra, at_the_door):
    secret = set_up_app(esra)
    client = at_the_door(esra)
    statuses = [client.post(STEP, data={"code": "000000"}).status_code for _ in range(5)]
    assert statuses == [422] * 5
    assert client.post(STEP, data={"code": code(secret)}).status_code == 429
    assert client.get(WORK).status_code == 303


def test_the_first_time_one_makes_an_app(esra, at_the_door):
    client = at_the_door(esra)
    assert leads_to(client.post(f"{STEP}/app", data={"next": WORK})) == f"{STEP}/app?next={WORK}"
    page = client.get(f"{STEP}/app?next={WORK}")
    secret = waiting_secret(esra.id)
    db.session.rollback()
    assert "data:image/svg+xml" in page.text
    assert "</span> <span>".join(re.findall("....", secret)) in page.text
    assert client.post(f"{STEP}/app/klaar", data={"code": "000000"}).status_code == 422
    done = client.post(f"{STEP}/app/klaar", data={"code": code(secret), "next": WORK})
    assert leads_to(done) == WORK
    assert client.get(WORK).status_code == 200
    assert leads_to(client.get(f"{STEP}/app")) == f"{STEP}/instellen?next=/vandaag"


def test_the_first_time_one_prints_a_card(esra, at_the_door):
    client = at_the_door(esra)
    page = client.post(f"{STEP}/kaart", data={"next": WORK})
    codes = shown_codes(page)
    assert len(codes) == 10
    assert page.headers["Cache-Control"] == "no-store"
    again = client.get(f"{STEP}/kaart?next={WORK}")
    assert shown_codes(again) == []
    assert client.get(WORK).status_code == 303
    done = client.post(f"{STEP}/kaart/klaar", data={"code": codes[3], "next": WORK})
    assert leads_to(done) == WORK
    assert client.get(WORK).status_code == 200
    assert "Er zijn nog 9 codes over." in client.get(f"{STEP}/instellen").text

    other = at_the_door(esra)
    assert other.post(STEP, data={"code": codes[3]}).status_code == 422
    assert leads_to(other.post(STEP, data={"code": codes[4], "next": WORK})) == WORK


def test_a_code_without_anything_to_set_up_leads_back(esra, at_the_door):
    client = at_the_door(esra)
    for kind in ("app", "kaart"):
        assert leads_to(client.get(f"{STEP}/{kind}")).startswith(f"{STEP}/instellen")
        answer = client.post(f"{STEP}/{kind}/klaar", data={"code": "123456"})
        assert answer.status_code in (303, 422), kind


def test_a_thief_with_the_mailbox_makes_no_factor_of_their_own(esra, at_the_door):
    set_up_app(esra)
    thief = at_the_door(esra)
    assert leads_to(thief.get(f"{STEP}/instellen")).startswith(f"{STEP}?next=")
    for path in ("app", "kaart", "kaart/klaar", "passkey/nieuw/vraag", "passkey/nieuw", "1/weg"):
        answer = thief.post(f"{STEP}/{path}", data={"code": "123456"})
        assert leads_to(answer).startswith(f"{STEP}?next="), path
    assert kinds_of(esra.id) == {"app"}


def test_stepping_up_asks_the_second_factor_and_not_the_mailbox(esra, sign_in):
    with unit_of_work():
        make_grant(esra, "admin")
    secret = set_up_app(esra)
    client = sign_in(esra)
    wears_off()
    assert leads_to(client.get("/rechten")) == "/bevestig?next=/rechten"
    assert leads_to(client.get("/bevestig?next=/rechten")) == f"{STEP}?next=/rechten"
    assert "Laat nog eens zien wie je bent" in client.get(f"{STEP}?next=/rechten").text
    assert leads_to(client.post("/bevestig/stuur")).startswith(STEP)
    assert leads_to(client.post("/bevestig", data={"password": "x"})).startswith(STEP)
    assert db.session.scalars(sa.select(SignInCode)).all() == []
    db.session.rollback()
    given = client.post(STEP, data={"code": code(secret), "next": "/rechten"})
    assert leads_to(given) == "/rechten"
    assert client.get("/rechten").status_code == 200


def test_setting_up_asks_to_show_again_who_one_is(esra, sign_in):
    set_up_card(esra)
    client = sign_in(esra)
    wears_off()
    assert leads_to(client.get(f"{STEP}/instellen")) == f"/bevestig?next={STEP}/instellen"
    assert leads_to(client.post(f"{STEP}/kaart")).startswith("/bevestig")


def test_who_gets_a_right_while_inside_is_asked_from_then_on(app, sign_in, at_the_door):
    with unit_of_work():
        person = make_person("Said")
    client = at_the_door(person)
    assert client.get("/vandaag").status_code == 200
    with unit_of_work():
        make_grant(person, "coach")
    assert leads_to(client.get(WORK)) == f"{STEP}?next={WORK}"


def test_an_administrator_helps_who_lost_the_phone(esra, sign_in, at_the_door):
    set_up_app(esra)
    theirs = at_the_door(esra)
    with unit_of_work():
        admin = make_person("Gerda")
        make_grant(admin, "admin")
    client = sign_in(admin)
    page = f"/rechten/{esra.id}"
    assert "Haal de tweede stap weg" in client.get(page).text
    refused = client.post(f"{page}/tweede-stap", data={"why": "zomaar"}, follow_redirects=True)
    assert "Kies waarom." in refused.text
    done = client.post(f"{page}/tweede-stap", data={"why": "lost"}, follow_redirects=True)
    assert "De tweede stap is weg." in done.text
    assert "Haal de tweede stap weg" not in done.text
    assert leads_to(theirs.get("/vandaag")).startswith("/binnenkomen")
    assert leads_to(at_the_door(esra).get(STEP)).startswith(f"{STEP}/instellen")


def test_an_administrator_cannot_help_themselves(sign_in, app):
    admin = make_worker("admin", "gerda@test.example")
    set_up_app(admin)
    client = sign_in(admin)
    assert "Haal de tweede stap weg" not in client.get(f"/rechten/{admin.id}").text
    answer = client.post(f"/rechten/{admin.id}/tweede-stap", data={"why": "lost"})
    assert answer.status_code == 403


def test_one_of_two_can_be_taken_away(esra, sign_in):
    set_up_app(esra)
    client = sign_in(esra)
    page = client.get(f"{STEP}/instellen")
    assert "Haal weg" not in page.text
    codes = shown_codes(client.post(f"{STEP}/kaart"))
    client.post(f"{STEP}/kaart/klaar", data={"code": codes[0]})
    found = re.findall(rf"{STEP}/(\d+)/weg", client.get(f"{STEP}/instellen").text)
    assert len(found) == 2
    assert leads_to(client.post(f"{STEP}/{found[0]}/weg")) == f"{STEP}/instellen"
    assert kinds_of(esra.id) == {"card"}
    db.session.rollback()
    assert client.post(f"{STEP}/{found[1]}/weg").status_code == 403


def test_ones_devices_are_listed_and_this_one_is_named(esra, sign_in):
    client, _other = sign_in(esra), sign_in(esra)
    page = client.get("/gegevens").text
    assert page.count("Laatst gebruikt") == 2
    assert page.count("dit apparaat") == 1
    (row,) = re.findall(r"/gegevens/apparaten/(\d+)/uit", page)
    client.post(f"/gegevens/apparaten/{row}/uit")
    assert client.get("/gegevens").text.count("Laatst gebruikt") == 1


def test_signing_out_everywhere_is_everywhere(esra, sign_in, app):
    here, there = sign_in(esra), sign_in(esra)
    cookie = here.get_cookie("academy").value
    answer = here.post("/gegevens/apparaten/alles-uit")
    assert leads_to(answer) == "/binnenkomen"
    assert here.get_cookie("academy") is None
    for client in (here, there, app.test_client()):
        client.set_cookie(cookie_name(), cookie if client is not there else "x")
        assert client.get("/vandaag").status_code == 303
    assert "nergens meer binnen" in here.get("/binnenkomen").text


def test_passkeys_are_not_offered_at_a_bare_number(esra, at_the_door):
    client = at_the_door(esra)
    assert "data-passkey" not in client.get(f"{STEP}/instellen").text
    assert client.post(f"{STEP}/passkey/nieuw/vraag").status_code == 404
    assert client.post(f"{STEP}/passkey/vraag").status_code == 404
