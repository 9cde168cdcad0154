"""Nobody writes from another site, and reading writes nothing but three named things (T04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock
from academy.kernel.db import db, side_write, unit_of_work
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account, Person, Place, SignIn
from academy.people.services.sign_in import set_password
from tests.access.asking import MISSING, Route, ask, each_id_argument, routes
from tests.access.test_foreign_objects import FILLED, own_combinations, plant
from tests.access.world import PRINCIPALS
from tests.factories import make_actor

pytestmark = pytest.mark.trust("T04")

READ_LOG = {"coaching_read"}
VERIFICATION = {"verification_count", "certificate_check_count"}
"""How often strangers check, and how often one certificate was looked at."""

NAMED_WRITES = {
    "/api/v1/certificates/<number>/verification": VERIFICATION,
    "/begeleiding/<int:plan_id>": READ_LOG,
    "/begeleiding/<int:plan_id>/doel": READ_LOG,
    "/begeleiding/<int:plan_id>/gesprek": READ_LOG,
    "/begeleiding/<int:plan_id>/jaargesprek": READ_LOG,
    "/begeleiding/<int:plan_id>/pdf/deelnemer": READ_LOG,
    "/begeleiding/<int:plan_id>/pdf/overdracht": READ_LOG,
    "/begeleiding/<int:plan_id>/plan": READ_LOG,
    "/begeleiding/gesprekken/<int:entry_id>/verbeter": READ_LOG,
    "/begeleiding/openingen/<int:opening_id>/logboek": READ_LOG,
    "/c/<code>": VERIFICATION,
    "/deel/<token>": VERIFICATION,
    "/deel/<token>/bestand": VERIFICATION,
    "/controleer": VERIFICATION,
    "/logboek": READ_LOG,
    "/logboek/pdf/dossier": READ_LOG,
    "/logboek/plan": READ_LOG,
}
"""The pages that may write at a GET, and what. Last-seen is the third; `digest` leaves it out."""

HTTPS = "https://academie.example"


def browser_of(app: Flask, academy: Any, principal: str) -> Any:
    client = app.test_client()
    token = academy.world.tokens.get(principal)
    with app.app_context():
        name = cookie_name()
    if token:
        is_https = name.startswith("__Host-")
        domain = "academie.example" if is_https else "localhost"
        client.set_cookie(name, token, secure=is_https, domain=domain)
    return client


FOR_PROGRAMS = "/api/"
PUBLIC_SAY = {"/certificates/verif": 422, "/api/wallet/": 404}
"""What is open to all, and what it answers to nonsense; wallets are not let in here."""


def unsafe(app: Flask) -> Iterator[Route]:
    """Yield every change of a page; programs come with a key and no cookie, see below."""
    for route in routes(app):
        if route.method != "GET" and not route.rule.startswith(FOR_PROGRAMS):
            yield route


def own(academy: Any, principal: str, route: Route) -> dict[str, int]:
    found = own_combinations(academy.world, principal, route)
    return found[0] if found else dict.fromkeys(each_id_argument(route), MISSING)


# --- tokens and origins ----------------------------------------------------------------------


def test_every_change_without_a_token_is_refused(academy):
    app, watch = academy.twin(), academy.watch()
    for principal in PRINCIPALS:
        client = browser_of(app, academy, principal)
        for route in unsafe(app):
            answer = ask(client, route, own(academy, principal, route), data=FILLED)
            assert answer.status_code == 400, (route, principal)
            assert "stond te lang open" in answer.text
            assert not watch.changed(), (route, principal)


def test_a_cookie_opens_nothing_that_is_for_programs(academy):
    """What needs no form's token takes no cookie either, so another site cannot borrow one."""
    app, watch = academy.twin(), academy.watch()
    for principal in PRINCIPALS:
        client = browser_of(app, academy, principal)
        for route in routes(app):
            if route.rule.startswith(FOR_PROGRAMS) and route.method != "GET":
                answer = ask(client, route, own(academy, principal, route), json=FILLED)
                said = next((one for below, one in PUBLIC_SAY.items() if below in route.rule), 401)
                assert answer.status_code == said, (route, principal)
    assert not watch.changed()


