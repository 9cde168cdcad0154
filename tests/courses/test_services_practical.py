import dataclasses
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent, destroy_salt
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import SYSTEM
from courses.models import (
    AgreedLevel,
    Assessment,
    AssessorDeclaration,
    CriterionScore,
    Enrolment,
    EnrolmentEvent,
    FinalAttempt,
    ScoreTalk,
)
from courses.queries import checks
from courses.queries.practical import get_candidates
from courses.queries.practical.attempt import get_practical
from courses.queries.practical.outcome import final_rows
from courses.services.enrolment import transfer
from courses.services.practical import (
    Score,
    conclude,
    declare,
    hand_in_scores,
    name_third,
    plan_attempt,
    record_talk,
    replace_assessor,
    save_draft,
    void,
)
from tests.courses.training_group import actor, after, grant, make_group

CRITERIA = ("luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap", "grenzen")
DAY = after(8)


def scores(level=3, **other):
    levels = dict.fromkeys(CRITERIA, level) | other
    return {name: Score(given, "Gezien.") for name, given in levels.items()}


def plan(group, *, first=None, second=None, by=None, on=None, at=DAY):
    with clock.at(at), unit_of_work():
        return plan_attempt(
            group.enrolments[0],
            first_id=first or group.trainer_id,
            second_id=second or group.assessor_id,
            planned_on=on,
            by=actor(by or group.trainer_id),
        )


def say(attempt_id, by, *, knows=False, at=DAY):
    with clock.at(at), unit_of_work():
        declare(attempt_id, knows_privately=knows, by=actor(by))


def hand_in(group, attempt_id, by, given=None, *, at=DAY):
    say(attempt_id, by, at=at)
    with clock.at(at), unit_of_work():
        given = scores() if given is None else given
        hand_in_scores(attempt_id, scores=given, by=actor(by))


def replace(attempt_id, role, person_id, by):
    with clock.at(DAY), unit_of_work():
        replace_assessor(attempt_id, role=role, person_id=person_id, by=actor(by))


def both(group, one=None, two=None, *, at=DAY):
    attempt_id = plan(group, at=at)
    hand_in(group, attempt_id, group.trainer_id, one, at=at)
    hand_in(group, attempt_id, group.assessor_id, two, at=at)
    return attempt_id


def finish(group, attempt_id, *, by=None, at=DAY):
    with clock.at(at), unit_of_work():
        return conclude(attempt_id, by=actor(by or group.trainer_id))


def talk(group, attempt_id, *, agreed=True, raised=None, at=DAY):
    with clock.at(at), unit_of_work():
        record_talk(
            attempt_id,
            talk_on=at.date(),
            line="Samen de kaart gelezen.",
            agreed=agreed,
            raised=raised,
            by=actor(group.trainer_id),
        )


def agreed(attempt_id):
    rows = db.session.execute(
        sa.select(AgreedLevel.criterion, AgreedLevel.level, AgreedLevel.how).where(
            AgreedLevel.final_attempt_id == attempt_id
        )
    )
    return {row.criterion: (row.level, row.how) for row in rows}


def test_equal_scores_stand_and_the_outcome_is_computed(app):
    group = make_group(1)
    attempt_id = both(group)
    assert db.session.get(FinalAttempt, attempt_id).state == "both_scored"
    assert finish(group, attempt_id) == "passed"
    attempt = db.session.get(FinalAttempt, attempt_id)
    assert (attempt.state, attempt.agreed_total, attempt.decided_on) == ("outcome", 18, DAY.date())
    assert set(agreed(attempt_id).values()) == {(3, "equal")}


def test_the_lower_level_counts_without_a_talk(app):
    group = make_group(1)
    attempt_id = both(group, None, scores(kracht=2))
    finish(group, attempt_id)
    assert agreed(attempt_id)["kracht"] == (2, "lower")


def test_a_talk_may_raise_by_one_and_concludes(app):
    group = make_group(1)
    attempt_id = both(group, None, scores(kracht=2))
    talk(group, attempt_id, raised={"kracht": 3})
    assert agreed(attempt_id)["kracht"] == (3, "talk")
    assert db.session.get(FinalAttempt, attempt_id).outcome == "passed"


def test_a_talk_cannot_raise_by_two_or_above_the_higher(app):
    group = make_group(1)
    attempt_id = both(group, scores(kracht=4), scores(kracht=2))
    with pytest.raises(InvalidInputError):
        talk(group, attempt_id, raised={"kracht": 4})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScoreTalk)) == 0


