from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.models import AnnouncedMessage
from academy.people.queries.about import acts_for
from courses.models import Enrolment, FinalAttempt, Objection
from courses.queries import told_objections
from courses.queries.objections import get_case, objection_rows, waiting_objections
from courses.queries.practical import get_candidates
from courses.queries.reviewers import reviewer_choices
from courses.services.enrolment import transfer
from courses.services.objections import (
    accept_late,
    answer,
    go_on,
    make_objection,
    name_reviewer,
    put_off,
    refuse_late,
    withdraw_all,
    withdraw_objection,
)
from courses.services.practical import plan_attempt
from tests.courses.objecting import (
    RESULT,
    SOON,
    ended,
    given_to,
    not_yet,
    object_to,
    outsider,
    review_grants,
)
from tests.courses.training_group import actor, add_person, grant, make_group

SIX_WEEKS = timedelta(days=42)
ALL_OF_OBJECTIONS = {
    f"courses:objection:{what}" for what in ("received", "withdrawn", "resumed", "reviewer-named")
}


@pytest.fixture
def group(app):
    with clock.at(SOON):
        yield make_group(2)


def one(objection_id):
    db.session.expire_all()
    return db.session.get_one(Objection, objection_id)


def answered(objection_id, by, outcome="rejected", **values):
    with unit_of_work():
        answer(objection_id, outcome=outcome, reason="Ik keek opnieuw.", by=actor(by), **values)


def looked_at(group, outcome, **values):
    """Object to a practical and let somebody answer it; return the attempt and the objection."""
    attempt_id, reviewer_id = not_yet(group), outsider()
    objection_id = object_to(group)
    given_to(group, objection_id, reviewer_id)
    answered(objection_id, reviewer_id, outcome, **values)
    return attempt_id, objection_id


def planned(group, first_id, second_id):
    with unit_of_work():
        return plan_attempt(
            group.enrolments[0],
            first_id=first_id,
            second_id=second_id,
            planned_on=SOON.date(),
            by=actor(group.coordinator_id),
        )


# --- making ------------------------------------------------------------------------------------


def test_an_objection_promises_an_answer_within_six_weeks(group):
    attempt_id = not_yet(group)
    objection = one(object_to(group))
    assert objection.state == "received"
    assert objection.final_attempt_id == attempt_id
    assert objection.in_time_until == RESULT.date() + SIX_WEEKS
    assert objection.due_on == SOON.date() + SIX_WEEKS
    assert objection.way == "self"


def test_who_objects_is_told_the_day_and_nothing_of_the_words(group):
    not_yet(group)
    objection = one(object_to(group, words="Mijn eigen woorden"))
    told = db.session.scalars(sa.select(AnnouncedMessage)).one()
    assert told.person_id == group.learners[0]
    values = told_objections.term(**told.ids)
    assert values == {
        "enrolment_id": group.enrolments[0],
        "due_on": objection.due_on,
        "was_put_off": False,
    }
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:objection:received")
    ).one()
    assert event.data == {"way": "self", "late": False, "on_behalf_of": None}


def test_without_a_result_there_is_nothing_to_object_to(group):
    with pytest.raises(ConflictError):
        object_to(group)


def test_a_result_is_objected_to_once(group):
    not_yet(group)
    object_to(group)
    with pytest.raises(ConflictError):
        object_to(group)


def test_an_answered_result_is_not_objected_to_again(group):
    looked_at(group, "rejected")
    with pytest.raises(ConflictError):
        object_to(group)


@pytest.mark.parametrize("words", ["", "   ", "a" * 4001])
def test_an_objection_has_words_and_not_too_many(group, words):
    not_yet(group)
    with pytest.raises(InvalidInputError) as refused:
        object_to(group, words=words)
    assert "words" in refused.value.fields


def test_a_trainer_writes_down_what_was_said_on_the_phone(group):
    not_yet(group)
    by = actor(group.trainer_id)
    with pytest.raises(InvalidInputError), unit_of_work():
        make_objection(group.enrolments[0], words="Te streng.", by=by)
    with unit_of_work():
        objection_id = make_objection(group.enrolments[0], words="Te streng.", way="phone", by=by)
    objection = one(objection_id)
    assert (objection.way, objection.noted_by_id) == ("phone", group.trainer_id)


