"""An outcome that does not count any more, after an objection. What was scored stays."""

from __future__ import annotations

from academy.kernel.policy import Actor
from courses.services.practical.case import BUSY, attempts_of, locked_case, recorded


def set_aside(attempt_id: int, *, latest_id: int, by: Actor) -> None:
    """Let an outcome count no more: it was no attempt, and nothing of it is kept for a next one.

    An attempt that goes on since, for what was not in order, stops too: it asks what does not hold
    any more. `latest_id` is the enrolment in which the participant is now. The objection's answer
    calls this, and checks the right.
    """
    case = locked_case(attempt_id)
    case.attempt.state = "void"
    recorded("set-aside", case.attempt, case.learner, by=by)
    for later in attempts_of(latest_id):
        if later.id > attempt_id and later.state in BUSY:
            later.state = "void"
            recorded("stopped", later, case.learner, by=by)
