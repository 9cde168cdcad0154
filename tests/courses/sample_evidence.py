"""Evidence of every enrolment in the sample data, straight from the CSV files.

After a change of the rules, look at `python -m tests.courses.sample_evidence`, and approve it by
writing it to `tests/courses/verdicts_expected.csv`.
"""

import csv
import io
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from courses.adapters.curriculum import Curricula, read_curricula
from courses.rules import CourseRule, Evidence, FinalAttempt, Mark, SessionEvidence, verdict
from courses.rules.course_rule import CRITERIA

ROOT = Path(__file__).resolve().parents[2]
CURRICULA = ROOT / "courses" / "curricula"
SAMPLE_DATA = ROOT / "academy" / "demo" / "data"

Row = dict[str, str]


def read_rows(file: str) -> list[Row]:
    with (SAMPLE_DATA / f"{file}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@dataclass(frozen=True)
class SampleData:
    """The tables the rules need; replace one to plant an error."""

    cohorts: list[Row]
    sessions: list[Row]
    enrolments: list[Row]
    attendance: list[Row]
    practice: list[Row]
    quiz_results: list[Row]
    agreed_levels: list[Row]
    final_results: list[Row]
    selfscan_completions: list[Row]

    @cached_property
    def course_of(self) -> dict[str, str]:
        return {row["cohort_id"]: row["course_id"] for row in self.cohorts}

    def evidence(self, enrolment: Row) -> Evidence:
        """Return the evidence of one enrolment, with what came along from an earlier cohort."""
        cohorts = self._cohorts(enrolment)
        person = enrolment["person_id"]
        return Evidence(
            sessions=self._sessions(person, cohorts),
            practice=self._practice(person, cohorts),
            quiz_percents=self._quizzes(person, cohorts),
            finals=self._finals(person, cohorts),
            selfscan_moments=frozenset(
                row["moment"]
                for row in self.selfscan_completions
                if row["person_id"] == person and row["cohort_id"] in cohorts
            ),
        )

    def _cohorts(self, enrolment: Row) -> list[str]:
        """Return the cohort, after those of the same course this person was transferred from."""
        own = enrolment["cohort_id"]
        before = [
            row["cohort_id"]
            for row in self.enrolments
            if row["person_id"] == enrolment["person_id"]
            and row["status"] == "transferred"
            and row["cohort_id"] != own
            and self.course_of[row["cohort_id"]] == self.course_of[own]
        ]
        return [*before, own]

    def _sessions(self, person: str, cohorts: list[str]) -> tuple[SessionEvidence, ...]:
        marks = {
            row["session_id"]: Mark(row["status"], minutes_late=int(row["minutes_late"] or 0))
            for row in self.attendance
            if row["person_id"] == person
        }
        return tuple(
            SessionEvidence(
                module=row["module_id"],
                status=row["status"],
                held_on=date.fromisoformat(row["date"]),
                mark=marks.get(row["session_id"]),
            )
            for row in self.sessions
            if row["cohort_id"] == cohorts[-1]
            or (row["cohort_id"] in cohorts and row["session_id"] in marks)
        )

    def _practice(self, person: str, cohorts: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for row in self.practice:
            own = row["person_id"] == person and row["cohort_id"] in cohorts
            if own and found.get(row["practice_id"]) != "done":
                found[row["practice_id"]] = row["status"]
        return found

    def _quizzes(self, person: str, cohorts: list[str]) -> dict[str, int]:
        best: dict[str, int] = {}
        for row in self.quiz_results:
            if row["person_id"] == person and row["cohort_id"] in cohorts:
                percent = int(row["percent"])
                best[row["quiz_id"]] = max(percent, best.get(row["quiz_id"], 0))
        return best

    def _finals(self, person: str, cohorts: list[str]) -> tuple[FinalAttempt, ...]:
        levels: dict[int, dict[str, int]] = defaultdict(dict)
        for row in self.agreed_levels:
            if row["person_id"] == person and row["cohort_id"] in cohorts:
                levels[int(row["attempt"])][row["criterion"]] = int(row["level"])
        decided = {
            int(row["attempt"]): date.fromisoformat(row["decided_on"])
            for row in self.final_results
            if row["person_id"] == person and row["cohort_id"] in cohorts
        }
        return tuple(
            FinalAttempt(number, levels=levels[number], decided_on=decided.get(number))
            for number in levels
        )


def read_sample_data() -> SampleData:
    return SampleData(**{name: read_rows(name) for name in SampleData.__dataclass_fields__})


@cache
def read_own_curricula() -> Curricula:
    return read_curricula(CURRICULA)


def rules_by_course() -> dict[str, CourseRule]:
    return {course.id: course.rule for course in read_own_curricula().courses}


def verdict_table(data: SampleData) -> str:
    """Return the table of verdicts as it is approved in `verdicts_expected.csv`."""
    rules = rules_by_course()
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["enrolment", "status", "complete", *CRITERIA, "missing"])
    for row in data.enrolments:
        found = verdict(rules[data.course_of[row["cohort_id"]]], data.evidence(row))
        states = {criterion.id: criterion.state for criterion in found.criteria}
        missing = " ".join(f"{missing.kind}:{missing.ref}" for missing in found.missing)
        complete = "yes" if found.complete else "no"
        named = [states.get(name, "-") for name in CRITERIA]
        writer.writerow([row["enrolment_id"], row["status"], complete, *named, missing])
    return table.getvalue()


if __name__ == "__main__":
    sys.stdout.write(verdict_table(read_sample_data()))