def test_whoever_objects_reads_each_step_that_somebody_did_for_them(group):
    not_yet(group)
    by, me = actor(group.trainer_id), actor(group.learners[0])
    with unit_of_work():
        objection_id = make_objection(group.enrolments[0], words="Te streng.", way="talk", by=by)
    for step in (withdraw_objection, go_on):
        with unit_of_work():
            step(objection_id, by=by)
    for step in (withdraw_objection, go_on):
        with unit_of_work():
            step(objection_id, by=me)  # one's own steps are nobody else's
    given_to(group, objection_id, outsider())  # and neither is the work of the house
    steps = [act.action.rpartition(":")[2] for act in acts_for(me.person_id, ALL_OF_OBJECTIONS)]
    assert steps == ["resumed", "withdrawn", "received"]


def test_nobody_objects_for_somebody_out_of_reach(group):
    not_yet(group)
    other = make_group(1, name="Elders")
    with pytest.raises(NotFoundError), unit_of_work():
        make_objection(
            group.enrolments[0], words="Nee.", way="talk", by=actor(other.coordinator_id)
        )


# --- too late ----------------------------------------------------------------------------------


def test_one_that_is_too_late_waits_until_the_coordinator_says_yes(group):
    not_yet(group)
    reviewer_id = outsider()
    with clock.at(RESULT + timedelta(days=43)):
        objection_id = object_to(group)
        assert not db.session.scalars(sa.select(AnnouncedMessage)).all()
        with pytest.raises(ConflictError):
            given_to(group, objection_id, reviewer_id)
        with pytest.raises(ConflictError), unit_of_work():
            put_off(objection_id, by=actor(group.coordinator_id))
        with clock.at(RESULT + timedelta(days=50)), unit_of_work():
            accept_late(objection_id, by=actor(group.coordinator_id))
        assert one(objection_id).due_on == RESULT.date() + timedelta(days=50) + SIX_WEEKS
        with pytest.raises(ConflictError), unit_of_work():
            accept_late(objection_id, by=actor(group.coordinator_id))
        given_to(group, objection_id, reviewer_id)


def test_the_last_day_is_in_time(group):
    not_yet(group)
    with clock.at(RESULT + SIX_WEEKS):
        objection_id = object_to(group)
        with pytest.raises(ConflictError), unit_of_work():
            accept_late(objection_id, by=actor(group.coordinator_id))


def test_one_that_is_too_late_can_be_refused_with_a_reason(group):
    not_yet(group)
    with clock.at(RESULT + timedelta(days=43)):
        objection_id, by = object_to(group), actor(group.coordinator_id)
        with pytest.raises(InvalidInputError), unit_of_work():
            refuse_late(objection_id, reason=" ", by=by)
        with unit_of_work():
            refuse_late(objection_id, reason="De zes weken zijn voorbij.", by=by)
    assert one(objection_id).outcome == "too_late"
    assert db.session.get_one(FinalAttempt, one(objection_id).final_attempt_id).state == "outcome"


def test_one_that_is_in_time_cannot_be_refused_as_late(group):
    not_yet(group)
    objection_id = object_to(group)
    with pytest.raises(ConflictError), unit_of_work():
        refuse_late(objection_id, reason="Geen tijd.", by=actor(group.coordinator_id))


# --- who looks ---------------------------------------------------------------------------------


def test_only_who_had_no_part_in_it_may_look(group):
    not_yet(group)
    rik, coach = outsider(), outsider("Carla Coach")
    grant(coach, "coach", kind="person", scope_id=group.learners[0])
    elsewhere = make_group(1, name="Elders")
    db.session.commit()
    offered = {
        found.id for found in reviewer_choices(group.enrolments[0], by=actor(group.coordinator_id))
    }
    assert rik in offered
    assert group.other_assessor_id in offered  # a resident who did not look at this one
    involved = {group.trainer_id, group.second_trainer_id, group.assessor_id, coach}
    assert not offered & involved
    assert not offered & {group.coordinator_id, group.learners[0], elsewhere.trainer_id}


def test_who_ended_the_course_does_not_look_at_it_anew(group):
    board = outsider("Bente Bestuur", role="coordinator")
    ended(group)
    with clock.at(RESULT):
        grant(board, "coordinator", kind="place", scope_id=group.place_id)
        db.session.commit()
    offered = reviewer_choices(group.enrolments[0], by=actor(board))
    assert group.coordinator_id not in {found.id for found in offered}


