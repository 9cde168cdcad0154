"""The schemas of the curricula files, as described in the README beside them."""

from __future__ import annotations

from courses.adapters.curriculum.kinds import (
    Chosen,
    Items,
    Maybe,
    Number,
    OneOf,
    Record,
    Words,
    YesNo,
)
from courses.rules.course_rule import CRITERIA

TEXT = Words()
PERHAPS_EMPTY = Words(r"(?s).*")
ID = Words(
    r"[a-z0-9]+([_-][a-z0-9]+)*",
    "een korte naam van kleine letters, cijfers en streepjes",
    "a short name of small letters, digits and hyphens",
)
FILE = Words(
    r"[a-z0-9][a-z0-9_./*-]*", "een bestandsnaam in deze map", "a file name in this folder"
)
BOTH = Record({"nl": TEXT, "en": TEXT})
TEXTS = Items(TEXT)
IDS = Items(ID)
COUNT = Number(1)

PURPOSES = (
    "ontmoeten",
    "ophalen",
    "verdiepen",
    "verbinden",
    "kiezen",
    "doen",
    "terugkijken",
    "energie",
)
EVIDENCE = (
    "gesproken",
    "tekening",
    "kort-verslag",
    "observaties",
    "foto",
    "bevestiging",
    "plan",
    "leerlogboek",
)

TRACKS = Record(
    {
        "schema": OneOf(("slhz/tracks@1",)),
        "academy": BOTH,
        "tracks": Items(
            Record(
                {
                    "id": ID,
                    "order": COUNT,
                    "name": BOTH,
                    "for": BOTH,
                    "role_after": BOTH,
                    "certificate_kind": OneOf(("competence", "participation")),
                    "ongoing_coaching": OneOf((True, False, "optional")),
                    "course_dir": ID,
                }
            ),
            least=1,
            key="id",
        ),
    }
)

SOURCES = Record(
    {
        "schema": OneOf(("slhz/sources@1",)),
        "sources": Items(Record({"id": ID, "title": TEXT, "url": TEXT, "seen": TEXT}), key="id"),
    }
)

WORKING_METHODS = Record(
    {
        "schema": OneOf(("slhz/werkvormen@1",)),
        "werkvormen": Items(
            Record(
                {
                    "id": ID,
                    "name": BOTH,
                    "purpose": Items(OneOf(PURPOSES), least=1),
                    "group": Items(COUNT, least=2, most=2),
                    "minutes": COUNT,
                    "prep": OneOf(("none", "little", "much")),
                    "literacy": YesNo(),
                    "materials": TEXTS,
                    "steps": Items(TEXT, least=3, most=6),
                    "tip": TEXT,
                    "origin": TEXT,
                }
            ),
            key="id",
        ),
    }
)

ATTENDANCE_RULE = Record(
    {
        "sessions_total": COUNT,
        "min_present": Number(0),
        "required_modules": IDS,
        "makeup_allowed": Number(0),
        "makeup_counts_as_present": YesNo(),
        "late_after_minutes": Number(0),
        "text": BOTH,
    }
)

FINAL_RUBRIC = Record(
    {
        "rubric": ID,
        "min_level_all": Number(1, 4),
        "min_level_required": Number(1, 4),
        "min_total": Number(0),
        "second_assessor": OneOf(("required",)),
        "disagreement": TEXT,
    },
    {"second_assessor_role": ID},
)

SELF_ASSESSMENT = Record(
    {
        "instrument": ID,
        "moments": Items(
            Words(
                r"(before|after)_[a-z0-9_]+",
                "before_ of after_ en dan een module",
                "before_ or after_ and then a module",
            ),
            least=1,
        ),
        "stored": OneOf(("group_aggregate_only",)),
        "min_group_for_aggregate": COUNT,
    }
)

RENEWAL_RULE = Record(
    {
        "window_opens_months_before": Number(0),
        "grace_months_after": Number(0),
        "requirements": Items(Record({"id": ID, "nl": TEXT, "en": TEXT, "min": COUNT}), key="id"),
        "late": BOTH,
    }
)

EXPIRY = Chosen(
    "method",
    {
        "from_completion": Record({"method": TEXT}),
        "from_previous_end": Record({"method": TEXT}),
        "fixed_date": Record(
            {
                "method": TEXT,
                "last_day": Words(
                    r"\d{4}-\d{2}-\d{2}",
                    'een dag als "2026-12-31", met aanhalingstekens',
                    'a day like "2026-12-31", in quotes',
                ),
                "minimum_months": Number(0),
            }
        ),
    },
)

