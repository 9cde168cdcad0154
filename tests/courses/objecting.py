"""A result to object to, and people who may look at it anew."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Grant
from courses.models import AgreedLevel, Assessment, FinalAttempt
from courses.services.enrolment import not_pass
from courses.services.objections import make_objection, name_reviewer
from tests.courses.training_group import Group, actor, add_person, after, grant

CRITERIA = ("luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap", "grenzen")
RESULT = after(8)
SOON = after(8, days=3)
DAY = RESULT.date()


def not_yet(group: Group, *, number: int = 0, on: date = DAY) -> int:
    """Let the practical of one participant have the outcome not yet; return the attempt."""
    with unit_of_work():
        attempt = FinalAttempt(
            enrolment_id=group.enrolments[number],
            attempt=1,
            state="outcome",
            planned_on=on,
            first_assessor_id=group.trainer_id,
            second_assessor_id=group.assessor_id,
            outcome="not_yet",
            agreed_total=16,
            decided_on=on,
        )
        db.session.add(attempt)
        db.session.flush()
        for role, who in (("first", group.trainer_id), ("second", group.assessor_id)):
            db.session.add(
                Assessment(
                    final_attempt_id=attempt.id,
                    role=role,
                    assessor_id=who,
                    handed_in_at=clock.local(on, 12),
                )
            )
        for name in CRITERIA:
            level = 1 if name == "grenzen" else 3
            db.session.add(
                AgreedLevel(final_attempt_id=attempt.id, criterion=name, level=level, how="equal")
            )
        return attempt.id


def ended(group: Group, *, number: int = 0) -> None:
    """Let the coordinator end the course of one participant without a certificate."""
    with clock.at(RESULT), unit_of_work():
        not_pass(group.enrolments[number], by=actor(group.coordinator_id), note="Nog niet.")


def object_to(group: Group, *, number: int = 0, words: str = "Ik was te snel klaar.") -> int:
    """Let the participant object, now; return the objection."""
    with unit_of_work():
        return make_objection(
            group.enrolments[number], words=words, by=actor(group.learners[number])
        )


def outsider(name: str = "Rik Rustig", role: str = "board") -> int:
    """Add somebody of the academy who had no part in anything."""
    with unit_of_work():
        person_id = add_person(name)
        grant(person_id, role, kind="everything", scope_id=None)
        return person_id


def given_to(group: Group, objection_id: int, reviewer_id: int) -> None:
    """Let the coordinator name who looks anew."""
    with unit_of_work():
        name_reviewer(objection_id, person_id=reviewer_id, by=actor(group.coordinator_id))


def review_grants(objection_id: int) -> list[Grant]:
    """Return the rights over one objection that hold today."""
    held = Grant.holds_on(clock.today())
    return list(
        db.session.scalars(
            sa.select(Grant).where(
                Grant.scope_kind == "objection", Grant.scope_id == objection_id, held
            )
        )
    )
