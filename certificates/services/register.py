"""The register: give out the next serial and freeze what a certificate says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import clock, queue
from academy.kernel.db import db
from academy.kernel.errors import ConflictError
from academy.kernel.settings import current
from certificates.models import Certificate, Decision, Serial
from certificates.queries.designs import current_version_id
from certificates.queries.facts import EnrolmentFacts, contact_hours, find_promise, signers
from certificates.rules.number import LETTERS, format_number
from certificates.rules.validity import expiry_rule, last_day
from certificates.services.names import enqueue_issue

MENDED = ("language", "signatories", "hours", "promise")
"""What beside the name may have been wrong on a paper and right in the one that replaces it."""


def approve(
    decision: Decision,
    facts: EnrolmentFacts,
    *,
    printed_name: str,
    issued_on: date,
    serial: int | None = None,
    round_id: int | None = None,
) -> Certificate:
    """Enter the certificate that `decision` grants, frozen, and enqueue the making of its file.

    Without the holder's yes to the name the file waits for it (`services.names`).

    `serial` is for a register taken over from elsewhere; without it the next one is given out.
    Raises ConflictError when something that must be printed is missing.
    """
    earlier = db.session.get(Certificate, decision.earlier_id) if decision.earlier_id else None
    promise = _promise(facts, earlier)
    letter = LETTERS[facts.track]
    serial = _take_serial(letter, year=issued_on.year, serial=serial)
    certificate = Certificate(
        number=format_number(letter, year=issued_on.year, serial=serial),
        letter=letter,
        year=issued_on.year,
        serial=serial,
        decision_id=decision.id,
        enrolment_id=facts.enrolment_id,
        person_id=facts.person_id,
        track=facts.track,
        language=_language(facts),
        printed_name=printed_name,
        promise=promise,
        content=_content(facts, earlier),
        issued_on=issued_on,
        valid_until=_last_day(decision.kind, earlier, facts, issued_on),
        replaces_id=earlier.id if earlier and decision.kind == "replacement" else None,
        renews_id=earlier.id if earlier and decision.kind == "renewal" else None,
        round_id=round_id,
        state="approved",
        standing="valid",
        approved_at=clock.now(),
    )
    db.session.add(certificate)
    db.session.flush()  # the job needs the id
    if round_id is None:  # a round makes its files together
        enqueue_issue(certificate)
    return certificate


def what_differs(earlier: Certificate, facts: EnrolmentFacts) -> list[str]:
    """Name what a paper of today would say otherwise than `earlier`, its name and look apart.

    Raises ConflictError when something that must be printed is missing.
    """
    now = _content(facts, earlier) | {
        "language": _language(facts),
        "promise": _promise(facts, earlier),
    }
    was = earlier.content | {"language": earlier.language, "promise": earlier.promise}
    return [name for name in MENDED if now[name] != was.get(name)]


def _take_serial(letter: str, *, year: int, serial: int | None) -> int:
    """Return the next serial of a letter and year; the row stays locked until the commit."""
    its_row = (
        sa.select(Serial)
        .where(Serial.letter == letter, Serial.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = db.session.scalars(its_row).one_or_none()
    if row is None:  # the first of a year
        queue.insert_once(Serial, letter=letter, year=year, last=0)
        row = db.session.scalars(its_row).one()
    taken = row.last + 1 if serial is None else serial
    row.last = max(row.last, taken)
    return taken


def _last_day(
    kind: str, earlier: Certificate | None, facts: EnrolmentFacts, issued_on: date
) -> date | None:
    """A replacement keeps the end; for the rest the course says how its certificates end."""
    if earlier is not None and kind == "replacement":
        return earlier.valid_until
    previous_end = earlier.valid_until if earlier is not None else None
    return last_day(expiry_rule(facts.course), issued_on, previous_end=previous_end)


def _language(facts: EnrolmentFacts) -> str:
    return facts.language if facts.language in ("nl", "en") else "nl"


def _promise(facts: EnrolmentFacts, earlier: Certificate | None) -> str:
    if not facts.course["certificate"].get("promise_on_certificate"):
        return ""
    promise = find_promise(facts.enrolment_id) or (earlier.promise if earlier else "")
    if not promise:
        raise ConflictError(
            _("%(name)s heeft nog geen belofte gedaan. Die staat op het bewijs.", name=facts.holder)
        )
    return promise


def _content(facts: EnrolmentFacts, earlier: Certificate | None) -> dict[str, Any]:
    """Return what is printed. What was erased since is as on the `earlier` paper."""
    printed = facts.course["certificate"]
    before = earlier.content if earlier else {}
    with_hours = printed.get("study_hours_on_certificate") is not None
    signing = _signing(facts, before)
    if not signing:
        raise ConflictError(_("Er is niemand die dit certificaat kan ondertekenen."))
    return {
        "design": facts.track,
        "design_version": current_version_id(facts.track),
        "kind": printed["kind"],
        "title": dict(printed["title"]),
        "statement": dict(printed["statement"]),
        "disclaimer": dict(printed["disclaimer"]),
        "signatories": signing,
        "hours": contact_hours(facts.enrolment_id) or before.get("hours", 0)
        if with_hours
        else None,
        "place": current().place,
        "course": {
            "id": facts.course["id"],
            "version": facts.course["version"],
            "title": dict(facts.course_title),
        },
    }


def _signing(facts: EnrolmentFacts, before: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return who signs, in the order of the course; who assessed is forgotten after two years."""
    found = {one["part"]: dict(one) for one in before.get("signatories", ())}
    found |= {one.part: {"name": one.name, "part": one.part} for one in signers(facts)}
    parts = facts.course["certificate"]["signatories"]
    return [found[part] for part in parts if part in found]