@pytest.mark.parametrize("other", [{"kracht": 1}, {"luisteren": 2}])
def test_two_apart_or_another_outcome_asks_for_a_talk_first(app, other):
    group = make_group(1)
    attempt_id = both(group, None, scores(**other))
    with pytest.raises(ConflictError):
        finish(group, attempt_id)
    talk(group, attempt_id)
    assert db.session.get(FinalAttempt, attempt_id).state == "outcome"


def test_without_agreement_a_third_looks_and_counts_where_two_differed(app):
    group = make_group(1)
    attempt_id = both(group, None, scores(waarnemen=1))
    talk(group, attempt_id, agreed=False)
    with pytest.raises(ConflictError):
        finish(group, attempt_id)
    with clock.at(DAY), unit_of_work():
        third = group.other_assessor_id
        name_third(attempt_id, third_id=third, by=actor(group.coordinator_id))
    with pytest.raises(ConflictError):
        finish(group, attempt_id)
    hand_in(group, attempt_id, group.other_assessor_id, scores(2, luisteren=1))
    assert finish(group, attempt_id, by=group.other_assessor_id) == "passed"
    levels = agreed(attempt_id)
    assert levels["waarnemen"] == (2, "third")
    assert levels["luisteren"] == (3, "equal")


def test_a_third_is_named_only_after_a_talk_without_agreement(app):
    group = make_group(1)
    attempt_id = both(group, None, scores(waarnemen=1))
    with clock.at(DAY), pytest.raises(ConflictError):
        name_third(attempt_id, third_id=group.other_assessor_id, by=actor(group.coordinator_id))
    talk(group, attempt_id, agreed=False)
    with clock.at(DAY), pytest.raises(InvalidInputError):
        name_third(attempt_id, third_id=group.assessor_id, by=actor(group.coordinator_id))


def test_assessors_who_agree_need_no_third(app):
    group = make_group(1)
    attempt_id = both(group)
    with pytest.raises(InvalidInputError):
        talk(group, attempt_id, agreed=False)


def test_a_low_level_asks_for_words_and_all_criteria_for_a_level(app):
    group = make_group(1)
    attempt_id = plan(group)
    given = scores() | {"kracht": Score(2)}
    del given["grenzen"]
    with pytest.raises(InvalidInputError) as refused:
        hand_in(group, attempt_id, group.trainer_id, given)
    assert set(refused.value.fields) == {"kracht", "grenzen"}


def test_nobody_scores_before_saying_how_they_know_the_participant(app):
    group = make_group(1)
    attempt_id = plan(group)
    who = actor(group.trainer_id)
    with clock.at(DAY), pytest.raises(ConflictError):
        hand_in_scores(attempt_id, scores=scores(), by=who)
    with clock.at(DAY), pytest.raises(ConflictError):
        save_draft(attempt_id, criterion="kracht", level=3, comment="", by=who)
    hand_in(group, attempt_id, group.trainer_id)
    said = db.session.scalars(sa.select(AssessorDeclaration)).one()
    assert (said.role, said.assessor_id, said.knows_privately) == (
        "first",
        group.trainer_id,
        False,
    )
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:practical:declared")
    ).one()
    assert event.data == {"role": "first", "knows_privately": False}


def test_who_knows_the_participant_privately_scores_nothing_and_cannot_unsay_it(app):
    group = make_group(1)
    attempt_id = plan(group)
    say(attempt_id, group.assessor_id, knows=True)
    say(attempt_id, group.assessor_id, knows=True)
    for write in (
        lambda by: hand_in_scores(attempt_id, scores=scores(), by=by),
        lambda by: save_draft(attempt_id, criterion="kracht", level=3, comment="", by=by),
        lambda by: declare(attempt_id, knows_privately=False, by=by),
    ):
        with clock.at(DAY), pytest.raises(ConflictError):
            write(actor(group.assessor_id))
    assert db.session.scalars(sa.select(AssessorDeclaration.knows_privately)).all() == [True]


def test_another_assessor_takes_over_and_the_word_of_the_first_stays(app):
    group = make_group(1)
    attempt_id = plan(group)
    say(attempt_id, group.assessor_id, knows=True)
    replace(attempt_id, "second", group.other_assessor_id, group.coordinator_id)
    with pytest.raises(NotFoundError):
        hand_in(group, attempt_id, group.assessor_id)
    hand_in(group, attempt_id, group.trainer_id)
    hand_in(group, attempt_id, group.other_assessor_id)
    assert finish(group, attempt_id) == "passed"
    said = sa.select(AssessorDeclaration.assessor_id).where(AssessorDeclaration.knows_privately)
    assert db.session.scalars(said).all() == [group.assessor_id]


