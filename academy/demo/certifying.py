"""Proposals, decisions, certificates and what became of them.

Numbers and codes are those of the files: it is a register that is taken over. What the files leave
open is decided here: a proposal that was not granted asked for a decision although something was
missing; a revocation falls on the first day that its reason names, proposed by one of the board
and confirmed by another one; a changed name is set by its owner with the proposal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial

from academy.demo.data import DataSet, Row
from academy.demo.memory import LOADER, Memory
from academy.demo.steps import Rank, Step
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.documents import DocumentError
from academy.kernel.policy import Actor
from academy.people.models import Person
from academy.people.services import about
from certificates.models import Certificate
from certificates.rules.number import CertificateNumber, find_number
from certificates.services import decisions, evidence, life, names
from certificates.tasks import issuing
from courses.queries.on_behalf import reaches_of

OUTCOMES = {"grant": "grant", "hold": "hold", "refuse": "refuse"}
STANDINGS = {
    "valid": "valid",
    "expired": "valid",
    "renewed": "renewed",
    "replaced": "replaced",
    "revoked": "revoked",
}
"""Expired is no standing: the day says so."""
CHANGES = {"replaced": "replacement", "renewed": "renewal"}
INCOMPLETE = "Nog niet alles is rond. Wij vragen het bestuur om een besluit."
GROUNDS = {"eigen verzoek": "own_request", "fraude": "fraud"}
OTHER_GROUND = "conduct"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SOURCES = {"meetups": "meetup_id", "coaching_log": "entry_id", "solutions": "solution_id"}
SOURCE_KINDS = {"meetups": "meetup", "coaching_log": "log_entry", "solutions": "story"}


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return how certificates were decided on, made, and ended."""
    certificates = {row["certificate_no"]: row for row in data["certificates"]}
    decided = {row["certificate_no"] for row in data["decisions"]}
    for row in data["decisions"]:
        certificate = certificates.get(row["certificate_no"])
        if row.word("outcome", OUTCOMES) == "grant" and certificate is None:
            raise row.fault(f"het certificaat {row['certificate_no']} ontbreekt.")
        propose = partial(_propose, row, certificate, certificates, memory)
        yield Step(row.day("proposed_on"), Rank.PROPOSAL, row, propose, rows=0)
        decide = partial(_decide, row, certificate, memory)
        yield Step(row.day("decided_on"), Rank.DECISION, row, decide)
    for row in data["certificates"]:
        if row["certificate_no"] not in decided:
            raise row.fault("over dit certificaat staat geen besluit in decisions.csv.")
        yield Step(row.day("issued_on"), Rank.ISSUE, row, partial(_issue, row, memory))
        if row.word("status", STANDINGS) == "revoked":
            revoke = partial(_revoke, row, memory)
            yield Step(_first_day_in(row), Rank.REVOCATION, row, revoke, rows=0)
    for row in data["renewal_evidence"]:
        yield Step(row.day("date"), Rank.EVIDENCE, row, partial(_record_evidence, row, memory))


def require_as_in_files(data: DataSet, memory: Memory) -> None:
    """Compare the register with the files. Raises DataFault for the first row that differs."""
    for row in data["certificates"]:
        found = db.session.get_one(Certificate, memory.id("certificate", row, "certificate_no"))
        if found.standing != row.word("status", STANDINGS):
            raise row.fault(f"het certificaat staat nu als {found.standing}.")


# --- propose and decide ----------------------------------------------------------------------


def _proposal_key(row: Row) -> str:
    return f"{row['enrolment_id']} {row['proposed_on']}"


def _propose(
    row: Row, certificate: Row | None, certificates: dict[str, Row], memory: Memory
) -> None:
    if memory.knows("proposal", _proposal_key(row)):
        return  # a hold that was decided again
    by = memory.actor(row, "proposed_by")
    hardship = INCOMPLETE if row["outcome"] != "grant" else ""
    if certificate is None:
        enrolment_id = memory.id("enrolment", row, "enrolment_id")
        decision_id = decisions.propose(enrolment_id, by=by, hardship=hardship)
    else:
        _set_name(certificate, memory)
        decision_id = _propose_certificate(row, certificate, certificates, by, memory)
    memory.keep("proposal", _proposal_key(row), decision_id)


def _set_name(certificate: Row, memory: Memory) -> None:
    person_id = memory.id("person", certificate, "person_id")
    if db.session.get_one(Person, person_id).name_on_certificate != certificate["name_printed"]:
        by = memory.actor(certificate, "person_id")
        about.set_name_on_certificate(person_id, certificate["name_printed"], by=by)