CERTIFICATE = Record(
    {
        "title": BOTH,
        "kind": OneOf(("competence", "participation")),
        "validity_months": Maybe(COUNT),
        "number_prefix": Words(r"SLHZ-[A-Z]", "SLHZ- en een letter", "SLHZ- and a letter"),
        "signatories": Items(ID, least=1),
        "statement": BOTH,
        "disclaimer": BOTH,
    },
    {
        "promise_on_certificate": YesNo(),
        "study_hours_on_certificate": COUNT,
        "pe_note": BOTH,
        "expiry": EXPIRY,
    },
)

COURSE = Record(
    {
        "schema": OneOf(("slhz/course@1",)),
        "id": ID,
        "track": ID,
        "version": Words(r"\d{4}\.\d+", 'een versie als "2026.1"', 'a version like "2026.1"'),
        "language": OneOf(("nl", "en")),
        "title": BOTH,
        "subtitle": BOTH,
        "goal": BOTH,
        "audience": BOTH,
        "language_level": OneOf(("A1", "A2", "B1", "B2", "C1", "C2")),
        "price_for_participant_cents": Maybe(Number(0)),
        "group_size": Record({"min": COUNT, "ideal": COUNT, "max": COUNT}),
        "study_load": Record(
            {
                "sessions": COUNT,
                "session_minutes": COUNT,
                "practice_minutes_total": Number(0),
                "interval_days": COUNT,
            }
        ),
        "trainers": Record({"per_cohort": COUNT}, {"note_nl": TEXT}),
        "modules": Items(Record({"id": ID, "file": FILE}), least=1, key="id"),
        "assessments": Record(
            {"quizzes": FILE, "rubric": FILE}, {"final": FILE, "self_assessment": FILE}
        ),
        "attendance_rule": ATTENDANCE_RULE,
        "practice_rule": Record({"min_done": Number(0), "required": IDS, "text": BOTH}),
        "quiz_rule": Record(
            {"counts_for_pass": YesNo(), "text": BOTH},
            {"min_percent_each": Number(0, 100), "attempts": OneOf(("unlimited",))},
        ),
        "pass_rule": Record(
            {"all_of": Items(OneOf(CRITERIA), least=1), "text": BOTH},
            {"final_rubric": FINAL_RUBRIC, "self_assessment_twice": SELF_ASSESSMENT},
        ),
        "resit_rule": Record(
            {"final_attempts": Maybe(COUNT), "wait_days": Maybe(Number(0)), "scope_nl": TEXT}
        ),
        "appeal_rule": Record(
            {"objection_within_days": COUNT, "decision_within_days": COUNT, "text": BOTH}
        ),
        "certificate": CERTIFICATE,
        "renewal_rule": Maybe(RENEWAL_RULE),
        "after_certificate": Record(
            {"coaching": BOTH},
            {
                "contact_rhythm_days": Record({"first_half_year": COUNT, "afterwards": COUNT}),
                "yearly_review": YesNo(),
                "meetups_per_year": Number(0),
                "followup_session_days": COUNT,
                "promise_check": BOTH,
            },
        ),
        "sources": IDS,
    },
    {
        "accommodations": Items(BOTH),
        "delivery": Record(
            {"in_company": YesNo(), "open_enrolment": YesNo()},
            {
                "resident_teachers": Record(
                    {"per_session_min": Number(0), "paid": YesNo()}, {"note_nl": TEXT}
                ),
                "confidentiality": BOTH,
                "location_rule": BOTH,
            },
        ),
        "rubric_use": Record({"mode": ID, "counts_for_pass": YesNo()}),
        "client_reporting": Record(
            {"visible_to_client": IDS, "not_visible_to_client": IDS},
            {"note": BOTH, "min_group_for_aggregate": COUNT},
        ),
    },
)

MODULE = Record(
    {
        "schema": OneOf(("slhz/module@1",)),
        "id": ID,
        "track": ID,
        "order": COUNT,
        "slug": ID,
        "title": BOTH,
        "goal": BOTH,
        "duration_minutes": COUNT,
        "attendance_required": YesNo(),
        "outcomes": Items(Record({"id": ID, "nl": TEXT, "en": TEXT}), least=3, most=4, key="id"),
        "rubric_criteria": IDS,
        "materials": TEXTS,
        "session_plan": Items(
            Record({"minutes": COUNT, "title": TEXT, "werkvorm": Maybe(ID), "how": PERHAPS_EMPTY}),
            least=1,
        ),
        "practice": Record(
            {
                "id": ID,
                "title": BOTH,
                "minutes": COUNT,
                "required": YesNo(),
                "evidence": Items(OneOf(EVIDENCE), least=1),
                "task": TEXT,
            }
        ),
        "makeup": Record({"minutes": COUNT, "task": TEXT}),
        "quiz": FILE,
        "sources": IDS,
    }
)

