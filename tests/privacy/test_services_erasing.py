"""After an erasure no byte of a person lies anywhere, and what must stay stays (T30)."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, Signal
from academy.coaching.rules import OUTCOMES, REPORTED_BACK
from academy.kernel import audit, clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.mail import OutgoingMail
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.people.models import Account, Person
from academy.privacy import tasks
from academy.privacy.adapters import forgotten
from academy.privacy.models import ErasureRequest
from academy.privacy.queries.plan import owned
from academy.privacy.services import erasing, requests
from certificates.models import Certificate, StandingProposal
from certificates.queries.chain_checks import chain_faults
from courses.models import Enrolment
from tests.access.marks import is_text
from tests.access.world import PRINCIPALS
from tests.privacy.academies import (
    export_of,
    link_request,
    marks_in,
    marks_of,
    stepped_up,
    subject,
)

pytestmark = [pytest.mark.slow, pytest.mark.trust("T30")]
OWN_NAME = {("certificate", "printed_name"), ("certificate", "promise")}
"""What a holder may choose to keep, for who checks the certificate."""


def settle(academy):
    """Let nothing be open about the subject: no worry, no decision, no proposal."""
    person_id, _cell = subject(academy.world)
    with unit_of_work():
        closing = {"state": "closed", "closed_on": clock.today(), "outcome": OUTCOMES[0]}
        closing |= {"reported_back": REPORTED_BACK[0]}
        db.session.execute(sa.update(Signal).where(Signal.person_id == person_id).values(closing))
        db.session.execute(
            sa.delete(StandingProposal).where(StandingProposal.holder_id == person_id)
        )
    return person_id


def forget(academy, wish="keep", *, days=8):
    """Ask to be forgotten, wait, and let the worker do it; return the person's number."""
    link_request(academy.world)
    person_id = settle(academy)
    with unit_of_work():
        numbers = db.session.scalars(
            sa.select(Certificate.number).where(Certificate.person_id == person_id)
        )
        wishes = dict.fromkeys(numbers, wish)
        requests.ask_erasure(person_id, wishes, by=stepped_up(person_id))
    with clock.at(clock.now() + timedelta(days=days)):
        db.session.remove()
        tasks.daily()
        queue.run_pending(strict=True)
    return person_id


def left_in_tables(wanted):
    """Return where any of these marks still stands, as table and column."""
    found = set()
    for table in db.metadata.sorted_tables:
        texts = [one for one in table.columns if is_text(one) or isinstance(one.type, sa.JSON)]
        if not texts:
            continue
        for row in db.session.execute(sa.select(*texts)).mappings():
            for column in texts:
                if marks_in(str(row[column])) & wanted:
                    found.add((table.name, column.name))
    db.session.rollback()
    return found