def test_a_trainer_of_the_group_is_refused_by_name(group):
    not_yet(group)
    objection_id = object_to(group)
    with pytest.raises(InvalidInputError) as refused:
        given_to(group, objection_id, group.second_trainer_id)
    assert "reviewer_id" in refused.value.fields


def test_the_right_is_over_one_objection_from_a_day_to_a_day(group):
    not_yet(group)
    not_yet(group, number=1)
    reviewer_id = outsider("Rik Rustig", role="certifier")
    mine, other = object_to(group), object_to(group, number=1)
    given_to(group, mine, reviewer_id)
    (held,) = review_grants(mine)
    assert (held.valid_from, held.valid_to) == (SOON.date(), SOON.date() + 2 * SIX_WEEKS)
    by = actor(reviewer_id)
    assert get_case(mine, by=by).may_decide
    with pytest.raises(NotFoundError):
        get_case(other, by=by)
    assert [row.id for row in objection_rows(by).rows] == [mine]
    with clock.at(SOON + timedelta(days=85)), pytest.raises(NotFoundError):
        get_case(mine, by=actor(reviewer_id))


def test_somebody_else_looks_instead(group):
    not_yet(group)
    rik, roos = outsider("Rik"), outsider("Roos")
    objection_id = object_to(group)
    given_to(group, objection_id, rik)
    given_to(group, objection_id, roos)
    assert [held.person_id for held in review_grants(objection_id)] == [roos]
    with pytest.raises(NotFoundError):
        answered(objection_id, rik)


def test_a_coordinator_does_not_handle_their_own(group):
    not_yet(group)
    grant(group.learners[0], "coordinator", kind="place", scope_id=group.place_id)
    db.session.commit()
    objection_id = object_to(group)
    me = actor(group.learners[0])
    with pytest.raises(NotFoundError):
        get_case(objection_id, by=me)
    with pytest.raises(NotFoundError), unit_of_work():
        name_reviewer(objection_id, person_id=group.coordinator_id, by=me)
    assert not objection_rows(me).rows
    assert not waiting_objections(me).to_handle


def test_an_answer_is_put_off_once(group):
    not_yet(group)
    objection_id, by = object_to(group), actor(group.coordinator_id)
    with unit_of_work():
        put_off(objection_id, by=by)
    assert one(objection_id).due_on == SOON.date() + 2 * SIX_WEEKS
    values = told_objections.term(objection_id)
    assert values is not None
    assert values["was_put_off"]
    with pytest.raises(ConflictError), unit_of_work():
        put_off(objection_id, by=by)


def test_what_waits_is_counted_for_who_handles_and_who_looks(group):
    not_yet(group)
    not_yet(group, number=1)
    reviewer_id = outsider()
    objection_id = object_to(group)
    object_to(group, number=1)
    given_to(group, objection_id, reviewer_id)
    waits = waiting_objections(actor(group.coordinator_id))
    assert (waits.to_handle, waits.to_answer) == (1, 0)
    with clock.at(SOON + timedelta(days=43)):
        assert waiting_objections(actor(group.coordinator_id)).to_handle == 2
        assert waiting_objections(actor(reviewer_id)).to_answer == 1
        late, other = objection_rows(actor(group.coordinator_id)).rows
    assert late.days_late == other.days_late == 1


# --- the answer --------------------------------------------------------------------------------


def test_a_result_that_stays_changes_nothing(group):
    attempt_id, objection_id = looked_at(group, "rejected", heard_on=SOON.date())
    assert db.session.get_one(FinalAttempt, attempt_id).state == "outcome"
    assert one(objection_id).heard_on == SOON.date()
    assert told_objections.answered(objection_id) == {"enrolment_id": group.enrolments[0]}
    assert not review_grants(objection_id)


def test_a_practical_that_is_set_aside_was_no_attempt(group):
    attempt_id, _objection_id = looked_at(group, "upheld")
    attempt = db.session.get_one(FinalAttempt, attempt_id)
    assert (attempt.state, attempt.outcome) == ("void", "not_yet")
    planned(group, group.trainer_id, group.assessor_id)  # at once, without waiting days
    told = db.session.scalars(
        sa.select(AnnouncedMessage).where(AnnouncedMessage.name == "courses/objection_follows")
    ).all()
    assert {found.person_id for found in told} == {group.trainer_id, group.second_trainer_id}
    assert told_objections.follows(**told[0].ids) == {"enrolment_id": group.enrolments[0]}