OPTION = Record({"id": ID, "text": TEXT, "correct": YesNo()}, {"feedback": Maybe(TEXT)})
QUESTION = {"id": ID, "type": TEXT, "prompt": TEXT}
SCORED = {**QUESTION, "explanation": TEXT}
WITH_OPTIONS = Record({**SCORED, "options": Items(OPTION, least=2, key="id")})

QUIZ = Record(
    {
        "schema": OneOf(("slhz/quiz@1",)),
        "id": ID,
        "module": ID,
        "title": BOTH,
        "counts_for_pass": YesNo(),
        "questions": Items(
            Chosen(
                "type",
                {
                    "single": WITH_OPTIONS,
                    "scenario": WITH_OPTIONS,
                    "multiple": WITH_OPTIONS,
                    "truefalse": Record({**SCORED, "answer": YesNo()}),
                    "order": Record({**SCORED, "items": Items(TEXT, least=3)}),
                    "open": Record(
                        {**QUESTION, "model_answer": TEXT, "look_for": Items(TEXT, least=1)},
                        {"explanation": TEXT},
                    ),
                },
            ),
            least=5,
            most=8,
            key="id",
        ),
    }
)

RUBRIC = Record(
    {
        "schema": OneOf(("slhz/rubric@1",)),
        "id": ID,
        "course": ID,
        "title": BOTH,
        "levels": Items(
            Record({"value": Number(1, 4), "key": ID, "name": BOTH}), least=4, most=4, key="value"
        ),
        "criteria": Items(
            Record(
                {
                    "id": ID,
                    "required": YesNo(),
                    "title": BOTH,
                    "descriptors": Record({1: TEXT, 2: TEXT, 3: TEXT, 4: TEXT}),
                }
            ),
            least=4,
            most=6,
            key="id",
        ),
    },
    {
        "pass": Record(
            {
                "min_level_all": Number(1, 4),
                "min_level_required": Number(1, 4),
                "min_total": Number(0),
                "max_total": COUNT,
            }
        ),
        "comment_required_below": Number(1, 4),
        "practice_only_criteria": IDS,
        "use": BOTH,
        "counts_for_pass": YesNo(),
        "notes": Record(others=BOTH),
    },
)

FINAL = Record(
    {
        "schema": OneOf(("slhz/final@1",)),
        "id": ID,
        "course": ID,
        "title": BOTH,
        "kind": OneOf(("observed_practical",)),
        "rubric": ID,
        "when": BOTH,
        "parts": Items(
            Record({"id": ID, "minutes": COUNT, "title": BOTH, "nl": TEXT}, {"en": TEXT}),
            least=1,
            key="id",
        ),
        "roles": Record({"first_assessor": TEXT, "second_assessor": TEXT}),
        "independence": BOTH,
        "residents_voice": Record(
            {
                "min_confirmations": Number(0),
                "questions": Items(
                    Record({"id": ID, "nl": TEXT, "answers": Items(ID, least=2)}, {"en": TEXT}),
                    key="id",
                ),
            },
            {"note": BOTH},
        ),
        "result_text": Record({"passed": BOTH, "not_yet": BOTH}),
        "resit": Record({"max_attempts": COUNT, "wait_days": Number(0), "scope_nl": TEXT}),
    },
    {"safety": BOTH},
)

SELFSCAN = Record(
    {
        "schema": OneOf(("slhz/selfscan@1",)),
        "id": ID,
        "title": BOTH,
        "intro": BOTH,
        "scale": Items(
            Record({"value": Maybe(Number(0, 10)), "nl": TEXT, "en": TEXT}, {"key": ID}),
            least=2,
            key="value",
        ),
        "respondents": Items(ID, least=1),
        "storage": Record(
            {"per_person": OneOf((False,)), "min_group": COUNT, "keep_months": COUNT}
        ),
        "dimensions": Items(
            Record(
                {
                    "id": ID,
                    "name": BOTH,
                    "statements": Items(Record({"id": ID, "nl": TEXT}, {"en": TEXT}), least=1),
                }
            ),
            least=1,
            key="id",
        ),
    }
)
