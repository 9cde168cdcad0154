import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from academy.kernel import audit, clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import SYSTEM
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    Enrolment,
    EnrolmentEvent,
    Session,
)
from courses.queries import mark_checks
from courses.services.attendance import NewMark, apologise, save_register
from tests.courses.training_group import START, actor, add_person, after, enrol, grant, make_group


def save(group, marks, *, by=None, session=0, source="phone", at=None):
    with clock.at(at or after(session + 1)), unit_of_work():
        who = actor(by or group.trainer_id)
        return save_register(group.sessions[session], marks, by=who, source=source)


def cells(group, session=0):
    rows = db.session.execute(
        sa.select(AttendanceCell.enrolment_id, AttendanceMark.status, AttendanceCell.version)
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .where(AttendanceCell.session_id == group.sessions[session])
    )
    return {row.enrolment_id: (row.status, row.version) for row in rows}


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_marks_are_saved_and_the_unmarked_stay_empty(app):
    group = make_group(3)
    one, two, three = group.enrolments
    saved = save(group, [NewMark(one, "present"), NewMark(two, "late", minutes_late=10)])
    assert (saved.saved, saved.conflicts) == (2, ())
    assert cells(group) == {one: ("present", 1), two: ("late", 1)}
    assert three not in cells(group)


def test_somebody_who_came_makes_the_session_held(app):
    group = make_group(1)
    save(group, [NewMark(group.enrolments[0], "absent")])
    assert db.session.get(Session, group.sessions[0]).state == "planned"
    save(group, [NewMark(group.enrolments[0], "present", seen_version=1)])
    assert db.session.get(Session, group.sessions[0]).state == "held"


def test_a_correction_supersedes_and_keeps_the_first_mark(app):
    group = make_group(1)
    one = group.enrolments[0]
    save(group, [NewMark(one, "present")])
    save(group, [NewMark(one, "late", minutes_late=20, seen_version=1)])
    marks = db.session.scalars(sa.select(AttendanceMark).order_by(AttendanceMark.id)).all()
    assert [mark.status for mark in marks] == ["present", "late"]
    assert marks[1].supersedes_id == marks[0].id
    assert cells(group) == {one: ("late", 2)}


def test_a_double_submit_changes_nothing(app):
    group = make_group(2)
    marks = [NewMark(one, "present") for one in group.enrolments]
    save(group, marks)
    again = save(group, marks)
    assert (again.saved, again.unchanged, again.conflicts) == (0, 2, ())
    assert count(AttendanceMark) == 2


def test_a_stale_mark_that_differs_keeps_both_values(app):
    group = make_group(1)
    one = group.enrolments[0]
    save(group, [NewMark(one, "present")])
    other = save(group, [NewMark(one, "absent")], by=group.second_trainer_id)
    assert other.conflicts == (one,)
    cell = db.session.scalars(sa.select(AttendanceCell)).one()
    standing = {
        db.session.get(AttendanceMark, cell.mark_id).status,
        db.session.get(AttendanceMark, cell.other_mark_id).status,
    }
    assert standing == {"present", "absent"}
    assert cell.version == 2


def test_a_stale_mark_that_is_the_same_is_no_conflict(app):
    group = make_group(1)
    save(group, [NewMark(group.enrolments[0], "present")])
    same = save(group, [NewMark(group.enrolments[0], "present")], by=group.second_trainer_id)
    assert (same.saved, same.conflicts) == (0, ())


def test_marking_once_more_resolves_a_conflict(app):
    group = make_group(1)
    one = group.enrolments[0]
    save(group, [NewMark(one, "present")])
    save(group, [NewMark(one, "absent")], by=group.second_trainer_id)
    save(group, [NewMark(one, "present", seen_version=2)])
    cell = db.session.scalars(sa.select(AttendanceCell)).one()
    assert cell.other_mark_id is None
    assert cells(group) == {one: ("present", 3)}
    assert count(AttendanceMark) == 3


