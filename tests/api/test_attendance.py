"""Programs mark a register by the rules of the page, on the version they read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import AttendanceMark
from tests.api.programs import make_group, make_key, program

WHO = ("trainer", "coordinator")


@pytest.fixture
def group(app):
    with unit_of_work():
        return make_group()


@pytest.fixture
def trainer(app, group):
    return program(app, make_key(group.staff["trainer"]))


def said(group, status="present", *, who=0, seen=0, **values):
    enrolment = group.enrolments[who]
    return {"enrolment_id": enrolment.id, "status": status, "seen_version": seen, **values}


def save(client, group, *marks, tag=None):
    tag = tag or client.get(group.register).headers["ETag"]
    return client.post(group.register, json={"marks": marks}, headers={"If-Match": tag})


def marks_kept():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark))


@pytest.mark.parametrize("role", WHO)
def test_marks_are_saved_and_counted(app, group, role):
    client = program(app, make_key(group.staff[role]))
    answer = save(client, group, said(group), said(group, "late", who=1, minutes_late=10))
    assert answer.json == {"saved": 2, "unchanged": 0, "conflicts": []}
    people = client.get(group.register).json["people"]
    assert [one["version"] for one in people] == [1, 1, 0]
    assert people[1]["standing"] == [{"status": "late", "minutes_late": 10}]


def test_the_same_again_changes_nothing(trainer, group):
    save(trainer, group, said(group))
    assert save(trainer, group, said(group, seen=1)).json["unchanged"] == 1
    assert marks_kept() == 1


def test_a_change_without_a_version_is_refused(trainer, group):
    answer = trainer.post(group.register, json={"marks": [said(group)]})
    assert (answer.status_code, answer.json["type"]) == (428, "/problems/match-required")
    assert marks_kept() == 0


def test_a_change_of_an_old_version_is_refused(trainer, group):
    tag = trainer.get(group.register).headers["ETag"]
    assert save(trainer, group, said(group)).status_code == 200
    answer = save(trainer, group, said(group, "absent", seen=1), tag=tag)
    assert (answer.status_code, answer.json["type"]) == (412, "/problems/no-match")
    assert marks_kept() == 1


def test_a_mark_on_an_old_cell_stands_beside_the_newer_one(trainer, group):
    save(trainer, group, said(group))
    answer = save(trainer, group, said(group, "absent", seen=0))
    assert answer.json["conflicts"] == [group.enrolments[0].id]
    assert trainer.get(group.register).json["people"][0]["in_conflict"] is True


def test_the_tag_does_not_depend_on_the_right_that_reads(app, group, trainer):
    """A trainer reads with one right and saves with another; the tag is the same."""
    tag = program(app, make_key(group.staff["coordinator"])).get(group.register).headers["ETag"]
    assert save(trainer, group, said(group), tag=tag).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"status": "sleeping"}, "marks.0.status"),
        ({"status": "late"}, "{id}.minutes_late"),
        ({"status": "late", "minutes_late": 0}, "marks.0.minutes_late"),
        ({"minutes_late": "10"}, "marks.0.minutes_late"),
        ({"note": "x" * 201}, "marks.0.note"),
        ({"note": "a\x00b"}, "marks.0.note"),
        ({"note": "two\nlines"}, "marks.0.note"),
        ({"note": "\ud800"}, "marks.0.note"),
        ({"counts_anyway": "yes"}, "marks.0.counts_anyway"),
        ({"seen_version": -1}, "marks.0.seen_version"),
        ({"enrolment_id": 2**31}, "marks.0.enrolment_id"),
        ({"enrolment_id": True}, "marks.0.enrolment_id"),
        ({"surprise": 1}, "marks.0.surprise"),
    ],
)
def test_what_is_wrong_is_said_by_field(trainer, group, wrong, field):
    answer = save(trainer, group, said(group) | wrong)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field.format(id=group.enrolments[0].id)}
    assert marks_kept() == 0


@pytest.mark.parametrize("body", [[], {}, {"marks": []}, {"marks": None}, None, "x", 7])
def test_a_body_of_another_form_is_refused(trainer, group, body):
    answer = trainer.post(group.register, data=json.dumps(body), content_type="application/json")
    assert answer.status_code == 422


def test_one_person_twice_is_refused(trainer, group):
    assert save(trainer, group, said(group), said(group, "absent")).status_code == 422


def test_all_or_nothing(trainer, group):
    answer = save(trainer, group, said(group), said(group, "late", who=1))
    assert answer.status_code == 422
    assert marks_kept() == 0


def test_a_session_ahead_takes_apologies_only(trainer, group):
    path = f"{group.path}/sessions/{group.sessions[-1].id}/attendance"
    group.sessions[-1].starts_at = clock.now() + timedelta(days=9)
    group.sessions[-1].ends_at = clock.now() + timedelta(days=10)
    db.session.commit()
    tag = trainer.get(path).headers["ETag"]
    for status, expected in (("present", 422), ("excused", 200)):
        answer = trainer.post(
            path, json={"marks": [said(group, status)]}, headers={"If-Match": tag}
        )
        assert answer.status_code == expected


def test_a_closed_cohort_is_a_conflict(trainer, group):
    group.cohort.state = "completed"
    db.session.commit()
    assert save(trainer, group, said(group)).status_code == 409


def test_a_foreign_id_is_a_missing_one_in_path_and_body(app, trainer, group):
    with unit_of_work():
        other = make_group()
    missing = group.register.replace(f"/{group.sessions[0].id}/", "/999999/")
    answers = [
        trainer.post(path, json={"marks": [said(group)]}, headers={"If-Match": "*"})
        for path in (other.register, missing)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].json == answers[1].json
    answers = [
        save(trainer, group, said(group) | {"enrolment_id": enrolment_id})
        for enrolment_id in (other.enrolments[0].id, 999_999)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].json == answers[1].json
    assert marks_kept() == 0


@pytest.mark.parametrize("role", ["assessor", "board", "participant"])
def test_who_may_not_mark_may_not_here(app, group, role):
    client = program(app, make_key(group.staff[role]))
    answer = client.post(group.register, json={"marks": [said(group)]}, headers={"If-Match": "*"})
    assert answer.status_code == 403
    assert marks_kept() == 0