def test_others_look_at_the_new_practical(group):
    looked_at(group, "reassess")
    by = actor(group.coordinator_id)
    offered = get_candidates(group.enrolments[0], by=by)
    assert group.trainer_id not in {found.person_id for found in offered.first}
    assert group.assessor_id not in {found.person_id for found in offered.third}
    with pytest.raises(InvalidInputError) as refused:
        planned(group, group.trainer_id, group.other_assessor_id)
    assert "first_id" in refused.value.fields
    planned(group, group.second_trainer_id, group.other_assessor_id)


def test_a_practical_that_goes_on_since_stops_with_what_it_was_built_on(group):
    not_yet(group, on=RESULT.date() - timedelta(days=20))
    again = planned(group, group.trainer_id, group.assessor_id)
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    answered(objection_id, reviewer_id, "upheld")
    assert db.session.get_one(FinalAttempt, again).state == "void"


def test_who_was_out_takes_part_again(group):
    ended(group)
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    with pytest.raises(InvalidInputError):
        answered(objection_id, reviewer_id, "reassess")
    answered(objection_id, reviewer_id, "upheld")
    enrolment = db.session.get_one(Enrolment, group.enrolments[0])
    assert (enrolment.state, enrolment.note) == ("active", "")


def test_a_rejected_objection_leaves_who_was_out_out(group):
    ended(group)
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    answered(objection_id, reviewer_id)
    assert db.session.get_one(Enrolment, group.enrolments[0]).state == "not_passed"


def test_an_objection_goes_along_to_another_group(group):
    attempt_id, reviewer_id = not_yet(group), outsider()
    objection_id = object_to(group)
    given_to(group, objection_id, reviewer_id)
    there = make_group(1, name="Elders")
    everywhere = outsider("Cor", role="coordinator")
    with unit_of_work():
        transfer(group.enrolments[0], there.cohort_id, by=actor(everywhere))
    answered(objection_id, reviewer_id, "upheld")
    assert db.session.get_one(FinalAttempt, attempt_id).state == "void"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"outcome": "passed"}, "ruling"),
        ({"heard_on": SOON.date() + timedelta(days=1)}, "heard_on"),
        ({"heard_on": SOON.date() - timedelta(days=1)}, "heard_on"),
    ],
    ids=["no such answer", "a talk to come", "a talk before it"],
)
def test_an_answer_must_be_true(group, values, field):
    not_yet(group)
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    with pytest.raises(InvalidInputError) as refused:
        answered(objection_id, reviewer_id, **values)
    assert field in refused.value.fields


def test_an_answer_stands(group):
    _attempt_id, objection_id = looked_at(group, "rejected")
    for step in (withdraw_objection, go_on):
        with pytest.raises(ConflictError), unit_of_work():
            step(objection_id, by=actor(group.learners[0]))


# --- taking back -------------------------------------------------------------------------------


def test_who_takes_it_back_may_go_on_after_all(group):
    not_yet(group)
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    me = actor(group.learners[0])
    with unit_of_work():
        withdraw_objection(objection_id, by=me)
    assert not review_grants(objection_id)
    assert told_objections.term(objection_id) is None
    assert told_objections.asked(objection_id, reviewer_id) is None
    with unit_of_work():
        go_on(objection_id, by=me)
    assert one(objection_id).state == "received"


def test_a_new_one_goes_before_one_that_was_taken_back(group):
    not_yet(group)
    first, me = object_to(group), actor(group.learners[0])
    with unit_of_work():
        withdraw_objection(first, by=me)
    object_to(group)
    with pytest.raises(ConflictError), unit_of_work():
        go_on(first, by=me)


def test_who_is_forgotten_objects_no_more(group):
    not_yet(group)
    objection_id = object_to(group)
    with unit_of_work():
        withdraw_all(group.learners[0], by=actor(group.coordinator_id))
    assert one(objection_id).state == "withdrawn"


def test_somebody_without_a_right_finds_nothing(group):
    not_yet(group)
    objection_id = object_to(group)
    stranger = add_person("Niemand")
    db.session.commit()
    with pytest.raises(NotFoundError), unit_of_work():
        withdraw_objection(objection_id, by=actor(stranger))
    with pytest.raises(NotFoundError):
        get_case(objection_id, by=actor(stranger))
    with pytest.raises(NotFoundError), unit_of_work():
        put_off(999_999, by=actor(group.coordinator_id))