def test_an_acquaintance_is_never_named_again(app):
    group = make_group(1)
    attempt_id = plan(group)
    say(attempt_id, group.assessor_id, knows=True)
    replace(attempt_id, "second", group.other_assessor_id, group.trainer_id)
    with pytest.raises(InvalidInputError):
        replace(attempt_id, "second", group.assessor_id, group.trainer_id)
    with clock.at(DAY), unit_of_work():
        void(attempt_id, by=actor(group.trainer_id))
    with pytest.raises(InvalidInputError) as refused:
        plan(group)
    assert "privé" in refused.value.fields["second_id"]
    with clock.at(DAY):
        offered = get_candidates(group.enrolments[0], by=actor(group.trainer_id))
    assert group.assessor_id not in {one.person_id for one in offered.second}


def test_somebody_else_is_named_only_before_the_scores_are_in(app):
    group = make_group(1)
    attempt_id = plan(group)
    with pytest.raises(InvalidInputError):
        replace(attempt_id, "second", group.trainer_id, group.coordinator_id)
    with pytest.raises(InvalidInputError):
        replace(attempt_id, "first", group.other_assessor_id, group.coordinator_id)
    with pytest.raises(NotFoundError):
        replace(attempt_id, "third", group.other_assessor_id, group.coordinator_id)
    with pytest.raises(NotFoundError):
        replace(attempt_id, "second", group.other_assessor_id, group.assessor_id)
    hand_in(group, attempt_id, group.trainer_id)
    with pytest.raises(ConflictError):
        replace(attempt_id, "first", group.second_trainer_id, group.coordinator_id)


def test_what_was_handed_in_is_never_changed(app):
    group = make_group(1)
    attempt_id = plan(group)
    hand_in(group, attempt_id, group.trainer_id)
    with pytest.raises(ConflictError):
        hand_in(group, attempt_id, group.trainer_id, scores(4))
    assert set(db.session.scalars(sa.select(CriterionScore.level))) == {3}


def test_only_the_named_assessors_score(app):
    group, other = make_group(1), make_group(1, name="Elders")
    attempt_id = plan(group)
    for stranger in (group.second_trainer_id, group.other_assessor_id, other.trainer_id):
        with pytest.raises(NotFoundError):
            hand_in(group, attempt_id, stranger)
        with pytest.raises(NotFoundError):
            finish(group, attempt_id, by=stranger)


def test_a_draft_is_kept_and_goes_when_handed_in(app):
    group = make_group(1)
    attempt_id = plan(group)
    say(attempt_id, group.trainer_id)
    with clock.at(DAY), unit_of_work():
        who = actor(group.trainer_id)
        save_draft(attempt_id, criterion="kracht", level=2, comment=" Zag het. ", by=who)
    mine = sa.select(Assessment.draft).where(Assessment.assessor_id == group.trainer_id)
    assert db.session.scalar(mine) == {"kracht": {"level": 2, "comment": "Zag het."}}
    with clock.at(DAY), pytest.raises(InvalidInputError):
        save_draft(attempt_id, criterion="dansen", level=2, comment="", by=who)
    hand_in(group, attempt_id, group.trainer_id)
    assert db.session.scalar(mine) == {}
    with clock.at(DAY), pytest.raises(ConflictError):
        save_draft(attempt_id, criterion="kracht", level=4, comment="", by=who)


def test_who_may_be_first_and_second(app):
    group = make_group(2)
    learner = group.learners[0]
    grant(learner, "assessor", kind="cohort", scope_id=group.cohort_id)
    grant(group.other_assessor_id, "coach", kind="person", scope_id=learner)
    db.session.commit()
    wrong = [
        ("first_id", {"first": group.assessor_id, "second": group.other_assessor_id}),
        ("second_id", {"second": group.second_trainer_id}),
        ("second_id", {"second": learner}),
        ("second_id", {"second": group.other_assessor_id}),
        ("first_id", {"first": group.learners[1]}),
    ]
    for name, people in wrong:
        with pytest.raises(InvalidInputError) as refused:
            plan(group, **people)
        assert name in refused.value.fields


