"""Whether the holder said yes to the name, and which granted certificates wait for that."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel.db import db
from academy.kernel.queue import Job
from certificates.models import Certificate, NameApproval

ISSUE_JOB = "certificates.issue"
_KEY = "certificate-"


def job_key(certificate_id: int) -> str:
    """Return the key under which the job that makes a certificate is enqueued, once."""
    return f"{_KEY}{certificate_id}"


def is_approved(person_id: int, printed_name: str) -> bool:
    """Say whether somebody's newest yes is to exactly this spelling."""
    newest = db.session.scalar(
        sa.select(NameApproval.printed_name)
        .where(NameApproval.person_id == person_id)
        .order_by(NameApproval.id.desc())
        .limit(1)
    )
    return newest is not None and newest == printed_name


def has_yes() -> sa.ColumnElement[bool]:
    """Return the condition that the holder of `Certificate` said yes to the name on it."""
    newer = aliased(NameApproval)
    is_newest = ~sa.exists().where(
        newer.person_id == NameApproval.person_id, newer.id > NameApproval.id
    )
    return sa.exists().where(
        NameApproval.person_id == Certificate.person_id,
        NameApproval.printed_name == Certificate.printed_name,
        is_newest,
    )


def has_job(*states: str) -> sa.ColumnElement[bool]:
    """Return the condition that `Certificate` has a job of its own, in one of `states` if named."""
    key = _KEY + sa.cast(Certificate.id, sa.String)
    found = sa.exists().where(Job.name == ISSUE_JOB, Job.key == key)
    return found.where(Job.state.in_(states)) if states else found


def has_failed(certificate_id: int) -> bool:
    """Say whether the job that makes a certificate gave up; somebody looks why."""
    found = sa.exists().where(
        Job.name == ISSUE_JOB, Job.key == job_key(certificate_id), Job.state == "dead"
    )
    return bool(db.session.scalar(sa.select(found)))


def is_to_make() -> sa.ColumnElement[bool]:
    """Return the condition that `Certificate` was granted and its file is still to be made.

    What was revoked together with the certificate it was to follow is never made.
    """
    return sa.and_(Certificate.state == "approved", Certificate.standing == "valid")


def waits_for_name() -> sa.ColumnElement[bool]:
    """Return the condition that `Certificate` was granted and waits for a yes to its name.

    What has a job was let go before: under an earlier yes, or before a yes was asked.
    """
    return sa.and_(is_to_make(), ~has_job(), ~has_yes())
