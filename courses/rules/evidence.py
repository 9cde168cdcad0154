"""What is known about one enrolment, as plain frozen values without names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Mark:
    """The mark that counts now for one person at one session.

    `status` is present, late, excused, absent, made_up or not_applicable. `minutes_late` belongs
    to late; `override` says that the trainer decided, with a reason, that a late arrival beyond
    the limit still counts.
    """

    status: str
    minutes_late: int | None = None
    override: bool = False


@dataclass(frozen=True)
class SessionEvidence:
    """One session of one module.

    `status` is planned, moved, held or cancelled; no mark is not an absence.
    """

    module: str
    status: str = "held"
    held_on: date | None = None
    mark: Mark | None = None


@dataclass(frozen=True)
class FinalAttempt:
    """One try at the practical.

    `levels` are the agreed levels (1 to 4) per criterion, None while the assessors are not done. A
    resit may hold only the criteria that were scored anew. `void` marks a stopped practical, which
    is no attempt. `planned_on` is the day of one that is still to come.
    """

    number: int
    levels: Mapping[str, int] | None = None
    decided_on: date | None = None
    void: bool = False
    planned_on: date | None = None


@dataclass(frozen=True)
class Evidence:
    """All evidence of one enrolment; the order of its parts has no meaning.

    A person who changed cohort brings along the sessions, assignments and quizzes of the first
    cohort: just put them in, the best per module counts. `practice` maps an assignment to
    submitted, add_something or done; `quiz_percents` maps a quiz to the best attempt (0 to 100).
    """

    sessions: tuple[SessionEvidence, ...] = ()
    practice: Mapping[str, str] = field(default_factory=dict)
    quiz_percents: Mapping[str, int] = field(default_factory=dict)
    finals: tuple[FinalAttempt, ...] = ()
    selfscan_moments: frozenset[str] = frozenset()