def test_the_two_are_different_people(app):
    group = make_group(1)
    grant(group.trainer_id, "assessor", kind="cohort", scope_id=group.cohort_id)
    db.session.commit()
    with pytest.raises(InvalidInputError):
        plan(group, second=group.trainer_id)


def test_one_practical_at_a_time_and_none_after_passing(app):
    group = make_group(1)
    attempt_id = both(group)
    with pytest.raises(ConflictError):
        plan(group)
    finish(group, attempt_id)
    with pytest.raises(ConflictError):
        plan(group)


def test_a_resit_waits_fourteen_days_and_asks_only_what_was_missing(app):
    group = make_group(1)
    first = both(group, scores(eigenaarschap=2), scores(eigenaarschap=2, kracht=4))
    assert finish(group, first) == "not_yet"
    with pytest.raises(InvalidInputError) as refused:
        plan(group, at=DAY + timedelta(days=13))
    assert list(refused.value.fields) == ["planned_on"]
    later = DAY + timedelta(days=14)
    only = {"eigenaarschap": Score(3, "Buren kozen zelf.")}
    second = plan(group, at=later)
    hand_in(group, second, group.trainer_id, only, at=later)
    hand_in(group, second, group.assessor_id, only, at=later)
    assert finish(group, second, at=later) == "passed"
    levels = agreed(second)
    assert levels["eigenaarschap"] == (3, "equal")
    assert levels["kracht"] == (3, "equal")
    assert db.session.get(FinalAttempt, second).agreed_total == 18


def test_a_stopped_practical_is_no_attempt(app):
    group = make_group(1)
    with clock.at(DAY), unit_of_work():
        stopped = plan_attempt(
            group.enrolments[0],
            first_id=group.trainer_id,
            second_id=group.assessor_id,
            by=actor(group.coordinator_id),
        )
        void(stopped, by=actor(group.trainer_id))
    with pytest.raises(ConflictError):
        hand_in(group, stopped, group.trainer_id)
    again = plan(group)
    assert db.session.get(FinalAttempt, again).attempt == 2
    with clock.at(DAY), pytest.raises(NotFoundError):
        void(again, by=actor(group.assessor_id))


def test_after_three_attempts_there_is_no_fourth(app):
    group = make_group(1)
    moment = DAY
    for _attempt in range(3):
        attempt_id = both(group, scores(luisteren=2), scores(luisteren=2), at=moment)
        assert finish(group, attempt_id, at=moment) == "not_yet"
        moment += timedelta(days=14)
    with pytest.raises(ConflictError):
        plan(group, at=moment)
    assert db.session.get(Enrolment, group.enrolments[0]).state == "not_passed"
    steps = sa.select(EnrolmentEvent.to_state).where(EnrolmentEvent.to_state == "not_passed")
    assert len(db.session.scalars(steps).all()) == 1


def test_a_stopped_practical_does_not_use_up_an_attempt(app):
    group = make_group(1)
    moment = DAY
    for _attempt in range(2):
        attempt_id = both(group, scores(luisteren=2), scores(luisteren=2), at=moment)
        finish(group, attempt_id, at=moment)
        moment += timedelta(days=14)
    stopped = plan(group, at=moment)
    with clock.at(moment), unit_of_work():
        void(stopped, by=actor(group.trainer_id))
    assert db.session.get(Enrolment, group.enrolments[0]).state == "active"
    assert db.session.get(FinalAttempt, plan(group, at=moment)).attempt == 4


def moved(group, there, *, at):
    """Move the participant to another group of the course, where the practical goes on."""
    with clock.at(at), unit_of_work():
        grant(there.coordinator_id, "coordinator", kind="place", scope_id=group.place_id)
        by = actor(there.coordinator_id)
        enrolment_id = transfer(group.enrolments[0], there.cohort_id, by=by)
    return dataclasses.replace(there, enrolments=[enrolment_id])


def test_who_moved_to_another_group_shows_again_only_what_was_missing(app):
    group, there = make_group(1), make_group(0, name="Veldweg")
    before = both(group, scores(grenzen=2), scores(grenzen=2))
    assert finish(group, before) == "not_yet"
    after_move = moved(group, there, at=DAY + timedelta(days=1))
    with pytest.raises(InvalidInputError):
        plan(after_move, at=DAY + timedelta(days=2))
    moment = DAY + timedelta(days=14)
    attempt_id = plan(after_move, at=moment)
    assert db.session.get(FinalAttempt, attempt_id).attempt == 2
    only = {"grenzen": Score(3, "Gezien.")}
    hand_in(after_move, attempt_id, after_move.trainer_id, only, at=moment)
    hand_in(after_move, attempt_id, after_move.assessor_id, only, at=moment)
    practical = get_practical(attempt_id, by=actor(after_move.trainer_id))
    assert [one.id for one in practical.asked] == ["grenzen"]
    assert finish(after_move, attempt_id, at=moment) == "passed"
    rows = final_rows(after_move.enrolments[0])
    assert [(one.number, one.outcome) for one in rows] == [(2, "passed"), (1, "not_yet")]
    assert len(rows[0].levels) == len(CRITERIA)


