"""A round: grant many proposals at once, make their files together, stop, go on, or end it.

Each grant is the decision it would be alone: whoever had a part in a proposal cannot grant it in
a round either. A worker grants in short transactions, a few at a time, and then makes the files in
small groups, so that pages go on meanwhile and a round that is cut off by anything goes on where
it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
import structlog
from flask_babel import gettext as _

from academy.kernel import audit, clock, disk, queue
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from academy.people.queries.actors import actor_for
from certificates.models import IssueRound, RoundProposal
from certificates.queries.round_jobs import ROUND_JOB, is_cut_off, job_key
from certificates.queries.rounds import get_round, open_proposals
from certificates.services import decisions

MOST_AT_ONCE = 500
GRANTS_AT_ONCE = 3
"""How many grants one transaction holds: pages that write wait no longer than for these."""

log = structlog.get_logger()


def ask_all(decision_ids: Sequence[int], *, by: Actor) -> int:
    """Let a worker grant these proposals as one round, each for itself; return the round's id.

    What was decided or asked in the meantime is left out. Raises InvalidInputError when none or
    too many are named, NotFoundError when one is out of reach, ConflictError when none is left.
    """
    asked = list(dict.fromkeys(decision_ids))
    if not asked:
        raise InvalidInputError(_("Kies wie het certificaat krijgt."))
    if len(asked) > MOST_AT_ONCE:
        raise InvalidInputError(_("Kies er hoogstens %(most)s tegelijk.", most=MOST_AT_ONCE))
    known = open_proposals(asked, by)
    if any(one not in known for one in asked):
        raise NotFoundError
    left = [one for one in asked if known[one]]
    if not left:
        raise ConflictError(_("Hierover is al besloten."))
    made = IssueRound(decided_by_id=by.person_id or 0, decided_at=clock.now(), starts=0)
    db.session.add(made)
    db.session.flush()  # the proposals name the round
    rows = [{"round_id": made.id, "decision_id": one, "state": "asked"} for one in left]
    db.session.execute(sa.insert(RoundProposal), rows)
    audit.record("certificates:round:asked", ("issue_round", made.id), by=by, proposals=len(left))
    _start(made)
    return made.id


def grant_next(round_id: int, *, limit: int = GRANTS_AT_ONCE) -> bool:
    """Grant the next proposals of a round; False when none is left to grant now.

    Who decided acts: with the rights of this moment, in a job.
    """
    found = db.session.get_one(IssueRound, round_id)
    if found.stopped_at is not None:
        return False
    asked = db.session.scalars(_asked(round_id).limit(limit)).all()
    by = actor_for(found.decided_by_id, origin="job")
    for one in asked:
        _grant(one, by=by)
    return bool(asked)


def _grant(one: RoundProposal, *, by: Actor) -> None:
    try:
        with audit.savepoint():
            decisions.decide(one.decision_id, "grant", by=by, round_id=one.round_id)
    except DomainError as error:
        one.state = "refused"
        one.sentence = error.sentence or _("Je mag hier niet meer over beslissen.")
    except Exception as error:
        if disk.failed(error) or isinstance(error, sa.exc.OperationalError):
            raise  # of the database, not of this proposal: all of it is tried again
        # One proposal that nobody foresaw must not keep the others from their certificates.
        kind = type(error).__name__
        log.error("proposal set aside", decision_id=one.decision_id, kind=kind)  # noqa: TRY400
        one.state = "refused"
        one.sentence = _("Dit ging bij ons mis. Probeer het nog eens, of vraag de beheerder.")
    else:
        one.state = "granted"


def stop(round_id: int, *, by: Actor) -> None:
    """Grant and make nothing more for now; what is made stays.

    Raises ConflictError if it was stopped or ended.
    """
    found = _locked(round_id, by=by)
    if found.ended_at is not None:
        raise ConflictError(_("Deze ronde is afgebroken."))
    if found.stopped_at is not None:
        raise ConflictError(_("Deze ronde staat al stil."))
    found.stopped_at = clock.now()
    audit.record("certificates:round:stopped", ("issue_round", found.id), by=by)


def resume(round_id: int, *, by: Actor) -> None:
    """Go on with what is not granted or made yet. Raises ConflictError if it was going.

    A round whose job was given up goes on so too; one that was ended only then, for it grants
    nothing any more.
    """
    found = _locked(round_id, by=by)
    if found.stopped_at is None and not is_cut_off(round_id):
        is_over = found.ended_at is not None
        raise ConflictError(
            _("Deze ronde is afgebroken.") if is_over else _("Deze ronde loopt al.")
        )
    found.stopped_at = None
    audit.record("certificates:round:resumed", ("issue_round", found.id), by=by)
    _start(found)


def end(round_id: int, *, by: Actor) -> int:
    """Let go, for good, of what is not granted; what is granted is made. Return how many it let go.

    Those proposals are open again: for another round, or for a decision of their own. Ending it
    again changes nothing. Raises ConflictError when nothing waits for a grant.
    """
    found = _locked(round_id, by=by)
    if found.ended_at is not None:
        return _released(round_id)
    was_idle = found.stopped_at is not None or is_cut_off(round_id)
    left = db.session.scalars(_asked(round_id)).all()
    if not left:
        raise ConflictError(_("In deze ronde wacht niemand meer op een besluit."))
    for one in left:
        one.state = "released"
    found.ended_at, found.stopped_at = clock.now(), None
    audit.record("certificates:round:ended", ("issue_round", found.id), by=by, released=len(left))
    if was_idle:  # a job that is going finds by itself what is left to make
        _start(found)
    return len(left)


def _asked(round_id: int) -> sa.Select[RoundProposal]:
    """Return what waits for a grant, locked: of who grants and who ends it one is first."""
    return (
        sa.select(RoundProposal)
        .where(RoundProposal.round_id == round_id, RoundProposal.state == "asked")
        .order_by(RoundProposal.id)
        .with_for_update()
    )


def _released(round_id: int) -> int:
    counted = sa.select(sa.func.count()).select_from(RoundProposal)
    let_go = counted.where(RoundProposal.round_id == round_id, RoundProposal.state == "released")
    return db.session.scalar(let_go) or 0


def go_on(round_id: int) -> None:
    """Enqueue the next grants and files."""
    _start(db.session.get_one(IssueRound, round_id, with_for_update=True))


def is_newest(round_id: int, start: int) -> bool:
    """Say whether nothing began after this start: a job that was killed leaves its work to that."""
    found = db.session.get_one(IssueRound, round_id, with_for_update=True)
    return found.starts == start


def _start(found: IssueRound) -> None:
    found.starts += 1
    key = job_key(found.id, found.starts)
    queue.enqueue(ROUND_JOB, key=key, round_id=found.id, start=found.starts)


def _locked(round_id: int, *, by: Actor) -> IssueRound:
    get_round(round_id, by)
    # Whoever enters a certificate of the round meanwhile holds its key: neither waits for that.
    return db.session.get_one(IssueRound, round_id, with_for_update={"key_share": True})
