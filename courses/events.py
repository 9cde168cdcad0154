"""What courses tells the floors above, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EnrolmentStepTaken:
    """An enrolment went from one state to another; `from_state` is empty for an application."""

    enrolment_id: int
    person_id: int
    from_state: str
    to_state: str


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """A session was moved, cancelled or held; `state` says which."""

    session_id: int
    cohort_id: int
    state: str


@dataclass(frozen=True, slots=True)
class CohortMoved:
    """A cohort meets somewhere else from now on; `session_id` is the first session there."""

    cohort_id: int
    session_id: int


@dataclass(frozen=True, slots=True)
class PracticalPlanned:
    """A practical got a day, another day, or another assessor; `by_id` is who did it.

    `new_assessor_id` is who looks from now on, when only that changed.
    """

    attempt_id: int
    by_id: int | None
    new_assessor_id: int | None = None
