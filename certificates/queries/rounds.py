"""Rounds of many certificates: how far they are, who is in them, what can be handed over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates import policies
from certificates.models import (
    Certificate,
    Decision,
    IssueRound,
    RoundProposal,
)
from certificates.queries.approvals import has_job, has_yes, is_to_make
from certificates.queries.lists import PAGE_SIZE, full_name, within
from certificates.queries.round_jobs import is_cut_off
from certificates.queries.round_reach import asked_in_reach, granted_in_reach
from certificates.queries.standing import has_paper
from certificates.rules.standing import EMPTIED
from courses.models import Cohort, Enrolment

MOST_LISTED = 500
GONE = (*EMPTIED, "revoked", "replaced")
"""What is not handed over any more: the paper of a replaced one has a name of before."""
_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


@dataclass(frozen=True, slots=True)
class ToGrant:
    """A new proposal that could be granted in a round. `refused`: why an earlier round did not."""

    decision_id: int
    holder: str
    cohort: str
    needs_a_look: bool
    refused: str


@dataclass(frozen=True, slots=True)
class RoundStand:
    """How far a round is. `waiting` wait for a yes to the name; `failed` need somebody's help.

    `total` counts what is granted and what is still to be granted (`to_grant`), not what was
    `refused`, nor what was `released` when it ended. `is_cut_off`: nobody is busy with what is
    left, and nobody stopped it either.
    """

    id: int
    decided_at: datetime
    decided_by: str
    is_stopped: bool
    total: int
    made: int
    waiting: int
    failed: int
    handed_out: int
    to_grant: int
    refused: int
    released: int
    is_ended: bool
    is_cut_off: bool

    @property
    def granted(self) -> int:
        """How many certificates it granted."""
        return self.total - self.to_grant

    @property
    def to_make(self) -> int:
        """How many files are still to be made now."""
        return self.total - self.made - self.waiting - self.failed

    @property
    def is_going(self) -> bool:
        """Whether certificates are being granted and made."""
        return self.to_make > 0 and not self.is_stopped and not self.is_cut_off


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposal that a round could not grant, and the sentence that says why."""

    decision_id: int
    holder: str
    sentence: str


@dataclass(frozen=True, slots=True)
class InRound:
    """One certificate of a round."""

    id: int
    holder: str
    printed_name: str
    cohort: str
    number: str
    sha256: str
    is_made: bool
    was_handed_out: bool
    standing: str = "valid"

    @property
    def is_gone(self) -> bool:
        """Whether it counts no more, and nobody gets its paper."""
        return self.standing in GONE

    @property
    def file_name(self) -> str:
        """A name that every system can keep: who it is for, then the number."""
        kept = _NOT_IN_A_NAME.sub(" ", unicodedata.normalize("NFC", self.printed_name))
        return f"{' '.join(kept.split())[:80].strip(' .')} {self.number}.pdf"


def proposals_to_grant(actor: Actor) -> list[ToGrant]:
    """Return the new proposals that `actor` may decide on by role, by group and name.

    What asks for an exception, or changes an earlier certificate, needs a look of its own. What a
    round is to grant is not there.
    """
    earlier = (
        sa.select(RoundProposal.sentence)
        .where(RoundProposal.decision_id == Decision.id)
        .order_by(RoundProposal.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Decision.id,
            full_name(Person).label("holder"),
            Cohort.name.label("cohort"),
            sa.or_(Decision.hardship != "", Decision.kind != "first").label("needs_a_look"),
            sa.func.coalesce(earlier, "").label("refused"),
        )
        .join(Person, Person.id == Decision.holder_id)
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Decision.outcome.is_(None),
            ~_is_asked(),
            Decision.proposer_id != actor.person_id,
            Decision.holder_id != actor.person_id,
            within(actor, policies.DECIDE),
        )
        .order_by(Cohort.name, Person.last_name, Decision.id)
        .limit(MOST_LISTED)
    )
    return [ToGrant(row.id, row.holder, row.cohort, row.needs_a_look, row.refused) for row in rows]


