"""Pages do not ask more of the database when there are more people (counted at the cursor)."""

from __future__ import annotations

from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from courses.services import attendance
from tests.bench.academy import Academy, build
from tests.bench.measuring import counted_statements
from tests.factories import make_actor

MOST_STATEMENTS = 12
MOST_ON_STAFF_HOME = 25
"""Vandaag of staff asks every feature once: what is late, what waits, what is today."""
STAFF_HOMES = ("coordinator home", "trainer home")
MOST_HTML_BYTES = 40_000
SMALL, LARGE = 2, 25


def pages(academy: Academy):
    enrolment = academy.enrolment_ids[0]
    return {
        "participant home": (academy.participant_id, "/vandaag"),
        "course page": (academy.participant_id, f"/leergang/{enrolment}"),
        "lesson": (academy.participant_id, f"/leergang/{enrolment}/les/2"),
        "register": (
            academy.trainer_id,
            f"/groepen/{academy.cohort_id}/aanwezig/{academy.held_session_id}",
        ),
        "progress": (academy.trainer_id, f"/groepen/{academy.cohort_id}"),
        "attendance table": (academy.trainer_id, f"/groepen/{academy.cohort_id}/presentie"),
        "cohorts": (academy.coordinator_id, "/groepen"),
        "hand-ins": (academy.trainer_id, "/opdrachten"),
        "coordinator home": (academy.coordinator_id, "/vandaag"),
        "trainer home": (academy.trainer_id, "/vandaag"),
        "overview": (academy.coordinator_id, "/overzicht"),
        "unmarked": (academy.coordinator_id, "/overzicht/niet-ingevuld"),
        "at risk": (academy.coordinator_id, "/overzicht/dreigt"),
        "to propose": (academy.coordinator_id, "/overzicht/voordragen"),
        "missing data": (academy.coordinator_id, "/overzicht/gegevens"),
        "late contact": (academy.coordinator_id, "/overzicht/contact"),
        "verification": (None, "/controleer?number=SLHZ-B-2026-00042-74"),
    }


def costs(size, app, sign_in):
    """Return statements and bytes by page, for an academy with a cohort of `size`."""
    academy = build(size)
    found = {}
    for name, (person_id, path) in pages(academy).items():
        client = sign_in(person_id) if person_id else app.test_client()
        client.get(path)  # what is kept in the process is kept now
        with counted_statements() as statements:
            answer = client.get(path)
        assert answer.status_code == 200, (name, answer.status_code)
        found[name] = (statements, len(answer.data))
    return found


def test_pages_ask_little_and_stay_light_with_twenty_five_people(app, sign_in):
    found = costs(LARGE, app, sign_in)
    wordy = {
        name: len(asked)
        for name, (asked, _) in found.items()
        if len(asked) > (MOST_ON_STAFF_HOME if name in STAFF_HOMES else MOST_STATEMENTS)
    }
    heavy = {name: size for name, (_, size) in found.items() if size > MOST_HTML_BYTES}
    assert not wordy
    assert not heavy


def test_pages_ask_no_more_for_twenty_five_people_than_for_two(app, sign_in):
    small, large = costs(SMALL, app, sign_in), costs(LARGE, app, sign_in)
    grown = {
        name: (len(small[name][0]), len(asked), asked)
        for name, (asked, _) in large.items()
        if len(asked) > len(small[name][0])
    }
    assert not grown


def test_a_register_of_twenty_five_is_one_insert_and_one_upsert(app):
    academy = build(LARGE)
    with counted_statements() as statements, unit_of_work():
        trainer = make_actor(db.session.get(Person, academy.trainer_id))
        marks = [
            attendance.NewMark(enrolment_id=one, status="absent", seen_version=1)
            for one in academy.enrolment_ids
        ]
        saved = attendance.save_register(academy.held_session_id, marks, by=trainer)
    assert saved.saved == LARGE
    writes = [s.split()[2] for s in statements if s.startswith(("INSERT INTO attendance",))]
    assert sorted(writes) == ["attendance_cell", "attendance_mark"]
    assert len(statements) <= 20
