"""T23: whatever people do in whatever order, the register and its events agree."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import DomainError
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from certificates.adapters.keys import list_keys
from certificates.models import (
    Certificate,
    CertificateEvent,
    Decision,
    Revocation,
    StandingProposal,
)
from certificates.queries.verification import check_number
from certificates.services import decisions, life, standing
from certificates.services.expiring import note_expired
from certificates.services.issuing import StoredFile, record_issued
from tests.certificates.ready import make_keys, make_scene
from tests.factories import make_actor
from tests.trust.sizes import size

pytestmark = pytest.mark.slow
ENDING = ("replaced", "renewed", "revoked", "reinstated", "withdrawn", "ended")
PEOPLE = ("board", "other_board", "coordinator", "trainer", "holder")
who = st.sampled_from((*PEOPLE, "board", "other_board", "board", "other_board"))
proposers = st.sampled_from(("trainer", "coordinator", "coordinator", "board", "holder"))
holders = st.sampled_from(("holder", "holder", "board"))
choice = st.integers(0, 9)
_numbers = itertools.count(1)


class Life(RuleBasedStateMachine):
    """Everybody tries everything; what is refused changes nothing."""

    actors: dict[str, Actor]
    holder_id: int
    enrolment_id: int
    day: date

    @initialize(is_certified=st.booleans())
    def begin(self, *, is_certified: bool) -> None:
        with unit_of_work():
            scene = make_scene(f"Naam {next(_numbers)}")
        # Kept, so that no step asks the database for what never changes.
        self.actors = {name: make_actor(getattr(scene, name)) for name in PEOPLE}
        self.holder_id, self.enrolment_id = scene.holder.id, scene.enrolment.id
        self.day = clock.today()
        if is_certified:
            self.propose("trainer", "")
            self.decide("board", "grant")
            self.make_files()

    def attempt(self, name: str, function: Any, *arguments: Any, **named: Any) -> None:
        try:
            with clock.at(clock.local(self.day, 12)), unit_of_work():
                function(*arguments, by=self.actors[name], **named)
        except DomainError:
            db.session.rollback()

    def ids(self, model: Any, *where: Any) -> list[int]:
        found = list(db.session.scalars(sa.select(model.id).where(*where).order_by(model.id)))
        db.session.rollback()
        return found

    def one(self, model: Any, number: int, *where: Any) -> int:
        found = self.ids(model, *where)
        return found[number % len(found)] if found else 0

    def own(self, number: int) -> int:
        return self.one(Certificate, number, Certificate.person_id == self.holder_id)

    @rule(name=proposers, hardship=st.sampled_from(["", "bijzonder"]))
    def propose(self, name: str, hardship: str) -> None:
        self.attempt(name, decisions.propose, self.enrolment_id, hardship=hardship)

    @rule(name=proposers, number=choice)
    def propose_replacement(self, name: str, number: int) -> None:
        new = f"Naam {next(_numbers)}"
        self.attempt(name, decisions.propose_replacement, self.own(number), printed_name=new)

    @rule(name=proposers, number=choice)
    def propose_renewal(self, name: str, number: int) -> None:
        self.attempt(name, decisions.propose_renewal, self.own(number), hardship="bijzonder")

    @rule(name=who, outcome=st.sampled_from(["grant", "grant", "hold", "refuse"]))
    def decide(self, name: str, outcome: str) -> None:
        decision_id = self.one(Decision, -1, Decision.holder_id == self.holder_id)
        self.attempt(name, decisions.decide, decision_id, outcome, reason="omdat")

    @rule()
    def make_files(self) -> None:
        for certificate_id in self.ids(Certificate, Certificate.state == "approved"):
            with clock.at(clock.local(self.day, 12)), unit_of_work():
                record_issued(certificate_id, a_file())

    @rule(name=who, number=choice, ground=st.sampled_from(["own_request", "fraud", "conduct"]))
    def propose_revocation(self, name: str, number: int, ground: str) -> None:
        self.attempt(name, life.propose_revocation, self.own(number), ground)

    @rule(name=who, number=choice)
    def hear(self, name: str, number: int) -> None:
        found = self.one(Revocation, number, Revocation.holder_id == self.holder_id)
        self.attempt(name, life.record_hearing, found, "heard", heard_on=self.day)

    @rule(name=who, number=choice, confirm=st.booleans())
    def close_revocation(self, name: str, number: int, *, confirm: bool) -> None:
        found = self.one(Revocation, number, Revocation.holder_id == self.holder_id)
        self.attempt(name, life.confirm_revocation if confirm else life.drop_revocation, found)

    @rule(name=who, number=choice, end=st.booleans())
    def propose_standing(self, name: str, number: int, *, end: bool) -> None:
        if end:
            self.attempt(name, standing.propose_end, self.own(number), "erasure")
        else:
            self.attempt(name, standing.propose_reinstatement, self.own(number))

    @rule(name=who, number=choice, confirm=st.booleans())
    def close_standing(self, name: str, number: int, *, confirm: bool) -> None:
        mine = StandingProposal.holder_id == self.holder_id
        found = self.one(StandingProposal, number, mine)
        self.attempt(name, standing.confirm if confirm else standing.drop, found)

    @rule(name=holders, number=choice, what=st.sampled_from(["hide_name", "show_name", "reprint"]))
    def small_steps(self, name: str, number: int, what: str) -> None:
        self.attempt(name, getattr(life, what), self.own(number))

    @rule(name=holders, number=choice, sure=st.integers(0, 5))
    def withdraw(self, name: str, number: int, sure: int) -> None:
        if sure == 0:
            self.attempt(name, life.withdraw, self.own(number))

    @rule(number=choice, ground=st.sampled_from(["own_request", "fraud"]))
    def revoke_by_the_book(self, number: int, ground: str) -> None:
        self.propose_revocation("board", number, ground)
        found = self.one(Revocation, -1, Revocation.holder_id == self.holder_id)
        self.attempt("board", life.record_hearing, found, "heard", heard_on=self.day)
        for name in ("other_board", "board"):
            self.attempt(name, life.confirm_revocation, found)

    @rule(number=choice, confirm=st.booleans())
    def give_back_by_the_book(self, number: int, *, confirm: bool) -> None:
        self.propose_standing("board", number, end=False)
        self.close_standing("other_board", -1, confirm=confirm)

    @rule(number=choice, outcome=st.sampled_from(["grant", "hold"]))
    def follow_by_the_book(self, number: int, outcome: str) -> None:
        self.propose_replacement("coordinator", number)
        self.decide("board", outcome)

    @rule(days=st.sampled_from([1, 30, 900, 1100]))
    def time_goes_by(self, days: int) -> None:
        self.day += timedelta(days=days)
        with clock.at(clock.local(self.day, 3)), unit_of_work():
            note_expired(today=self.day)

    @invariant()
    def the_rules_hold(self) -> None:
        if not hasattr(self, "holder_id"):
            return
        with_decision = sa.select(Certificate, Decision).join(
            Decision, Certificate.decision_id == Decision.id
        )
        mine = Certificate.person_id == self.holder_id
        found = db.session.execute(with_decision.where(mine)).all()
        certificates = [certificate for certificate, _decision in found]
        events = self.rows_of(CertificateEvent, certificates)
        revocations = self.rows_of(Revocation, certificates)
        for certificate, decision in found:
            after = [
                one
                for one in certificates
                if certificate.id in (one.replaces_id, one.renews_id) and one.state == "issued"
            ]
            kinds = [one.kind for one in events[certificate.id]]
            self.look_at(certificate, decision, kinds, after)
            self.look_at_revocation(certificate, kinds, revocations[certificate.id])
        db.session.rollback()

    def rows_of(self, model: Any, certificates: list[Certificate]) -> dict[int, list[Any]]:
        ids = [one.id for one in certificates]
        rows = defaultdict(list)
        for one in db.session.scalars(
            sa.select(model).where(model.certificate_id.in_(ids)).order_by(model.id)
        ):
            rows[one.certificate_id].append(one)
        return rows

    def look_at(
        self,
        certificate: Certificate,
        decision: Decision,
        kinds: list[str],
        after: list[Certificate],
    ) -> None:
        assert decision.outcome == "grant"
        people = {decision.proposer_id, decision.decided_by_id, decision.holder_id}
        assert len(people) == 3
        assert decision.kind == "replacement" or decision.hardship or decision.verdict["complete"]
        assert kinds.count("issued") == (certificate.state == "issued")
        assert kinds.count("expired") <= 1
        if "revoked" in kinds and "issued" in kinds:
            assert kinds.index("issued") < kinds.index("revoked")  # nothing revoked is made after
        if certificate.standing in ("replaced", "renewed"):
            assert after
        ends = [kind for kind in kinds if kind in ENDING]
        last = ends[-1] if ends else "valid"
        told = {certificate.standing} if last == "reinstated" else {last}
        assert certificate.standing in told
        if certificate.standing in ("withdrawn", "ended"):
            assert (certificate.printed_name, certificate.promise) == ("", "")
        if certificate.standing == "valid":
            assert not [one for one in after if one.standing == "valid"]

    def look_at_revocation(
        self, certificate: Certificate, kinds: list[str], revocations: list[Revocation]
    ) -> None:
        revoked, given_back = kinds.count("revoked"), kinds.count("reinstated")
        if revoked > given_back:
            assert certificate.standing in ("revoked", "ended")
            if certificate.state == "issued":
                with clock.at(clock.local(self.day, 12)):
                    verdict = check_number(certificate.number).finding.verdict
                assert verdict in ("revoked", "withdrawn")
        for one in revocations:
            if one.outcome == "confirmed":
                assert len({one.proposer_id, one.closed_by_id, one.holder_id}) == 3
                assert one.ground == "own_request" or one.hearing == "heard"


def a_file() -> StoredFile:
    """Return a file as the job hands it over; what is in it is not what this is about."""
    number = next(_numbers)
    return StoredFile(
        sha256=f"{number:064x}",
        size_bytes=1,
        key=list_keys(current().keys)[0],
        code=f"{number:020d}",
    )


@pytest.mark.trust("T23")
def test_whatever_happens_register_and_events_agree(app: Flask) -> None:
    """Five hundred lives of fifty steps in `make trust`, and a hundred on PostgreSQL."""
    make_keys()
    settings_of_run = settings(
        max_examples=size(500, otherwise=12, again=100),
        stateful_step_count=size(50, otherwise=35),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run(Life, settings=settings_of_run)


@pytest.mark.trust("T23", planted=True)
def test_a_standing_without_its_step_is_seen(app: Flask) -> None:
    make_keys()
    machine = Life()
    machine.begin(is_certified=True)
    machine.the_rules_hold()
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(standing="revoked"))

    with pytest.raises(AssertionError):
        machine.the_rules_hold()


@pytest.mark.trust("T23", planted=True)
def test_what_is_made_after_it_was_revoked_is_seen(app: Flask) -> None:
    make_keys()
    machine = Life()
    machine.begin(is_certified=True)
    first = machine.own(0)
    machine.follow_by_the_book(0, "grant")
    machine.revoke_by_the_book(0, "own_request")
    machine.the_rules_hold()
    second = machine.own(1)
    assert second != first
    with unit_of_work():
        db.session.execute(
            sa.update(Certificate).where(Certificate.id == second).values(standing="valid")
        )
    machine.make_files()

    with pytest.raises(AssertionError):
        machine.the_rules_hold()
