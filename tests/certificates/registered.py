"""Certificates that stand in the register without a paper being made, for tests of its chain."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from certificates.models import Certificate, Decision, SigningKey
from certificates.rules.number import format_number
from certificates.services.life import add_event, set_standing
from courses.models import Enrolment
from tests.factories import (
    make_actor,
    make_cohort,
    make_course,
    make_enrolment,
    make_person,
    make_trainer,
)

HOLDERS = ("Samira", "Henk", "Fatma", "Joost", "Precious")


def make_registered() -> list[int]:
    """Issue five certificates and let more happen to three of them; return their ids."""
    with unit_of_work():
        cohort = make_cohort(version=make_course(), state="finishing")
        trainer = make_trainer(cohort)
        board = make_person("Josien")
        key = _make_key()
        enrolments = [make_enrolment(cohort, make_person(name)) for name in HOLDERS]
        made = [
            _make_certificate(one, key, serial=serial, trainer=trainer, board=board)
            for serial, one in enumerate(enrolments, 1)
        ]
        ids = [one.id for one in made]
        by = make_actor(board)
    for certificate_id in ids:
        with unit_of_work():
            add_event(_get(certificate_id), "issued", by=by)
    with unit_of_work():
        add_event(_get(ids[0]), "handed_out", by=by)
        add_event(_get(ids[1]), "handed_out", by=by)
    with unit_of_work():
        set_standing(_get(ids[1]), "revoked", by=by, ground="conduct")
    with unit_of_work():
        taken_back = _get(ids[2])
        taken_back.printed_name = ""
        set_standing(taken_back, "withdrawn", by=by)
    return ids


def _get(certificate_id: int) -> Certificate:
    return db.session.get_one(Certificate, certificate_id)


def _make_key() -> SigningKey:
    key = SigningKey(
        kid="0123456789abcdef",
        purpose="certificates",
        fingerprint="00",
        certificate_pem="",
        valid_from=clock.now(),
        valid_to=clock.now() + timedelta(days=900),
    )
    db.session.add(key)
    db.session.flush()
    return key


def _make_certificate(
    enrolment: Enrolment, key: SigningKey, *, serial: int, trainer: Person, board: Person
) -> Certificate:
    now = clock.now()
    decision = Decision(
        enrolment_id=enrolment.id,
        kind="first",
        proposer_id=trainer.id,
        holder_id=enrolment.person_id,
        proposed_at=now,
        decided_by_id=board.id,
        decided_at=now,
        outcome="grant",
        reason="goed",
        verdict={"complete": True, "criteria": []},
    )
    db.session.add(decision)
    db.session.flush()
    certificate = Certificate(
        number=format_number("B", year=2026, serial=serial),
        letter="B",
        year=2026,
        serial=serial,
        decision_id=decision.id,
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        track="residents",
        language="nl",
        printed_name=f"Deelnemer {serial}",
        content={"title": {"nl": "Bewijs"}, "signatories": [{"name": "Josien", "part": "board"}]},
        issued_on=date(2026, 11, 23),
        valid_until=date(2029, 11, 23),
        state="issued",
        approved_at=now,
        issued_at=now,
        code_hash=hashlib.sha256(f"code {serial}".encode()).hexdigest(),
        sha256=hashlib.sha256(f"file {serial}".encode()).hexdigest(),
        size_bytes=20,
        key_id=key.id,
    )
    db.session.add(certificate)
    db.session.flush()
    return certificate
