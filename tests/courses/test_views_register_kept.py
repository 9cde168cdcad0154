"""A register that a device kept without internet: what it is given, and what it hears."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.web.device import device_keys
from courses.models import AttendanceMark
from tests.courses.training_group import after, make_group

DATA = {"Accept": "application/json"}


@pytest.fixture
def later(app):
    """It is some hours after the first session began."""
    with clock.at(after(1)):
        yield


def address(group) -> str:
    return f"/groepen/{group.cohort_id}/aanwezig/{group.sessions[0]}"


def marks() -> int:
    found = db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark))
    db.session.rollback()
    return found or 0


def test_a_register_is_kept_for_who_opened_it(later, sign_in):
    group = make_group(2)
    client = sign_in(group.trainer_id)
    keys = device_keys(group.trainer_id)
    page = client.get(address(group)).text
    assert keys.opens in page
    assert 'data-keep-on-device="de presentie van ' in page
    assert "data-answered" not in page
    assert keys.mark in client.get(f"/groepen/{group.cohort_id}").text


def test_a_page_that_answers_shows_what_was_sent_and_not_what_was_kept(later, sign_in):
    group = make_group(2)
    data = {f"s{group.enrolments[0]}": "late"}
    page = sign_in(group.trainer_id).post(address(group), data=data).text
    assert 'data-answered="yes"' in page


def test_what_comes_by_itself_hears_where_to_go(later, sign_in):
    group = make_group(2)
    one, two = group.enrolments
    client = sign_in(group.trainer_id)
    sent = client.post(address(group), data={f"s{one}": "present"}, headers=DATA)
    assert (sent.status_code, sent.json) == (200, {"page": address(group)})
    again = {f"s{one}": "present", f"s{two}": "absent", "more": two}
    more = client.post(address(group), data=again, headers=DATA)
    assert more.json == {"page": f"{address(group)}/{two}"}
    assert marks() == 2


def test_what_misses_a_number_of_minutes_saves_nothing_by_itself(later, sign_in):
    group = make_group(2)
    one, two = group.enrolments
    data = {f"s{one}": "late", f"s{two}": "present"}
    answer = sign_in(group.trainer_id).post(address(group), data=data, headers=DATA)
    assert answer.status_code == 422
    assert marks() == 0
