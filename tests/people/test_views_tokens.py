"""Keys for programs: made once shown, taken back at once, one's own only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock, ids
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from academy.people import rules
from academy.people.models import ApiToken
from academy.people.services.tokens import make_token, revoke_token
from tests.factories import make_actor, make_cohort, make_person, make_trainer

PAGE = "/gegevens/sleutels"
FILLED = {"name": "Mijn rooster", "scopes": ["cohorts:read"], "days": "30"}
OFFERED = ("cohorts:read",)


@pytest.fixture
def trainer(app):
    with unit_of_work():
        return make_trainer(make_cohort())


def shown(answer) -> str:
    found = re.search(r"<code>(slhz_[\w-]+)</code>", answer.text)
    return found[1] if found else ""


def test_a_key_is_shown_once_and_kept_as_a_hash(trainer, sign_in):
    browser = sign_in(trainer)

    answer = browser.post(PAGE, data=FILLED)

    token = shown(answer)
    row = db.session.scalars(sa.select(ApiToken)).one()
    assert len(token) > 40
    assert (row.token_hash, row.person_id) == (ids.digest(token), trainer.id)
    assert row.expires_on == clock.real_today() + timedelta(days=30)
    assert token not in browser.get(PAGE).text
    assert "Mijn rooster" in browser.get(PAGE).text


def test_making_is_in_the_audit_chain_without_the_key(trainer, sign_in):
    token = shown(sign_in(trainer).post(PAGE, data=FILLED))

    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "people:token:made")
    ).one()
    assert event.data == {"scopes": "cohorts:read", "days": 30}
    assert token not in str(event.data)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Geef de sleutel een korte naam."),
        ({"name": "x" * 61}, "langer dan 60 letters"),
        ({"scopes": []}, "Kies wat het programma mag."),
        ({"scopes": ["certificates:read"]}, "certificates:read"),
        ({"days": "36500"}, "choice"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(trainer, sign_in, wrong, sentence):
    answer = sign_in(trainer).post(PAGE, data=FILLED | wrong)

    assert answer.status_code == 422
    assert not shown(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 0


def test_the_eleventh_key_is_refused(trainer):
    by = make_actor(trainer)
    with unit_of_work():
        for number in range(rules.MOST_TOKENS):
            make_token(f"{number}", scopes=OFFERED, offered=OFFERED, days=30, by=by)
        with pytest.raises(ConflictError):
            make_token("nog een", scopes=OFFERED, offered=OFFERED, days=30, by=by)


def test_a_participant_makes_no_key(app, sign_in):
    with unit_of_work():
        person = make_person()
    assert sign_in(person).get(PAGE).status_code == 403
    with pytest.raises(ForbiddenError):
        make_token("x", scopes=OFFERED, offered=OFFERED, days=30, by=make_actor(person))


def test_nobody_gives_away_what_they_are_not_offered(trainer):
    with pytest.raises(InvalidInputError) as refused:
        make_token(
            "x", scopes=["certificates:read"], offered=OFFERED, days=30, by=make_actor(trainer)
        )
    assert set(refused.value.fields) == {"scopes"}


def test_a_key_asks_to_show_again_who_you_are(trainer, sign_in):
    browser = sign_in(trainer)
    db.session.execute(sa.text("update sign_in set stepped_up_at = null"))
    db.session.commit()

    answer = browser.get(PAGE)

    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/bevestig")


def test_only_the_owner_takes_a_key_back(trainer, sign_in):
    browser = sign_in(trainer)
    browser.post(PAGE, data=FILLED)
    row = db.session.scalars(sa.select(ApiToken)).one()
    with unit_of_work():
        other = make_trainer(make_cohort())
    assert sign_in(other).post(f"{PAGE}/{row.id}/terug").status_code == 404
    assert browser.post(f"{PAGE}/{row.id}/terug").status_code == 303
    db.session.refresh(row)
    assert row.revoked_at is not None
    assert "Je hebt geen sleutels." in browser.get(PAGE).text
    with pytest.raises(NotFoundError):
        revoke_token(row.id, by=make_actor(trainer))
