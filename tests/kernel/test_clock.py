"""Summer and winter time, last days, and clocks that jump (T35)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.i18n import clock_time
from academy.kernel.queue import Job, leases
from certificates.rules.validity import is_expired
from courses.rules.planning import meeting_days
from courses.services import cohorts
from tests.factories import make_actor, make_cohort, make_coordinator

pytestmark = pytest.mark.trust("T35")

WINTER, SUMMER = date(2026, 10, 25), date(2027, 3, 28)
"""The days on which the clock is changed."""


def wrong_evenings(at: Callable[[date, int, int], datetime]) -> list[date]:
    """Return the evenings around both changes that do not begin at half past seven."""
    days = [one + timedelta(days=7 * number) for one in (WINTER, SUMMER) for number in range(-4, 5)]
    return [
        day
        for day in days
        if at(day, 19, 30).astimezone(clock.AMSTERDAM).strftime("%d %H.%M") != f"{day:%d} 19.30"
    ]


def test_an_evening_stays_half_past_seven():
    assert wrong_evenings(clock.local) == []
    assert clock.local(date(2026, 10, 24), 19, 30) == datetime(2026, 10, 24, 17, 30, tzinfo=UTC)
    assert clock.local(WINTER, 19, 30) == datetime(2026, 10, 25, 18, 30, tzinfo=UTC)


@pytest.mark.trust("T35", planted=True)
def test_counting_in_days_of_24_hours_is_found():
    start = clock.local(date(2026, 9, 27), 19, 30)

    def careless(day: date, hour: int, minute: int) -> datetime:
        return start + timedelta(days=(day - date(2026, 9, 27)).days)

    assert WINTER in wrong_evenings(careless)
    assert date(2026, 10, 18) not in wrong_evenings(careless)


@pytest.mark.parametrize("first", [WINTER - timedelta(days=21), SUMMER - timedelta(days=21)])
def test_the_sessions_of_a_cohort_keep_their_hour_and_their_length(app, sign_in, first):
    with unit_of_work():
        cohort = make_cohort(state="draft", starts_on=first)
        db.session.execute(sa.text("delete from session"))
        coordinator = make_coordinator()
        cohort_id, count = cohort.id, 3
    fields = {"first_on": f"{first:%d-%m-%Y}", "every_days": "14", "starts": "19:30"}
    answer = sign_in(coordinator).post(
        f"/groepen/{cohort_id}/bijeenkomsten", data={**fields, "location": "De Krokus"}
    )
    assert answer.status_code == 303
    rows = db.session.execute(
        sa.text("select starts_at, ends_at from session order by starts_at")
    ).all()
    db.session.rollback()
    found = [tuple(map(_aware, row)) for row in rows]
    assert [clock_time(start) for start, _end in found] == ["19.30"] * count
    assert {end - start for start, end in found} == {timedelta(minutes=150)}
    days = [start.astimezone(clock.AMSTERDAM).date() for start, _end in found]
    assert days == list(meeting_days(first, every_days=14, count=count))
    assert {start.hour for start, _end in found} == {17, 18}


def _aware(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(WINTER, 7), (SUMMER, 5), (date(2026, 11, 1), 6)])
def test_a_night_lasts_as_long_as_it_lasts(day, hours):
    assert clock.local(day, 6) - clock.local(day) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "hour", "is_doubtful"),
    [
        (WINTER, 2, True),
        (SUMMER, 2, True),
        (WINTER, 1, False),
        (WINTER, 3, False),
        (SUMMER, 1, False),
        (SUMMER, 3, False),
        (date(2026, 11, 1), 2, False),
    ],
)
def test_a_time_that_comes_never_or_twice_is_known(day, hour, is_doubtful):
    assert clock.is_doubtful(day, hour, 30) is is_doubtful


@pytest.mark.parametrize("day", [WINTER, SUMMER])
def test_a_doubtful_time_is_asked_back(app, sign_in, day):
    with unit_of_work():
        cohort = make_cohort(starts_on=date(2026, 12, 7))
        coordinator = make_coordinator()
        session_id = db.session.scalar(sa.text("select min(id) from session"))
        cohort_id = cohort.id
    answer = sign_in(coordinator).post(
        f"/groepen/{cohort_id}/bijeenkomsten/{session_id}",
        data={"day": f"{day:%d-%m-%Y}", "starts": "02:30", "location": "De Krokus"},
    )
    assert answer.status_code == 422
    assert "gaat de klok om" in answer.text


@pytest.mark.parametrize("until", [date(2026, 7, 31), date(2026, 12, 31), WINTER, SUMMER])
def test_the_last_day_lasts_until_midnight_in_amsterdam(until):
    last_minute = clock.local(until, 23, 59)
    assert not _is_expired_at(last_minute, until)
    assert _is_expired_at(last_minute + timedelta(minutes=1), until)


def _is_expired_at(moment: datetime, until: date) -> bool:
    with clock.at(moment):
        return is_expired(until, today=clock.today())


@pytest.mark.trust("T35", planted=True)
def test_a_last_day_by_greenwich_is_found():
    """Late on the last evening of summer it is still that day everywhere; after midnight not."""
    until = date(2026, 7, 31)
    after_midnight = clock.local(date(2026, 8, 1))
    assert _is_expired_at(after_midnight, until)
    assert not is_expired(until, today=after_midnight.date())


def _note(number: int) -> None:
    done.append(number)


def do(app, job: leases.Leased) -> None:
    failure = leases.do(app, job)
    with unit_of_work():
        leases.record_end(job, failure)


done: list[int] = []
queue.register("test.clock", _note)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=1)])
def test_a_clock_that_jumps_doubles_no_lease(app, jump):
    """What one worker holds, no other takes while it lives, whatever its clock says."""
    done.clear()
    with unit_of_work():
        queue.enqueue("test.clock", number=1)
    leased = leases.take(("test.clock",), queue.INLINE_LEASE)
    assert leased is not None
    is_server_time = db.engine.dialect.name != "sqlite"
    with time_machine.travel(clock.real_now() + jump, tick=False):
        again = leases.take(("test.clock",), queue.INLINE_LEASE)
        if is_server_time:
            assert again is None  # the database's clock decides, and it did not jump
        if again is None:
            do(app, leased)
        else:
            do(app, again)  # the lease is over; what it held is done by who has it now
            with unit_of_work():
                leases.record_end(leased, None)
    state = db.session.scalar(sa.select(Job.state))
    db.session.rollback()
    assert state == "done"
    assert done == [1]


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=1)])
def test_a_certificate_does_not_end_by_a_clock_that_jumps_a_little(jump):
    until = date(2029, 11, 23)
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC) + jump, tick=False):
        assert not is_expired(until, today=clock.today())


def test_a_sign_in_does_not_end_early_when_the_clock_goes_back(app, sign_in):
    with unit_of_work():
        person = make_coordinator()
    client = sign_in(person)
    with time_machine.travel(clock.real_now() - timedelta(hours=1), tick=False):
        assert client.get("/vandaag").status_code == 200


def test_moving_a_session_over_the_change_keeps_its_length(app):
    with unit_of_work():
        cohort = make_cohort(starts_on=date(2026, 12, 7))
        coordinator = make_coordinator()
        session_id = db.session.scalar(
            sa.text("select min(id) from session where cohort_id = :id"), {"id": cohort.id}
        )
        cohorts.move_session(session_id, clock.local(SUMMER, 0, 30), by=make_actor(coordinator))
    start, end = map(
        _aware,
        db.session.execute(
            sa.text("select starts_at, ends_at from session where id = :id"), {"id": session_id}
        ).one(),
    )
    assert end - start == timedelta(minutes=150)
    assert (clock_time(start), clock_time(end)) == ("0.30", "4.00")
