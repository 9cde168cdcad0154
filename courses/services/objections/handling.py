"""What the coordinator does: say yes to a late one, name who looks, put the answer off once."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from academy.people.services.grants import end_review_grants, give_review_grant
from courses import policies
from courses.queries.objections import is_late, rule_for
from courses.queries.reviewers import reviewer_choices
from courses.rules.objection import OPEN, answer_by
from courses.services.objections.case import (
    OBJECTION_ASKED,
    locked_objection,
    recorded,
    refuse_step,
)
from courses.services.objections.making import tell_the_day


def accept_late(objection_id: int, *, by: Actor) -> None:
    """Let an objection that came too late count after all; its clock begins today.

    Raises NotFoundError, or ConflictError for one that does not wait for this.
    """
    locked = locked_objection(objection_id, right=policies.HANDLE_OBJECTION, by=by)
    objection = locked.objection
    if not is_late(objection):
        raise ConflictError(_("Dit bezwaar wacht hier niet op."))
    objection.accepted_on = clock.today()
    objection.due_on = answer_by(clock.today(), rule_for(objection.enrolment_id))
    recorded("accepted", locked, by=by)
    tell_the_day(locked)


def name_reviewer(objection_id: int, *, person_id: int, by: Actor) -> None:
    """Let somebody who was not involved look anew; who looked before does not any more.

    The right is over this one objection, until the last day an answer can be put off to. Raises
    NotFoundError, ConflictError, or InvalidInputError for who may not look.
    """
    locked = locked_objection(objection_id, right=policies.HANDLE_OBJECTION, by=by)
    objection = locked.objection
    refuse_step(objection, "assigned")
    if is_late(objection):
        raise ConflictError(_("Dit bezwaar kwam te laat. Zeg eerst of het toch kan."))
    offered = {one.id for one in reviewer_choices(objection.enrolment_id, by=by)}
    if person_id not in offered:
        sentence = _("Kies iemand die er niet bij betrokken was.")
        raise InvalidInputError(sentence, fields={"reviewer_id": sentence})
    end_review_grants(objection.id, by=by)
    days = rule_for(objection.enrolment_id).decision_days
    latest = max(objection.due_on, clock.today()) + timedelta(days=days)
    give_review_grant(
        person_id,
        objection.id,
        by=by,
        found_at=locked.reach,
        valid_to=latest,
        reason=_("Kijkt opnieuw naar een uitslag"),
    )
    objection.state = "assigned"
    objection.reviewer_id, objection.appointed_on = person_id, clock.today()
    recorded("reviewer-named", locked, by=by, reviewer=person_id)
    announce(
        OBJECTION_ASKED,
        key=f"objection-{objection.id}-asked-{latest:%Y%m%d}",
        person_ids=[person_id],
        objection_id=objection.id,
        reviewer_id=person_id,
    )


def put_off(objection_id: int, *, by: Actor) -> None:
    """Promise the answer for a later day, once, and tell who objects.

    Raises NotFoundError, or ConflictError when it was put off before or is answered.
    """
    locked = locked_objection(objection_id, right=policies.HANDLE_OBJECTION, by=by)
    objection = locked.objection
    if objection.state not in OPEN or is_late(objection):
        raise ConflictError(_("Dit kan nu niet met dit bezwaar."))
    if objection.extended_on is not None:
        raise ConflictError(_("Het antwoord is al een keer uitgesteld. Vaker kan niet."))
    objection.extended_on = clock.today()
    objection.due_on = answer_by(objection.due_on, rule_for(objection.enrolment_id))
    recorded("put-off", locked, by=by)
    tell_the_day(locked)
