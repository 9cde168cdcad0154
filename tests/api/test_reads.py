"""What programs read: the contents, pages, ETags, and nothing of another region."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from courses.models import AttendanceCell
from courses.services.attendance import NewMark, save_register
from tests.api.programs import V1, make_group, make_key, program
from tests.factories import make_actor, make_coordinator


@pytest.fixture
def group(app):
    with unit_of_work():
        return make_group(people=5)


@pytest.fixture
def trainer(app, group):
    return program(app, make_key(group.staff["trainer"]))


def mark(group, status="present", **values):
    by = make_actor(group.staff["trainer"])
    with unit_of_work():
        save_register(
            group.sessions[0].id,
            [NewMark(one.id, status, **values) for one in group.enrolments],
            by=by,
        )


def test_courses_are_for_everybody(app, group):
    client = program(app)
    (course,) = client.get(f"{V1}/courses").json["items"]
    assert course["title"] == "Test"
    details = client.get(f"{V1}/courses/{course['id']}").json
    assert details["course"] == course
    assert [one["order"] for one in details["modules"]] == [1, 2, 3]


def test_a_cohort_tells_its_sessions(trainer, group):
    cohort = trainer.get(group.path).json
    assert cohort["seated"] == 5
    assert [one["id"] for one in cohort["sessions"]] == [one.id for one in group.sessions]
    assert cohort["sessions"][0]["starts_at"] == "2026-11-02T18:00:00+00:00"


def test_enrolments_tell_names_and_nothing_private(trainer, group):
    rows = trainer.get(f"{group.path}/enrolments").json["items"]
    assert [one["name"] for one in rows] == [f"Jan Naam{number:03d}" for number in range(5)]
    assert set(rows[0]) == {"id", "cohort_id", "name", "state", "applied_on"}


def test_attendance_tells_what_stands(trainer, group):
    mark(group, "late", minutes_late=10)
    first = trainer.get(f"{group.path}/attendance").json["items"][0]
    assert first["cells"] == [
        {
            "session_id": group.sessions[0].id,
            "status": "late",
            "minutes_late": 10,
            "in_conflict": False,
        }
    ]


def test_attendance_says_when_two_marks_contradict(trainer, group):
    mark(group, "present")
    mark(group, "absent")
    first = trainer.get(f"{group.path}/attendance").json["items"][0]
    assert (first["cells"][0]["status"], first["cells"][0]["in_conflict"]) == (None, True)
    person = trainer.get(group.register).json["people"][0]
    assert {one["status"] for one in person["standing"]} == {"present", "absent"}


def test_verdicts_say_why(trainer, group):
    mark(group)
    (one, *_) = trainer.get(f"{group.path}/verdicts").json["items"]
    assert one["complete"] is False
    assert {criterion["id"] for criterion in one["criteria"]} == {
        "attendance_rule",
        "practice_rule",
    }
    assert one["criteria"][0]["missing"][0]["en"]
    assert trainer.get(f"{V1}/enrolments/{one['enrolment_id']}/verdict").json == one


# --- language ---------------------------------------------------------------------------------


def test_the_answer_speaks_the_language_that_is_asked_for(app, trainer, group):
    dutch = trainer.get(group.path).json["sessions"][0]["title"]
    english = trainer.get(group.path, headers={"Accept-Language": "en"}).json
    assert (dutch, english["sessions"][0]["title"]) == ("Les nummer 1", "Lesson number 1")
    trainer.set_cookie("language", "en")
    assert trainer.get(group.path).json["sessions"][0]["title"] == "Les nummer 1"


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("list_name", ["enrolments", "attendance", "verdicts"])
def test_pages_follow_each_other_without_gaps(trainer, group, list_name):
    seen, cursor = [], None
    for _page in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = trainer.get(f"{group.path}/{list_name}", query_string=query).json
        seen += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"Jan Naam{number:03d}" for number in range(5)]
    assert cursor is None


def test_cohorts_and_courses_have_pages_too(app):
    with unit_of_work():
        groups = [make_group(people=0) for _ in range(3)]
        everywhere = make_coordinator()
    client = program(app, make_key(everywhere))
    for path in (f"{V1}/courses", f"{V1}/cohorts"):
        first = client.get(path, query_string={"limit": 2}).json
        second = client.get(path, query_string={"limit": 2, "cursor": first["next_cursor"]}).json
        ids = [one["id"] for one in (*first["items"], *second["items"])]
        assert (len(first["items"]), len(set(ids)), second["next_cursor"]) == (2, 3, None)
    assert set(ids) == {one.cohort.id for one in groups}


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "9" * 30},
        {"limit": "twee"},
        {"cursor": "x"},
        {"cursor": "WyJcdWQ4MDAiLDFd"},
        {"cursor": "WyJcdTAwMDAiLDFd"},
        {"cursor": ""},
        {"page": 2},
    ],
)
@pytest.mark.parametrize("list_name", ["enrolments", "attendance", "verdicts", ""])
def test_a_question_that_is_not_right_is_refused_by_field(trainer, group, query, list_name):
    path = f"{group.path}/{list_name}" if list_name else f"{V1}/cohorts"
    answer = trainer.get(path, query_string=query)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert set(answer.json["errors"]) == set(query)


def statements(client, path):
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return len([one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH"))])


def test_a_page_costs_the_same_for_one_and_for_twenty(app):
    costs = {}
    for people in (1, 25):
        with unit_of_work():
            group = make_group(people=people)
        mark(group)
        client = program(app, make_key(group.staff["trainer"]))
        client.get(f"{group.path}/verdicts")  # the rule of the course is remembered
        costs[people] = {
            name: statements(client, f"{group.path}{name}")
            for name in ("", "/enrolments", "/attendance", "/verdicts")
        }
    assert costs[1] == costs[25]
    assert max(costs[25].values()) <= 9


# --- ETag -------------------------------------------------------------------------------------


def test_who_has_it_already_gets_no_body(trainer, group):
    first = trainer.get(group.path)
    tag = first.headers["ETag"]
    again = trainer.get(group.path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert trainer.get(group.path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_change_has_another_tag(trainer, group):
    path = f"{group.path}/attendance"
    tag = trainer.get(path).headers["ETag"]
    mark(group)
    answer = trainer.get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag


def test_personal_answers_are_kept_nowhere(trainer, group):
    answer = trainer.get(group.path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Authorization", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))


# --- somebody else's --------------------------------------------------------------------------


def test_a_foreign_id_is_a_missing_one(app, group):
    with unit_of_work():
        other = make_group()
    mark(other)
    missing = 999_999
    for role in ("trainer", "assessor", "coordinator"):
        client = program(app, make_key(group.staff[role]))
        for path, foreign, known in foreign_addresses(group, other):
            answers = [client.get(path.format(foreign)), client.get(path.format(missing))]
            if answers[0].status_code == 403:
                continue
            assert [one.status_code for one in answers] == [404, 404], path
            assert answers[0].json == answers[1].json
            assert client.get(path.format(known)).status_code == 200, path


def foreign_addresses(group, other):
    cohort = V1 + "/cohorts/{}"
    for rest in ("", "/enrolments", "/attendance", "/verdicts"):
        yield cohort + rest, other.cohort.id, group.cohort.id
    register = f"{group.path}/sessions/{{}}/attendance"
    yield register, other.sessions[0].id, group.sessions[0].id
    yield V1 + "/enrolments/{}/verdict", other.enrolments[0].id, group.enrolments[0].id


def test_a_list_holds_what_is_in_reach(app, group):
    with unit_of_work():
        make_group()
    for role in ("trainer", "assessor", "coordinator"):
        rows = program(app, make_key(group.staff[role])).get(f"{V1}/cohorts").json["items"]
        assert [one["id"] for one in rows] == [group.cohort.id]


# --- errors -----------------------------------------------------------------------------------


def test_every_refusal_is_a_problem(trainer, group):
    refused = {
        404: trainer.get(f"{V1}/nothing"),
        405: trainer.delete(group.path),
        415: trainer.post(group.register, data="x", content_type="text/plain"),
        400: trainer.post(group.register, data="{", content_type="application/json"),
        422: trainer.post(group.register, json={}),
    }
    for status, answer in refused.items():
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert {"type", "title", "status", "detail"} <= set(answer.json)
        assert answer.json["status"] == status
    assert "GET" in refused[405].headers["Allow"]


def test_a_body_that_is_too_large_is_a_problem(trainer, group):
    answer = trainer.post(
        group.register, data=b"x" * (7 * 1024 * 1024), content_type="application/json"
    )
    assert (answer.status_code, answer.json["status"]) == (413, 413)


def test_a_body_that_is_too_deep_is_no_fault_of_ours(trainer, group):
    deep = "[" * 200_000
    answer = trainer.post(group.register, data=deep, content_type="application/json")
    assert answer.status_code == 400


def test_a_fault_of_ours_is_a_problem_without_secrets(app, trainer, group, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("a secret inside")

    monkeypatch.setattr("courses.api.cohort_queries.get_cohort", fail)
    answer = trainer.get(group.path)
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_nothing_was_marked_by_reading(trainer, group):
    trainer.get(group.register)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceCell)) == 0
    assert trainer.get(group.register).json["takes_marks"] is True
