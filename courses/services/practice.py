"""Practice assignments: handing in, and the trainer's answer. Never "onvoldoende".

Source: domain model 4(b)6. A further hand-in is a further row; the last one counts.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from courses import policies
from courses.models import Cohort, Enrolment, Module, PracticeAssignment, PracticeSubmission
from courses.services.taking_part import Participation, get_participation, refuse_unless_learning

EVIDENCE = (
    "kort-verslag",
    "gesproken",
    "foto",
    "tekening",
    "observaties",
    "leerlogboek",
    "plan",
    "bevestiging",
)
"""How an assignment can be shown, as the curricula name it. "gesproken": told to the trainer."""

ANSWERS = ("done", "add_something")
MAX_TEXT = 5000
MAX_SENTENCE = 500


def hand_in(
    enrolment_id: int, assignment_id: int, *, evidence: str, by: Actor, text: str = ""
) -> int:
    """Hand in an assignment, for oneself or on behalf of somebody, and return the hand-in's id.

    The same again while the trainer has not looked yet is the same hand-in. Raises NotFoundError,
    ConflictError (done already, or the course does not run) or InvalidInputError.
    """
    learner = get_participation(enrolment_id, right=policies.HAND_IN, by=by, lock=True)
    refuse_unless_learning(learner)
    _refuse_foreign_assignment(learner, assignment_id)
    text = text.strip()
    _refuse_wrong_hand_in(evidence, text)
    last = _last_hand_in(enrolment_id, assignment_id)
    if last is not None and last.state == "done":
        raise ConflictError(_("Deze opdracht is al klaar."))
    if last is not None and (last.state, last.evidence, last.text) == ("submitted", evidence, text):
        return last.id
    return _add(learner, assignment_id, evidence=evidence, text=text, by=by)


def review(submission_id: int, *, state: str, by: Actor, sentence: str = "") -> None:
    """Answer a hand-in with `done` or `add_something`; the latter says in a kind sentence what.

    Raises NotFoundError (also for one's own work), ConflictError if it was answered already or a
    newer hand-in came, or InvalidInputError.
    """
    submission, learner = _to_review(submission_id, by=by)
    sentence = sentence.strip()
    _refuse_wrong_answer(state, sentence)
    if submission.state != "submitted":
        raise ConflictError(_("Deze opdracht is al bekeken. Kijk hoe het nu staat."))
    if _last_id(submission) != submission_id:
        raise ConflictError(_("Er is intussen iets nieuws ingeleverd. Bekijk dat eerst."))
    submission.state = state
    submission.sentence = sentence
    submission.reviewed_at = clock.now()
    submission.reviewed_by_id = by.person_id
    audit.record(
        "courses:practice:reviewed",
        ("practice_submission", submission_id),
        by=by,
        subject_id=learner.person_id,
        state=state,
    )


def _refuse_foreign_assignment(learner: Participation, assignment_id: int) -> None:
    version = db.session.scalar(
        sa.select(Module.course_version_id)
        .join(PracticeAssignment, PracticeAssignment.module_id == Module.id)
        .where(PracticeAssignment.id == assignment_id)
    )
    if version != learner.course_version_id:
        raise NotFoundError


def _refuse_wrong_hand_in(evidence: str, text: str) -> None:
    wrong: dict[str, str] = {}
    if evidence not in EVIDENCE:
        wrong["evidence"] = _("Kies hoe je de opdracht laat zien.")
    if len(text) > MAX_TEXT:
        wrong["text"] = _("Je tekst is te lang. Maak hem korter dan 5000 letters.")
    if wrong:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=wrong)


def _last_hand_in(enrolment_id: int, assignment_id: int) -> PracticeSubmission | None:
    return db.session.scalars(
        sa.select(PracticeSubmission)
        .where(
            PracticeSubmission.enrolment_id == enrolment_id,
            PracticeSubmission.assignment_id == assignment_id,
        )
        .order_by(PracticeSubmission.id.desc())
        .limit(1)
    ).one_or_none()


def _add(learner: Participation, assignment_id: int, *, evidence: str, text: str, by: Actor) -> int:
    submission = PracticeSubmission(
        enrolment_id=learner.enrolment_id,
        assignment_id=assignment_id,
        state="submitted",
        evidence=evidence,
        text=text,
        submitted_at=clock.now(),
        submitted_by_id=by.person_id,
    )
    db.session.add(submission)
    db.session.flush()  # the audit line needs the id
    audit.record(
        "courses:practice:handed-in",
        ("practice_submission", submission.id),
        by=by,
        subject_id=learner.person_id,
        evidence=evidence,
    )
    return submission.id


def _to_review(submission_id: int, *, by: Actor) -> tuple[PracticeSubmission, Enrolment]:
    row = db.session.execute(
        sa.select(PracticeSubmission, Enrolment, Cohort.place_id)
        .join(Enrolment, Enrolment.id == PracticeSubmission.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(PracticeSubmission.id == submission_id)
        .with_for_update(of=PracticeSubmission)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row[1].person_id == by.person_id:
        raise NotFoundError
    reach = Reach(cohort_id=row[1].cohort_id, place_id=row.place_id)
    policy.require(by, policies.REVIEW, reach)
    return row[0], row[1]


def _refuse_wrong_answer(state: str, sentence: str) -> None:
    wrong: dict[str, str] = {}
    if state not in ANSWERS:
        wrong["state"] = _("Kies wat je van de opdracht vindt.")
    if state == "add_something" and not sentence:
        wrong["sentence"] = _("Schrijf in één vriendelijke zin wat er nog bij mag.")
    if len(sentence) > MAX_SENTENCE:
        wrong["sentence"] = _("Maak het korter dan 500 letters.")
    if wrong:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=wrong)


def _last_id(submission: PracticeSubmission) -> int | None:
    return db.session.scalar(
        sa.select(sa.func.max(PracticeSubmission.id)).where(
            PracticeSubmission.enrolment_id == submission.enrolment_id,
            PracticeSubmission.assignment_id == submission.assignment_id,
        )
    )
