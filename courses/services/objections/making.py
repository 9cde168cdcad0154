"""Making an objection, taking it back, and going on with it after all."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from academy.people.services.grants import end_review_grants
from courses import policies
from courses.models import Enrolment, Objection
from courses.queries.objections import find_result, has_objection, is_late, rule_for
from courses.rules.objection import OPEN, answer_by, last_day
from courses.services.objections.case import (
    MAX_WORDS,
    OBJECTION_TERM,
    Locked,
    locked_objection,
    recorded,
    refuse_step,
    written,
)
from courses.services.taking_part import get_participation

BY_OTHERS = ("phone", "talk", "letter")
"""How an objection came in that somebody else writes down."""


def make_objection(enrolment_id: int, *, words: str, by: Actor, way: str = "") -> int:
    """Object to the result that counts now, for oneself or on behalf of somebody.

    `way` says how it came in when somebody else writes it down. One that comes too late waits until
    a coordinator says yes. Returns the objection's id. Raises NotFoundError, ConflictError without
    a result to object to, or InvalidInputError.
    """
    learner = get_participation(enrolment_id, right=policies.OBJECT, by=by, lock=True)
    result = find_result(enrolment_id)
    if result is None or has_objection(enrolment_id, result):
        raise ConflictError(_("Hiertegen kun je nu geen bezwaar maken."))
    is_own = learner.person_id == by.person_id
    if not is_own and way not in BY_OTHERS:
        sentence = _("Kies hoe het bezwaar binnenkwam.")
        raise InvalidInputError(sentence, fields={"way": sentence})
    missing = _("Schrijf op waarom je het er niet mee eens bent.")
    words = written(words, field="words", missing=missing, most=MAX_WORDS)
    rule, today = rule_for(enrolment_id), clock.today()
    objection = Objection(
        enrolment_id=enrolment_id,
        final_attempt_id=result.attempt_id,
        state="received",
        result_on=result.on,
        in_time_until=last_day(result.on, rule),
        words=words,
        way="self" if is_own else way,
        noted_by_id=by.person_id,
        received_on=today,
        due_on=answer_by(today, rule),
    )
    db.session.add(objection)
    db.session.flush()  # the audit line names the row
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    locked = Locked(objection, enrolment, learner.reach)
    _recorded("received", locked, by=by, way=objection.way, late=is_late(objection))
    if not is_late(objection):
        tell_the_day(locked)
    return objection.id


def tell_the_day(locked: Locked) -> None:
    """Tell who objects by when an answer comes."""
    one = locked.objection
    announce(
        OBJECTION_TERM,
        key=f"objection-{one.id}-by-{one.due_on:%Y%m%d}",
        person_ids=[locked.enrolment.person_id],
        objection_id=one.id,
    )


def withdraw_objection(objection_id: int, *, by: Actor) -> None:
    """Take an objection back, for oneself or on behalf of somebody. No reason is asked.

    Nobody looks at it any more. Raises NotFoundError, or ConflictError after the answer.
    """
    locked = locked_objection(objection_id, right=policies.OBJECT, by=by)
    _withdraw(locked, by=by)


def _withdraw(locked: Locked, *, by: Actor) -> None:
    objection = locked.objection
    refuse_step(objection, "withdrawn")
    objection.state = "withdrawn"
    objection.reviewer_id, objection.appointed_on = None, None
    end_review_grants(objection.id, by=by)
    _recorded("withdrawn", locked, by=by)


def withdraw_all(person_id: int, *, by: Actor) -> None:
    """Take back what somebody who is forgotten still has open. The caller checks the right."""
    running = (
        sa.select(Objection.id)
        .join(Enrolment, Enrolment.id == Objection.enrolment_id)
        .where(Enrolment.person_id == person_id, Objection.state.in_(OPEN))
    )
    for objection_id in db.session.scalars(running).all():
        withdraw_objection(objection_id, by=by)


def go_on(objection_id: int, *, by: Actor) -> None:
    """Go on with an objection that was taken back, as long as its day has not passed.

    Raises NotFoundError, or ConflictError when it was not taken back, its day passed, or the result
    does not count any more.
    """
    locked = locked_objection(objection_id, right=policies.OBJECT, by=by)
    objection = locked.objection
    refuse_step(objection, "received")
    result = find_result(objection.enrolment_id)
    same = result is not None and result.attempt_id == objection.final_attempt_id
    if not same or objection.due_on < clock.today() or _another_runs(objection):
        raise ConflictError(_("Met dit bezwaar kun je niet meer doorgaan. Bel ons gerust."))
    objection.state = "received"
    _recorded("resumed", locked, by=by)


def _recorded(what: str, locked: Locked, *, by: Actor, **data: str | bool) -> None:
    """Keep the audit line of what is done for oneself, or on behalf of who objects."""
    behalf = audit.on_behalf(by, locked.enrolment.person_id)
    recorded(what, locked, by=by, on_behalf_of=behalf, **data)


def _another_runs(objection: Objection) -> bool:
    running = sa.exists().where(
        Objection.enrolment_id == objection.enrolment_id,
        Objection.id != objection.id,
        Objection.state != "withdrawn",
        Objection.result_on == objection.result_on,
    )
    return bool(db.session.scalar(sa.select(running)))
