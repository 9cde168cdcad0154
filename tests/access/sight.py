"""Who may reach which object and see whose text: written by hand from the architecture page.

A *cell* is part of the test academy: region A or B, a cohort (`A1`), a participant (`A1p1`), a
trainer (`A1.trainer`), a coach (`Ak1`) and so on. Coach 1 of a region guides participant 1 of each
cohort.
"""

from __future__ import annotations

from tests.access.marks import Mark
from tests.access.world import OPEN, World

OPEN_TO_ALL = {"meet_up"}
"""Objects that everybody who is signed in may open."""

COACHING = {
    "agreed_action",
    "coaching_log_entry",
    "coaching_own_words",
    "coaching_plan",
    "coaching_signal",
}
CERTIFYING = {"certificate", "certificate_revocation", "certification_decision"}
RESEARCH = {"research_confirmation", "research_observation", "research_problem", "research_project"}
RESEARCH |= {"research_talk"}
HELPED = {"enrolment", "practice_submission", "rsvp"}
"""What a coach does on behalf of somebody."""

LEARNING = {
    "assessment",
    "attendance_mark",
    "cohort",
    "criterion_score",
    "enrolment",
    "final_attempt",
    "practice_submission",
    "promise",
    "quiz_attempt",
    "score_talk",
    "session",
}


def may_reach(world: World, principal: str, *, table: str, cell: str) -> bool:
    """Say whether an object of a table and cell lies in the reach of a principal."""
    if cell.startswith(OPEN):
        return True
    if principal == "anonymous":
        return False
    if table in OPEN_TO_ALL or cell == world.cell_of(principal):
        return True
    if principal == "participant":
        return table in ("cohort", "session") and cell == "A1"
    if principal == "trainer":
        return cell.startswith("A1") and table in LEARNING | CERTIFYING | RESEARCH
    if principal == "assessor":
        return cell.startswith("A1") and table in LEARNING
    if principal == "coach":
        return is_guided(cell) and table in COACHING | HELPED
    if principal == "coordinator":
        mine = LEARNING | CERTIFYING | RESEARCH | COACHING | {"contact_request", "rsvp", "story"}
        return cell.startswith("A") and table in mine
    if principal == "board":
        return table in CERTIFYING
    if principal == "admin":
        return table in ("person", "grant", "cohort", "place", "organisation")
    return False


def is_guided(cell: str) -> bool:
    """Say whether the coach of region A guides the person of this cell."""
    return cell in ("A1p1", "A2p1", "A3p1")


def is_volunteer(cell: str) -> bool:
    """Say whether the cell is that of a trainer, an assessor or a coach."""
    return cell.endswith((".trainer", ".assessor", "k1", "k2"))


NAMES = {"call_name", "prefix", "last_name", "sort_key", "printed_name", "name_on_certificate"}
IN_WORDS = {"place", "organisation"}
"""Names of places and organisations: no secret of anybody who is signed in as staff."""


def may_see(world: World, principal: str, mark: Mark) -> bool:
    """Say whether a text may stand on a page of this principal."""
    if mark.cell == world.cell_of(principal):
        return not (mark.table == "coaching_log_entry" and principal == "coordinator")
    if mark.cell.startswith(OPEN):
        return True
    if mark.table == "meet_up":
        return principal != "anonymous"
    if mark.table == "person" and mark.column in NAMES:
        return may_know(principal, mark.cell)
    if mark.table == "person":
        return may_contact(principal, mark.cell)
    if mark.table == "place" and mark.column == "name":
        return True  # it stands above an open story
    if mark.table in IN_WORDS:
        return principal not in ("anonymous", "nobody", "client_contact")
    if mark.table == "coaching_signal" and principal == "coordinator":
        return mark.cell.startswith("A")
    if principal == "coordinator" and mark.table in ("coaching_log_entry", "coaching_own_words"):
        return False
    if mark.table == "grant":
        return principal == "admin"
    if mark.table == "cohort" and principal in ("board", "admin"):
        return mark.column == "name"  # beside a proposal, a certificate or a right
    return may_reach(world, principal, table=mark.table, cell=mark.cell)


def may_know(principal: str, cell: str) -> bool:
    """Say whether somebody's name may be read."""
    if principal == "coordinator" and is_volunteer(cell):
        return True  # to choose from, when they match a coach or name a trainer
    near = {
        "participant": ("A1.trainer", "A1.assessor", "Ak1", "A.coordinator"),
        "trainer": ("A1", "board"),
        "assessor": ("A1",),
        "coach": ("A1p1", "A2p1", "A3p1", "A.coordinator", "Ak"),
        "coordinator": ("A", "board"),
        "board": ("A", "B", "board"),
        "admin": ("A", "B", "board", "admin", "client", "nobody"),
    }
    return cell.startswith(near.get(principal, ("-",)))


def may_contact(principal: str, cell: str) -> bool:
    """Say whether somebody's mailbox, telephone or support may be read."""
    near = {
        "participant": ("Ak1",),
        "trainer": ("A1",),
        "coach": ("A1p1", "A2p1", "A3p1"),
        "coordinator": ("A",),
        "admin": ("A", "B", "board", "admin", "client", "nobody"),
    }
    return cell.startswith(near.get(principal, ("-",)))
