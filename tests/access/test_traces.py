"""Every change leaves an event in the chain."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from academy.kernel import audit
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db
from courses.models import PracticeSubmission
from tests.access.asking import routes
from tests.access.test_foreign_objects import forms_of, opened_pages, plant
from tests.access.world import PRINCIPALS

pytestmark = pytest.mark.slow

HOUSE = {
    *("attempt", "audit_event", "audit_head", "person_salt", "job", "outgoing_mail"),
    *("sign_in_code", "verification_count", "coaching_read"),
}
"""What the house itself writes along the way; a mail or a code is nobody's decision."""
LEAVES = ("/uitloggen", "/gegevens/apparaten")


def endpoint_of(academy: Any, path: str) -> str:
    adapter = academy.app.url_map.bind("localhost")
    return str(adapter.match(path.partition("?")[0], method="POST")[0])


def untraced(academy: Any, browsers: Any, *, below: str = "/") -> tuple[list[str], set[str]]:
    """Send every form as it stands; return what changed without an event, and what changed."""
    faults, changing, watch = [], set(), academy.watch()
    seen = set()
    for principal in PRINCIPALS:
        client = browsers(principal)
        pages = list(opened_pages(academy, client, principal))
        watch.changed()
        for form in (form for path, answer in pages for form in forms_of(path, answer)):
            if form.action.startswith(LEAVES) or not form.action.startswith(below):
                continue
            if (principal, form) in seen:
                continue
            seen.add((principal, form))
            client.post(form.action, data=dict(form.fields))
            changed = watch.changed()
            if not changed - HOUSE:
                continue
            endpoint = endpoint_of(academy, form.action)
            changing.add(endpoint)
            if "audit_event" not in changed:
                faults.append(f"{endpoint} {principal} changed {sorted(changed - HOUSE)}")
    return sorted(set(faults)), changing


WITHOUT_EVENT = {
    "quiz.begin",
    "quiz.answer",
    "second_factor.start_app",
    "second_factor.start_card",
}
"""What is only kept for who is still busy; the end of it is recorded."""


@pytest.mark.trust("T32")
def test_every_change_leaves_an_event(academy, browsers):
    faults, changing = untraced(academy, browsers)
    print(f"{len(changing)} kinds of change")
    silent = [one for one in faults if one.split()[0] not in WITHOUT_EVENT]
    assert not silent, "\n".join(silent)
    assert len(changing) >= 15
    assert list(audit.chain_faults()) == []


@pytest.mark.trust("T32", planted=True)
def test_a_change_without_an_event_is_found(academy, browsers, monkeypatch):
    def careless(submission_id: int) -> str:
        db.session.execute(sa.update(PracticeSubmission).values(text="anders"))
        return "ok"

    plant(monkeypatch, academy.app, "practice.review", careless)
    faults, _changing = untraced(academy, browsers, below="/opdrachten/")
    assert any(one.startswith("practice.review trainer changed ['practice_sub") for one in faults)


def test_there_are_more_changes_than_the_forms_reach(academy):
    """What needs other words than a form holds is tested with its own service."""
    assert sum(route.method == "POST" for route in routes(academy.app)) > 60


TALK = {
    "kind": "phone",
    "happened_on": "23-11-2026",
    "minutes": "20",
    "discussed": "Besproken",
    "not_private": "y",
    "form_key": "one-talk",
}


def test_the_events_of_a_talk_name_no_text(academy, browsers):
    plan = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    browsers("coach").post(f"/begeleiding/{plan}/gesprek", data=TALK)
    rows = db.session.scalars(sa.select(AuditEvent.data)).all()
    assert "Besproken" not in repr(rows)
    db.session.rollback()
