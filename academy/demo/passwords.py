"""A random password for one person per role; everybody else with e-mail signs in with a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from academy.demo.data import DataSet, Row
from academy.demo.memory import Memory
from academy.demo.today import DAY
from academy.kernel import ids
from academy.kernel.policy import holds_on
from academy.people.services import sign_in

PARTICIPANT = "participant"
ROLES = {
    PARTICIPANT: "deelnemer",
    "trainer": "trainer",
    "assessor": "tweede beoordelaar",
    "resident_assessor": "bewoner-beoordelaar",
    "coach": "begeleider",
    "coordinator": "coördinator",
    "board": "bestuur",
    "certifier": "certificeerder",
    "client_contact": "opdrachtgever",
    "admin": "beheerder",
    "privacy_officer": "privacycontact",
}
"""The roles of the table, in its order, as people call them."""

FOOT = """
Iedereen met een e-mailadres komt ook binnen met een code. Vraag hem aan op de pagina en lees hem
met: academy demo code E-MAIL
Wie voor anderen werkt, doet daarna een tweede stap. Dezelfde opdracht geeft ook die code.
"""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of the table."""

    role: str
    name: str
    email: str
    password: str


def give_passwords(data: DataSet, memory: Memory) -> str:
    """Give one person per role a random password, and return the table of them."""
    people = {row["person_id"]: row for row in data["people"] if row["email"]}
    given: dict[str, SignIn] = {}
    for role, name in ROLES.items():
        holders = [people[source] for source in _holders(role, data) if source in people]
        fresh = [row for row in holders if row["person_id"] not in given]
        if fresh:
            row = min(fresh, key=lambda one: role not in _listed_roles(one))
            password = _password()
            by = memory.actor(row, "person_id")
            sign_in.set_password(memory.id("person", row, "person_id"), password, by=by)
            given[row["person_id"]] = SignIn(name, _name(row), row["email"], password)
    return _table(list(given.values()))


def _holders(role: str, data: DataSet) -> Iterator[str]:
    """Yield who plays a role on the academy's day; participants of a running cohort."""
    if role == PARTICIPANT:
        running = [row["cohort_id"] for row in data["cohorts"] if row["status"] == "running"]
        for row in data["enrolments"]:
            if row["status"] == "active" and row["cohort_id"] in running:
                yield row["person_id"]
        return
    for row in data["grants"]:
        holds = holds_on(row.day("valid_from"), row.find_day("valid_to"), DAY)
        if row["role"] == role and holds:
            yield row["person_id"]


def _listed_roles(row: Row) -> set[str]:
    """Return the roles for which somebody is known, without the track of a participant."""
    return {role.partition(":")[0] for role in row.many("roles")}


def _password() -> str:
    """Return sixty random bits that are easy to type over."""
    text = ids.crockford(12).lower()
    return "-".join((text[:4], text[4:8], text[8:]))


def _name(row: Row) -> str:
    return " ".join(row[part] for part in ("call_name", "prefix", "last_name") if row[part])


def _table(lines: list[SignIn]) -> str:
    cells = [("rol", "naam", "e-mail", "wachtwoord")]
    cells += [(one.role, one.name, one.email, one.password) for one in lines]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    written = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([written[0], "-" * max(map(len, written)), *written[1:]]) + "\n" + FOOT