def test_a_third_value_in_a_conflict_is_kept_too(app):
    group = make_group(1)
    one = group.enrolments[0]
    save(group, [NewMark(one, "present")])
    save(group, [NewMark(one, "absent")])
    save(group, [NewMark(one, "excused")])
    repeated = save(group, [NewMark(one, "absent")])
    assert (repeated.saved, repeated.conflicts) == (0, (one,))
    assert count(AttendanceMark) == 3
    heads = db.session.scalars(sa.select(AttendanceMark.supersedes_id)).all()
    assert heads == [None, None, None]


@pytest.mark.parametrize("minutes", [None, 0, 301])
def test_late_needs_minutes_from_1_to_300(app, minutes):
    group = make_group(1)
    one = group.enrolments[0]
    with pytest.raises(InvalidInputError) as refused:
        save(group, [NewMark(one, "late", minutes_late=minutes)])
    assert list(refused.value.fields) == [f"{one}.minutes_late"]
    assert count(AttendanceMark) == 0


def test_a_late_arrival_counts_anyway_only_with_a_reason(app):
    group = make_group(1)
    one = group.enrolments[0]
    with pytest.raises(InvalidInputError):
        save(group, [NewMark(one, "late", minutes_late=45, counts_anyway=True)])
    reason = "De bus reed niet."
    save(group, [NewMark(one, "late", minutes_late=45, counts_anyway=True, note=reason)])
    assert db.session.scalars(sa.select(AttendanceMark.counts_anyway)).all() == [True]


def test_before_the_day_one_can_only_be_excused(app):
    group = make_group(2)
    one, two = group.enrolments
    day_before = after(1, days=-1)
    with pytest.raises(InvalidInputError):
        save(group, [NewMark(one, "present")], at=day_before)
    save(group, [NewMark(two, "excused")], at=day_before)
    assert cells(group) == {two: ("excused", 1)}


@pytest.mark.parametrize("state", ["draft", "open", "full", "completed", "cancelled"])
def test_a_cohort_that_does_not_run_takes_no_marks(app, state):
    group = make_group(1, state=state)
    with pytest.raises(ConflictError):
        save(group, [NewMark(group.enrolments[0], "present")])


def test_a_cancelled_session_takes_no_marks(app):
    group = make_group(1)
    db.session.get(Session, group.sessions[0]).state = "cancelled"
    db.session.commit()
    with pytest.raises(ConflictError):
        save(group, [NewMark(group.enrolments[0], "present")])


def test_people_of_another_cohort_are_not_found(app):
    group, other = make_group(1), make_group(1, name="Elders")
    with pytest.raises(NotFoundError):
        save(group, [NewMark(other.enrolments[0], "present")])
    with pytest.raises(NotFoundError):
        save(group, [NewMark(group.enrolments[0], "present")], by=other.trainer_id)
    assert count(AttendanceMark) == 0


def test_the_coordinator_of_the_place_may_mark(app):
    group = make_group(1)
    marks = [NewMark(group.enrolments[0], "present")]
    assert save(group, marks, by=group.coordinator_id).saved == 1


def test_who_came_later_does_not_belong_to_an_earlier_session(app):
    group = make_group(1)
    newcomer = enrol(group.cohort_id, "Nieuw", since=START + timedelta(days=10))
    db.session.commit()
    with pytest.raises(InvalidInputError):
        save(group, [NewMark(newcomer, "absent")])
    assert save(group, [NewMark(newcomer, "not_applicable")]).saved == 1


def test_who_had_a_chair_before_the_group_was_started_was_at_the_first_session(app):
    group = make_group(1)
    seated = enrol(group.cohort_id, "Vroeg", since=START + timedelta(days=10))
    db.session.add(
        EnrolmentEvent(
            enrolment_id=seated,
            from_state="applied",
            to_state="admitted",
            at=clock.local(START - timedelta(days=20), 9),
        )
    )
    db.session.commit()
    assert save(group, [NewMark(seated, "present")]).saved == 1


def test_who_left_can_be_marked_for_the_time_before(app):
    group = make_group(1)
    gone = enrol(group.cohort_id, "Weg", state="withdrawn")
    db.session.commit()
    with pytest.raises(InvalidInputError):
        save(group, [NewMark(gone, "present")])


