"""A cookie that was copied is worth nothing once its sign-in ended (T13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account, Person
from academy.people.services import sign_in as services
from academy.people.services.sign_in import close_all, close_sign_in, set_password
from tests.factories import make_actor, make_person

pytestmark = pytest.mark.trust("T13")


@pytest.fixture
def samira(app):
    with unit_of_work():
        return make_person("Samira")


def lives(app: Any, cookie: str) -> bool:
    """Say whether a copied cookie still opens a page."""
    other = app.test_client()
    other.set_cookie(cookie_name(), cookie)
    return bool(other.get("/vandaag").status_code == 200)


Ending = Callable[[Any, Any], None]


def _goes_out(client: Any, _person: Any) -> None:
    client.post("/uitloggen")


def _goes_out_everywhere(_client: Any, person: Any) -> None:
    with unit_of_work():
        close_all(person.id, by=make_actor(person))


def _closes_the_device(_client: Any, person: Any) -> None:
    with unit_of_work():
        row = db.session.query(services.SignIn).filter_by(person_id=person.id).one()
        close_sign_in(row.id, by=make_actor(person))


def _sets_a_password(_client: Any, person: Any) -> None:
    with unit_of_work():
        set_password(person.id, "een nieuwe lange zin", by=make_actor(person))


def _is_disabled(_client: Any, person: Any) -> None:
    with unit_of_work():
        db.session.get_one(Account, person.id).disabled_at = clock.real_now()


ENDINGS: dict[str, Ending] = {
    "out": _goes_out,
    "out everywhere": _goes_out_everywhere,
    "device closed": _closes_the_device,
    "new password": _sets_a_password,
    "disabled": _is_disabled,
}


def survivors(app: Any, person: Any, sign_in: Any) -> list[str]:
    """Return after which endings a copy of the cookie still opens a page."""
    found = []
    for name, end in ENDINGS.items():
        with unit_of_work():
            if account := db.session.get(Account, person.id):
                account.disabled_at = None
            db.session.query(services.SignIn).delete()
        client = sign_in(person)
        copied = client.get_cookie(cookie_name()).value
        assert lives(app, copied), name
        end(client, person)
        if lives(app, copied):
            found.append(name)
    return found


def test_no_copy_outlives_its_sign_in(app, samira, sign_in):
    assert survivors(app, samira, sign_in) == []


@pytest.mark.trust("T13", planted=True)
def test_a_cookie_that_is_believed_by_itself_is_found(app, samira, sign_in, monkeypatch):
    """As the library does by itself: who the cookie names is in, whatever happened since."""
    monkeypatch.setattr("academy.app.actor_of_request", _believing(samira.id))
    assert survivors(app, samira, sign_in) == list(ENDINGS)


def _believing(person_id: int) -> Callable[..., Any]:
    def believe(request: Any, *_rest: Any) -> Any:
        if not request.cookies.get(cookie_name()):
            return None
        return make_actor(db.session.get_one(Person, person_id))

    return believe


def test_a_sign_in_ends_after_ninety_days_in_any_case(app, samira, sign_in):
    client = sign_in(samira)
    copied = client.get_cookie(cookie_name()).value
    with time_machine.travel(clock.real_now() + timedelta(days=90, minutes=1), tick=False):
        assert not lives(app, copied)