def test_who_passed_before_the_move_needs_no_other_practical(app):
    group, there = make_group(1), make_group(0, name="Veldweg")
    finish(group, both(group))
    after_move = moved(group, there, at=DAY)
    with pytest.raises(ConflictError, match="al gelukt"):
        plan(after_move)


def test_nobody_is_moved_while_a_practical_is_under_way(app):
    group, there = make_group(1), make_group(0, name="Veldweg")
    attempt_id = plan(group)
    with pytest.raises(ConflictError, match="nog een proeve"):
        moved(group, there, at=DAY)
    with clock.at(DAY), unit_of_work():
        void(attempt_id, by=actor(group.trainer_id))
    assert moved(group, there, at=DAY).enrolments != group.enrolments


@pytest.mark.trust("T32")
def test_levels_are_those_that_were_handed_in(app):
    group = make_group(1)
    finish(group, both(group, scores(grenzen=2), scores(grenzen=2)))
    assert checks.faults() == []
    events = db.session.scalars(sa.select(AuditEvent.data)).all()
    assert not any("grenzen" in str(data) for data in events)


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("table", [CriterionScore, AgreedLevel])
def test_a_level_that_was_changed_afterwards_is_found(app, table):
    group = make_group(1)
    attempt_id = both(group)
    finish(group, attempt_id)
    with unit_of_work():
        changed = db.session.scalars(sa.select(table).where(table.criterion == "grenzen")).first()
        changed.level = 4
    assert checks.faults() == [
        f"practical {attempt_id}: its levels are not those that were handed in"
    ]


def test_levels_of_who_was_erased_are_proved_no_longer(app):
    group = make_group(1)
    finish(group, both(group))
    with unit_of_work():
        db.session.execute(sa.update(AgreedLevel).values(level=4))
        destroy_salt(group.learners[0], by=SYSTEM)
    assert checks.faults() == []


def test_what_both_handed_in_is_not_wiped(app):
    group = make_group(1)
    attempt_id = both(group, scores(1), scores(1))
    with clock.at(DAY), pytest.raises(ConflictError, match="al binnen"):
        void(attempt_id, by=actor(group.trainer_id))
    assert finish(group, attempt_id) == "not_yet"


def test_a_talk_of_tomorrow_and_a_second_talk_are_refused(app):
    group = make_group(1)
    attempt_id = both(group, None, scores(waarnemen=1))
    with clock.at(DAY), pytest.raises(InvalidInputError):
        record_talk(
            attempt_id,
            talk_on=date(2099, 1, 1),
            line="",
            agreed=True,
            by=actor(group.trainer_id),
        )
    talk(group, attempt_id, agreed=False)
    with pytest.raises(ConflictError):
        talk(group, attempt_id)


def test_a_course_without_a_practical_plans_none(app):
    group = make_group(1, course="gov")
    with pytest.raises(NotFoundError):
        plan(group)


def test_professionals_are_assessed_by_a_resident_too(app):
    group = make_group(1, course="pro")
    with pytest.raises(InvalidInputError) as refused:
        plan(group, second=group.assessor_id)
    assert "bewoner" in refused.value.fields["second_id"]
    attempt_id = plan(group, second=group.other_assessor_id)
    assert db.session.get(FinalAttempt, attempt_id).second_assessor_id == group.other_assessor_id


def test_only_residents_are_offered_as_second_for_professionals(app):
    group, residents = make_group(1, course="pro"), make_group(1, name="Elders")
    with clock.at(DAY):
        offered = get_candidates(group.enrolments[0], by=actor(group.trainer_id))
        usual = get_candidates(residents.enrolments[0], by=actor(residents.trainer_id))
    assert {one.person_id for one in offered.second} == {group.other_assessor_id}
    assert {one.person_id for one in offered.third} == {group.assessor_id, group.other_assessor_id}
    assert len(usual.second) == 2
