"""The same form sent twenty times at once has one effect, and nobody gets an error page (T22)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from academy.coaching.models import LogEntry
from academy.contact.models import ContactRequest
from academy.contact.services import WRITE_LIMIT
from academy.kernel import clock, once
from academy.kernel.db import db
from academy.kernel.mail import OutgoingMail
from academy.people.models import Person
from certificates.models import Certificate, Decision, Serial
from courses.models import AttendanceMark, Cohort, Enrolment, Session
from courses.views import walk_in as walk_in_view
from tests.access.world import enrolment_of
from tests.conftest import TODAY
from tests.factories import make_person

pytestmark = pytest.mark.slow

TIMES = 20


@dataclass
class Form:
    """A form, who sends it, and which tables count what it did.

    `refused` are the answers beside 303 that tell people that it was done already.
    """

    principal: str
    path: str
    data: Mapping[str, str]
    made: type[Any]
    refused: set[int] = field(default_factory=set)
    also: tuple[type[Any], ...] = ()


def at_once(app: Any, act: Callable[[], int], *, times: int = TIMES) -> list[int]:
    """Do the same thing in as many threads at once, and return what each was answered."""
    answers: list[int] = []
    start = threading.Barrier(times)

    def one() -> None:
        with app.app_context(), clock.at(TODAY):
            start.wait()
            answers.append(act())

    threads = [threading.Thread(target=one) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def counted(*tables: type[Any]) -> list[int]:
    """Return how many rows each table has."""
    found = [db.session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in tables]
    db.session.rollback()
    return found


def first_of(table: type[Any], **values: Any) -> Any:
    """Return the first row with these values."""
    return db.session.scalars(sa.select(table).filter_by(**values).order_by(table.id)).first()


def talk(academy: Any) -> Form:
    plan = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    data = {
        "kind": "phone",
        "happened_on": "23-11-2026",
        "minutes": "20",
        "discussed": "Besproken",
        "not_private": "y",
        "form_key": "twenty-times-the-same",
    }
    return Form("coach", f"/begeleiding/{plan}/gesprek", data, LogEntry, {409})


def proposal(academy: Any) -> Form:
    enrolment = enrolment_of(academy.world, "A1p1").id
    data = {"hardship": "Zij deed de les thuis."}
    path = f"/certificaten/voordragen/{enrolment}"
    return Form("trainer", path, data, Decision, {409})


def decision(academy: Any) -> Form:
    """Make a proposal that may be granted; the board decides."""
    waiting = first_of(Decision, enrolment_id=enrolment_of(academy.world, "A1p2").id)
    waiting.hardship = "Zij deed de les thuis."
    # The certificates of this world were entered by hand; the next number comes after theirs.
    db.session.add(Serial(letter="B", year=2026, last=5000))
    db.session.commit()
    path = f"/certificaten/voorstel/{waiting.id}/besluit"
    return Form("board", path, {"outcome": "grant", "reason": ""}, Certificate, {409})


def application(academy: Any) -> Form:
    cohort = enrolment_of(academy.world, "A2p1").cohort_id
    place = db.session.get_one(Cohort, cohort).place_id
    person = make_person("Nieuw", place_id=place)
    db.session.commit()
    data = {"person_id": str(person.id)}
    path = f"/groepen/{cohort}/aanmeldingen"
    return Form("coordinator", path, data, Enrolment, {409})


def mark(academy: Any) -> Form:
    enrolment = enrolment_of(academy.world, "A1p1")
    fourth = sa.select(Session.id).where(Session.cohort_id == enrolment.cohort_id)
    session = db.session.scalars(fourth.order_by(Session.starts_at)).all()[3]
    data = {f"s{enrolment.id}": "present", f"v{enrolment.id}": "0.."}
    return Form(
        "trainer", f"/groepen/{enrolment.cohort_id}/aanwezig/{session}", data, AttendanceMark
    )


def walk_in(academy: Any) -> Form:
    path = mark(academy).path + "/erbij"
    data = {"call_name": "Zoë", "form_key": "twenty-times-the-same"}
    return Form("trainer", path, data, Person, also=(Enrolment, AttendanceMark))


def message(_academy: Any) -> Form:
    data = {"name": "Zoë", "reach": "zoe@voorbeeld.example", "message": "Ik wil meedoen."}
    return Form("anonymous", "/contact", data, ContactRequest, {429}, also=(OutgoingMail,))


FORMS = {
    one.__name__: one for one in (talk, proposal, decision, application, mark, walk_in, message)
}


def send(academy: Any, form: Form) -> tuple[list[int], list[int]]:
    """Send a form twenty times at once; return what came of it per table, and the answers."""
    tables = (form.made, *form.also)
    before = counted(*tables)

    def act() -> int:
        client = academy.client(form.principal)
        return int(client.post(form.path, data=dict(form.data)).status_code)

    answers = at_once(academy.app, act)
    after = counted(*tables)
    return [now - then for now, then in zip(after, before, strict=True)], answers


@pytest.mark.trust("T22")
@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_the_same_form_twenty_times_at_once_is_one(academy, make):
    form = make(academy)
    made, answers = send(academy, form)
    assert made == [1] * len(made)
    assert len(answers) == TIMES
    assert set(answers) <= {303, *form.refused}
    assert answers.count(303) >= 1


@pytest.mark.trust("T22", planted=True)
@pytest.mark.parametrize("make", [walk_in, message], ids=["walk-in", "message"])
def test_a_house_that_forgets_what_was_sent_is_found(academy, make, monkeypatch):
    monkeypatch.setattr(once, "is_first", lambda *_words: True)
    # Nor does it ask whether somebody of this name is known already.
    monkeypatch.setattr(walk_in_view, "known_people", lambda *_words, **_more: ())
    made, _answers = send(academy, make(academy))
    assert made[0] > 1


@pytest.mark.trust("T22", planted=True)
def test_a_form_without_a_key_of_its_own_is_found(academy, browsers):
    """Forms that differ are as many entries: the count above would see a double."""
    form, before = talk(academy), counted(LogEntry)[0]
    client = browsers("coach")
    for number in range(3):
        data = {**form.data, "form_key": f"another-{number}"}
        assert client.post(form.path, data=data).status_code == 303
    assert counted(LogEntry)[0] == before + 3


def test_the_same_words_later_that_day_are_thanked_and_do_not_count(academy):
    form = message(academy)
    client = academy.client("anonymous")
    for _again in range(WRITE_LIMIT.times + 2):
        assert client.post(form.path, data=dict(form.data)).status_code == 303
    assert counted(OutgoingMail)[0] == 1
    other = {**form.data, "message": "Ik wil ook nog iets vragen."}
    assert client.post(form.path, data=other).status_code == 303
    assert counted(OutgoingMail)[0] == 2