def bytes_on_disk(folder: Path, wanted):
    """Return which of these marks lies in which file below a folder."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith(("clean", "two_regions")):
            content = path.read_bytes()
            found |= {(path.name, mark) for mark in wanted if mark.encode() in content}
    return found


@pytest.fixture
def wanted(academy):
    _person, cell = subject(academy.world)
    return marks_of(academy.world, cell)


def test_no_text_of_the_person_is_left_in_any_table(academy, wanted):
    assert len(left_in_tables(wanted)) > 30
    forget(academy, "withdraw")
    assert left_in_tables(wanted) == set()


def test_no_byte_is_left_on_the_disk(academy, wanted, caplog):
    caplog.set_level(logging.DEBUG)
    folder = current().var
    if db.engine.dialect.name == "sqlite":
        assert bytes_on_disk(folder, wanted)
    forget(academy, "withdraw")
    db.session.remove()
    assert bytes_on_disk(folder, wanted) == set()
    assert not marks_in(caplog.text)


@pytest.mark.parametrize("wish", ["keep", "hide", "withdraw"])
def test_the_certificate_is_as_the_holder_chose(academy, wanted, browsers, wish):
    person_id = forget(academy, wish)
    row = db.session.scalars(sa.select(Certificate).where(Certificate.person_id == person_id)).one()
    left = left_in_tables(wanted)
    assert left == (set() if wish == "withdraw" else OWN_NAME)
    row = db.session.get_one(Certificate, row.id)
    assert row.standing == ("withdrawn" if wish == "withdraw" else "valid")
    assert (row.name_hidden_on is not None) == (wish == "hide")
    assert Storage(current().storage).path(row.sha256).exists() == (wish != "withdraw")
    code = academy.world.codes[f"A{row.enrolment_id}"]
    db.session.rollback()
    shown = marks_in(browsers("anonymous").get(f"/c/{code}").text)
    assert bool(shown) == (wish == "keep")


def test_the_chains_are_whole_and_hold_no_secret_any_more(academy):
    before = list(audit.chain_faults()), chain_faults()
    person_id = forget(academy)
    assert (list(audit.chain_faults()), chain_faults()) == before
    assert not erasing.salt_hash(person_id)
    with unit_of_work():
        audit.record(
            "people:name:set", ("person", person_id), by=erasing.CLEARER, subject_id=person_id
        )
    assert list(audit.chain_faults()) == before[0]
    assert not erasing.salt_hash(person_id)


def test_nothing_of_anybody_else_is_touched(academy, wanted):
    others = set(academy.world.ledger.marks) - wanted
    before = left_in_tables(others)
    forget(academy, "withdraw")
    assert left_in_tables(others) == before


def test_what_ran_has_ended_and_nobody_can_come_in(academy):
    person_id = forget(academy)
    person = db.session.get_one(Person, person_id)
    assert person.display_name == f"Deelnemer #{person_id}"
    assert person.silent
    assert person.email is None
    assert db.session.get(Account, person_id) is None
    states = db.session.scalars(
        sa.select(CoachingPlan.state).where(CoachingPlan.person_id == person_id)
    )
    assert set(states) == {"stopped"}
    states = db.session.scalars(sa.select(Enrolment.state).where(Enrolment.person_id == person_id))
    assert "active" not in set(states)
    db.session.rollback()
    assert academy.client("participant").get("/vandaag").status_code == 303


def test_every_page_still_opens_for_everybody_else(academy, browsers):
    forget(academy)
    for principal in PRINCIPALS:
        for path in ("/vandaag", "/begeleiding", "/groepen", "/certificaten/register", "/bewaren"):
            assert browsers(principal).get(path).status_code in (200, 303, 403), (principal, path)


# --- asking, thinking again, waiting -----------------------------------------------------------


def test_nothing_happens_before_its_day_and_one_can_think_again(academy, wanted):
    person_id = settle(academy)
    before = left_in_tables(wanted)
    with unit_of_work():
        requests.ask_erasure(person_id, {}, by=stepped_up(person_id))
    tasks.daily()
    assert left_in_tables(wanted) >= before
    with unit_of_work():
        requests.undo_erasure(person_id, by=stepped_up(person_id))
    with clock.at(clock.now() + timedelta(days=40)):
        tasks.daily()
    assert left_in_tables(wanted) >= before
    assert db.session.scalar(sa.select(ErasureRequest.state)) == "undone"
    db.session.rollback()


def test_a_mail_tells_that_it_was_asked(academy):
    person_id = settle(academy)
    with unit_of_work():
        requests.ask_erasure(person_id, {}, by=stepped_up(person_id))
    mails = db.session.scalars(
        sa.select(OutgoingMail.template).where(OutgoingMail.person_id == person_id)
    ).all()
    db.session.rollback()
    assert mails == ["privacy/erasure_asked"]


def test_what_is_open_is_waited_for_until_the_last_day_and_no_longer(academy):
    link_request(academy.world)
    person_id, _cell = subject(academy.world)
    with unit_of_work():
        requests.ask_erasure(person_id, {}, by=stepped_up(person_id))
    states = []
    for days in (8, 27, 29):
        with clock.at(clock.now() + timedelta(days=days)):
            db.session.remove()
            tasks.daily()
        states.append(db.session.scalar(sa.select(ErasureRequest.state)))
        db.session.rollback()
    assert states == ["asked", "asked", "erased"]


def test_a_request_that_fails_keeps_nothing_else_waiting(academy, monkeypatch, caplog):
    link_request(academy.world)
    person_id = settle(academy)
    with unit_of_work():
        requests.ask_erasure(person_id, {}, by=stepped_up(person_id))
        request_id = db.session.scalar(sa.select(ErasureRequest.id))
    done = []

    def fail(one):
        done.append("erasure")
        raise LookupError(f"Lies of {one}")

    monkeypatch.setattr(requests, "carry_out", fail)
    monkeypatch.setattr(tasks.exports, "end_old", lambda: done.append("exports") or 1)
    monkeypatch.setattr(tasks.retention, "kinds_to_clear", lambda: ("spam", "signals"))
    monkeypatch.setattr(tasks.retention, "clear", lambda kind: done.append(kind) or 0)
    monkeypatch.setattr(tasks, "wipe_bytes", lambda: done.append("wipe"))
    with clock.at(clock.now() + timedelta(days=8)):
        db.session.remove()
        with pytest.raises(LookupError):
            tasks.daily()
    assert done == ["erasure", "exports", "spam", "signals", "wipe"]
    assert f"step=erasure id={request_id} error=LookupError" in caplog.text
    assert "Lies" not in caplog.text


def test_who_works_for_the_academy_gives_up_that_first(academy):
    coordinator = academy.world.people["coordinator"]
    with unit_of_work(), pytest.raises(ConflictError):
        requests.ask_erasure(coordinator, {}, by=stepped_up(coordinator))


def test_only_who_may_asks_for_another(academy):
    person_id, _cell = subject(academy.world)
    for name in ("trainer", "coach", "admin", "board", "assessor"):
        other = stepped_up(academy.world.people[name])
        with unit_of_work(), pytest.raises(NotFoundError):
            requests.ask_erasure(person_id, {}, by=other, way="phone")


def test_twice_is_once(academy):
    person_id = forget(academy)
    with clock.at(clock.now() + timedelta(days=9)):
        tasks.daily()
        tasks.wipe(person_id)
    with unit_of_work(), pytest.raises(ConflictError):
        erasing.erase(person_id, {}, by=erasing.CLEARER)


# --- a backup that comes back ------------------------------------------------------------------


def test_who_was_forgotten_is_forgotten_again_after_a_restore(academy, wanted, copies):
    person_id = forget(academy, "withdraw")
    (line,) = forgotten.read(current().checkpoints)
    assert line.person == person_id
    assert not marks_in(repr(line))
    copies.put_back("two_regions")
    assert left_in_tables(wanted)
    link_request(academy.world)
    with unit_of_work():
        assert requests.forget_again(line)
    assert left_in_tables(wanted) == set()
    with unit_of_work():
        assert not requests.forget_again(line)


def test_a_number_that_was_given_out_anew_is_somebody_else(academy, copies):
    person_id = forget(academy)
    (line,) = forgotten.read(current().checkpoints)
    copies.put_back("two_regions")
    with unit_of_work():
        db.session.execute(
            sa.update(audit.PersonSalt)
            .where(audit.PersonSalt.person_id == person_id)
            .values(salt=b"of somebody else" * 2)
        )
        assert not requests.forget_again(line)


# --- planted faults ----------------------------------------------------------------------------


@pytest.mark.trust("T30", planted=True)
def test_a_table_that_is_forgotten_is_found(academy, wanted, monkeypatch):
    whole = owned()
    monkeypatch.setattr(
        erasing, "owned", lambda: tuple(one for one in whole if one.name != "coaching_log_entry")
    )
    forget(academy, "withdraw")
    assert {table for table, _column in left_in_tables(wanted)} == {"coaching_log_entry"}


@pytest.mark.sqlite
@pytest.mark.trust("T30", planted=True)
def test_bytes_in_the_write_ahead_log_are_found(academy, wanted, monkeypatch):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite keeps its log beside the file")
    monkeypatch.setattr(tasks, "wipe_bytes", lambda: True)
    with db.engine.connect():  # while somebody is connected, SQLite does not tidy up by itself
        forget(academy, "withdraw")
        assert bytes_on_disk(current().var, wanted)


def test_an_export_goes_with_its_person(academy, wanted):
    person_id = settle(academy)
    export_of(person_id)
    forget(academy, "withdraw")
    assert left_in_tables(wanted) == set()
