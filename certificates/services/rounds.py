"""A round: grant many proposals at once, make their files together, stop and go on.

Each grant is the decision it would be alone: whoever had a part in a proposal cannot grant it in
a round either. Files are made in small groups by one job after another, so a round that is cut
off by anything goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy, queue
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates import policies
from certificates.models import Certificate, Decision, IssueRound
from certificates.queries.facts import get_facts
from certificates.queries.lists import full_name
from certificates.queries.rounds import ROUND_JOB, job_key
from certificates.services import decisions

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposal that this person could not grant, and the sentence that says why."""

    holder: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What came of a round. Without any grant there is no round."""

    round_id: int | None
    count: int
    refused: tuple[Refused, ...]


def grant_all(decision_ids: Sequence[int], *, by: Actor) -> Granted:
    """Grant these proposals, each for itself, as one round.

    Raises InvalidInputError when none or too many are named.
    """
    asked = list(dict.fromkeys(decision_ids))
    if not asked:
        raise InvalidInputError(_("Kies wie het certificaat krijgt."))
    if len(asked) > MOST_AT_ONCE:
        raise InvalidInputError(_("Kies er hoogstens %(most)s tegelijk.", most=MOST_AT_ONCE))
    made = IssueRound(decided_by_id=by.person_id or 0, decided_at=clock.now(), starts=0)
    db.session.add(made)
    db.session.flush()  # the certificates name the round
    refused, count = [], 0
    for decision_id in asked:
        try:
            with db.session.begin_nested():
                decisions.decide(decision_id, "grant", by=by, round_id=made.id)
            count += 1
        except NotFoundError:
            raise
        except DomainError as error:
            refused.append(Refused(_holder(decision_id), error.sentence))
    if not count:
        db.session.delete(made)
        return Granted(None, 0, tuple(refused))
    audit.record("certificates:round:granted", ("issue_round", made.id), by=by)
    _start(made)
    return Granted(made.id, count, tuple(refused))


def stop(round_id: int, *, by: Actor) -> None:
    """Make no more files for now; what is made stays. Raises ConflictError if it stopped."""
    found = _locked(round_id, by=by)
    if found.stopped_at is not None:
        raise ConflictError(_("Deze ronde staat al stil."))
    found.stopped_at = clock.now()
    audit.record("certificates:round:stopped", ("issue_round", found.id), by=by)


def resume(round_id: int, *, by: Actor) -> None:
    """Go on with the files that are not made yet. Raises ConflictError if it was going."""
    found = _locked(round_id, by=by)
    if found.stopped_at is None:
        raise ConflictError(_("Deze ronde loopt al."))
    found.stopped_at = None
    audit.record("certificates:round:resumed", ("issue_round", found.id), by=by)
    _start(found)


def go_on(round_id: int) -> None:
    """Enqueue the making of the next files."""
    _start(db.session.get_one(IssueRound, round_id, with_for_update=True))


def _start(found: IssueRound) -> None:
    found.starts += 1
    queue.enqueue(ROUND_JOB, key=job_key(found.id, found.starts), round_id=found.id)


def _locked(round_id: int, *, by: Actor) -> IssueRound:
    found = db.session.get(IssueRound, round_id, with_for_update=True)
    if found is None:
        raise NotFoundError
    enrolments = db.session.scalars(
        sa.select(Certificate.enrolment_id).where(Certificate.round_id == round_id)
    ).all()
    if not any(policy.covers(by, policies.REGISTER, get_facts(one).reach) for one in enrolments):
        raise NotFoundError
    return found


def _holder(decision_id: int) -> str:
    return (
        db.session.scalar(
            sa.select(full_name(Person))
            .join(Decision, Decision.holder_id == Person.id)
            .where(Decision.id == decision_id)
        )
        or ""
    )
