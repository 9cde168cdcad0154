"""Typed builders: each makes something valid, and names only what a test is about.

Every builder adds to the session and flushes; a web test commits with `unit_of_work`.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock, ids
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people import rules
from academy.people.models import Grant, Organisation, Person, Place, SignIn
from academy.people.queries.actors import actor_for
from academy.people.services.sign_in import open_sign_in
from courses.models import (
    Cohort,
    CohortTrainer,
    Course,
    CourseVersion,
    Enrolment,
    Module,
    PracticeAssignment,
    Quiz,
    Session,
    Track,
)

_numbers = count(1)


def _add(thing: Any) -> Any:
    db.session.add(thing)
    db.session.flush()
    return thing


def make_person(call_name: str = "Samira", last_name: str = "", **values: Any) -> Person:
    """Make a person with a name of their own."""
    number = next(_numbers)
    last_name = last_name or f"Nummer{number}"
    values.setdefault("email", f"person{number}@test.example")
    values.setdefault("created_on", date(2026, 1, 1))
    prefix = values.pop("prefix", "")
    return _add(
        Person(
            call_name=call_name,
            prefix=prefix,
            last_name=last_name,
            sort_key=rules.sort_key(call_name, prefix, last_name),
            **values,
        )
    )


def make_organisation(**values: Any) -> Organisation:
    """Make a client organisation."""
    values = {"name": "De Goede Haard", "kind": "housing_association", "city": "Waterdam"} | values
    return _add(Organisation(**values))


def make_place(name: str = "Bloemenbuurt", **values: Any) -> Place:
    """Make a neighbourhood."""
    values = {"kind": "neighbourhood", "municipality": "Waterdam"} | values
    return _add(Place(name=name, **values))


def make_grant(
    person: Person,
    role: str,
    *,
    cohort: Cohort | None = None,
    place: Place | None = None,
    organisation: Organisation | None = None,
    about: Person | None = None,
    **values: Any,
) -> Grant:
    """Give a right over one thing, or over everything when none is named."""
    scopes = {"cohort": cohort, "place": place, "organisation": organisation, "person": about}
    kind, thing = next(((k, t) for k, t in scopes.items() if t is not None), ("everything", None))
    given = {"valid_from": date(2020, 1, 1), "reason": "test", "granted_by_id": None}
    values = {**given, "confirmed_on": date(2020, 1, 1), **values}
    return _add(
        Grant(
            person_id=person.id,
            role=role,
            scope_kind=kind,
            scope_id=thing.id if thing is not None else None,
            **values,
        )
    )


def make_sign_in(person_id: int) -> str:
    """Open a sign-in on which the second factor was given, and return the token of its cookie."""
    opened = open_sign_in(person_id, device="test")
    row = db.session.scalars(
        sa.select(SignIn).where(SignIn.token_hash == ids.digest(opened.token))
    ).one()
    row.second_factor_at = row.created_at
    db.session.flush()
    return opened.token


def make_actor(person: Person, *, stepped_up: bool = True) -> Actor:
    """Return the actor that `person` is now."""
    actor = actor_for(person.id)
    moment = clock.real_now() if stepped_up else None
    return Actor(
        person_id=actor.person_id,
        display_name=actor.display_name,
        grants=actor.grants,
        stepped_up_at=moment,
        call_name=actor.call_name,
    )


RULES: dict[str, Any] = {
    "attendance_rule": {
        "sessions_total": 3,
        "min_present": 2,
        "required_modules": ["tst-01"],
        "makeup_allowed": 1,
        "makeup_counts_as_present": True,
        "late_after_minutes": 30,
    },
    "practice_rule": {"min_done": 2, "required": ["tst-02-p"]},
    "quiz_rule": {"counts_for_pass": False},
    "pass_rule": {"all_of": ["attendance_rule", "practice_rule"]},
    "resit_rule": {"final_attempts": 3, "wait_days": 14},
    "certificate": {
        "title": {"nl": "Certificaat test", "en": "Test certificate"},
        "kind": "competence",
        "validity_months": 36,
        "number_prefix": "SLHZ-B",
        "signatories": ["trainer_lead", "academy_director"],
        "statement": {"nl": "heeft geoefend.", "en": "practised."},
        "disclaimer": {"nl": "Alleen een test.", "en": "Only a test."},
    },
}


def make_course(modules: int = 3, **content: Any) -> CourseVersion:
    """Make a frozen course with short lessons `tst-01`… and a practice assignment for each."""
    number = next(_numbers)
    track = _add(
        Track(
            key=f"track{number}",
            order=number,
            content={
                "name": {"nl": "Leergang test", "en": "Test track"},
                "audience": {"nl": "Voor wie oefent.", "en": "For who practises."},
            },
        )
    )
    course = _add(Course(key=f"tst{number}", track_id=track.id))
    whole = {
        "id": f"tst{number}",
        "track": "residents",
        "version": "2026.1",
        "title": {"nl": "Test", "en": "Test"},
        "goal": {"nl": "Je leert oefenen.", "en": "You learn to practise."},
        "group_size": {"min": 6, "ideal": 10, "max": 14},
        "study_load": {"sessions": modules, "session_minutes": 150, "interval_days": 14},
    }
    frozen = {
        "course": whole | RULES | content,
        "modules": [_rule_part(order) for order in range(1, modules + 1)],
        "rubric": None,
        "final": None,
        "selfscan": None,
    }
    version = _add(
        CourseVersion(
            course_id=course.id,
            version="2026.1",
            title_nl="Test",
            title_en="Test",
            content=frozen,
            content_hash=f"{number:064d}",
            imported_at=clock.now(),
        )
    )
    for order in range(1, modules + 1):
        _make_module(version, order)
    return version


def _rule_part(order: int) -> dict[str, Any]:
    """Return what the rules need to know of a module."""
    key = f"tst-{order:02d}"
    return {
        "id": key,
        "order": order,
        "title": {"nl": f"Les nummer {order}", "en": f"Lesson number {order}"},
        "practice": {
            "id": f"{key}-p",
            "title": {"nl": f"Opdracht {order}", "en": f"Assignment {order}"},
        },
        "quiz": {"id": f"quiz-{key}", "questions": []},
    }


def _make_module(version: CourseVersion, order: int) -> None:
    key = f"tst-{order:02d}"
    module = _add(
        Module(
            course_version_id=version.id,
            key=key,
            order=order,
            title_nl=f"Les nummer {order}",
            title_en=f"Lesson number {order}",
            duration_minutes=150,
            attendance_required=order == 1,
            content={"goal": {"nl": "Je oefent.", "en": "You practise."}, "outcomes": []},
            lesson="## Welkom\n\nFijn dat je er bent.",
            trainer_text="Praat zelf weinig.",
        )
    )
    _add(
        PracticeAssignment(
            module_id=module.id,
            key=f"{key}-p",
            title_nl=f"Opdracht {order}",
            title_en=f"Assignment {order}",
            minutes=90,
            required=order == 2,
            content={"task": "Loop een rondje.", "evidence": ["gesproken", "kort-verslag"]},
        )
    )
    _add(Quiz(module_id=module.id, key=f"quiz-{key}", title_nl=f"Vragen {order}", questions=[]))


def make_cohort(
    *, version: CourseVersion | None = None, place: Place | None = None, **values: Any
) -> Cohort:
    """Make a running cohort of which every session is a week after the one before."""
    version = version or make_course()
    place = place or make_place()
    starts_on = values.pop("starts_on", date(2026, 11, 2))
    values = {"name": "Bloemenbuurt najaar", "location": "De Krokus", "capacity": 12} | values
    values.setdefault("state", "running")
    cohort = _add(
        Cohort(
            course_version_id=version.id,
            place_id=place.id,
            starts_on=starts_on,
            **values,
        )
    )
    modules = db.session.query(Module).filter_by(course_version_id=version.id).order_by("order")
    for number, module in enumerate(modules):
        day = starts_on + timedelta(days=7 * number)
        _add(
            Session(
                cohort_id=cohort.id,
                module_id=module.id,
                starts_at=clock.local(day, 19),
                ends_at=clock.local(day, 19) + timedelta(minutes=module.duration_minutes),
                location=cohort.location,
                state="held" if day < clock.today() else "planned",
            )
        )
    return cohort


def make_trainer(cohort: Cohort, **values: Any) -> Person:
    """Make a person who trains `cohort` and holds the grant for it."""
    person = make_person("Said", **values)
    position = db.session.query(CohortTrainer).filter_by(cohort_id=cohort.id).count() + 1
    _add(CohortTrainer(cohort_id=cohort.id, person_id=person.id, position=position))
    make_grant(person, "trainer", cohort=cohort)
    return person


def make_coordinator(place: Place | None = None) -> Person:
    """Make a coordinator of `place`, or of everything."""
    person = make_person("Tineke")
    make_grant(person, "coordinator", place=place)
    return person


def make_enrolment(
    cohort: Cohort | None = None, person: Person | None = None, **values: Any
) -> Enrolment:
    """Enrol a person; active in a running cohort."""
    cohort = cohort or make_cohort()
    person = person or make_person()
    values = {"state": "active", "applied_on": date(2026, 10, 1)} | values
    values["sort_key"] = person.sort_key
    return _add(Enrolment(cohort_id=cohort.id, person_id=person.id, **values))
