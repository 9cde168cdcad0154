"""The door: codes, passwords, shared mailboxes, step-up, and sign-ins that die."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.kernel.limits import Limit
from academy.kernel.mail import OutgoingMail
from academy.kernel.queue import Job
from academy.people.models import Account, Grant, SignIn, SignInCode
from academy.people.services import about, grants
from academy.people.services import sign_in as services
from academy.people.services.sign_in import code_text, make_account, set_password
from tests.factories import make_actor, make_grant, make_person


@pytest.fixture
def samira(app):
    with unit_of_work():
        person = make_person("Samira", email="samira@test.example")
        make_account(person.id, "Samira@Test.example ", by=make_actor(person))
    return person


def ask(client, mailbox="samira@test.example"):
    return client.post("/binnenkomen", data={"mailbox": mailbox})


def latest_code():
    code = db.session.scalars(sa.select(SignInCode).order_by(SignInCode.id.desc())).first()
    text = code_text(code)
    db.session.rollback()
    return text


def enter(client, code, mailbox="samira@test.example"):
    return client.post("/binnenkomen/code", data={"mailbox": mailbox, "code": code})


def test_a_mail_code_opens_the_door(client, samira):
    assert ask(client).status_code == 303
    answer = enter(client, latest_code())
    assert answer.status_code == 303
    assert answer.location == "/vandaag"
    assert client.get("/vandaag").status_code == 200


def test_a_code_written_with_a_space_fits(client, samira):
    ask(client)
    code = latest_code()
    assert enter(client, f"{code[:3]} {code[3:]}").status_code == 303


def test_a_code_works_once(client, samira, app):
    ask(client)
    code = latest_code()
    enter(client, code)
    assert enter(app.test_client(), code).status_code == 422


def test_a_code_dies_after_fifteen_minutes(client, samira):
    ask(client)
    code = latest_code()
    with time_machine.travel(clock.real_now() + timedelta(minutes=15, seconds=1), tick=False):
        assert enter(client, code).status_code == 422


def test_the_link_in_the_mail_only_fills_in_the_code(client, samira):
    answer = client.get("/binnenkomen/code?code=123456")
    assert 'value="123456"' in answer.text
    assert client.get("/vandaag").status_code == 303


def test_a_wrong_code_keeps_what_was_typed(client, samira):
    ask(client)
    answer = enter(client, "000000" if latest_code() != "000000" else "111111")
    assert answer.status_code == 422
    assert "Je code klopt niet" in answer.text


@pytest.mark.trust("T12")
def test_an_unknown_mailbox_gets_the_same_answer(client, samira, app):
    known, unknown = ask(client), ask(app.test_client(), "niemand@test.example")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    first, second = db.session.scalars(sa.select(SignInCode.mailbox).order_by(SignInCode.id))
    assert (first, second) == ("samira@test.example", "niemand@test.example")
    counts = [
        db.session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Job, OutgoingMail)
    ]
    assert counts == [2, 2]
    pages = [c.get("/binnenkomen/code").text for c in (client, app.test_client())]
    assert "samira@test.example" in pages[0]


@pytest.mark.trust("T11")
def test_guessing_stops_after_ten_tries(client, samira):
    ask(client)
    statuses = [enter(client, "000001").status_code for _ in range(11)]
    assert statuses[:10] == [422] * 10
    assert statuses[10] == 429


def test_people_who_share_a_mailbox_say_who_they_are(client, samira):
    with unit_of_work():
        joke = make_person("Joke")
        make_account(joke.id, "samira@test.example", by=make_actor(joke))
        joke_id = joke.id
    ask(client)
    answer = enter(client, latest_code())
    assert answer.location.startswith("/binnenkomen/wie")
    assert "Joke" in client.get("/binnenkomen/wie").text
    client.post("/binnenkomen/wie", data={"person": joke_id})
    assert "Dag Joke" in client.get("/vandaag").text


def shared_with_joke():
    with unit_of_work():
        joke = make_person("Joke")
        make_account(joke.id, "samira@test.example", by=make_actor(joke))
        return joke


def test_a_shared_mailbox_works_from_the_link_in_another_browser(app, client, samira):
    joke_id = shared_with_joke().id
    ask(client)
    elsewhere = app.test_client()
    enter(elsewhere, latest_code())
    elsewhere.post("/binnenkomen/wie", data={"person": joke_id})
    assert "Dag Joke" in elsewhere.get("/vandaag").text


def test_a_choice_that_was_kept_opens_the_door_once_and_for_a_quarter(app, client, samira):
    joke_id = shared_with_joke().id
    ask(client)
    enter(client, latest_code())
    kept = client.get_cookie("form").value

    def choose(moment):
        other = app.test_client()
        other.set_cookie("form", kept)
        with time_machine.travel(moment, tick=False):
            other.post("/binnenkomen/wie", data={"person": joke_id})
            return other.get("/vandaag").status_code

    now = clock.real_now()
    assert choose(now + timedelta(minutes=16)) == 303
    assert choose(now) == 200
    assert choose(now) == 303


def step_up(client, **data):
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    client.post("/bevestig", data=data)
    fresh = db.session.scalars(sa.select(SignIn.stepped_up_at)).one()
    db.session.rollback()
    return fresh is not None


def test_the_password_of_a_housemate_proves_nothing(samira, sign_in):
    joke = shared_with_joke()
    with unit_of_work():
        set_password(joke.id, "de zin van joke", by=make_actor(joke))
        set_password(samira.id, "de zin van samira", by=make_actor(samira))
    client = sign_in(samira)
    assert not step_up(client, password="de zin van joke")
    assert step_up(client, password="de zin van samira")


def test_the_proof_goes_to_the_mailbox_of_the_account(samira, sign_in):
    with unit_of_work():
        db.session.get(Account, samira.id).mailbox = "nieuw@test.example"
    client = sign_in(samira)
    client.post("/bevestig/stuur")
    assert db.session.scalars(sa.select(SignInCode.mailbox)).one() == "nieuw@test.example"
    code = latest_code()
    assert step_up(client, code=code)
    assert not step_up(client, code=code)


def test_who_becomes_staff_stays_in_no_longer_than_staff(samira, sign_in):
    client = sign_in(samira)
    with unit_of_work():
        make_grant(samira, "trainer")
    with time_machine.travel(clock.real_now() + timedelta(minutes=31), tick=False):
        assert client.get("/vandaag").status_code == 303


def test_nobody_sets_the_password_name_or_language_of_somebody_else(samira):
    with unit_of_work():
        joke = make_person("Joke")
        make_account(joke.id, "joke@test.example", by=make_actor(joke))
    by = make_actor(samira)
    for change in (
        lambda: set_password(joke.id, "een lange zin", by=by),
        lambda: about.set_language(joke.id, "en", by=by),
        lambda: about.set_name_on_certificate(joke.id, "Iemand anders", by=by),
        lambda: services.open_account(joke.id, by=by),
    ):
        with pytest.raises(NotFoundError):
            change()


def test_nobody_chooses_a_person_without_a_code(client, samira):
    answer = client.post("/binnenkomen/wie", data={"person": samira.id})
    assert answer.location == "/binnenkomen"
    assert client.get("/vandaag").status_code == 303


def test_a_password_opens_the_door(client, samira):
    with unit_of_work():
        set_password(samira.id, "een lange zin", by=make_actor(samira))
    data = {"mailbox": "SAMIRA@test.example", "password": "een lange zin"}
    assert client.post("/binnenkomen/wachtwoord", data=data).status_code == 303
    assert client.get("/vandaag").status_code == 200


def test_a_wrong_password_is_refused(client, samira):
    data = {"mailbox": "samira@test.example", "password": "iets anders"}
    assert client.post("/binnenkomen/wachtwoord", data=data).status_code == 422


def test_the_door_leads_back_to_where_one_was(client, samira):
    assert client.get("/gegevens").location == "/binnenkomen?next=/gegevens"
    client.post("/binnenkomen", data={"mailbox": "samira@test.example", "next": "/gegevens"})
    data = {"mailbox": "samira@test.example", "code": latest_code(), "next": "/gegevens"}
    assert client.post("/binnenkomen/code", data=data).location == "/gegevens"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "x"])
def test_the_door_leads_nowhere_else(client, samira, target):
    ask(client)
    data = {"mailbox": "samira@test.example", "code": latest_code(), "next": target}
    assert client.post("/binnenkomen/code", data=data).location == "/vandaag"


def copy_of(client):
    return client.get_cookie("academy").value


def replay(app, cookie):
    other = app.test_client()
    other.set_cookie("academy", cookie)
    return other.get("/vandaag").status_code


@pytest.mark.trust("T13")
def test_a_copied_cookie_dies_when_one_goes_out(app, samira, sign_in):
    client = sign_in(samira)
    cookie = copy_of(client)
    assert replay(app, cookie) == 200
    client.post("/uitloggen")
    assert replay(app, cookie) == 303


def test_leaving_clears_what_lies_on_the_device(samira, sign_in):
    answer = sign_in(samira).post("/uitloggen")
    assert '"storage"' in answer.headers["Clear-Site-Data"]
    assert "academy=;" in answer.headers["Set-Cookie"]


@pytest.mark.trust("T13")
def test_a_new_password_ends_the_other_devices(app, samira, sign_in):
    here, there = sign_in(samira), sign_in(samira)
    here.post("/gegevens/wachtwoord", data={"password": "een nieuwe lange zin"})
    assert here.get("/vandaag").status_code == 200
    assert there.get("/vandaag").status_code == 303


@pytest.mark.trust("T13")
def test_a_lost_right_ends_the_sign_ins(app, samira, sign_in):
    with unit_of_work():
        admin = make_person("Beheer")
        make_grant(admin, "admin")
        grant = make_grant(samira, "trainer")
        client = sign_in(samira)
        grants.end_grant(grant.id, by=make_actor(admin))
    assert client.get("/vandaag").status_code == 303


@pytest.mark.trust("T13")
def test_a_disabled_account_is_out_at_once(samira, sign_in):
    client = sign_in(samira)
    with unit_of_work():
        db.session.get(Account, samira.id).disabled_at = clock.real_now()
    assert client.get("/vandaag").status_code == 303


@pytest.mark.trust("T13")
@pytest.mark.parametrize(
    ("role", "after", "status"),
    [
        ("trainer", timedelta(minutes=31), 303),
        ("trainer", timedelta(minutes=29), 200),
        (None, timedelta(days=31), 303),
        (None, timedelta(days=29), 200),
    ],
)
def test_a_sign_in_ends_when_it_is_not_used(samira, sign_in, role, after, status):
    if role:
        with unit_of_work():
            make_grant(samira, role)
    client = sign_in(samira)
    with time_machine.travel(clock.real_now() + after, tick=False):
        assert client.get("/vandaag").status_code == status


@pytest.mark.trust("T13")
def test_using_it_keeps_a_sign_in_alive_until_its_last_day(samira, sign_in):
    with unit_of_work():
        make_grant(samira, "trainer")
    client = sign_in(samira)
    start = clock.real_now()
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert client.get("/vandaag").status_code == 200, minutes
    with time_machine.travel(start + timedelta(hours=12, seconds=1), tick=False):
        assert client.get("/vandaag").status_code == 303


@pytest.mark.trust("T13")
def test_the_token_is_new_at_every_sign_in_and_not_in_the_table(app, samira, sign_in):
    first, second = copy_of(sign_in(samira)), copy_of(sign_in(samira))
    assert first != second
    assert len(first) >= 22
    stored = list(db.session.scalars(sa.select(SignIn.token_hash)))
    assert first not in stored
    assert second not in stored


def test_another_persons_device_cannot_be_closed(samira, sign_in):
    with unit_of_work():
        other = make_person("Joke")
    sign_in(other)
    row = db.session.scalars(sa.select(SignIn.id).where(SignIn.person_id == other.id)).one()
    db.session.rollback()
    assert sign_in(samira).post(f"/gegevens/apparaten/{row}/uit").status_code == 404


def test_nobody_gives_themselves_a_right(samira):
    with unit_of_work():
        make_grant(samira, "admin")
    with pytest.raises(Exception, match="jezelf"):
        grants.give_grant(
            samira.id, "board", by=make_actor(samira), scope_kind="everything", scope_id=None,
            valid_from=clock.today(), reason="x",
        )  # fmt: skip
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Grant)) == 1


def test_the_code_mail_is_not_needed_for_a_stranger(app):
    with unit_of_work():
        services.ask_code("niemand@test.example", asker=services.Asker("127.0.0.1"))
    code_id = db.session.scalars(sa.select(SignInCode.id)).one()
    assert services.mail_values(code_id) is None


def test_a_whole_group_comes_in_over_one_wifi(app):
    with unit_of_work():
        neighbours = [make_person("Buur", email=f"buur{n}@test.example") for n in range(14)]
        for one in neighbours:
            make_account(one.id, one.email, by=make_actor(one))
        mailboxes = [one.email for one in neighbours]
    for mailbox in mailboxes:
        client = app.test_client()
        ask(client, mailbox)
        assert enter(client, latest_code(), mailbox).status_code == 303, mailbox


@pytest.mark.trust("T11")
def test_a_mailbox_takes_fifty_wrong_codes_a_day(samira, app, monkeypatch):
    monkeypatch.setattr(services, "TRY_MAILBOX", Limit("try-mailbox", 1000, services.WINDOW))
    monkeypatch.setattr(services, "TRY_ADDRESS", Limit("try-address", 1000, services.WINDOW))
    ask(app.test_client())
    for _ in range(49):
        assert enter(app.test_client(), "000001").status_code == 422
    assert enter(app.test_client(), latest_code()).status_code == 303
    ask(app.test_client())
    statuses = [enter(app.test_client(), "000001").status_code for _ in range(50)]
    assert set(statuses) == {422}
    answer = enter(app.test_client(), latest_code())
    assert answer.status_code == 429
    assert "Probeer het morgen weer." in answer.text


@pytest.mark.trust("T11")
def test_one_success_does_not_pay_for_many_guesses(client, samira, app):
    for _ in range(9):
        enter(app.test_client(), "000001", "niemand@test.example")
    ask(client)
    assert enter(client, latest_code()).status_code == 303
    statuses = [
        enter(app.test_client(), "000001", f"iemand{n}@test.example").status_code for n in range(2)
    ]
    assert statuses == [422, 429]


@pytest.mark.trust("T11")
def test_strangers_cannot_lock_the_owner_out_of_a_known_browser(client, samira, app):
    ask(client)
    enter(client, latest_code())
    client.post("/uitloggen")
    for _ in range(12):
        stranger = app.test_client()
        ask(stranger)
        last = enter(stranger, "000001")
    assert last.status_code == 429
    assert ask(client).status_code == 303
    assert enter(client, latest_code()).status_code == 303


def test_a_known_browser_has_ten_tries_too(client, samira):
    ask(client)
    enter(client, latest_code())
    client.post("/uitloggen")
    statuses = [enter(client, "000001").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_a_browser_is_known_for_its_own_mailbox_only(client, samira, app):
    ask(client)
    enter(client, latest_code())
    client.post("/uitloggen")
    for _ in range(10):
        enter(client, "000001", "joke@test.example")
    assert enter(app.test_client(), "000001", "joke@test.example").status_code == 429


@pytest.mark.parametrize("planted", ["x", "W10.x.y", '["a","b"]'])
def test_a_made_up_mark_of_a_known_browser_counts_as_none(client, samira, planted):
    client.set_cookie("known", planted)
    assert ask(client).status_code == 303
    assert enter(client, latest_code()).status_code == 303
