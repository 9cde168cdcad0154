"""Who a key is: its owner as they are now, and no more than its scopes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.people.models import Account, ApiToken, Grant
from academy.people.services.tokens import make_token, revoke_token
from tests.api.programs import V1, make_group, make_key, program
from tests.factories import make_actor

NEEDS = {
    "cohorts": {"cohorts:read"},
    "cohort": {"cohorts:read"},
    "enrolments": {"cohorts:read"},
    "attendance": {"cohorts:read"},
    "register": {"cohorts:read"},
    "verdicts": {"verdicts:read"},
    "verdict": {"verdicts:read"},
}
MAY = {
    "trainer": {"cohorts:read", "verdicts:read", "attendance:write"},
    "coordinator": {"cohorts:read", "verdicts:read", "attendance:write"},
    "assessor": {"cohorts:read"},
    "board": set(),
    "participant": set(),
}


@pytest.fixture
def group(app):
    with unit_of_work():
        return make_group()


def addresses(group):
    return {
        "cohorts": f"{V1}/cohorts",
        "cohort": group.path,
        "enrolments": f"{group.path}/enrolments",
        "attendance": f"{group.path}/attendance",
        "register": group.register,
        "verdicts": f"{group.path}/verdicts",
        "verdict": f"{V1}/enrolments/{group.enrolments[0].id}/verdict",
    }


def change(database_change):
    with unit_of_work():
        db.session.execute(database_change)


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("scope", ["cohorts:read", "verdicts:read", "attendance:write"])
def test_a_key_does_what_both_its_scope_and_its_owner_may(app, group, role, scope):
    client = program(app, make_key(group.staff[role], scope))
    for name, path in addresses(group).items():
        allowed = NEEDS[name] <= {scope} & MAY[role]
        assert client.get(path).status_code == (200 if allowed else 403), name


def test_without_a_key_nothing_opens(app, group):
    for path in addresses(group).values():
        answer = program(app).get(path)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json["type"] == "/problems/sign-in-required"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "nonsense", "Bearer \xe9"]
)
def test_what_is_no_key_is_nobody(app, group, header):
    answer = app.test_client().get(group.path, headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_cookie_does_not_count_for_programs_nor_a_key_for_pages(app, group, sign_in):
    assert sign_in(group.staff["trainer"]).get(group.path).status_code == 401
    with_key = program(app, make_key(group.staff["trainer"]))
    assert with_key.get("/groepen").location.startswith("/binnenkomen")


def test_a_key_that_was_taken_back_is_dead(app, group):
    by = make_actor(group.staff["trainer"])
    with unit_of_work():
        db.session.add(Account(person_id=by.person_id, mailbox="t@test.example"))
        made = make_token("x", scopes=["cohorts:read"], offered=["cohorts:read"], days=30, by=by)
    client = program(app, made.token)
    assert client.get(group.path).status_code == 200
    with unit_of_work():
        revoke_token(made.id, by=by)
    assert client.get(group.path).status_code == 401


@pytest.mark.parametrize(("days", "status"), [(0, 200), (-1, 401)])
def test_a_key_holds_up_to_and_with_its_last_day(app, group, days, status):
    key = make_key(group.staff["trainer"], days=days)
    assert program(app, key).get(group.path).status_code == status


def test_a_key_dies_with_the_account(app, group):
    client = program(app, make_key(group.staff["trainer"]))
    assert client.get(group.path).status_code == 200
    change(sa.update(Account).values(disabled_at=clock.real_now()))
    assert client.get(group.path).status_code == 401


def test_a_lost_grant_counts_at_once(app, group):
    client = program(app, make_key(group.staff["trainer"]))
    assert client.get(group.path).status_code == 200
    change(sa.update(Grant).values(valid_to=clock.today() - timedelta(days=1)))
    assert client.get(group.path).status_code == 403


def test_the_day_of_last_use_is_noted_once(app, group):
    key = make_key(group.staff["trainer"])
    program(app, key).get(group.path)
    row = db.session.scalars(sa.select(ApiToken)).one()
    assert row.last_used_on == clock.real_today()


def test_what_a_key_does_is_known_as_done_through_the_api(app, group):
    client = program(app, make_key(group.staff["trainer"]))
    tag = client.get(group.register).headers["ETag"]
    mark = {
        "enrolment_id": group.enrolments[0].id,
        "status": "present",
        "seen_version": 0,
    }
    answer = client.post(group.register, json={"marks": [mark]}, headers={"If-Match": tag})
    assert answer.status_code == 200
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:register:saved")
    ).one()
    assert (event.origin, event.actor_id) == ("api", group.staff["trainer"].id)


def test_a_change_needs_neither_a_form_token_nor_a_page_of_ours(app, group):
    """Over https a browser without Referer is refused; a program is not."""
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        client = program(app, make_key(group.staff["trainer"]))
        answer = client.post(
            group.register, json={"marks": []}, base_url="https://academie.example"
        )
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 422
