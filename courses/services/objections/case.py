"""One objection, locked, with whose it is, and the trace of every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Capability, Reach
from courses import policies
from courses.models import Cohort, Enrolment, Objection
from courses.queries.objections import objection_reach
from courses.rules.objection import may_follow

OBJECTION_TERM = "courses/objection_term"
OBJECTION_ASKED = "courses/objection_asked"
OBJECTION_ANSWERED = "courses/objection_answered"
OBJECTION_FOLLOWS = "courses/objection_follows"

MAX_WORDS = 4000
MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class Locked:
    """An objection that one may change, and where it lies."""

    objection: Objection
    enrolment: Enrolment
    reach: Reach


def locked_objection(objection_id: int, *, right: Capability, by: Actor) -> Locked:
    """Lock an objection that `by` may reach with `right`. Raises NotFoundError.

    Nobody handles or answers their own.
    """
    row = db.session.execute(
        sa.select(Objection, Enrolment, Cohort)
        .join(Enrolment, Enrolment.id == Objection.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Objection.id == objection_id)
        .with_for_update(of=Objection)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    objection, enrolment, cohort = row
    reach = objection_reach(objection, enrolment, cohort)
    if enrolment.person_id == by.person_id and right is not policies.OBJECT:
        raise NotFoundError
    policy.require(by, right, reach)
    return Locked(objection, enrolment, reach)


def refuse_step(objection: Objection, state: str) -> None:
    """Raise ConflictError if `state` may not follow now: somebody was faster."""
    if not may_follow(objection.state, state):
        raise ConflictError(_("Dat kan nu niet met dit bezwaar. Kijk eerst hoe het staat."))


def written(text: str, *, field: str, missing: str, most: int) -> str:
    """Return a text that was asked for, without spaces around it. Raises InvalidInputError."""
    text = text.strip()
    if not text:
        raise InvalidInputError(missing, fields={field: missing})
    if len(text) > most:
        sentence = _("Dit is te lang. Er passen %(count)d tekens in.", count=most)
        raise InvalidInputError(sentence, fields={field: sentence})
    return text


def recorded(what: str, locked: Locked, *, by: Actor, **data: Any) -> None:
    """Keep the audit line of a step; `data` holds ids and codes only."""
    audit.record(
        f"courses:objection:{what}",
        ("objection", locked.objection.id),
        by=by,
        subject_id=locked.enrolment.person_id,
        **data,
    )