def test_an_apology_comes_before_the_session_and_once(app):
    group = make_group(1)
    person = group.learners[0]
    with clock.at(after(1, days=-2)), unit_of_work():
        assert apologise(group.sessions[0], group.enrolments[0], by=actor(person)) is True
        assert apologise(group.sessions[0], group.enrolments[0], by=actor(person)) is False
    mark = db.session.scalars(sa.select(AttendanceMark)).one()
    assert (mark.status, mark.source, mark.marked_by_id) == ("excused", "self", person)
    with clock.at(after(2)), pytest.raises(ConflictError):
        apologise(group.sessions[1], group.enrolments[0], by=actor(person))


def test_a_trainer_apologises_for_who_called_and_others_do_not(app):
    group = make_group(2)
    with clock.at(after(1, days=-2)), unit_of_work():
        apologise(group.sessions[0], group.enrolments[0], by=actor(group.trainer_id))
    mark = db.session.scalars(sa.select(AttendanceMark)).one()
    assert (mark.source, mark.marked_by_id) == ("web", group.trainer_id)
    with clock.at(after(1, days=-2)), pytest.raises(NotFoundError):
        apologise(group.sessions[0], group.enrolments[0], by=actor(group.learners[1]))


def test_a_make_up_is_marked_until_the_limit(app):
    group = make_group(1)
    one = group.enrolments[0]
    for number in range(3):
        save(group, [NewMark(one, "absent")], session=number)
    make_up = [NewMark(one, "made_up", seen_version=1)]
    for number in range(2):
        save(group, make_up, session=number, at=after(4))
    with pytest.raises(InvalidInputError):
        save(group, make_up, session=2, at=after(4))
    assert cells(group, 1) == {one: ("made_up", 2)}
    assert cells(group, 2) == {one: ("absent", 1)}


def test_a_save_is_one_event_and_a_correction_one_more_with_codes_only(app):
    group = make_group(2)
    one, two = group.enrolments
    save(group, [NewMark(one, "present"), NewMark(two, "present")])
    save(group, [NewMark(one, "absent", note="niets gehoord", seen_version=1)])
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    saved = [one for one in events if one.action == "courses:register:saved"]
    corrected = [one for one in events if one.action == "courses:attendance:corrected"]
    assert len(saved) == 2
    assert [(one.data, one.subject_id) for one in corrected] == [
        ({"before": "present", "after": "absent"}, group.learners[0])
    ]
    assert list(audit.chain_faults()) == []


