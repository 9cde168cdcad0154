"""The command that helps the only administrator out."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.audit import AuditEvent
from academy.kernel.db import db
from academy.people.cli import people
from academy.people.queries.second_factor import kinds_of
from tests.people.second_steps import make_worker, set_up_app


def run(app, mailbox):
    return app.test_cli_runner().invoke(people, ["reset-second-factor", mailbox])


def test_the_operator_resets_by_mailbox(app):
    admin = make_worker("admin", "gerda@test.example")
    set_up_app(admin)
    person_id = admin.id
    done = run(app, "Gerda@Test.example")
    assert (done.exit_code, done.output) == (0, "Weggehaald. / Taken away.\n")
    assert kinds_of(person_id) == frozenset()
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "people:second-factor:reset")
    ).one()
    assert (event.actor_id, event.origin) == (None, "cli")


def test_an_unknown_mailbox_is_said(app):
    done = run(app, "niemand@test.example")
    assert done.exit_code == 1
    assert "Niemand komt binnen" in done.output
