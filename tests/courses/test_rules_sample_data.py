"""The rules against the whole sample data: what they say must be what happened."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from courses.rules import Talk, agree, outcome, verdict
from tests.courses.sample_evidence import (
    read_rows,
    read_sample_data,
    rules_by_course,
    verdict_table,
)

APPROVED = Path(__file__).with_name("verdicts_expected.csv")
RULES = rules_by_course()
DATA = read_sample_data()
NEVER_COMPLETE = ("not_passed", "withdrawn", "transferred")


def judged(data, row):
    return verdict(RULES[data.course_of[row["cohort_id"]]], data.evidence(row))


def contradictions(data):
    """Return the enrolments whose stored state and verdict do not agree."""
    return [
        row["enrolment_id"]
        for row in data.enrolments
        if judged(data, row).complete != (row["status"] == "completed")
    ]


def attempts():
    """Return every attempt at a practical, with the scores of each assessor."""
    found = defaultdict(lambda: defaultdict(dict))
    for row in read_rows("grades"):
        key = (row["person_id"], row["cohort_id"], int(row["attempt"]))
        found[key][row["assessor_role"]][row["criterion"]] = int(row["level"])
    return dict(found)


def agreed_in_data():
    levels, how = defaultdict(dict), defaultdict(dict)
    for row in read_rows("agreed_levels"):
        key = (row["person_id"], row["cohort_id"], int(row["attempt"]))
        levels[key][row["criterion"]] = int(row["level"])
        how[key][row["criterion"]] = row["how"]
    return levels, how


LEVELS, HOW = agreed_in_data()


def talks():
    """Return every recorded talk, with the levels it agreed on."""
    found = {}
    for row in read_rows("score_talks"):
        key = (row["person_id"], row["cohort_id"], int(row["attempt"]))
        raised = {c: LEVELS[key][c] for c, how in HOW[key].items() if how == "talk"}
        found[key] = Talk(agreed=row["agreed"] == "ja", raised=raised)
    return found


TALKS = talks()


def agreed_again(key, scores):
    person, cohort, attempt = key
    return agree(
        scores["first"],
        scores["second"],
        rubric=RULES[DATA.course_of[cohort]].practical.rubric,
        talk=TALKS.get(key),
        third=scores.get("third"),
        kept=LEVELS.get((person, cohort, attempt - 1)),
    )


def test_all_enrolments_are_judged():
    assert len(DATA.enrolments) == 84


def test_a_verdict_is_complete_exactly_where_the_enrolment_is_completed():
    assert contradictions(DATA) == []


@pytest.mark.parametrize("status", NEVER_COMPLETE)
def test_nobody_who_stopped_or_did_not_pass_is_complete(status):
    rows = [row for row in DATA.enrolments if row["status"] == status]
    assert rows
    assert not any(judged(DATA, row).complete for row in rows)


def test_every_no_names_what_is_missing_and_every_yes_misses_nothing():
    for row in DATA.enrolments:
        for criterion in judged(DATA, row).criteria:
            assert bool(criterion.missing) == (criterion.state != "met"), row["enrolment_id"]
            assert all(missing.ref and missing.nl and missing.en for missing in criterion.missing)


def test_the_documented_refusal_and_hold_name_their_reason():
    enrolments = {row["enrolment_id"]: row for row in DATA.enrolments}
    refused = judged(DATA, enrolments["E-C06-P105"]).criterion("attendance_rule")
    held = judged(DATA, enrolments["E-C08-P203"])
    assert [missing.ref for missing in refused.missing] == ["pro-07"]
    assert [missing.ref for missing in held.missing] == ["after_gov_06"]


def test_the_table_of_verdicts_is_as_approved():
    assert verdict_table(DATA) == APPROVED.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", attempts(), ids=str)
def test_agreed_levels_and_outcome_follow_from_the_scores(key):
    agreement = agreed_again(key, attempts()[key])
    assert agreement.needs is None
    assert agreement.levels == LEVELS[key]
    assert agreement.how == HOW[key]
    result = outcome(agreement.levels, RULES[DATA.course_of[key[1]]].practical.rubric)
    stored = next(
        row
        for row in DATA.final_results
        if (row["person_id"], row["cohort_id"], int(row["attempt"])) == key
    )
    assert (result.code, str(result.total)) == (stored["outcome"], stored["agreed_total"])


def test_every_recorded_talk_was_needed_or_raised_a_level():
    assert len(TALKS) == 5
    for key, talk in TALKS.items():
        scores = attempts()[key]
        rubric = RULES[DATA.course_of[key[1]]].practical.rubric
        without = agree(scores["first"], scores["second"], rubric=rubric)
        assert without.needs == "talk" or talk.raised


def without_row(rows, **cells):
    """Return the rows without the one with these cells; fails if that is not exactly one."""
    kept = [row for row in rows if any(row[name] != cell for name, cell in cells.items())]
    assert len(kept) == len(rows) - 1
    return kept


def changed_row(rows, change, **cells):
    """Return the rows with one of them changed."""
    kept = without_row(rows, **cells)
    row = next(row for row in rows if row not in kept)
    return [*kept, {**row, **change}]


def lost_mark():
    rows = without_row(DATA.attendance, session_id="C01-S8", person_id="P001")
    return replace(DATA, attendance=rows), "E-C01-P001"


def too_late_at_the_last_session():
    change = {"status": "late", "minutes_late": "31"}
    rows = changed_row(DATA.attendance, change, session_id="C02-S8", person_id="P011")
    return replace(DATA, attendance=rows), "E-C02-P011"


def assignment_only_submitted():
    change = {"status": "submitted"}
    rows = changed_row(DATA.practice, change, practice_id="res-07-p", person_id="P001")
    return replace(DATA, practice=rows), "E-C01-P001"


def quiz_below_the_limit():
    change = {"percent": "59"}
    rows = changed_row(
        DATA.quiz_results, change, person_id="P101", quiz_id="quiz-pro-01", attempt="1"
    )
    return replace(DATA, quiz_results=rows), "E-C06-P101"


def level_too_low():
    change = {"level": "2"}
    rows = changed_row(DATA.agreed_levels, change, person_id="P001", criterion="luisteren")
    return replace(DATA, agreed_levels=rows), "E-C01-P001"


def no_second_selfscan():
    rows = without_row(DATA.selfscan_completions, person_id="P202", moment="after_gov_06")
    return replace(DATA, selfscan_completions=rows), "E-C08-P202"


def completed_too_early():
    change = {"status": "completed"}
    rows = changed_row(DATA.enrolments, change, enrolment_id="E-C08-P203")
    return replace(DATA, enrolments=rows), "E-C08-P203"


@pytest.mark.parametrize(
    "plant",
    [
        lost_mark,
        too_late_at_the_last_session,
        assignment_only_submitted,
        quiz_below_the_limit,
        level_too_low,
        no_second_selfscan,
        completed_too_early,
    ],
)
def test_a_planted_error_is_found(plant):
    data, enrolment = plant()
    assert contradictions(data) == [enrolment]
    assert verdict_table(data) != APPROVED.read_text(encoding="utf-8")
