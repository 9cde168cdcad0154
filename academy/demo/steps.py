"""What happens in the fictional academy, in the order of its own days."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum

import sqlalchemy as sa

from academy.demo.data import DataFault, Row
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import DomainError

MORNING = 7


class Rank(IntEnum):
    """The order of things on one day: what comes later may need what came before."""

    PLACE = 0
    PERSON = 1
    FOUNDING = 2
    GRANT = 3
    COHORT = 4
    COHORT_GRANT = 5
    APPLICATION = 6
    TRANSFER = 7
    COHORT_BEGINS = 8
    SESSION_CHANGE = 9
    REGISTER = 10
    WORK = 11
    REVIEW = 12
    SCORE = 13
    TALK = 14
    THIRD_SCORE = 15
    OUTCOME = 16
    MEETUP = 17
    PLAN = 18
    ENTRY = 19
    CORRECTION = 20
    SIGNAL = 21
    FOLLOW_UP = 22
    AFTERWARDS = 23
    EVIDENCE = 24
    PROPOSAL = 25
    DECISION = 26
    ISSUE = 27
    REVOCATION = 28
    LEAVING = 29
    COHORT_ENDS = 30
    RESEARCH = 31
    CONTACT = 32


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody did. `rows` is how many rows of the file it brings in.

    `moment` stands where the data give an hour; else it is the morning, in the order of ranks.
    """

    day: date
    rank: Rank
    row: Row
    do: Callable[[], None]
    rows: int = 1
    moment: datetime | None = None
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        at = self.moment or clock.local(self.day, MORNING) + timedelta(minutes=self.rank)
        object.__setattr__(self, "at", at)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Return the steps day by day; what is done on one day by rank, moment and place in a file."""
    return sorted(steps, key=lambda step: (step.day, step.rank, step.at))


def take(step: Step) -> None:
    """Do one step at its moment. Raises DataFault with the sentence of what refused it."""
    try:
        with clock.at(step.at):
            step.do()
        db.session.flush()  # what the database refuses is this row's fault
    except DomainError as refused:
        raise because(step.row, refused) from refused
    except (sa.exc.IntegrityError, sa.exc.DataError) as refused:
        raise step.row.fault(f"de database weigert dit ({refused.orig}).") from refused


def because(row: Row, refused: DomainError) -> DataFault:
    """Return the fault of a row that a service refused, in the service's own words."""
    said = next(iter(refused.fields.values()), "") or refused.sentence
    return row.fault(said or "dit mag deze persoon op deze dag niet, of het bestaat niet.")
