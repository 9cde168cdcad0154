"""How many wait in each list, for the top of the pages and for Vandaag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.coaching.queries.overdue import count_overdue
from academy.kernel import queue
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.reporting.policies import SEE_GROUPS, SEE_JOBS, SEE_REGION
from academy.reporting.queries.missing import count_missing
from academy.reporting.queries.standing import Judgement
from academy.reporting.queries.unmarked import count_unmarked


@dataclass(frozen=True, slots=True)
class Tally:
    """How many wait in each list. None: not for this viewer, or not counted on this page.

    `failed`: work in the background that was given up.

    `or_more`: people were left unjudged, so more of them may be at risk or ready.
    """

    unmarked: int | None = None
    at_risk: int | None = None
    to_propose: int | None = None
    missing: int | None = None
    overdue: int | None = None
    failed: int | None = None
    or_more: bool = False


def tally(by: Actor, today: date, judgement: Judgement | None) -> Tally:
    """Return the counts for `by`; one statement. Without a judgement the people are not counted."""
    parts = {}
    if by.may(SEE_GROUPS):
        parts["unmarked"] = count_unmarked(by)
    if by.may(SEE_REGION):
        parts["missing"] = count_missing(by)
        parts["overdue"] = count_overdue(by, today)
    if by.may(SEE_JOBS):
        parts["failed"] = queue.count_dead()
    if not parts:
        return Tally()
    row = db.session.execute(sa.select(*(count.label(name) for name, count in parts.items()))).one()
    counted = dict(row._mapping)  # noqa: SLF001  the public name of a row's mapping
    if judgement is None:
        return Tally(**counted)
    return Tally(
        **counted,
        at_risk=len(judgement.at_risk),
        to_propose=len(judgement.to_propose),
        or_more=not judgement.is_all,
    )
