"""Who may reach which object and see whose text: written by hand from the architecture page.

A *cell* is part of the test academy: region A or B, a cohort (`A1`), a participant (`A1p1`), a
trainer (`A1.trainer`), a coach (`Ak1`) and so on. Coach 1 of a region guides participant 1 of each
cohort.
"""

from __future__ import annotations

from tests.access.marks import Mark
from tests.access.world import OPEN, OPENED, World

EVERYWHERE = ("A", "B", "admin", "board", "client", "nobody")
GUIDED = ("A1p1", "A2p1", "A3p1")
"""Whom the coach of region A guides."""

COACHING = {
    "agreed_action",
    "coaching_cover",
    "coach_offer",
    "coaching_log_entry",
    "coaching_own_words",
    "coaching_plan",
    "coaching_plan_sheet",
    "coaching_plan_step",
    "coaching_signal",
    "coaching_wish",
    "coaching_yearly_review",
}
ENTRY_TEXT = {
    "coaching_log_entry",
    "coaching_own_words",
    "coaching_plan_sheet",
    "coaching_plan_step",
    "coaching_yearly_review",
}
CERTIFYING = {
    "certificate",
    "certificate_event",
    "certificate_standing_proposal",
    "issue_round",
    "issue_round_proposal",
    "certificate_revocation",
    "certification_decision",
}
RESEARCH = {
    "research_confirmation",
    "research_observation",
    "research_problem",
    "research_project",
    "research_talk",
}
LEARNING = {
    "assessment",
    "attendance_mark",
    "cohort",
    "cohort_host",
    "criterion_score",
    "enrolment",
    "final_attempt",
    "practice_file",
    "practice_submission",
    "promise",
    "quiz_attempt",
    "score_talk",
    "session",
}
HELPED = {"enrolment", "mentor_pair", "practice_file", "practice_submission", "rsvp"}
"""What a coach does on behalf of somebody."""

TO_DO = {
    "coaching_opening",
    "contact_request",
    "mentor_day",
    "mentor_pair",
    "rsvp",
    "sent_message",
    "story",
}
"""What else waits for a coordinator."""

HELPS = {"coaching_wish", "objection", "person"}
"""For whom a trainer, coach or coordinator does what participants do themselves."""

REACH: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "participant": (("A1",), {"cohort", "session"}),
    "trainer": (("A1",), LEARNING | CERTIFYING | RESEARCH | HELPS),
    "assessor": (("A1",), LEARNING),
    "coach": (GUIDED, COACHING | HELPED | HELPS),
    "coordinator": (
        ("A",),
        LEARNING | CERTIFYING | RESEARCH | COACHING | HELPS | TO_DO,
    ),
    "board": (EVERYWHERE, CERTIFYING),
    "admin": (EVERYWHERE, {"person", "grant", "cohort", "place", "organisation"}),
}
"""Beside what is one's own: the cells whose objects lie in reach, and of which tables."""


def may_reach(world: World, principal: str, *, table: str, cell: str) -> bool:
    """Say whether an object of a table and cell lies in the reach of a principal."""
    if cell.startswith(OPEN):
        return True
    if principal == "anonymous":
        return False
    if table == "meet_up" or cell == world.cell_of(principal):
        return True
    if (principal, table) == ("coach", "session"):  # to say that a coachee cannot come
        return cell in {one[:2] for one in GUIDED}
    cells, tables = REACH.get(principal, ((), set()))
    is_near = cell == "A1" if principal == "participant" else cell.startswith(cells)
    return is_near and table in tables


NAMES = {"call_name", "prefix", "last_name", "sort_key", "printed_name", "name_on_certificate"}

KNOWN: dict[str, tuple[str, ...]] = {
    "participant": ("A1.trainer", "A1.assessor", "Ak1", "A.coordinator"),
    "trainer": ("A1", "board"),
    "assessor": ("A1",),
    "coach": (*GUIDED, "A.coordinator", "Ak", "A1.trainer", "A2.trainer", "A3.trainer"),
    "coordinator": ("A", "board"),
    "board": EVERYWHERE,
    "admin": EVERYWHERE,
}
"""Whose names may be read."""

CALLED: dict[str, tuple[str, ...]] = {
    "participant": ("Ak1", "A.coordinator"),
    "trainer": ("A1",),
    "coach": GUIDED,
    "coordinator": ("A",),
    "admin": EVERYWHERE,
}
"""Whose mailbox, telephone and needs may be read."""


OVERVIEW = ("board", "admin")


def may_see(world: World, principal: str, mark: Mark) -> bool:
    """Say whether a text may stand on a page of this principal."""
    if mark.cell.startswith(OPEN) or (mark.table, mark.column) == ("place", "name"):
        return True
    if principal == "coordinator" and mark.table in ENTRY_TEXT:
        return mark.cell == OPENED
    if mark.cell == world.cell_of(principal):
        return True
    if mark.table == "person":
        return _may_know(principal, mark)
    if mark.table in ("organisation", "place"):
        return principal in REACH
    in_reach = may_reach(world, principal, table=mark.table, cell=mark.cell)
    # The name of a cohort stands beside a proposal, a certificate or a right.
    is_heading = (mark.table, mark.column) == ("cohort", "name") and principal in OVERVIEW
    return is_heading or (in_reach and not (mark.table == "cohort" and principal in OVERVIEW))


def _may_know(principal: str, mark: Mark) -> bool:
    if mark.column not in NAMES:
        return mark.cell.startswith(CALLED.get(principal, ("-",)))
    is_volunteer = mark.cell.endswith((".trainer", ".assessor", "k1", "k2"))
    if principal == "coordinator" and is_volunteer:
        return True  # to choose from, when they match a coach or name a trainer
    return mark.cell.startswith(KNOWN.get(principal, ("-",)))
