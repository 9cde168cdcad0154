"""The plan that the labels make: what has no answer is refused, with what to do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import NOTE, PERSON, PLAIN, PREFERENCE, WORDS
from academy.kernel.periods import DEFAULTS, OUTSIDE
from academy.privacy.queries.plan import (
    NoAnswerError,
    is_about_people,
    label_of,
    owned,
    plan_of,
    plans,
    plans_of,
)
from academy.privacy.queries.standing import group_of
from academy.privacy.rules import answers
from academy.privacy.rules.processing import PROCESSING


@pytest.mark.trust("T29")
def test_every_table_has_an_answer(app):
    assert len(plans()) > 80
    unsaid = [one.name for one in plans() if is_about_people(one.table) and not one.path]
    assert set(unsaid) <= {*answers.NOBODY, *answers.BY_MAILBOX}


@pytest.mark.trust("T29")
def test_every_exception_names_a_table_that_is_there(app):
    known = {one.name for one in plans()}
    for names in (answers.NOBODY, answers.BY_MAILBOX, answers.DELETED, answers.APART, answers.ALSO):
        assert set(names) <= known


def test_nothing_with_words_of_somebody_stays_by_oversight(app):
    """Words and names stay only where an answer says why."""
    texts = [label["personal"] for label in (NOTE, WORDS)]
    left = [
        str(column)
        for one in plans()
        if one.path and one.erased == "stays"
        for column in one.table.columns
        if label_of(column) in texts
    ]
    assert not left


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ("enrolment", ["enrolment.person_id"]),
        ("attendance_mark", ["attendance_mark.enrolment_id", "enrolment.person_id"]),
        (
            "criterion_score",
            [
                "criterion_score.assessment_id",
                "assessment.final_attempt_id",
                "final_attempt.enrolment_id",
                "enrolment.person_id",
            ],
        ),
        ("certification_decision", ["certification_decision.holder_id"]),
        ("coaching_read", ["coaching_read.plan_id", "coaching_plan.person_id"]),
        ("story", ["story.told_by_id"]),
    ],
)
def test_the_way_to_a_person_is_found(app, table, path):
    assert [str(column) for column in plan_of(table).path] == path


def planted(*columns: sa.Column) -> sa.MetaData:
    tables = sa.MetaData()
    sa.Table("person", tables, sa.Column("id", sa.Integer, primary_key=True, info=PLAIN))
    sa.Table("planted", tables, sa.Column("id", sa.Integer, primary_key=True, info=PLAIN), *columns)
    return tables


def link(name: str) -> sa.Column:
    return sa.Column(name, sa.ForeignKey("person.id"), nullable=False, info=PERSON)


@pytest.mark.trust("T29", planted=True)
def test_a_table_of_nobody_known_is_refused(app):
    with pytest.raises(
        NoAnswerError, match=r"planted: nobody knows whose.*NOBODY, with the reason"
    ):
        plans_of(planted(sa.Column("words", sa.Text, info=WORDS), link("written_by_id")))


@pytest.mark.trust("T30", planted=True)
def test_a_column_that_cannot_be_emptied_is_refused(app):
    number = sa.Column("shoe_size", sa.Integer, nullable=False, info=PREFERENCE)
    with pytest.raises(NoAnswerError, match=r"planted\.shoe_size: it cannot be emptied"):
        plans_of(planted(link("person_id"), number))


def test_a_new_table_needs_no_more_than_its_labels(app):
    (plan,) = [
        one
        for one in plans_of(planted(link("person_id"), sa.Column("words", sa.Text, info=WORDS)))
        if one.name == "planted"
    ]
    assert (plan.erased, plan.blanks) == ("blanked", {"words": None})


def test_the_register_of_processing_knows_every_part(app):
    parts = {group_of(one) for one in plans() if one.path}
    assert parts <= PROCESSING.keys()
    assert {kind for one in PROCESSING.values() for kind in one.kept} <= {*DEFAULTS, *OUTSIDE}


CLEARED = {
    "contact": {"contact_request"},
    "learning": {
        *("enrolment", "attendance_mark", "practice_submission", "quiz_attempt", "assessment"),
        *("practice_file", "score_talk", "criterion_score", "objection"),
    },
    "decisions": {"certification_decision", "certification_ruling", "issue_round_proposal"},
    "register": {"certificate"},
    "coaching": {
        *("coaching_plan", "coaching_wish", "coaching_log_entry", "coaching_opening"),
        *("coaching_plan_sheet", "coaching_plan_step", "agreed_action", "coaching_own_words"),
        "coaching_yearly_review",
    },
    "signals": {"coaching_signal"},
    "meet_ups": {"rsvp"},
}
UNTIL_ERASED = {
    "coach_offer": "what a coach offers, as long as they coach",
    "promise": "printed on a proof that was handed out",
    "story": "told with consent, taken back whenever",
}
"""Words that no period clears, and why."""


def test_words_about_people_have_a_period_or_a_reason_to_have_none():
    """A new table with free text: let `services.retention` clear it, or say why it stays."""
    words = {one["personal"] for one in (WORDS, NOTE)}
    found = {
        plan.table.name for plan in owned() if any(label_of(one) in words for one in plan.table.c)
    }
    cleared = set().union(*CLEARED.values())
    assert found == cleared | UNTIL_ERASED.keys()
    assert CLEARED.keys() <= DEFAULTS.keys()
