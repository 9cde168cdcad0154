"""The figures of the loaded academy equal the files, row by row."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from academy.coaching import rules as coaching_rules
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, OwnWords, Signal
from academy.coaching.queries.monday import monday_page
from academy.coaching.queries.promises import promise_patterns
from academy.coaching.queries.signals import own_signals
from academy.community.models import MeetUp, MentorDay, MentorOffer, MentorPair, Rsvp, Story
from academy.contact.models import ContactRequest
from academy.demo import coaching, community, contacting, people, research, sign_ins
from academy.demo.cohorts import COHORT_STATES
from academy.demo.today import DAY
from academy.kernel import demo_clock
from academy.kernel.db import db
from academy.kernel.mail import OutgoingMail
from academy.kernel.queue import Job
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.people.models import Account, Consent, Grant, Organisation, Person, Place
from academy.people.queries.actors import actor_for
from academy.people.services import sign_in
from academy.research import rules as research_rules
from academy.research.models import Confirmation, Observation, Problem, Project, Talk
from academy.running import check
from certificates.models import Certificate, Decision, RenewalEvidence, Revocation
from certificates.rules.code import code_digest
from courses.models import (
    AgreedLevel,
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CriterionScore,
    Enrolment,
    FinalAttempt,
    PracticeAssignment,
    PracticeSubmission,
    Promise,
    Quiz,
    QuizAttempt,
    ScoreTalk,
    SelfScanAnswer,
    SelfScanCompletion,
    Session,
)
from courses.queries.progress import verdicts
from tests.demo.academies import read_csv
from tests.demo.loaded import LoadedDemo

pytestmark = pytest.mark.slow

EXPECTED_VERDICTS = Path(__file__).parents[1] / "courses" / "verdicts_expected.csv"
TABLES = {
    "organisations": Organisation,
    "neighbourhoods": Place,
    "people": Person,
    "grants": Grant,
    "cohorts": Cohort,
    "sessions": Session,
    "enrolments": Enrolment,
    "attendance": AttendanceCell,
    "practice": PracticeSubmission,
    "quiz_results": QuizAttempt,
    "selfscan_completions": SelfScanCompletion,
    "selfscan_answers": SelfScanAnswer,
    "promises": Promise,
    "grades": CriterionScore,
    "agreed_levels": AgreedLevel,
    "score_talks": ScoreTalk,
    "final_results": FinalAttempt,
    "certificates": Certificate,
    "coaching_plans": CoachingPlan,
    "coaching_log": LogEntry,
    "actions": AgreedAction,
    "signals": Signal,
    "research_projects": Project,
    "observations": Observation,
    "problems": Problem,
    "confirmations": Confirmation,
    "meetups": MeetUp,
    "mentor_offers": MentorOffer,
    "mentor_pairs": MentorPair,
    "rsvps": Rsvp,
    "solutions": Story,
    "contact_requests": ContactRequest,
}


def rows_of(*columns: Any) -> set[tuple[Any, ...]]:
    """Return the distinct rows of some columns of one table, or of what is joined in a select."""
    query = columns[0] if isinstance(columns[0], sa.Select) else sa.select(*columns)
    return {tuple(row) for row in db.session.execute(query)}


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def number(text: str) -> int | None:
    return int(text) if text else None


def of_person(*columns: Any) -> sa.Select[Any]:
    """Start a select with the ids, in the files, of the person and cohort of an enrolment."""
    return (
        sa.select(Person.source_id, Cohort.source_id, *columns)
        .select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
    )


def test_it_takes_less_than_a_minute(loaded: LoadedDemo) -> None:
    assert loaded.seconds < 60


def test_every_row_is_there_once(demo: Flask) -> None:
    counted = {
        name: db.session.scalar(sa.select(sa.func.count()).select_from(model))
        for name, model in TABLES.items()
    }
    arranged = sum(bool(row["rhythm_days"]) for row in read_csv("coaching_wishes"))
    meant = {name: len(read_csv(name)) for name in TABLES}
    meant["coaching_plans"] += arranged
    is_cover = Grant.reason == coaching_rules.COVER_REASON
    covers = db.session.scalar(sa.select(sa.func.count()).select_from(Grant).where(is_cover))
    meant["grants"] += covers
    assert counted == meant


def test_decisions_are_the_proposals_and_what_was_decided(demo: Flask) -> None:
    proposer, decider = aliased(Person), aliased(Person)
    found = sorted(
        db.session.execute(
            sa.select(
                Enrolment.source_id,
                proposer.source_id,
                decider.source_id,
                Decision.outcome,
                Decision.reason,
                Certificate.number,
            )
            .join(Enrolment, Enrolment.id == Decision.enrolment_id)
            .join(proposer, proposer.id == Decision.proposer_id)
            .join(decider, decider.id == Decision.decided_by_id)
            .outerjoin(Certificate, Certificate.decision_id == Decision.id)
        ),
        key=str,
    )
    columns = ("enrolment_id", "proposed_by", "decided_by", "outcome", "reason", "certificate_no")
    meant = [tuple(row[column] or None for column in columns) for row in read_csv("decisions")]
    assert found == sorted(meant, key=str)


def test_people_are_as_in_the_files(demo: Flask) -> None:
    columns = ["call_name", "prefix", "last_name", "name_on_certificate"]
    found = rows_of(Person.source_id, *(getattr(Person, column) for column in columns))
    assert found == {
        (row["person_id"], *(row[column] for column in columns)) for row in read_csv("people")
    }
    with_mail = {row["person_id"] for row in read_csv("people") if row["email"]}
    accounts = sa.select(Person.source_id).join(Account, Account.person_id == Person.id)
    assert set(db.session.scalars(accounts)) == with_mail
    consents = sa.select(Person.source_id, Consent.kind).join(
        Consent, Consent.person_id == Person.id
    )
    assert rows_of(consents) == {
        (row["person_id"], kind)
        for row in read_csv("people")
        for column, kind in people.CONSENTS.items()
        if row[column] == "ja"
    }


def test_rights_are_as_in_the_files(demo: Flask) -> None:
    giver = aliased(Person)
    found = rows_of(
        sa.select(
            Person.source_id,
            Grant.role,
            Grant.scope_kind,
            Grant.valid_from,
            Grant.valid_to,
            giver.source_id,
            Grant.reason,
        )
        .join(Person, Person.id == Grant.person_id)
        .join(giver, giver.id == Grant.granted_by_id)
        .where(Grant.reason != coaching_rules.COVER_REASON)
    )
    assert found == {
        (
            row["person_id"],
            row["role"],
            row["scope_kind"],
            day(row["valid_from"]),
            day(row["valid_to"]),
            row["granted_by"],
            row["reason"],
        )
        for row in read_csv("grants")
    }


def test_cohorts_sessions_and_enrolments_stand_as_in_the_files(demo: Flask) -> None:
    assert rows_of(Cohort.source_id, Cohort.state, Cohort.starts_on) == {
        (row["cohort_id"], COHORT_STATES[row["status"]][-1], day(row["start"]))
        for row in read_csv("cohorts")
    }
    assert rows_of(Session.source_id, Session.state, Session.moved_from) == {
        (row["session_id"], row["status"], day(row["moved_from"])) for row in read_csv("sessions")
    }
    assert rows_of(Enrolment.source_id, Enrolment.state, Enrolment.applied_on) == {
        (row["enrolment_id"], row["status"], day(row["applied_on"]))
        for row in read_csv("enrolments")
    }


def test_no_reason_to_stop_is_stored(demo: Flask) -> None:
    reasons = {
        row["reason"]
        for row in read_csv("enrolments")
        if row["status"] in ("withdrawn", "transferred")
    }
    assert reasons.isdisjoint(db.session.scalars(sa.select(Enrolment.note)))


def test_registers_are_as_in_the_files(demo: Flask) -> None:
    marker = aliased(Person)
    found = rows_of(
        sa.select(
            Session.source_id,
            Person.source_id,
            AttendanceMark.status,
            AttendanceMark.minutes_late,
            AttendanceMark.note,
            marker.source_id,
            AttendanceCell.other_mark_id,
        )
        .select_from(AttendanceCell)
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .join(Session, Session.id == AttendanceCell.session_id)
        .join(Enrolment, Enrolment.id == AttendanceCell.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(marker, marker.id == AttendanceMark.marked_by_id)
    )
    assert found == {
        (
            row["session_id"],
            row["person_id"],
            row["status"],
            number(row["minutes_late"]) if row["status"] == "late" else None,
            row["note"],
            row["marked_by"],
            None,
        )
        for row in read_csv("attendance")
    }


def test_practice_and_quizzes_are_as_in_the_files(demo: Flask) -> None:
    practice = (
        of_person(PracticeAssignment.key, PracticeSubmission.state, PracticeSubmission.evidence)
        .join(PracticeSubmission, PracticeSubmission.enrolment_id == Enrolment.id)
        .join(PracticeAssignment, PracticeAssignment.id == PracticeSubmission.assignment_id)
    )
    assert rows_of(practice) == {
        (row["person_id"], row["cohort_id"], row["practice_id"], row["status"], row["evidence"])
        for row in read_csv("practice")
    }
    quizzes = (
        of_person(Quiz.key, QuizAttempt.attempt, QuizAttempt.percent)
        .join(QuizAttempt, QuizAttempt.enrolment_id == Enrolment.id)
        .join(Quiz, Quiz.id == QuizAttempt.quiz_id)
    )
    assert rows_of(quizzes) == {
        (
            row["person_id"],
            row["cohort_id"],
            row["quiz_id"],
            number(row["attempt"]),
            number(row["percent"]),
        )
        for row in read_csv("quiz_results")
    }


def test_practicals_come_out_as_in_the_files(demo: Flask) -> None:
    attempts = of_person(
        FinalAttempt.attempt,
        FinalAttempt.outcome,
        FinalAttempt.agreed_total,
        FinalAttempt.decided_on,
    ).join(FinalAttempt, FinalAttempt.enrolment_id == Enrolment.id)
    assert rows_of(attempts) == {
        (
            row["person_id"],
            row["cohort_id"],
            number(row["attempt"]),
            row["outcome"],
            number(row["agreed_total"]),
            day(row["decided_on"]),
        )
        for row in read_csv("final_results")
    }
    levels = (
        of_person(FinalAttempt.attempt, AgreedLevel.criterion, AgreedLevel.level, AgreedLevel.how)
        .join(FinalAttempt, FinalAttempt.enrolment_id == Enrolment.id)
        .join(AgreedLevel, AgreedLevel.final_attempt_id == FinalAttempt.id)
    )
    assert rows_of(levels) == {
        (
            row["person_id"],
            row["cohort_id"],
            number(row["attempt"]),
            row["criterion"],
            number(row["level"]),
            row["how"],
        )
        for row in read_csv("agreed_levels")
    }


def test_the_verdicts_are_the_approved_ones(demo: Flask) -> None:
    with EXPECTED_VERDICTS.open(encoding="utf-8", newline="") as file:
        approved = {row["enrolment"]: row for row in csv.DictReader(file)}
    found = list(verdicts())
    assert {row["enrolment"] for row in found} == set(approved)
    for row in found:
        meant = approved[row["enrolment"]]
        assert row["complete"] == (meant["complete"] == "yes")
        for criterion in row["criteria"]:
            assert (row["enrolment"], criterion["state"]) == (
                row["enrolment"],
                meant[criterion["id"]],
            )
        missing = [m for criterion in row["criteria"] for m in criterion["missing"]]
        assert " ".join(f"{m['kind']}:{m['ref']}" for m in missing) == meant["missing"]


def test_certificates_are_those_of_the_register(demo: Flask) -> None:
    found = rows_of(
        sa.select(
            Certificate.number,
            Person.source_id,
            Certificate.issued_on,
            Certificate.valid_until,
            Certificate.standing,
            Certificate.printed_name,
            Certificate.code_hash,
            Certificate.state,
        ).join(Person, Person.id == Certificate.person_id)
    )
    assert found == {
        (
            row["certificate_no"],
            row["person_id"],
            day(row["issued_on"]),
            day(row["valid_until"]),
            "valid" if row["status"] == "expired" else row["status"],
            row["name_printed"],
            code_digest(row["verification_code"]),
            "issued",
        )
        for row in read_csv("certificates")
    }
    grounds = sa.select(Certificate.number, Revocation.ground).join(
        Revocation, Revocation.certificate_id == Certificate.id
    )
    assert {ground for _number, ground in rows_of(grounds)} == {"own_request", "conduct"}


def test_every_certificate_has_its_file(demo: Flask) -> None:
    files = set(Storage(current().storage).hashes())
    assert files == set(db.session.scalars(sa.select(Certificate.sha256)))


def test_renewals_rest_on_the_evidence_of_the_files(demo: Flask) -> None:
    found = sa.select(
        Person.source_id,
        RenewalEvidence.requirement,
        RenewalEvidence.on,
        RenewalEvidence.source_ref,
    ).join(Person, Person.id == RenewalEvidence.person_id)
    assert rows_of(found) == {
        (row["person_id"], row["requirement"], day(row["date"]), row["reference"])
        for row in read_csv("renewal_evidence")
    } | {
        (row["told_by"], "story", day(row["published_on"]), row["solution_id"])
        for row in read_csv("solutions")
        if row["told_by"] and row["published_on"]
    }


def test_coaching_plans_are_as_in_the_files(demo: Flask) -> None:
    coach, earlier = aliased(Person), aliased(Person)
    found = rows_of(
        sa.select(
            CoachingPlan.source_id,
            Person.source_id,
            coach.source_id,
            CoachingPlan.state,
            CoachingPlan.rhythm_days,
            CoachingPlan.channel,
            CoachingPlan.started_on,
            CoachingPlan.yearly_review_due,
            earlier.source_id,
            CoachingPlan.transferred_on,
            CoachingPlan.paused_on,
            CoachingPlan.paused_until,
            CoachingPlan.stopped_on,
        )
        .join(Person, Person.id == CoachingPlan.person_id)
        .join(coach, coach.id == CoachingPlan.coach_id)
        .outerjoin(earlier, earlier.id == CoachingPlan.transferred_from_id)
    )
    assert found == {
        (
            row["plan_id"],
            row["person_id"],
            row["coach_id"],
            row["status"],
            number(row["rhythm_days"]),
            people.CHANNELS[row["channel"]],
            day(row["started_on"]),
            day(row["yearly_review_due"]),
            row["transferred_from"] or None,
            day(row["transferred_on"]),
            day(row["paused_on"]),
            day(row["paused_until"]),
            day(row["stopped_on"]),
        )
        for row in read_csv("coaching_plans")
    }


def test_the_log_is_as_in_the_files(demo: Flask) -> None:
    wrong, coach = aliased(LogEntry), aliased(Person)
    found = rows_of(
        sa.select(
            LogEntry.source_id,
            Person.source_id,
            coach.source_id,
            LogEntry.happened_on,
            LogEntry.kind,
            LogEntry.minutes,
            LogEntry.discussed,
            LogEntry.went_well,
            LogEntry.is_hard,
            LogEntry.energy,
            LogEntry.state,
            wrong.source_id,
        )
        .join(Person, Person.id == LogEntry.person_id)
        .join(coach, coach.id == LogEntry.coach_id)
        .outerjoin(wrong, wrong.id == LogEntry.corrects_id)
    )
    assert found == {
        (
            row["entry_id"],
            row["person_id"],
            row["coach_id"],
            day(row["date"]),
            coaching.ENTRY_KINDS[row["kind"]],
            number(row["minutes"]),
            row["what_we_discussed"].strip(),
            row["what_went_well"],
            row["what_is_hard"],
            number(row["energy_1_5"]),
            row["status"],
            row["corrects"] or None,
        )
        for row in read_csv("coaching_log")
    }
    words = sa.select(LogEntry.source_id, OwnWords.words).join(
        LogEntry, LogEntry.id == OwnWords.entry_id
    )
    assert rows_of(words) == {
        (row["entry_id"], row["participant_words"])
        for row in read_csv("coaching_log")
        if row["participant_words"]
    }


def test_agreements_are_as_in_the_files(demo: Flask) -> None:
    found = rows_of(
        sa.select(
            AgreedAction.source_id,
            LogEntry.source_id,
            AgreedAction.owner,
            AgreedAction.text,
            AgreedAction.due_on,
            AgreedAction.state,
            sa.case((AgreedAction.state == "done", AgreedAction.done_on), else_=None),
        ).join(LogEntry, LogEntry.id == AgreedAction.entry_id)
    )
    assert found == {
        (
            row["action_id"],
            row["entry_id"],
            coaching.OWNERS[row["owner"]],
            row["text"],
            day(row["due_on"]),
            row["status"],
            day(row["done_on"]),
        )
        for row in read_csv("actions")
    }


def test_signals_are_as_in_the_files(demo: Flask) -> None:
    raiser, follower = aliased(Person), aliased(Person)
    found = rows_of(
        sa.select(
            Signal.source_id,
            raiser.source_id,
            Signal.raised_on,
            Signal.kind,
            Signal.severity,
            Signal.note,
            Signal.state,
            follower.source_id,
            Signal.follow_up_by,
            Signal.closed_on,
            Signal.outcome,
            Signal.reported_back,
        )
        .join(raiser, raiser.id == Signal.raised_by_id)
        .join(follower, follower.id == Signal.assigned_to_id)
    )
    assert found == {
        (
            row["signal_id"],
            row["raised_by"],
            day(row["raised_on"]),
            coaching.SIGNAL_KINDS[row["kind"]],
            coaching.SEVERITIES[row["severity"]],
            row["note"],
            row["status"],
            row["assigned_to"],
            day(row["follow_up_by"]),
            day(row["closed_on"]),
            coaching.OUTCOMES.get(row["outcome"]),
            coaching.REPORTED_BACK.get(row["reported_back"]),
        )
        for row in read_csv("signals")
    }


def test_coaching_stands_as_the_readme_says(demo: Flask) -> None:
    """README, rule 7: who is overdue, low on energy, due for review, paused, stopped, silent."""
    plans = db.session.execute(
        sa.select(Person.source_id, CoachingPlan).join(Person, Person.id == CoachingPlan.person_id)
    ).all()
    active = [(who, plan) for who, plan in plans if plan.state == "active"]
    overdue = {
        who for who, plan in active if coaching_rules.contact_overdue(plan.next_contact_due, DAY)
    }
    soon = DAY + coaching_rules.REVIEW_SOON
    review = {who for who, plan in active if plan.yearly_review_due <= soon}
    assert overdue == {"P001", "P008", "P019", "P028"}
    assert review == {"P013", "P016"}
    assert {who for who, plan in plans if plan.is_energy_low} == {"P022"}
    assert {who for who, plan in plans if plan.state == "paused"} == {"P006"}
    assert {who for who, plan in plans if plan.state == "stopped"} == {"P010", "P014"}


def test_one_client_breaks_its_promises_and_one_keeps_them(demo: Flask) -> None:
    (coordinator,) = db.session.scalars(sa.select(Person.id).where(Person.source_id == "P307"))
    found = promise_patterns(actor_for(coordinator), DAY, DAY - coaching_rules.PROMISES_FROM)
    assert [(one.name, one.made, one.broken, one.open_late) for one in found] == [
        ("Woningcorporatie De Goede Haard", 5, 4, 1),
        ("Gemeente Waterdam", 2, 0, 0),
    ]


def test_one_signal_is_held_back_for_safety(demo: Flask) -> None:
    (held,) = db.session.scalars(sa.select(Signal).where(Signal.held_back_until > DAY))
    assert (held.source_id, held.kind, held.held_back_because) == ("SG035", "safety", "advised")
    assert held.held_back_until == date(2026, 11, 30)
    assert "safety" not in [one.kind for one in own_signals(held.person_id, DAY)]
    (coordinator,) = db.session.scalars(sa.select(Person.id).where(Person.source_id == "P307"))
    rows = monday_page(actor_for(coordinator), DAY, kinds=("held",)).rows
    assert [one.id for one in rows] == [held.id]


def test_late_agreements_open_signals_and_silent_coaches(demo: Flask) -> None:
    """README, rule 7, the other half."""
    late = sa.select(AgreedAction.id).where(AgreedAction.state == "open", AgreedAction.due_on < DAY)
    assert len(db.session.scalars(late).all()) == 6
    signals = sa.select(Person.source_id).where(
        Signal.person_id == Person.id, Signal.state == "open", Signal.follow_up_by < DAY
    )
    assert db.session.scalars(signals).all() == ["P022"]
    wrote = dict(
        db.session.execute(
            sa.select(Person.source_id, sa.func.max(LogEntry.happened_on))
            .join(Person, Person.id == LogEntry.coach_id)
            .group_by(Person.source_id)
        ).all()
    )
    silent = {who for who, last in wrote.items() if coaching_rules.is_silent(last, DAY)}
    assert silent == {"P303"}


def test_research_stands_as_in_the_files(demo: Flask) -> None:
    assert rows_of(Project.source_id, Project.state) == {
        (row["project_id"], research.STATES[row["status"]]) for row in read_csv("research_projects")
    }
    assert rows_of(
        Observation.source_id,
        Observation.sense,
        Observation.text,
        Observation.observed_on,
        Observation.consent,
    ) == {
        (
            row["observation_id"],
            research.SENSES[row["sense"]],
            "" if row["consent"] == "ingetrokken" else row["text"],
            day(row["observed_on"]),
            research.CONSENTS[row["consent"]],
        )
        for row in read_csv("observations")
    }


def test_only_residents_solved_what_the_files_call_solved(demo: Flask) -> None:
    standing: dict[str | None, str] = {}
    for problem in db.session.scalars(sa.select(Problem)):
        said = db.session.execute(
            sa.select(Confirmation, Talk.talked_on)
            .outerjoin(Talk, Talk.confirmation_id == Confirmation.id)
            .where(Confirmation.problem_id == problem.id)
        )
        told = [
            research_rules.Said(c.number, c.experience, c.took_part, c.confirmed_on, talked_on)
            for c, talked_on in said
        ]
        standing[problem.source_id] = research_rules.standing(problem.step, told)
    for row in read_csv("problems"):
        solved = standing[row["problem_id"]] == research_rules.SOLVED
        assert (row["problem_id"], solved) == (row["problem_id"], row["status"] == "opgelost")


def test_who_walks_along_is_as_in_the_files(demo: Flask) -> None:
    mentor = aliased(Person)
    pairs = sa.select(mentor.source_id, Person.source_id, MentorPair.state)
    pairs = pairs.join_from(MentorPair, mentor, mentor.id == MentorPair.mentor_id)
    assert rows_of(pairs.join(Person, Person.id == MentorPair.person_id)) == {
        (row["mentor_id"], row["person_id"], "running" if row["person_yes_on"] else "open")
        for row in read_csv("mentor_pairs")
    }
    assert rows_of(MentorDay.done_on) == {
        (day(met),) for row in read_csv("mentor_pairs") for met in row["met_on"].split(";") if met
    }


def test_the_community_is_as_in_the_files(demo: Flask) -> None:
    assert rows_of(MeetUp.source_id, MeetUp.held_on, MeetUp.state) == {
        (
            row["meetup_id"],
            day(row["date"]),
            "held" if community.HELD[row["status"]] else "planned",
        )
        for row in read_csv("meetups")
    }
    answers = (
        sa.select(MeetUp.source_id, Person.source_id, Rsvp.answer, Rsvp.came, Rsvp.brings)
        .add_columns(Rsvp.transport, Rsvp.child_care)
        .join(Rsvp, Rsvp.meet_up_id == MeetUp.id)
        .join(Person, Person.id == Rsvp.person_id)
    )
    assert rows_of(answers) == {
        (
            row["meetup_id"],
            row["person_id"],
            community.ANSWERS[row["rsvp"]],
            community.CAME[row["came"]],
            row["brings"],
            row["needs"] == "vervoer",
            row["needs"] == "oppas",
        )
        for row in read_csv("rsvps")
    }
    assert rows_of(Story.source_id, Story.confirmed_by, Story.published_on) == {
        (row["solution_id"], number(row["confirmed_by"]), day(row["published_on"]))
        for row in read_csv("solutions")
    }


def test_contact_requests_are_as_in_the_files(demo: Flask) -> None:
    found = sa.select(ContactRequest.source_id, ContactRequest.kind, ContactRequest.state).join(
        Person, Person.id == ContactRequest.handled_by_id
    )
    assert rows_of(found.add_columns(Person.source_id)) == {
        (
            row["request_id"],
            contacting.KINDS[row["kind"]],
            contacting.STEPS[row["status"]][-1],
            row["handled_by"],
        )
        for row in read_csv("contact_requests")
    }
    overdue = sa.select(ContactRequest.source_id).where(
        ContactRequest.state.in_(("new", "contacted")), ContactRequest.answer_by < DAY
    )
    assert db.session.scalars(overdue).all() == ["V012"]


def test_nothing_is_wrong_and_nothing_is_waiting(demo: Flask) -> None:
    checked = demo.test_cli_runner().invoke(check, ["--json"])
    assert json.loads(checked.output) == {"ok": True, "faults": []}
    assert db.session.scalars(sa.select(Job.name).where(Job.state != "done")).all() == []
    assert set(db.session.scalars(sa.select(OutgoingMail.outcome))) == {"demo"}


def test_time_runs_on_from_the_day_of_the_data(demo: Flask) -> None:
    assert demo_clock.is_running()


def test_the_printed_sign_ins_open_the_door(demo: Flask) -> None:
    table = sign_ins.printed()
    lines = [line.split() for line in table.splitlines() if "@" in line]
    assert len(lines) == 11
    for place, line in enumerate(lines):
        mailbox, password = line[-2:]
        asker = sign_in.Asker(f"127.0.0.{place}")
        assert sign_in.check_password(mailbox, password, asker=asker).person_id
    path = current().var / sign_ins.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    db.session.rollback()
