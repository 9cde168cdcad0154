"""The job of a round: whether anybody is busy with it, and what `academy check` says if not."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.queue import Job
from certificates.models import Certificate, IssueRound, RoundProposal

ROUND_JOB = "certificates.issue_round"
MAY_REST = timedelta(days=3)
"""How long a round may be stopped before who waits in it is taken to be forgotten."""
_KEY = "round-"


def job_key(round_id: int, starts: int) -> str:
    """Return the key under which a round's job is enqueued, once per start."""
    return f"{_KEY}{round_id}-{starts}"


def has_round_job(*states: str) -> sa.ColumnElement[bool]:
    """Return the condition that the last job of `IssueRound` is in one of these states."""
    number, starts = (sa.cast(one, sa.String) for one in (IssueRound.id, IssueRound.starts))
    key = sa.literal(_KEY) + number + "-" + starts
    return sa.exists().where(Job.name == ROUND_JOB, Job.key == key, Job.state.in_(states))


def is_in_a_live_round(*, stopped_after: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a round makes `Certificate`, or somebody stopped it since then."""
    return sa.exists().where(
        IssueRound.id == Certificate.round_id,
        sa.or_(
            IssueRound.stopped_at >= stopped_after,
            sa.and_(IssueRound.stopped_at.is_(None), has_round_job("waiting", "running")),
        ),
    )


def is_cut_off(round_id: int) -> bool:
    """Say whether nobody stopped a round and its job was given up, or lost before all grants."""
    found = sa.select(IssueRound.id).where(IssueRound.id == round_id, _is_left())
    return db.session.scalar(found) is not None


def _is_left() -> sa.ColumnElement[bool]:
    has_asked = sa.exists().where(
        RoundProposal.round_id == IssueRound.id, RoundProposal.state == "asked"
    )
    return sa.and_(
        IssueRound.stopped_at.is_(None),
        sa.or_(has_round_job("dead"), sa.and_(has_asked, ~has_round_job("waiting", "running"))),
    )


def left_to_grant() -> list[int]:
    """Return the rounds with proposals to grant that nobody is busy with, or stopped."""
    return list(
        db.session.scalars(
            sa.select(IssueRound.id)
            .where(
                IssueRound.id.in_(
                    sa.select(RoundProposal.round_id).where(RoundProposal.state == "asked")
                ),
                _is_left(),
            )
            .order_by(IssueRound.id)
        )
    )


def round_faults() -> list[str]:
    """Return the rounds whose proposals wait for a grant that nobody is going to do."""
    return [f"round {one} has proposals to grant and nobody is busy" for one in left_to_grant()]
