"""What the messages about an objection print: days and names of nobody, never what was written."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from academy.kernel.db import db
from courses.models import Enrolment, Objection
from courses.queries.objections import is_late
from courses.rules.objection import OPEN


def term(objection_id: int) -> dict[str, Any] | None:
    """Return by when an answer comes, while somebody waits for it."""
    one = db.session.get(Objection, objection_id)
    if one is None or one.state not in OPEN or is_late(one):
        return None
    return {
        "enrolment_id": one.enrolment_id,
        "due_on": one.due_on,
        "was_put_off": one.extended_on is not None,
    }


def asked(objection_id: int, reviewer_id: int) -> dict[str, Any] | None:
    """Return what who looks anew reads, while that is theirs to do."""
    one = db.session.get(Objection, objection_id)
    if one is None or one.state != "assigned" or one.reviewer_id != reviewer_id:
        return None
    return {"objection_id": one.id, "due_on": one.due_on}


def follows(enrolment_id: int) -> dict[str, Any] | None:
    """Return where a trainer goes on with somebody whose result does not count any more."""
    state = db.session.scalar(sa.select(Enrolment.state).where(Enrolment.id == enrolment_id))
    return {"enrolment_id": enrolment_id} if state in ("active", "paused") else None


def answered(objection_id: int) -> dict[str, Any] | None:
    """Return where the answer stands."""
    one = db.session.get(Objection, objection_id)
    if one is None or one.state != "decided":
        return None
    return {"enrolment_id": one.enrolment_id}
