"""Every route, method and kind of person against a table written by hand (trust.md, T01).

The table `oracle.csv` is written from "People, roles and rights" of the architecture page, never
from the code. What is one's own lies open to everybody who is signed in: an administrator too may
be a participant, and sees nothing but that. The board is let in at the inbox because a message can
be handed to a board member by name; the page then holds that message only. The monitor's page asks
for the machine itself or a token, which is no right of a person.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.policy import PUBLIC, capability
from academy.people.models import SignIn
from tests.access.asking import MISSING, Route, ask, guard_said, routes, unknown_parts
from tests.access.oracle import oracle
from tests.access.world import PRINCIPALS

pytestmark = pytest.mark.trust("T01")

LEAVES = {"/uitloggen", "/gegevens/apparaten/alles-uit"}
"""Routes that end the sign-in of who asks, so that they are asked last."""


def deviations(academy, browsers, *, below: str = "/") -> list[str]:
    """Ask every route as everybody and return what the guard said against the table."""
    table = oracle()
    found = []
    missing = dict.fromkeys(academy_parts(academy), MISSING)
    for route in sorted(routes(academy.app), key=lambda one: one.rule in LEAVES):
        if not route.rule.startswith(below):
            continue
        for principal in PRINCIPALS:
            browser = back_in(academy, principal) if route.rule in LEAVES else browsers(principal)
            said = guard_said(ask(browser, route, missing | {"code": "nl"}))
            wanted = table[route.rule, route.method][principal]
            if said != wanted:
                found.append(f"{route.method} {route.rule} {principal}: {said}, not {wanted}")
    return found


def back_in(academy, principal: str):
    """Return a fresh browser; who went out on another is in again."""
    db.session.execute(sa.update(SignIn).values(ended_at=None))
    db.session.commit()
    return academy.client(principal)


def academy_parts(academy) -> set[str]:
    return {
        name
        for rule in academy.app.url_map.iter_rules()
        for name in rule.arguments
        if name.endswith("_id")
    }


def test_no_route_is_missing_from_the_table_and_no_row_without_a_route(academy):
    declared = {(route.rule, route.method) for route in routes(academy.app)}

    assert declared - set(oracle()) == set()
    assert set(oracle()) - declared == set()


def test_every_row_says_something_of_everybody():
    words = {"allow", "deny", "door"}
    assert all(row[name] in words for row in oracle().values() for name in PRINCIPALS)


def test_the_guard_decides_as_the_table_says(academy, browsers):
    assert deviations(academy, browsers) == []


def test_the_head_of_a_page_is_guarded_like_the_page(academy, browsers):
    missing = dict.fromkeys(academy_parts(academy), MISSING)
    for route in routes(academy.app):
        if route.method == "GET":
            head = Route(route.rule, "HEAD", route.arguments)
            for principal in ("anonymous", "nobody"):
                said = guard_said(ask(browsers(principal), head, missing | {"code": "nl"}))
                assert said == oracle()[route.rule, "GET"][principal], route


@pytest.mark.trust("T01", planted=True)
def test_a_wider_right_is_found(academy, browsers, monkeypatch):
    """The check bites: a door that stands open is named, and nothing else."""
    view = academy.app.view_functions["rights.overview"]
    cells = dict(zip(view.__code__.co_freevars, view.__closure__, strict=True))
    monkeypatch.setattr(cells["needs"], "cell_contents", capability("a:planted:read", "coach"))

    found = deviations(academy, browsers, below="/rechten")

    assert found == [
        "GET /rechten coach: allow, not deny",
        "GET /rechten admin: deny, not allow",
    ]


def test_figures_are_not_for_strangers(academy, browsers):
    for principal in PRINCIPALS:
        elsewhere = browsers(principal).get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"})
        assert elsewhere.status_code == 404, principal


def test_the_parts_of_addresses_are_known(academy):
    assert unknown_parts(academy.app) == set()


def test_only_get_and_post_are_declared(academy):
    assert {route.method for route in routes(academy.app)} == {"GET", "POST"}


def test_the_public_rows_are_public_in_the_code(academy):
    public = {rule for (rule, _method), row in oracle().items() if row["anonymous"] == "allow"}
    views = academy.app.view_functions
    rules = {r.rule for r in academy.app.url_map.iter_rules() if views[r.endpoint].needs is PUBLIC}
    assert rules == public