def test_a_wrong_token_is_refused_too(academy):
    client = browser_of(academy.twin(), academy, "coordinator")
    answer = client.post("/gegevens/taal", data={"language": "en", "csrf_token": "wrong"})
    assert answer.status_code == 400


def token_of(client: Any, **options: Any) -> str:
    """Return the token that the own page puts in its forms."""
    page = client.get("/gegevens", **options).text
    return page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def test_the_right_token_from_here_is_let_through(academy):
    """The check bites both ways: with the token of the page the same request passes."""
    client = browser_of(academy.twin(), academy, "coordinator")
    fields = {"language": "en", "csrf_token": token_of(client)}
    assert client.post("/gegevens/taal", data=fields).status_code == 303


ELSEWHERE: dict[str, dict[str, str]] = {
    "referrer of another site": {"Referer": "https://elders.example/gegevens"},
    "referrer of a host that begins like ours": {"Referer": f"{HTTPS}.evil.example/"},
    "nothing said": {},
    "origin of another site": {"Origin": "https://elders.example"},
    "origin hidden": {"Origin": "null"},
    "browser says another site": {"Sec-Fetch-Site": "cross-site"},
    "browser says another host of ours": {"Sec-Fetch-Site": "same-site"},
    "browser says another site, referrer ours": {
        "Sec-Fetch-Site": "cross-site",
        "Referer": f"{HTTPS}/",
    },
}


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_change_from_another_site_is_refused(academy, headers):
    """Over https, even with the right token."""
    app, watch = academy.twin(HTTPS), academy.watch()
    client = browser_of(app, academy, "coordinator")
    secure = {"base_url": HTTPS}
    token = token_of(client, **secure)
    assert len(token) > 20
    for route in unsafe(app):
        values, data = own(academy, "coordinator", route), {**FILLED, "csrf_token": token}
        answer = ask(client, route, values, data=data, headers=headers, **secure)
        assert answer.status_code == 400, route
    assert not watch.changed()


@pytest.mark.parametrize("name", ["Referer", "Origin"])
def test_the_same_change_from_here_passes_over_https(academy, name):
    client = browser_of(academy.twin(HTTPS), academy, "coordinator")
    secure = {"base_url": HTTPS}
    fields = {"language": "en", "csrf_token": token_of(client, **secure)}
    here = {"Referer": f"{HTTPS}/gegevens", "Origin": HTTPS}[name]
    answer = client.post("/gegevens/taal", data=fields, headers={name: here}, **secure)
    assert answer.status_code == 303


# --- reading ---------------------------------------------------------------------------------


def writes_of_reading(academy: Any, browsers: Any, *, below: str = "/") -> list[str]:
    """Open every page of everybody over rows that exist; return what was written unannounced."""
    faults, watch = [], academy.watch()
    for route in routes(academy.app):
        if route.method != "GET" or not route.rule.startswith(below):
            continue
        if route.rule.endswith("/pdf"):
            continue  # asserted on their own, below
        for principal in PRINCIPALS:
            combinations = own_combinations(academy.world, principal, route)
            for values in combinations or [dict.fromkeys(each_id_argument(route), 1)]:
                ask(browsers(principal), route, values)
                if unnamed := watch.changed() - NAMED_WRITES.get(route.rule, set()):
                    faults.append(f"{route.path(values)} {principal} wrote {sorted(unnamed)}")
    return faults


@pytest.mark.slow
def test_reading_changes_nothing_but_what_is_named(academy, browsers):
    assert writes_of_reading(academy, browsers) == []


@pytest.mark.trust("T04", planted=True)
def test_a_page_that_writes_is_found(academy, browsers, monkeypatch):
    def careless() -> str:
        side_write(Place.__table__.update().values(inhabitants=7))
        return "ok"

    plant(monkeypatch, academy.app, "cohorts.index", careless)

    faults = writes_of_reading(academy, browsers, below="/groepen/nieuw")
    assert faults == []
    found = writes_of_reading(academy, browsers, below="/groepen")
    assert found[0] == "/groepen trainer wrote ['place']"


