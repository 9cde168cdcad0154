"""A practical gets another day while nobody handed in, and people hear of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages import engine, texts
from academy.kernel.messages.declared import message_named, recipients_of
from academy.kernel.messages.models import AnnouncedMessage, SentMessage
from academy.people.models import Grant, Person
from courses.models import Enrolment, FinalAttempt
from courses.services.enrolment import withdraw
from courses.services.practical import (
    Score,
    conclude,
    declare,
    hand_in_scores,
    move_attempt,
    name_third,
    plan_attempt,
    replace_assessor,
    save_draft,
    void,
)
from tests.courses.training_group import Group, actor, after, make_group

DAY = after(8)
"""Tuesday 15 December 2026, half past twelve."""
FIRST, OTHER = date(2026, 12, 17), date(2026, 12, 21)
OWN, LOOK = "courses/practical_day", "courses/practical_to_look"
CRITERIA = ("luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap", "grenzen")


@pytest.fixture
def group(app) -> Group:
    return make_group(1)


def plan(group: Group, *, on: date | None = FIRST, at: datetime = DAY) -> int:
    with clock.at(at), unit_of_work():
        return plan_attempt(
            group.enrolments[0],
            first_id=group.trainer_id,
            second_id=group.assessor_id,
            planned_on=on,
            by=actor(group.coordinator_id),
        )


def move(group: Group, attempt_id: int, to: date, *, at: datetime = DAY, by: int = 0) -> None:
    with clock.at(at), unit_of_work():
        move_attempt(attempt_id, planned_on=to, by=actor(by or group.coordinator_id))


def hand_in(attempt_id: int, by: int, level: int = 3, *, at: datetime = DAY) -> None:
    scores = {name: Score(level, "Gezien.") for name in CRITERIA}
    with clock.at(at), unit_of_work():
        declare(attempt_id, knows_privately=False, by=actor(by))
        hand_in_scores(attempt_id, scores=scores, by=actor(by))


def stop_taking_part(group: Group) -> None:
    with clock.at(DAY), unit_of_work():
        withdraw(group.enrolments[0], by=actor(group.coordinator_id))


def day_of(attempt_id: int) -> date | None:
    found = db.session.get_one(FinalAttempt, attempt_id, populate_existing=True).planned_on
    db.session.rollback()
    return found


def told(moment: datetime) -> list[tuple[str, int, str]]:
    """Send what is due; returns what went now and says something: kind, to whom, subject."""
    known = set(db.session.scalars(sa.select(SentMessage.id)))
    db.session.rollback()
    with clock.at(moment):
        engine.run_due(moment)
        found = []
        new = sa.select(SentMessage).where(SentMessage.id.not_in(known)).order_by(SentMessage.id)
        for row in db.session.scalars(new):
            message = message_named(row.name)
            assert message is not None
            text = texts.text_of(message, recipients_of([row.person_id])[row.person_id], row.ids)
            if text is not None:
                found.append((row.name, row.person_id, text.subject))
        db.session.rollback()
    return found


def later(minutes: int) -> datetime:
    return DAY + timedelta(minutes=minutes)


def reachable(group: Group) -> None:
    """Let somebody call the participant; the others have no mail and no phone."""
    with unit_of_work():
        db.session.get_one(Person, group.learners[0]).phone = "06-00000001"


def test_a_practical_moves_and_the_log_keeps_both_days(group):
    attempt_id = plan(group)
    move(group, attempt_id, OTHER, by=group.trainer_id)
    move(group, attempt_id, OTHER)
    assert day_of(attempt_id) == OTHER
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:practical:moved")
    ).one()
    assert (event.actor_id, event.subject_id) == (group.trainer_id, group.learners[0])
    assert event.data == {"before": "2026-12-17", "after": "2026-12-21"}


def test_one_without_a_day_gets_one(group):
    attempt_id = plan(group, on=None)
    move(group, attempt_id, OTHER)
    assert day_of(attempt_id) == OTHER


@pytest.mark.parametrize(
    ("to", "why"),
    [(date(2026, 12, 14), "nog komt"), (date(2026, 12, 25), "vrije dag")],
    ids=["the past", "Christmas"],
)
def test_not_to_the_past_nor_to_a_free_day(group, to, why):
    attempt_id = plan(group)
    with pytest.raises(InvalidInputError, match=why) as refused:
        move(group, attempt_id, to)
    assert list(refused.value.fields) == ["planned_on"]
    assert day_of(attempt_id) == FIRST


def test_nothing_is_planned_on_a_free_day_to_come(group):
    with pytest.raises(InvalidInputError, match="vrije dag"):
        plan(group, on=date(2026, 12, 25))


def test_a_resit_does_not_move_into_the_waiting_days(group):
    first = plan(group, on=DAY.date())
    hand_in(first, group.trainer_id, 1)
    hand_in(first, group.assessor_id, 1)
    with clock.at(DAY), unit_of_work():
        conclude(first, by=actor(group.trainer_id))
    second = plan(group, on=date(2026, 12, 30), at=DAY + timedelta(days=1))
    with pytest.raises(InvalidInputError, match="14 dagen"):
        move(group, second, date(2026, 12, 28), at=DAY + timedelta(days=1))
    move(group, second, date(2026, 12, 29), at=DAY + timedelta(days=1))


def test_not_to_a_day_on_which_an_assessor_may_look_no_more(group):
    attempt_id = plan(group)
    with unit_of_work():
        held = sa.update(Grant).where(Grant.person_id == group.assessor_id)
        db.session.execute(held.values(valid_to=date(2026, 12, 20)))
    with pytest.raises(InvalidInputError, match="Kies een ander"):
        move(group, attempt_id, OTHER)
    move(group, attempt_id, date(2026, 12, 18))


def test_after_the_first_scores_the_day_stands(group):
    attempt_id = plan(group)
    hand_in(attempt_id, group.assessor_id)
    with pytest.raises(ConflictError, match="scores ingeleverd"):
        move(group, attempt_id, OTHER)
    with clock.at(DAY), unit_of_work():
        void(attempt_id, by=actor(group.coordinator_id))
    with pytest.raises(ConflictError, match="gestopt"):
        move(group, attempt_id, OTHER)


def test_only_who_plans_here_moves_it_and_nobody_the_own(group):
    other = make_group(1, name="Elders")
    attempt_id = plan(group)
    for stranger in (other.trainer_id, group.assessor_id, group.learners[0]):
        with pytest.raises(NotFoundError):
            move(group, attempt_id, OTHER, by=stranger)


def test_who_stopped_is_not_scored_any_more_and_may_come_back(group):
    attempt_id = plan(group)
    with clock.at(DAY), unit_of_work():
        declare(attempt_id, knows_privately=False, by=actor(group.trainer_id))
    stop_taking_part(group)
    with pytest.raises(ConflictError, match="staat daarom stil"):
        move(group, attempt_id, OTHER)
    who = actor(group.trainer_id)
    for write in (
        lambda: hand_in_scores(attempt_id, scores={}, by=who),
        lambda: save_draft(attempt_id, criterion="kracht", level=3, comment="", by=who),
        lambda: declare(attempt_id, knows_privately=False, by=actor(group.assessor_id)),
        lambda: replace_assessor(
            attempt_id, role="second", person_id=group.other_assessor_id, by=who
        ),
    ):
        with clock.at(DAY), pytest.raises(ConflictError, match="staat daarom stil"):
            write()
        db.session.rollback()
    with unit_of_work():
        db.session.get_one(Enrolment, group.enrolments[0]).state = "active"
    move(group, attempt_id, OTHER)
    hand_in(attempt_id, group.assessor_id)


def test_of_who_stopped_nothing_is_agreed(group):
    attempt_id = plan(group)
    for person in (group.trainer_id, group.assessor_id):
        hand_in(attempt_id, person)
    stop_taking_part(group)
    with clock.at(DAY), pytest.raises(ConflictError, match="staat daarom stil"):
        conclude(attempt_id, by=actor(group.trainer_id))
    with clock.at(DAY), pytest.raises(ConflictError):
        name_third(attempt_id, third_id=group.other_assessor_id, by=actor(group.coordinator_id))


# --- who hears of it -------------------------------------------------------------------------


def announced() -> list[tuple[str, int, str]]:
    rows = db.session.scalars(sa.select(AnnouncedMessage).order_by(AnnouncedMessage.id)).all()
    db.session.rollback()
    return [(row.name, row.person_id, row.ids["planned_on"]) for row in rows]


def test_the_participant_and_who_looks_hear_the_day(group):
    reachable(group)
    plan(group)
    assert told(later(9)) == []
    assert told(later(10)) == [
        (OWN, group.learners[0], "Je proeve is op donderdag 17 december 2026")
    ]
    assert announced() == [
        (OWN, group.learners[0], "2026-12-17"),
        (LOOK, group.trainer_id, "2026-12-17"),
        (LOOK, group.assessor_id, "2026-12-17"),
    ]


def test_who_chose_the_day_is_not_told_it(group):
    attempt_id = plan(group)
    move(group, attempt_id, OTHER, at=later(30), by=group.trainer_id)
    assert [one[1] for one in announced()[3:]] == [group.learners[0], group.assessor_id]


def test_a_moved_practical_is_told_anew_and_one_put_right_at_once_is_not(group):
    reachable(group)
    attempt_id = plan(group)
    told(later(10))
    move(group, attempt_id, OTHER, at=later(20))
    move(group, attempt_id, FIRST, at=later(25))
    assert len(announced()) == 6
    assert told(later(60)) == []
    move(group, attempt_id, OTHER, at=later(70))
    assert told(later(80)) == [
        (OWN, group.learners[0], "Verzet: je proeve is nu op maandag 21 december 2026")
    ]
    move(group, attempt_id, FIRST, at=later(100))
    ((_name, _whom, subject),) = told(later(110))
    assert subject == "Verzet: je proeve is nu op donderdag 17 december 2026"


def test_who_looks_instead_is_told_and_nobody_else_again(group):
    attempt_id = plan(group)
    with clock.at(later(1)), unit_of_work():
        replace_assessor(
            attempt_id,
            role="second",
            person_id=group.other_assessor_id,
            by=actor(group.coordinator_id),
        )
    assert announced()[3:] == [(LOOK, group.other_assessor_id, "2026-12-17")]
    row = db.session.scalars(
        sa.select(AnnouncedMessage).where(AnnouncedMessage.person_id == group.assessor_id)
    ).one()
    message = message_named(LOOK)
    assert message is not None
    with clock.at(later(10)):
        assert message.values(**row.ids) is None


def test_nobody_hears_of_what_was_or_has_no_day(group):
    reachable(group)
    attempt_id = plan(group, on=None)
    assert announced() == []
    move(group, attempt_id, FIRST)
    assert len(announced()) == 3
    stop_taking_part(group)
    assert told(later(10)) == []
