"""What the loader remembers: which row became which id, and who somebody is on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta

from academy.demo.data import DataSet, Row
from academy.kernel import clock
from academy.kernel.policy import Actor, holds_on
from academy.people.queries.actors import actor_for

ORIGIN = "demo"
LOADER = Actor(display_name="demo", origin=ORIGIN)
"""Does what no row names anybody for: adding people and places."""


def _days_of_change(data: DataSet) -> dict[str, list[date]]:
    """Return per person the days on which a right begins, or is over; between them all holds."""
    days: dict[str, list[date]] = defaultdict(list)
    for row in data["grants"]:
        days[row["person_id"]].append(row.day("valid_from"))
        last = row.find_day("valid_to")
        if last is not None:
            days[row["person_id"]].append(last + timedelta(days=1))
    return defaultdict(list, {person: sorted(found) for person, found in days.items()})


class Memory:
    """The ids of what was brought in, by kind and id in the files."""

    def __init__(self, data: DataSet) -> None:
        self.data = data
        self._ids: dict[tuple[str, str], int] = {}
        self._actors: dict[tuple[str, int], Actor] = {}
        self._changes = _days_of_change(data)

    def keep(self, kind: str, source: str, id_: int) -> None:
        """Remember what `source` became."""
        self._ids[kind, source] = id_

    def id(self, kind: str, row: Row, column: str) -> int:
        """Return the id of what a cell names. Raises DataFault when it is not there (yet)."""
        return self.id_of(kind, row[column], row)

    def find_id(self, kind: str, row: Row, column: str) -> int | None:
        """Return the id of what a cell names, or None when it is empty."""
        return self.id_of(kind, row[column], row) if row[column] else None

    def id_of(self, kind: str, source: str, row: Row) -> int:
        """Return the id of `source`, which `row` needs."""
        try:
            return self._ids[kind, source]
        except KeyError:
            raise row.fault(f"{source} is er niet, of nog niet.") from None

    def knows(self, kind: str, source: str) -> bool:
        """Say whether `source` was brought in."""
        return (kind, source) in self._ids

    def enrolment(self, row: Row) -> int:
        """Return the enrolment of the person in the cohort that a row names."""
        return self.id_of("enrolment", f"{row['person_id']} in {row['cohort_id']}", row)

    def actor(self, row: Row, column: str) -> Actor:
        """Return who the person in a cell is today, with the rights that hold today."""
        return self.acting(row[column], row)

    def acting(self, source: str, row: Row) -> Actor:
        """Return who a person is today, with the rights that hold today."""
        today = clock.today()
        key = source, bisect_right(self._changes[source], today)
        if key not in self._actors:
            person_id = self.id_of("person", source, row)
            self._actors[key] = actor_for(person_id, origin=ORIGIN, day=today)
        return self._actors[key]

    def forget_rights(self) -> None:
        """Read everybody's rights anew: they just changed."""
        self._actors.clear()

    def holder(
        self, role: str, row: Row, *, day: date, scopes: dict[str, str] | None, but: str = ""
    ) -> str:
        """Return who holds `role` as `find_holder` does. Raises DataFault when nobody does."""
        found = self.find_holder(role, day=day, scopes=scopes, but=but)
        if found is None:
            where = ", ".join(scope for scope in (scopes or {}).values() if scope) or "de academie"
            raise row.fault(f"niemand is op {day.isoformat()} {role} van {where}.")
        return found

    def find_holder(
        self, role: str, *, day: date, scopes: dict[str, str] | None, but: str = ""
    ) -> str | None:
        """Return who holds `role` on a day over any of these scopes, as the grants' file says.

        `scopes` maps a kind to an id, None means anywhere; `but` is somebody who is not meant.
        """
        for grant in self.data["grants"]:
            kind, scope = grant["scope_kind"], grant["scope_id"]
            named = scopes is None or bool(scope and scopes.get(kind) == scope)
            holds = holds_on(grant.day("valid_from"), grant.find_day("valid_to"), day)
            fits = grant["role"] == role and (kind == "everything" or named)
            if fits and holds and grant["person_id"] != but:
                return grant["person_id"]
        return None