def test_the_three_named_writes_happen(academy, browsers):
    """Reading a log writes who read it; checking counts; a device is seen again."""
    plan = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    expected = {
        ("coach", f"/begeleiding/{plan}"): READ_LOG,
        ("coach", f"/begeleiding/{plan}/gesprek"): READ_LOG,
        ("participant", "/logboek"): READ_LOG,
        ("anonymous", "/controleer?number=SLHZ-B-2026-00001-00"): {"verification_count"},
        ("anonymous", "/c/AAAAAAAAAAAAAAAAAAAA"): {"verification_count"},
        ("anonymous", f"/c/{next(iter(academy.world.codes.values()))}"): VERIFICATION,
    }
    watch = academy.watch()
    for (principal, path), tables in expected.items():
        assert browsers(principal).get(path).status_code == 200, path
        assert watch.changed() == tables, path


def test_a_device_is_seen_again_after_a_minute(academy, browsers):
    earlier = clock.real_now() - timedelta(minutes=5)
    db.session.execute(sa.update(SignIn).values(last_seen_at=earlier))
    db.session.commit()
    watch = academy.watch()

    browsers("trainer").get("/groepen")

    assert watch.changed() == set()
    seen = db.session.scalars(sa.select(SignIn.last_seen_at).order_by(SignIn.id)).all()
    assert sum(moment > earlier for moment in seen) == 1


# --- cookies ---------------------------------------------------------------------------------


def cookies_of(app: Flask, academy: Any, **options: Any) -> list[str]:
    """Come in by password-less steps: ask for a code and choose a language; return the cookies."""
    client = app.test_client()
    answers = [client.get(path, **options) for path in ("/binnenkomen", "/taal/en", "/contact")]
    signed_in = browser_of(app, academy, "participant")
    token = token_of(signed_in, **options)
    answers.append(
        signed_in.post(
            "/uitloggen",
            data={"csrf_token": token},
            headers={"Referer": f"{options.get('base_url', 'http://localhost')}/gegevens"},
            **options,
        )
    )
    assert answers[-1].status_code == 303
    return [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]


def test_cookies_over_http_are_closed_to_scripts_and_other_sites(academy):
    lines = cookies_of(academy.twin(), academy)
    assert {line.partition("=")[0] for line in lines} == {"form", "language", "academy"}
    for line in lines:
        assert all(part in line for part in ("HttpOnly", "SameSite=Lax")), line


def test_cookies_over_https_are_bound_to_this_host(academy):
    lines = cookies_of(academy.twin(HTTPS), academy, base_url=HTTPS)
    names = {line.partition("=")[0] for line in lines}
    assert {"__Host-form", "__Host-academy"} <= names
    for line in lines:
        assert all(part in line for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/")), line
        assert "Domain=" not in line


def test_coming_in_sets_a_closed_cookie(academy):
    """The door itself: the token of a sign-in, set as it is in life."""
    person_id = academy.world.people["participant"]
    with unit_of_work():
        by = make_actor(db.session.get_one(Person, person_id))
        set_password(person_id, "een lang wachtwoord", by=by)
    mailbox = db.session.get_one(Account, person_id).mailbox
    app = academy.twin(HTTPS)
    client = app.test_client()
    page = client.get("/binnenkomen/wachtwoord", base_url=HTTPS).text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    answer = client.post(
        "/binnenkomen/wachtwoord",
        data={"mailbox": mailbox, "password": "een lang wachtwoord", "csrf_token": token},
        headers={"Referer": f"{HTTPS}/binnenkomen/wachtwoord"},
        base_url=HTTPS,
    )
    assert answer.status_code == 303
    (line,) = [
        one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-academy=")
    ]
    value = line.partition("=")[2].partition(";")[0]
    assert len(value) >= 22  # 128 bits and more
    assert all(part in line for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"))
