"""Reads what pytest wrote down and says, per promise, whether it held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.trust.rows import promises


@dataclass(slots=True)
class Outcome:
    """What the tests of one row did on one database."""

    tests: int = 0
    planted: int = 0
    failed: int = 0
    seconds: float = 0.0

    @property
    def word(self) -> str:
        """Return one word for the table."""
        return "holds" if not self.failed else f"{self.failed} FAILED"


Outcomes = dict[str, Outcome]


def read_outcomes(results: Path) -> Outcomes:
    """Return the outcome per row of one run; a skipped test counts as failed."""
    found: Outcomes = {}
    for case in ET.parse(results).iter("testcase"):
        properties = [(one.get("name"), one.get("value", "")) for one in case.iter("property")]
        planted = {value for name, value in properties if name == "planted"}
        for row in {value for name, value in properties if name == "trust"}:
            outcome = found.setdefault(row, Outcome())
            outcome.tests += 1
            outcome.planted += row in planted
            outcome.seconds += float(case.get("time", "0"))
            outcome.failed += any(
                case.find(word) is not None for word in ("failure", "error", "skipped")
            )
    return found


def faults_of(runs: dict[str, Outcomes]) -> list[str]:
    """Return what keeps the promises from being proven by these runs, by name of database."""
    faults = []
    for promise in promises():
        ran = {name: rows[promise.id] for name, rows in runs.items() if promise.id in rows}
        faults += [f"{promise.id} failed on {name}" for name, one in ran.items() if one.failed]
        if promise.is_required and not ran:
            faults.append(f"{promise.id} was not tested")
        elif promise.is_required and not any(one.planted for one in ran.values()):
            faults.append(f"{promise.id} plants no fault")
    return faults


def lines(runs: dict[str, Outcomes]) -> Iterator[str]:
    """Yield the table: a row per promise, a column per database."""
    names = "".join(f"{name:>14}" for name in runs)
    yield f"{'':4} {'tests':>5} {'faults':>6}{names} {'seconds':>8}  promise"
    for promise in promises():
        ran = {name: rows.get(promise.id) for name, rows in runs.items()}
        done = [one for one in ran.values() if one is not None]
        if not done:
            if promise.is_required:
                yield f"{promise.id:4} {'NOT TESTED':>12}  {promise.text}"
            continue
        words = "".join(f"{one.word if one else '·':>14}" for one in ran.values())
        tests, planted = (max(getattr(one, name) for one in done) for name in ("tests", "planted"))
        seconds = sum(one.seconds for one in done)
        yield f"{promise.id:4} {tests:>5} {planted:>6}{words} {seconds:>8.0f}  {promise.text}"
