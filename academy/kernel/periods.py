"""How long each kind of data is kept: the one table of retention, with its defaults.

Source: domain model 8. An academy may choose otherwise with ACADEMY_KEEP. Whatever says a day on
which something goes reads this table: the daily clearing, the privacy page, the page of who stops.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

Unit = Literal["days", "months", "years"]
UNITS: Mapping[str, Unit] = {"d": "days", "m": "months", "y": "years"}
_CHOICE = re.compile(r"([a-z_]+)=(\d{1,4})([dmy])")


@dataclass(frozen=True, slots=True)
class Period:
    """A number of days, months or years."""

    number: int
    unit: Unit

    def before(self, day: date) -> date:
        """Return the day so long before `day`; what ended earlier is kept no longer."""
        return self._moved(day, -self.number)

    def after(self, day: date) -> date:
        """Return the day so long after `day`: what ended then is kept until it."""
        return self._moved(day, self.number)

    def _moved(self, day: date, number: int) -> date:
        """Return the same day of a shorter month, or its last one."""
        if self.unit == "days":
            return day + timedelta(days=number)
        months = day.year * 12 + day.month - 1 + number * (12 if self.unit == "years" else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))


DEFAULTS: Mapping[str, Period] = MappingProxyType(
    {
        "contact": Period(6, "months"),
        "spam": Period(30, "days"),
        "application": Period(12, "months"),
        "learning": Period(24, "months"),
        "evidence": Period(3, "months"),
        "decisions": Period(24, "months"),
        "register": Period(10, "years"),
        "coaching": Period(12, "months"),
        "entries": Period(5, "years"),
        "signals": Period(12, "months"),
        "meet_ups": Period(3, "months"),
        "self_scan": Period(12, "months"),
        "audit": Period(24, "months"),
        "sign_ins": Period(6, "months"),
    }
)
"""What the job clears, with what each period begins to run from: see `queries.old`."""
OUTSIDE: Mapping[str, Period] = MappingProxyType({"backups": Period(35, "days")})
"""What no job here clears: backups lie elsewhere."""


def periods(chosen: str) -> dict[str, Period]:
    """Return the period of each kind, with what an academy chose: `contact=6m,spam=30d`.

    Raises ValueError for an unknown kind or a period that is none.
    """
    found = dict(DEFAULTS)
    for part in filter(None, (one.strip() for one in chosen.split(","))):
        match = _CHOICE.fullmatch(part)
        if match is None or match[1] not in found:
            raise ValueError(part)
        found[match[1]] = Period(int(match[2]), UNITS[match[3]])
    return found
