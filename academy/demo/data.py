"""The sample files, read: rows that know their file and line, and say what is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _csv import Reader

Value = TypeVar("Value")

COLUMNS = {
    "organisations": "org_id name kind city contact_email",
    "neighbourhoods": "neighbourhood_id name kind municipality client_org inhabitants",
    "people": "person_id call_name prefix last_name name_on_certificate email phone"
    " preferred_channel language support neighbourhood_id org_id roles consent_photo"
    " consent_phone_list created_on",
    "grants": "person_id role scope_kind scope_id valid_from valid_to granted_by reason",
    "cohorts": "cohort_id course_id name neighbourhood_id client_org start status trainers"
    " location capacity",
    "sessions": "session_id cohort_id module_id date start end location status moved_from",
    "enrolments": "enrolment_id person_id cohort_id status reason applied_on intake_talk_by"
    " agreed_to_code_of_conduct",
    "attendance": "session_id person_id status minutes_late source marked_by note",
    "practice": "practice_id person_id cohort_id status evidence reviewed_by reviewed_on"
    " submitted_on",
    "quiz_results": "person_id cohort_id quiz_id attempt percent taken_on",
    "selfscan_completions": "person_id cohort_id instrument moment completed_on",
    "selfscan_answers": "cohort_id instrument moment item value",
    "promises": "person_id cohort_id promise due_on",
    "grades": "person_id cohort_id attempt assessor_role assessor_id criterion level comment"
    " assessed_on",
    "agreed_levels": "person_id cohort_id attempt criterion level how",
    "score_talks": "person_id cohort_id attempt talk_on line agreed",
    "final_results": "person_id cohort_id attempt outcome agreed_total decided_on third_assessor",
    "decisions": "enrolment_id proposed_by proposed_on decided_by decided_on outcome reason"
    " certificate_no",
    "certificates": "certificate_no person_id course_id issued_on valid_until status replaces"
    " reason name_printed verification_code",
    "renewal_evidence": "person_id requirement date reference",
    "coaching_plans": "plan_id person_id coach_id status goal rhythm_days channel started_on"
    " yearly_review_due transferred_from transferred_on paused_on paused_until stopped_on",
    "coaching_log": "entry_id plan_id person_id coach_id date kind minutes what_we_discussed"
    " what_went_well what_is_hard energy_1_5 status corrects participant_words",
    "actions": "action_id entry_id owner text due_on status done_on",
    "signals": "signal_id person_id entry_id raised_by raised_on kind severity note status"
    " assigned_to follow_up_by closed_on outcome reported_back",
    "research_projects": "project_id name neighbourhood_id client_org status started_on lead",
    "observations": "observation_id project_id sense text place_hint observed_on time_of_day"
    " observed_by is_quote consent photo",
    "problems": "problem_id project_id words_of_residents barrier status named_by key",
    "confirmations": "problem_id confirmation experience took_part note confirmed_on"
    " resolved_by_talk_on what_changed",
    "meetups": "meetup_id kind title date place capacity status",
    "rsvps": "meetup_id person_id rsvp came brings needs",
    "solutions": "solution_id title neighbourhood_id story asset_used confirmed_by may_share"
    " told_by published_on",
    "contact_requests": "request_id received_at name reach place message kind status handled_by",
}
OPTIONAL = {
    "coach_offers": "person_id languages day_parts channels neighbourhood_id how_far most about"
    " saved_on",
    "coaching_wishes": "person_id languages day_parts wished_coach words saved_on rhythm_days"
    " region",
    "coaching_sheets": "plan_id written_on goal strengths learning overload steps agreed",
    "coaching_reviews": "entry_id circle_mine circle_together circle_not wants",
    "mentor_offers": "person_id helps saved_on",
    "mentor_pairs": "mentor_id person_id proposed_on mentor_yes_on person_yes_on met_on",
}
"""Files that a data set may lack: they add to what the others tell."""
YES = "ja"


class DataFault(Exception):  # noqa: N818 - named after the fact, as the curricula's are
    """A row that cannot be brought in: file, line and a sentence."""

    def __init__(self, file: str, line: int, sentence: str) -> None:
        super().__init__(f"{file}:{line}: {sentence}")
        self.file = file
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file; `line` is the line on which it ends."""

    file: str
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def fault(self, sentence: str) -> DataFault:
        """Return what is wrong with this row, to be raised."""
        return DataFault(self.file, self.line, sentence)

    def day(self, column: str) -> date:
        """Return the day in a cell that may not be empty."""
        found = self.find_day(column)
        if found is None:
            raise self.fault(f"{column} is leeg; hier hoort een dag.")
        return found

    def find_day(self, column: str) -> date | None:
        """Return the day in a cell, or None when it is empty."""
        text = self[column]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.fault(f"{column}: {text} is geen dag, zoals 2026-11-23.") from None

    def moment(self, column: str) -> datetime:
        """Return the wall-clock moment in a cell, without a zone."""
        try:
            return datetime.strptime(self[column], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the caller's
        except ValueError:
            text = f"{column}: {self[column]} is geen moment, zoals 2026-11-23 09:00."
            raise self.fault(text) from None

    def number(self, column: str) -> int:
        """Return the whole number in a cell that may not be empty."""
        found = self.find_number(column)
        if found is None:
            raise self.fault(f"{column} is leeg; hier hoort een getal.")
        return found

    def find_number(self, column: str) -> int | None:
        """Return the whole number in a cell, or None when it is empty."""
        text = self[column]
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise self.fault(f"{column}: {text} is geen getal.")
        return int(text)

    def many(self, column: str) -> tuple[str, ...]:
        """Return the several values of a cell."""
        return tuple(part.strip() for part in self[column].split(";") if part.strip())

    def is_yes(self, column: str) -> bool:
        """Say whether a cell says yes."""
        return self[column] == YES

    def word(self, column: str, known: Mapping[str, Value]) -> Value:
        """Return what the word in a cell stands for."""
        try:
            return known[self[column]]
        except KeyError:
            raise self.fault(f"{column}: het woord “{self[column]}” ken ik niet.") from None


Table = tuple[Row, ...]
DataSet = Mapping[str, Table]


def read_data(folder: Path) -> DataSet:
    """Read every file of the sample data below `folder`. Raises DataFault for the first fault."""
    found = {name: _read_file(folder / f"{name}.csv", words) for name, words in COLUMNS.items()}
    for name, words in OPTIONAL.items():
        path = folder / f"{name}.csv"
        found[name] = _read_file(path, words) if path.is_file() else ()
    return found


def _read_file(path: Path, columns: str) -> Table:
    if not path.is_file():
        raise DataFault(path.name, 1, "dit bestand ontbreekt.")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            return tuple(_rows(path.name, reader, columns.split()))
        except UnicodeDecodeError:
            sentence = "dit bestand is geen UTF-8."
        except csv.Error:
            sentence = "de aanhalingstekens kloppen hier niet."
        raise DataFault(path.name, reader.line_num + 1, sentence)


def _rows(name: str, reader: Reader, columns: list[str]) -> Iterator[Row]:
    header = next(reader, [])
    missing = [column for column in columns if column not in header]
    if missing:
        raise DataFault(name, 1, f"de kolom {missing[0]} ontbreekt.")
    for cells in reader:
        if len(cells) != len(header):
            sentence = f"hier staan {len(cells)} waarden; het zijn {len(header)} kolommen."
            raise DataFault(name, reader.line_num, sentence)
        yield Row(name, reader.line_num, dict(zip(header, cells, strict=True)))
