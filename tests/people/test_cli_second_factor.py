"""The commands that help the only administrator out, and put people out."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.audit import AuditEvent
from academy.kernel.db import db
from academy.people.cli import people
from academy.people.models import SignIn
from academy.people.queries.second_factor import kinds_of
from tests.people.second_steps import make_worker, set_up_app


def run(app, *words):
    return app.test_cli_runner().invoke(people, [*words])


def still_in() -> set[int]:
    found = set(db.session.scalars(sa.select(SignIn.person_id).where(SignIn.ended_at.is_(None))))
    db.session.rollback()
    return found


def test_the_operator_resets_by_mailbox(app):
    admin = make_worker("admin", "gerda@test.example")
    set_up_app(admin)
    person_id = admin.id
    done = run(app, "reset-second-factor", "Gerda@Test.example")
    assert (done.exit_code, done.output) == (0, "Weggehaald. / Taken away.\n")
    assert kinds_of(person_id) == frozenset()
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "people:second-factor:reset")
    ).one()
    assert (event.actor_id, event.origin) == (None, "cli")


def test_an_unknown_mailbox_is_said(app):
    done = run(app, "reset-second-factor", "niemand@test.example")
    assert done.exit_code == 1
    assert "Niemand komt binnen" in done.output


def test_the_operator_puts_one_person_out_on_every_device(app, sign_in):
    gerda, joke = make_worker("admin", "gerda@test.example"), make_worker("coach")
    gerda_id, joke_id = gerda.id, joke.id
    browsers = [sign_in(gerda), sign_in(gerda)]
    sign_in(joke)

    done = run(app, "sign-out", "Gerda@Test.example")

    assert (done.exit_code, done.output) == (0, "Afgemeld: 2. / Signed out: 2.\n")
    assert still_in() == {joke_id}
    assert [one.get("/vandaag").status_code for one in browsers] == [303, 303]
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.origin == "cli")).one()
    assert (event.action, event.subject_id) == ("people:sign-in:closed-all", gerda_id)


def test_the_operator_puts_everybody_out(app, sign_in):
    sign_in(make_worker("admin", "gerda@test.example"))
    sign_in(make_worker("coach"))
    assert run(app, "sign-out", "--everybody").exit_code == 0
    assert still_in() == set()


def test_putting_out_needs_a_mailbox_that_somebody_has(app):
    assert "Niemand komt binnen" in run(app, "sign-out", "niemand@test.example").output
    assert run(app, "sign-out").exit_code == 2
    assert run(app, "sign-out", "gerda@test.example", "--everybody").exit_code == 2
