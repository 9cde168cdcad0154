"""What was rehearsed for the coming twelve months is what is sent: nothing more, less or else.

A copy of the demo academy rehearses a year. Then its clock runs through that year, day by day and
hour by hour, while a real mail server receives what leaves. On SQLite, and in `make trust` also on
PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask

from academy.app import create_app
from academy.kernel import clock, queue
from academy.kernel.db import db, set_reading
from academy.kernel.mail import OutgoingMail
from academy.kernel.messages import engine
from academy.kernel.messages.models import SentMessage
from academy.kernel.messages.planning import Planned
from academy.people.models import Person
from tests.browser.live import Mailbox, free_port, load_demo, make_environment
from tests.postgres import look_over, new_database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

BEGIN = clock.local(date(2026, 11, 23), 9)
END = clock.local(date(2027, 11, 23), 9)
LAG = timedelta(minutes=4)
"""How long a worker may take to notice."""
CLOCK_CHANGES = (date(2027, 3, 28), date(2027, 10, 31))
Row = tuple[str, str, int, str, datetime, str | None]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def academy(
    request: pytest.FixtureRequest,
    server_url: str | None,
    tmp_path: Path,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """A copy of the demo academy with a mail server, its context pushed.

    On PostgreSQL, with `TEST_ON`, the demo is loaded for the test.
    """
    folder = tmp_path / "copy"
    if server_url is None:
        shutil.copytree(request.getfixturevalue("demo_academy"), folder)
    else:
        monkeypatch.setenv("ACADEMY_DATABASE_URL", new_database(server_url))
        load_demo(folder, ACADEMY_DATABASE_URL=os.environ["ACADEMY_DATABASE_URL"])
        look_over(os.environ["ACADEMY_DATABASE_URL"])
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    server.start()
    for name, value in make_environment(folder, smtp_port=server.port, port=8000).items():
        if name.startswith("ACADEMY_"):
            monkeypatch.setenv(name, value)
    app = create_app(testing=True)
    set_reading(False)
    try:
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        server.stop()


def ticks(rehearsed: list[Planned]) -> list[datetime]:
    """Return when the worker ticks: four times each day and night, and soon after every plan.

    What would leave without having been rehearsed leaves at one of the four, and shows.
    """
    moments = {BEGIN} | {one.planned_for + LAG for one in rehearsed}
    day = BEGIN.date()
    while clock.local(day) < END:
        moments |= {clock.local(day, hour, 30) for hour in (3, 8, 13, 22)}
        day += timedelta(days=1)
    return sorted(moment for moment in moments if BEGIN <= moment <= END)


def as_row(one: Planned | SentMessage) -> Row:
    return one.key, one.name, one.person_id, one.channel, one.planned_for, one.part_of


@pytest.mark.trust("T35")
def test_a_year_of_sending_is_the_year_that_was_rehearsed(academy, mailbox):
    with clock.at(BEGIN):
        rehearsed = engine.rehearse(BEGIN, END)
        db.session.rollback()
    again = []
    for moment in ticks(rehearsed):
        with clock.at(moment):
            if engine.run_due(moment):
                queue.run_pending(strict=True)
                again.append(engine.run_due(moment))
    assert set(again) == {0}
    sent = db.session.scalars(sa.select(SentMessage)).all()
    assert Counter(map(as_row, sent)) == Counter(map(as_row, rehearsed))
    assert len(sent) > 200
    mails = db.session.scalars(
        sa.select(OutgoingMail).where(OutgoingMail.key.startswith("message-"))
    ).all()
    assert {mail.outcome for mail in mails} == {"sent"}
    by_mail = [one for one in rehearsed if one.channel == "email"]
    assert len(mailbox.mails) == len(mails) == len(by_mail)
    assert {one.key for one in by_mail} == {mail.key.removeprefix("message-") for mail in mails}
    late = [one for one in sent if one.recorded_at - one.planned_for >= timedelta(minutes=5)]
    assert late == []
    assert len({str(mail["Message-ID"]) for mail in mailbox.mails}) == len(mails)


def test_a_rehearsal_writes_nothing_and_says_the_same_twice(academy):
    with clock.at(BEGIN):
        first = engine.rehearse(BEGIN, END)
        second = engine.rehearse(BEGIN, END)
    db.session.rollback()
    assert first == second
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SentMessage)) == 0


@pytest.mark.parametrize("day", CLOCK_CHANGES)
def test_nothing_goes_in_the_night_when_the_clock_changes(academy, day):
    night = clock.local(day - timedelta(days=1), 22)
    with clock.at(night):
        planned = engine.rehearse(night, night + timedelta(days=14))
    hours = {one.planned_for.astimezone(clock.AMSTERDAM).hour for one in planned}
    assert hours <= set(range(8, 21))


def test_less_goes_when_somebody_is_in_silence(academy):
    with clock.at(BEGIN):
        before = engine.rehearse(BEGIN, END)
        person_id = Counter(one.person_id for one in before).most_common(1)[0][0]
        person = db.session.get_one(Person, person_id)
        person.silent, person.silent_until = True, None
        db.session.flush()
        after = engine.rehearse(BEGIN, END)
        assert after == [one for one in before if one.person_id != person_id]
    db.session.rollback()