def open_proposals(decision_ids: Sequence[int], actor: Actor) -> dict[int, bool]:
    """Return, of these proposals that `actor` may decide on by role, whether each is open still."""
    is_open = sa.and_(sa.or_(Decision.outcome.is_(None), Decision.outcome == "hold"), ~_is_asked())
    rows = db.session.execute(
        sa.select(Decision.id, is_open)
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Decision.id.in_(decision_ids), within(actor, policies.DECIDE))
    )
    return {decision_id: bool(is_free) for decision_id, is_free in rows}


def round_rows(actor: Actor, after: str | None = None) -> Page[RoundStand]:
    """Return the rounds with a certificate in the actor's reach, and their own, newest first."""
    last = from_cursor(after, int)
    conditions = [IssueRound.id < last[0]] if last is not None else []
    ids = db.session.scalars(
        sa.select(IssueRound.id)
        .where(
            sa.or_(
                IssueRound.id.in_(granted_in_reach(actor).with_only_columns(Certificate.round_id)),
                IssueRound.id.in_(asked_in_reach(actor).with_only_columns(RoundProposal.round_id)),
            ),
            *conditions,
        )
        .order_by(IssueRound.id.desc())
        .limit(PAGE_SIZE + 1)
    ).all()
    shown = tuple(get_round(one, actor) for one in ids[:PAGE_SIZE])
    return Page(shown, to_cursor(shown[-1].id) if len(ids) > PAGE_SIZE else None)


def get_round(round_id: int, actor: Actor) -> RoundStand:
    """Return how far a round is, of what the actor reaches. Raises NotFoundError."""
    is_made, with_yes = Certificate.state == "issued", has_yes()
    counts = db.session.execute(
        granted_in_reach(actor)
        .where(Certificate.round_id == round_id)
        .with_only_columns(
            sa.func.count().label("total"),
            _count(is_made).label("made"),
            _count(~is_made, ~with_yes).label("waiting"),
            _count(~is_made, with_yes, has_job("dead")).label("failed"),
            _count(is_made, has_paper()).label("handed_out"),
        )
    ).one()
    asked = db.session.execute(
        asked_in_reach(actor)
        .where(RoundProposal.round_id == round_id)
        .with_only_columns(
            _count(RoundProposal.state == "asked").label("to_grant"),
            _count(RoundProposal.state == "refused").label("refused"),
            _count(RoundProposal.state == "released").label("released"),
        )
    ).one()
    to_grant, refused, released = asked.to_grant or 0, asked.refused or 0, asked.released or 0
    if not counts.total + to_grant + refused + released:
        raise NotFoundError
    row, person = db.session.execute(
        sa.select(IssueRound, Person)
        .join(Person, Person.id == IssueRound.decided_by_id)
        .where(IssueRound.id == round_id)
    ).one()
    stand = RoundStand(
        id=row.id,
        decided_at=row.decided_at,
        decided_by=person.display_name,
        is_stopped=row.stopped_at is not None,
        total=counts.total + to_grant,
        made=counts.made or 0,
        waiting=counts.waiting or 0,
        failed=counts.failed or 0,
        handed_out=counts.handed_out or 0,
        to_grant=to_grant,
        refused=refused,
        released=released,
        is_ended=row.ended_at is not None,
        is_cut_off=False,
    )
    cut_off = stand.is_going and is_cut_off(round_id)
    return replace(stand, is_cut_off=cut_off)


