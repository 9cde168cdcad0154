"""Who may not make it: what the forecast of a verdict means for whoever looks after a group.

The verdict speaks to the participant; here the same facts stand for those who can still help.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from courses.rules.attendance import tally_of
from courses.rules.course_rule import ATTENDANCE, FINAL
from courses.rules.verdict import IMPOSSIBLE, MET

if TYPE_CHECKING:
    from courses.rules.evidence import Evidence
    from courses.rules.verdict import Verdict

Kind = Literal["attendance_over", "practical_over", "must_make_up", "no_more_missing"]

CALL_AFTER = 2
"""From this missed session on somebody calls. Source: domain model 4(b), step 4."""

MISSED_MARKS = ("absent", "excused")


@dataclass(frozen=True)
class Risk:
    """Why somebody may not make it: `attended` of `total` sessions count, `make_up` are to do."""

    kind: Kind
    attended: int
    total: int
    make_up: int = 0


def risk_of(verdict: Verdict) -> Risk | None:
    """Return why this person may not complete, or None while there is room.

    Something cannot be reached any more, a session must be made up, or after a missed session
    not one more may be missed. Who missed nothing has room, however few sessions are left.
    """
    states = {one.id: one.state for one in verdict.criteria}
    tally = tally_of(verdict.rule, verdict.evidence)
    attended, total = len(tally.credited), verdict.rule.attendance.sessions_total
    if states.get(ATTENDANCE) == IMPOSSIBLE:
        return Risk("attendance_over", attended, total)
    if states.get(FINAL) == IMPOSSIBLE:
        return Risk("practical_over", attended, total)
    if states.get(ATTENDANCE, MET) == MET:
        return None
    if tally.makeups_needed:
        return Risk("must_make_up", attended, total, tally.makeups_needed)
    ahead = len(tally.open) - len(tally.unmarked)
    if tally.lost and ahead <= tally.needed:
        return Risk("no_more_missing", attended, total)
    return None


def needs_a_call(evidence: Evidence) -> bool:
    """Say whether somebody missed two sessions or more, and the last one marked is one of them.

    Whoever comes again needs no call any more.
    """
    marked = sorted(
        (one for one in evidence.sessions if one.mark is not None and one.status == "held"),
        key=lambda one: one.held_on or date.min,
    )
    missed = [one for one in marked if one.mark and one.mark.status in MISSED_MARKS]
    return len(missed) >= CALL_AFTER and missed[-1] is marked[-1]
