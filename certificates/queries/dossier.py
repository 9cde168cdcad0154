"""Everything about one proposal, and about one certificate, for the page about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from sqlalchemy.orm import aliased

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.people.models import Person
from certificates.models import Certificate, Decision
from certificates.queries.approvals import has_failed, is_to_make, waits_for_name
from certificates.queries.facts import EnrolmentFacts, get_facts
from certificates.queries.judgement import judge, judge_renewal
from certificates.queries.lists import full_name
from certificates.queries.standing import (
    find_open_revocation,
    get_standing,
    has_open_proposal,
    was_handed_out,
)


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion of a verdict, in both languages; `missing` and the forecast may be empty."""

    state: str
    sentence: dict[str, str]
    missing: tuple[dict[str, str], ...]
    forecast: dict[str, str]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One proposal with what the rules say of it.

    `differs` names what a replacement says otherwise than the earlier paper, the name apart.
    """

    id: int
    kind: str
    facts: EnrolmentFacts
    printed_name: str
    proposer: str
    proposed_at: datetime
    hardship: str
    complete: bool
    criteria: tuple[CriterionRow, ...]
    differs: tuple[str, ...]
    outcome: str | None
    decided_by: str
    decided_at: datetime | None
    reason: str
    earlier_id: int | None
    certificate_id: int | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The certificate before or after another one in somebody's life."""

    id: int
    number: str


@dataclass(frozen=True, slots=True)
class CertificateSheet:
    """One certificate as it stands. `renewal` says what counts for renewing it, if it ends.

    `is_stuck`: its file could not be made so far. `renewal_late` is what the course asks of who is
    late, once that is so.
    """

    id: int
    facts: EnrolmentFacts
    number: str
    title: dict[str, str]
    printed_name: str
    issued_on: date
    valid_until: date | None
    standing: str
    is_made: bool
    is_name_hidden: bool
    waits_for_name: bool
    is_stuck: bool
    has_open_proposal: bool
    has_badge: bool
    decision_id: int
    was_handed_out: bool
    revocation_id: int | None
    renewal_opens_on: date | None
    renewal: tuple[CriterionRow, ...]
    renewal_closes_on: date | None
    renewal_late: Mapping[str, str] | None
    earlier: Neighbour | None
    later: Neighbour | None


def get_dossier(decision_id: int) -> Dossier:
    """Return one proposal. An open one shows what the rules say now, a closed one what was filed.

    Raises NotFoundError.
    """
    decider, proposer = aliased(Person), aliased(Person)
    row = db.session.execute(
        sa.select(
            Decision,
            full_name(proposer).label("proposer"),
            full_name(decider).label("decider"),
            Certificate.id.label("certificate_id"),
            Certificate.printed_name.label("granted_name"),
        )
        .join(proposer, proposer.id == Decision.proposer_id)
        .outerjoin(decider, decider.id == Decision.decided_by_id)
        .outerjoin(Certificate, Certificate.decision_id == Decision.id)
        .where(Decision.id == decision_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    decision = row.Decision
    facts = get_facts(decision.enrolment_id)
    is_live = decision.kind == "first" and decision.outcome in (None, "hold")
    trace = judge(decision.enrolment_id).trace if is_live else decision.verdict
    return Dossier(
        id=decision.id,
        kind=decision.kind,
        facts=facts,
        printed_name=row.granted_name or decision.printed_name or facts.printed_name,
        proposer=row.proposer,
        proposed_at=decision.proposed_at,
        hardship=decision.hardship,
        complete=bool(trace.get("complete", True)),
        criteria=criterion_rows(trace),
        differs=tuple(trace.get("differs", ())),
        outcome=decision.outcome,
        decided_by=row.decider or "",
        decided_at=decision.decided_at,
        reason=decision.reason,
        earlier_id=decision.earlier_id,
        certificate_id=row.certificate_id,
    )


def criterion_rows(trace: dict[str, Any]) -> tuple[CriterionRow, ...]:
    """Return the criteria of a filed or fresh verdict, for a page."""
    return tuple(
        CriterionRow(
            state=one["state"],
            sentence={"nl": one["nl"], "en": one["en"]},
            missing=tuple({"nl": gap["nl"], "en": gap["en"]} for gap in one["missing"]),
            forecast=_counted(one.get("days", ()))
            or {"nl": one.get("forecast_nl", ""), "en": one.get("forecast_en", "")},
        )
        for one in trace.get("criteria", ())
    )


def _counted(days: Sequence[str]) -> dict[str, str]:
    """Name the days that counted for a renewal; empty without any."""
    if not days:
        return {}
    written = {
        language: ", ".join(
            format_date(date.fromisoformat(one), "d MMMM yyyy", locale=language) for one in days
        )
        for language in ("nl", "en")
    }
    return {"nl": f"Dit telt: {written['nl']}.", "en": f"This counts: {written['en']}."}


def get_sheet(certificate_id: int) -> CertificateSheet:
    """Return one certificate with its life. Raises NotFoundError."""
    found = db.session.get(Certificate, certificate_id)
    if found is None:
        raise NotFoundError
    facts = get_facts(found.enrolment_id)
    renewal = judge_renewal(facts, get_standing(certificate_id))
    return CertificateSheet(
        id=found.id,
        facts=facts,
        number=found.number,
        title=found.content["title"],
        printed_name=found.printed_name,
        issued_on=found.issued_on,
        valid_until=found.valid_until,
        standing=found.standing,
        is_made=found.state == "issued",
        is_name_hidden=found.name_hidden_on is not None,
        waits_for_name=_waits_for_name(found),
        is_stuck=found.state == "approved" and has_failed(found.id),
        has_open_proposal=has_open_proposal(found.enrolment_id),
        has_badge=found.state == "issued" and found.credential_id is not None,
        decision_id=found.decision_id,
        was_handed_out=was_handed_out(certificate_id),
        revocation_id=find_open_revocation(certificate_id),
        renewal_opens_on=renewal.opens_on if renewal else None,
        renewal=criterion_rows(renewal.trace()) if renewal else (),
        renewal_closes_on=renewal.closes_on if renewal else None,
        renewal_late=facts.course["renewal_rule"].get("late")
        if renewal and renewal.window in {"grace", "too_late"}
        else None,
        earlier=_neighbour(Certificate.id.in_([found.replaces_id or 0, found.renews_id or 0])),
        later=_neighbour(
            sa.or_(Certificate.replaces_id == found.id, Certificate.renews_id == found.id)
        ),
    )


def _neighbour(condition: sa.ColumnElement[bool]) -> Neighbour | None:
    row = db.session.execute(
        sa.select(Certificate.id, Certificate.number)
        .where(condition, sa.or_(Certificate.state == "issued", is_to_make()))
        .order_by(Certificate.id.desc())
        .limit(1)
    ).one_or_none()
    return Neighbour(row.id, row.number) if row else None


def _waits_for_name(certificate: Certificate) -> bool:
    if certificate.state != "approved":
        return False
    asked = sa.select(Certificate.id).where(Certificate.id == certificate.id, waits_for_name())
    return db.session.scalar(asked) is not None