def resting_rounds(actor: Actor, *, stopped_before: datetime) -> list[int]:
    """Return the rounds that somebody stopped before then, with work left in the actor's reach."""
    to_grant = asked_in_reach(actor).where(RoundProposal.state == "asked")
    to_make = granted_in_reach(actor).where(is_to_make())
    return list(
        db.session.scalars(
            sa.select(IssueRound.id)
            .where(
                IssueRound.stopped_at < stopped_before,
                sa.or_(
                    IssueRound.id.in_(to_grant.with_only_columns(RoundProposal.round_id)),
                    IssueRound.id.in_(to_make.with_only_columns(Certificate.round_id)),
                ),
            )
            .order_by(IssueRound.id)
        )
    )


def refused_in(round_id: int, actor: Actor) -> list[Refused]:
    """Return what a round could not grant, in the actor's reach, by name."""
    rows = db.session.execute(
        asked_in_reach(actor)
        .join(Person, Person.id == Decision.holder_id)
        .where(RoundProposal.round_id == round_id, RoundProposal.state == "refused")
        .with_only_columns(Decision.id, full_name(Person).label("holder"), RoundProposal.sentence)
        .order_by(Person.sort_key, Decision.id)
    )
    return [Refused(*row) for row in rows]


def in_round(
    round_id: int, actor: Actor, after: str | None = None, *, limit: int = PAGE_SIZE
) -> Page[InRound]:
    """Return the certificates of a round in the actor's reach, by name."""
    last = from_cursor(after, str, int)
    statement = _named(actor, round_id)
    if last is not None:
        statement = statement.where(sa.tuple_(Person.sort_key, Certificate.id) > sa.tuple_(*last))
    rows = db.session.execute(statement.limit(limit + 1)).all()
    shown = tuple(_row(row) for row in rows[:limit])
    cut = rows[limit - 1] if len(rows) > limit else None
    return Page(shown, to_cursor(cut.sort_key, cut.id) if cut else None)


def files_of_round(round_id: int, actor: Actor) -> list[InRound]:
    """Return the certificates of a round that have a file, by name: for who reads the register."""
    get_round(round_id, actor)
    rows = db.session.execute(
        _named(actor, round_id).where(
            within(actor, policies.REGISTER),
            Certificate.state == "issued",
            Certificate.standing.not_in(GONE),
        )
    )
    return [_row(row) for row in rows]


def next_to_make(round_id: int, *, limit: int) -> list[int]:
    """Return the next certificates of a round to make; none while it is stopped.

    What has a job of its own is left to that job.
    """
    return list(
        db.session.scalars(
            sa.select(Certificate.id)
            .join(IssueRound, IssueRound.id == Certificate.round_id)
            .where(
                IssueRound.id == round_id,
                IssueRound.stopped_at.is_(None),
                is_to_make(),
                has_yes(),
                ~has_job(),
            )
            .order_by(Certificate.id)
            .limit(limit)
        )
    )


def _named(actor: Actor, round_id: int) -> sa.Select[*tuple[Any, ...]]:
    return (
        granted_in_reach(actor)
        .join(Person, Person.id == Certificate.person_id)
        .where(Certificate.round_id == round_id)
        .with_only_columns(
            Certificate.id,
            Certificate.number,
            Certificate.printed_name,
            Certificate.sha256,
            Certificate.state,
            Certificate.standing,
            Cohort.name.label("cohort"),
            full_name(Person).label("holder"),
            Person.sort_key,
            has_paper().label("handed_out"),
        )
        .order_by(Person.sort_key, Certificate.id)
    )


def _row(row: sa.Row[*tuple[Any, ...]]) -> InRound:
    return InRound(
        id=row.id,
        holder=row.holder,
        printed_name=row.printed_name or row.holder,
        cohort=row.cohort,
        number=row.number,
        sha256=row.sha256 or "",
        is_made=row.state == "issued",
        was_handed_out=bool(row.handed_out),
        standing=row.standing,
    )


def _is_asked() -> sa.ColumnElement[bool]:
    """Return the condition that a round is to grant `Decision`."""
    return sa.exists().where(
        RoundProposal.decision_id == Decision.id, RoundProposal.state == "asked"
    )


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0))
