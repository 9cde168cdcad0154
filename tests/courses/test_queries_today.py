"""Vandaag of a participant: the self-scan stands there for as long as it can be filled in."""

import pytest

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import Cohort
from courses.queries import today
from courses.services import self_scan
from tests.courses.training_group import actor, after, enrol, make_group

STATEMENTS = [f"{letter}{number}" for letter in "nrlgmd" for number in range(1, 5)]


def scans(person_id: int, at: object) -> list[tuple[str, str]]:
    with clock.at(at):
        found = today.open_scans(today.own_progress(today.own_enrolments(person_id)))
        return [(one.moment, one.when) for one in found]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (after(2), [("before_gov_03", "voor bijeenkomst 3")]),
        (after(3), []),
        (after(6), [("after_gov_06", "na bijeenkomst 6")]),
    ],
    ids=["before its session", "between", "after the last session"],
)
def test_an_open_self_scan_waits_on_vandaag(app, at, expected):
    group = make_group(1, course="gov")
    assert scans(group.learners[0], at) == expected


def test_a_self_scan_that_was_filled_in_waits_no_more(app):
    group = make_group(1, course="gov")
    with clock.at(after(2)), unit_of_work():
        self_scan.fill_in(
            group.enrolments[0],
            moment="before_gov_03",
            answers=dict.fromkeys(STATEMENTS, 3),
            by=actor(group.learners[0]),
        )
    assert scans(group.learners[0], after(2)) == []


def test_a_course_without_a_self_scan_asks_for_none(app):
    group = make_group(1)
    assert scans(group.learners[0], after(2)) == []


def test_vandaag_leads_to_the_self_scan(app, sign_in):
    group = make_group(1, course="gov")
    with clock.at(after(2)):
        client = sign_in(group.learners[0])
        page = client.get("/vandaag").text
        assert "Vul de zelfscan in" in page
        assert f"/leergang/{group.enrolments[0]}/zelfscan/before_gov_03" in page


def test_who_waits_for_a_chair_waits_for_us_once_there_is_one(app):
    group = make_group(2)
    by = actor(group.coordinator_id)
    with unit_of_work():
        enrol(group.cohort_id, "Op de lijst", state="waitlisted")
        cohort = db.session.get_one(Cohort, group.cohort_id)
        cohort.capacity = 2
    assert today.waiting_applications(by) == []
    with unit_of_work():
        db.session.get_one(Cohort, group.cohort_id).capacity = 3
    assert [one.people for one in today.waiting_applications(by)] == [1]