CHANGES = {
    "status": {"status": "absent"},
    "minutes": {"minutes_late": 1},
    "counting": {"counts_anyway": True},
}


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("values", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("times", [1, 2], ids=["first mark", "correction"])
def test_a_mark_that_was_changed_afterwards_is_found(app, values, times):
    group = make_group(2)
    one, two = group.enrolments
    save(group, [NewMark(one, "late", minutes_late=9), NewMark(two, "present")])
    if times > 1:
        save(group, [NewMark(one, "late", minutes_late=8, seen_version=1)])
    assert mark_checks.faults() == []
    last = db.session.scalar(
        sa.select(sa.func.max(AttendanceMark.id)).where(AttendanceMark.enrolment_id == one)
    )
    with unit_of_work():
        db.session.execute(
            sa.update(AttendanceMark).where(AttendanceMark.id == last).values(values)
        )
    assert mark_checks.faults() == [f"attendance mark {last} is not the one that was saved"]


@pytest.mark.trust("T32", planted=True)
def test_a_mark_that_was_given_to_another_person_is_found(app):
    group = make_group(3)
    one, two, three = group.enrolments
    save(group, [NewMark(one, "present"), NewMark(two, "absent")])
    with unit_of_work():
        db.session.execute(
            sa.update(AttendanceMark)
            .where(AttendanceMark.enrolment_id == two)
            .values(enrolment_id=three)
        )
    assert len(mark_checks.faults()) == 1


def test_marks_of_before_there_were_proofs_and_of_who_was_erased_are_no_fault(app):
    group = make_group(2)
    one, two = group.enrolments
    save(group, [NewMark(one, "present"), NewMark(two, "present")])
    with unit_of_work():
        audit.record(mark_checks.SAVED, ("session", group.sessions[1]), by=SYSTEM, marks=1)
        audit.destroy_salt(group.learners[0], by=SYSTEM)
        db.session.execute(sa.update(AttendanceMark).values(status="absent"))
    (fault,) = mark_checks.faults()
    second = sa.select(AttendanceMark.id).where(AttendanceMark.enrolment_id == two)
    assert fault == f"attendance mark {db.session.scalar(second)} is not the one that was saved"
    events = db.session.scalars(sa.select(AuditEvent.data)).all()
    assert not any("present" in str(data) for data in events)
    assert list(audit.chain_faults()) == []


def test_a_save_takes_as_many_statements_for_25_people_as_for_2(app):
    def statements(people, name):
        group = make_group(people, name=name)
        save(group, [NewMark(group.enrolments[0], "absent")], session=1)  # the chain has begun
        group_actor = actor(group.trainer_id)
        seen = []

        def note(_c, _cursor, statement, *_rest):
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            with clock.at(after(1)), unit_of_work():
                marks = [NewMark(one, "present") for one in group.enrolments]
                save_register(group.sessions[0], marks, by=group_actor)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return [one for one in seen if not one.upper().startswith(("BEGIN", "COMMIT", "PRAGMA"))]

    few, many = statements(2, "Klein"), statements(25, "Groot")
    assert len(many) == len(few) <= 12
    inserts = [one for one in many if one.startswith("INSERT INTO attendance_")]
    assert len(inserts) == 2


@pytest.mark.trust("T22")
def test_four_trainers_saving_forty_times_at_once_lose_nothing(app):
    """T22: what was acknowledged is there, and what differs is shown as a conflict."""
    group = make_group(5)
    trainers = [group.trainer_id, group.second_trainer_id]
    for name in ("Derde", "Vierde"):
        trainers.append(add_person(name))
        grant(trainers[-1], "trainer", kind="cohort", scope_id=group.cohort_id)
    db.session.commit()
    statuses = ("present", "absent", "excused", "late")
    acknowledged, conflicts, failures = [], [], []

    def work(number, trainer):
        with app.app_context(), clock.at(after(1)):
            who = actor(trainer)
            db.session.rollback()
            for turn in range(40):
                one = group.enrolments[turn % 5]
                status = statuses[(turn + number) % 4]
                minutes = 1 + turn if status == "late" else None
                try:
                    with unit_of_work():
                        mark = NewMark(one, status, minutes, seen_version=turn // 5)
                        saved = save_register(group.sessions[0], [mark], by=who)
                except Exception as error:  # noqa: BLE001 - shown by the assertion below
                    failures.append(error)
                    return
                acknowledged.append((trainer, one, status, minutes, saved.saved))
                conflicts.extend(saved.conflicts)

    db.session.rollback()
    threads = [
        threading.Thread(target=work, args=(number, trainer))
        for number, trainer in enumerate(trainers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(acknowledged) == 160
    marks = db.session.execute(
        sa.select(
            AttendanceMark.marked_by_id,
            AttendanceMark.enrolment_id,
            AttendanceMark.status,
            AttendanceMark.minutes_late,
        )
    ).all()
    assert len(marks) == sum(saved for *_rest, saved in acknowledged)
    values = {(one, status, minutes) for _by, one, status, minutes in marks}
    assert {(one, status, minutes) for _t, one, status, minutes, _s in acknowledged} <= values
    assert conflicts
    versions = db.session.scalars(sa.select(sa.func.sum(AttendanceCell.version))).one()
    assert versions == len(marks)
    assert list(audit.chain_faults()) == []


def test_the_builder_makes_a_real_cohort(app):
    group = make_group(2)
    assert db.session.get(Cohort, group.cohort_id).starts_on == date(2026, 9, 8)
    assert count(Enrolment) == 2
