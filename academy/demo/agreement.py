"""The end of the load: what time did meanwhile, and whether the figures equal the files."""

from __future__ import annotations

import sqlalchemy as sa

from academy.demo import certifying, coaching, people, research
from academy.demo.cohorts import COHORT_STATES
from academy.demo.data import DataSet
from academy.demo.memory import Memory
from academy.kernel.db import db
from courses.models import Cohort, Enrolment


def finish(data: DataSet, memory: Memory) -> None:
    """Bring everything to the academy's day, and compare it with the files.

    Raises DataFault for the first row that came out differently.
    """
    _compare_cohorts(data)
    _compare_enrolments(data)
    certifying.require_as_in_files(data, memory)
    people.finish(data, memory)
    coaching.finish(data, memory)
    research.require_as_in_files(data, memory)


def _compare_cohorts(data: DataSet) -> None:
    states = _states(Cohort)
    for row in data["cohorts"]:
        meant = row.word("status", COHORT_STATES)[-1]
        if states[row["cohort_id"]] not in (meant, "full" if meant == "open" else meant):
            raise row.fault(f"deze groep staat nu op {states[row['cohort_id']]}.")


def _compare_enrolments(data: DataSet) -> None:
    states = _states(Enrolment)
    for row in data["enrolments"]:
        if states[row["enrolment_id"]] != row["status"]:
            raise row.fault(f"deze deelname staat nu op {states[row['enrolment_id']]}.")


def _states(model: type[Cohort] | type[Enrolment]) -> dict[str | None, str]:
    rows = db.session.execute(sa.select(model.source_id, model.state))
    return {row.source_id: row.state for row in rows}
