"""The holder says yes to the name before it is printed; without that yes nothing is sealed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from academy.kernel import audit, clock, policy, queue
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.i18n import language
from academy.kernel.pdf import fonts
from academy.kernel.policy import Actor, Reach
from academy.kernel.resources import vendor_file
from academy.people.models import Person
from academy.people.services import about
from certificates import policies
from certificates.models import Certificate, NameApproval
from certificates.queries.approvals import (
    ISSUE_JOB,
    is_approved,
    is_to_make,
    job_key,
    waits_for_name,
)
from certificates.rules.names import clean_name, find_name_problem


def printable(name: str) -> str:
    """Return the cleaned name. Raises InvalidInputError for one that we cannot print."""
    cleaned = clean_name(name)
    uncovered = fonts.uncovered(cleaned, str(vendor_file("print")))
    problem = find_name_problem(cleaned, uncovered=uncovered)
    if problem is not None:
        sentence = problem.en if language() == "en" else problem.nl
        raise InvalidInputError(sentence, fields={"printed_name": sentence})
    return cleaned


def approve_name(
    person_id: int, printed_name: str, *, by: Actor, reaches: Sequence[Reach] = ()
) -> int:
    """Note the yes of a person to exactly this spelling; return how many files are made now.

    `by` is the person, or somebody who helps them where they lie (`reaches`): then it was read
    aloud, or spelled on the phone. Raises NotFoundError for everybody else, InvalidInputError for
    a name that cannot be printed.

    A certificate that was granted under another spelling takes a changed one only from a helper:
    the board decided on a name, so two people look at the new one. Until then it waits.
    """
    is_own = by.person_id == person_id
    if is_own:
        policy.require(by, policies.OWN_CERTIFICATE, Reach(person_id=person_id))
    elif by.person_id is None or not about.may_help(by, person_id, reaches):
        raise NotFoundError
    printed_name = printable(printed_name)
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFoundError
    if (person.name_on_certificate or person.display_name) != printed_name:
        about.set_name_on_certificate(person_id, printed_name, by=by, reaches=reaches)
    _add(person_id, printed_name, by=by)
    return _release(person_id, printed_name, by=by)


def _add(person_id: int, printed_name: str, *, by: Actor) -> None:
    if is_approved(person_id, printed_name):
        return
    approval = NameApproval(
        person_id=person_id,
        printed_name=printed_name,
        approved_at=clock.now(),
        by_id=by.person_id,
        way="self" if by.person_id == person_id else "read_aloud",
    )
    db.session.add(approval)
    db.session.flush()  # what waits is asked below, and the audit names the row
    audit.record(
        "certificates:name:approved",
        ("name_approval", approval.id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
        way=approval.way,
    )


def _release(person_id: int, printed_name: str, *, by: Actor) -> int:
    """Enqueue the making of what waited for this yes."""
    if by.person_id != person_id:
        _correct(person_id, printed_name, by=by)
    waiting = db.session.scalars(
        sa.select(Certificate)
        .where(
            Certificate.person_id == person_id,
            is_to_make(),
            Certificate.printed_name == printed_name,
        )
        .with_for_update()
    ).all()
    for certificate in waiting:
        enqueue_issue(certificate)
    return len(waiting)


def _correct(person_id: int, printed_name: str, *, by: Actor) -> None:
    """Give the certificates that wait under another spelling the one that was read aloud."""
    others = db.session.scalars(
        sa.select(Certificate)
        .where(
            Certificate.person_id == person_id,
            Certificate.printed_name != printed_name,
            waits_for_name(),
        )
        .with_for_update()
    ).all()
    for certificate in others:
        certificate.printed_name = printed_name
        audit.record(
            "certificates:certificate:name-corrected",
            ("certificate", certificate.id),
            by=by,
            subject_id=person_id,
            on_behalf_of=person_id,
        )
    db.session.flush()  # the release asks for this spelling


def enqueue_issue(certificate: Certificate) -> None:
    """Enqueue the making of the file if the holder said yes to its name; else it waits.

    The person's row puts a grant and a yes of the same moment in line, so that one sees the other.
    """
    db.session.execute(
        sa.select(Person.id)
        .where(Person.id == certificate.person_id)
        .with_for_update(key_share=True)
    )
    if is_approved(certificate.person_id, certificate.printed_name):
        key = job_key(certificate.id)
        queue.enqueue(ISSUE_JOB, key=key, certificate_id=certificate.id)
