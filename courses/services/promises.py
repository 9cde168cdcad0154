"""The promise to residents that a governor makes in the last meeting, printed on the proof."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import Promise
from courses.services.taking_part import get_participation, refuse_unless_learning

LONGEST = 260


def make_promise(enrolment_id: int, text: str, *, by: Actor, due_on: date | None = None) -> int:
    """Keep somebody's promise, and by when; a later one takes its place. Returns its id.

    Raises NotFoundError, ConflictError when the course does not run, or InvalidInputError.
    """
    learner = get_participation(enrolment_id, right=policies.HAND_IN, by=by, lock=True)
    refuse_unless_learning(learner)
    text = " ".join(text.split())
    if not 1 <= len(text) <= LONGEST:
        sentence = _("Schrijf je belofte in één of twee zinnen.")
        raise InvalidInputError(sentence, fields={"promise": sentence})
    promise = db.session.scalars(
        sa.select(Promise).where(Promise.enrolment_id == enrolment_id)
    ).one_or_none() or Promise(enrolment_id=enrolment_id)
    promise.text, promise.due_on = text, due_on
    db.session.add(promise)
    db.session.flush()  # the audit names the row
    audit.record(
        "courses:promise:made", ("promise", promise.id), by=by, subject_id=learner.person_id
    )
    return promise.id