def _propose_certificate(
    row: Row, certificate: Row, certificates: dict[str, Row], by: Actor, memory: Memory
) -> int:
    if not certificate["replaces"]:
        return decisions.propose(memory.id("enrolment", row, "enrolment_id"), by=by)
    earlier = certificates.get(certificate["replaces"])
    if earlier is None:
        raise certificate.fault(f"het certificaat {certificate['replaces']} ontbreekt.")
    earlier_id = memory.id("certificate", earlier, "certificate_no")
    if earlier.word("status", CHANGES) == "renewal":
        return decisions.propose_renewal(earlier_id, by=by)
    name = certificate["name_printed"]
    return decisions.propose_replacement(earlier_id, printed_name=name, by=by)


def _decide(row: Row, certificate: Row | None, memory: Memory) -> None:
    number = _number(certificate) if certificate else None
    if certificate is not None:
        _approve_name(row, certificate, memory)
    certificate_id = decisions.decide(
        memory.id_of("proposal", _proposal_key(row), row),
        row.word("outcome", OUTCOMES),
        reason=row["reason"],
        by=memory.actor(row, "decided_by"),
        issued_on=certificate.day("issued_on") if certificate else None,
        serial=number.serial if number else None,
    )
    if certificate is not None and certificate_id is not None:
        memory.keep("certificate", certificate["certificate_no"], certificate_id)
        _compare(certificate, certificate_id)


def _approve_name(row: Row, certificate: Row, memory: Memory) -> None:
    """Say yes to the printed name: who has no mailbox had it read aloud by the proposer."""
    person_id = memory.id("person", certificate, "person_id")
    has_mailbox = db.session.get_one(Person, person_id).email
    by = memory.actor(*((certificate, "person_id") if has_mailbox else (row, "proposed_by")))
    names.approve_name(person_id, certificate["name_printed"], by=by, reaches=reaches_of(person_id))


def _number(certificate: Row) -> CertificateNumber:
    number = find_number(certificate["certificate_no"])
    if number is None:
        raise certificate.fault("de controlecijfers van dit nummer kloppen niet.")
    return number


def _compare(row: Row, certificate_id: int) -> None:
    made = db.session.get_one(Certificate, certificate_id)
    there = {
        "certificate_no": (made.number, row["certificate_no"]),
        "valid_until": (made.valid_until, row.find_day("valid_until")),
        "name_printed": (made.printed_name, row["name_printed"]),
    }
    for column, (computed, written) in there.items():
        if computed != written:
            raise row.fault(f"{column}: volgens de regels is dit {computed}.")


# --- issue, revoke, renew --------------------------------------------------------------------


def _issue(row: Row, memory: Memory) -> None:
    certificate_id = memory.id("certificate", row, "certificate_no")
    db.session.flush()  # the job reads the table
    try:
        issuing.issue(certificate_id, code=row["verification_code"])
    except DocumentError as refused:
        raise row.fault(refused.sentence) from refused


def _first_day_in(row: Row) -> date:
    found = DAY.search(row["reason"])
    if found is None:
        raise row.fault("reason: hierin staat niet op welke dag dit is ingetrokken.")
    return date.fromisoformat(found[0])


def _revoke(row: Row, memory: Memory) -> None:
    today = clock.today()
    first = memory.holder("board", row, day=today, scopes=None)
    second = memory.holder("board", row, day=today, scopes=None, but=first)
    ground = next((code for word, code in GROUNDS.items() if word in row["reason"]), OTHER_GROUND)
    certificate_id = memory.id("certificate", row, "certificate_no")
    proposal_id = life.propose_revocation(certificate_id, ground, by=memory.acting(first, row))
    if ground != "own_request":
        by = memory.acting(first, row)
        life.record_hearing(proposal_id, "heard", heard_on=today, by=by)
    life.confirm_revocation(proposal_id, by=memory.acting(second, row))


def _record_evidence(row: Row, memory: Memory) -> None:
    evidence.record_renewal_evidence(
        memory.id("person", row, "person_id"),
        row["requirement"],
        on=row.day("date"),
        source=(_source_kind(row, memory.data), row["reference"]),
        by=LOADER,
    )


def _source_kind(row: Row, data: DataSet) -> str:
    for name, column in SOURCES.items():
        if any(one[column] == row["reference"] for one in data[name]):
            return SOURCE_KINDS[name]
    raise row.fault(f"{row['reference']} is er niet.")
