"""Practice assignments: handing in, and the trainer's answer. Never "onvoldoende".

Source: domain model 4(b)6. A further hand-in is a further row; the last one counts.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from courses import policies
from courses.models import Cohort, Enrolment, Module, PracticeAssignment, PracticeSubmission
from courses.queries.practice import may_change
from courses.services.practice_files import (
    PHOTO_EVIDENCE,
    SOUND_EVIDENCE,
    NewFile,
    add_file,
    has_file,
    wipe_file,
)
from courses.services.taking_part import Participation, get_participation, refuse_unless_learning

EVIDENCE = (
    "kort-verslag",
    "gesproken",
    "ingesproken",
    "foto",
    "tekening",
    "observaties",
    "leerlogboek",
    "plan",
    "bevestiging",
)
"""How an assignment can be shown, as the curricula name it.

"gesproken": told to the trainer. "ingesproken", a recording, is always possible beside it.
"""
TOLD = "gesproken"

ANSWERS = ("done", "add_something")
MAX_TEXT = 5000
MAX_SENTENCE = 500


def hand_in(
    enrolment_id: int,
    assignment_id: int,
    *,
    evidence: str,
    by: Actor,
    text: str = "",
    file: NewFile | None = None,
    told_on: date | None = None,
) -> int:
    """Hand in an assignment, for oneself or on behalf of somebody, and return the hand-in's id.

    `file` is the photo or recording; `told_on` the day on which somebody told it to `by`.
    The same again while the trainer has not looked yet is the same hand-in. Raises NotFoundError,
    ConflictError (done already, or the course does not run) or InvalidInputError.
    """
    learner = get_participation(enrolment_id, right=policies.HAND_IN, by=by, lock=True)
    refuse_unless_learning(learner)
    _refuse_foreign_assignment(learner, assignment_id)
    text = text.strip()
    _refuse_wrong_hand_in(evidence, text, file)
    _refuse_wrong_day(told_on, is_told=evidence == TOLD and learner.person_id != by.person_id)
    last = _last_hand_in(enrolment_id, assignment_id)
    if last is not None and last.state == "done":
        raise ConflictError(_("Deze opdracht is al klaar."))
    if last is not None and _is_same(last, evidence, text, told_on) and has_file(last.id, file):
        return last.id
    submission_id = _add(
        learner, assignment_id, evidence=evidence, text=text, told_on=told_on, by=by
    )
    if file is not None:
        add_file(submission_id, file)
    return submission_id


def review(submission_id: int, *, state: str, by: Actor, sentence: str = "") -> None:
    """Answer a hand-in with `done` or `add_something`; the latter says in a kind sentence what.

    Within ten minutes, before any mail about it goes, who answered may still answer otherwise.
    Raises NotFoundError (also for one's own work), ConflictError if it was answered already or a
    newer hand-in came, or InvalidInputError.
    """
    sentence = sentence.strip()
    submission, learner = _to_review(submission_id, by=by)
    _refuse_wrong_answer(state, sentence)
    _refuse_answered(submission, by=by)
    if (submission.state, submission.sentence) == (state, sentence):
        return
    _answer(submission, learner, state=state, sentence=sentence, by=by)


def refuse_photo(submission_id: int, *, by: Actor) -> None:
    """Wipe a photo on which people can be recognised, and ask for something else instead.

    The sentence that goes with it is the house's own. Raises NotFoundError or ConflictError.
    """
    submission, learner = _to_review(submission_id, by=by)
    _refuse_answered(submission, by=by)
    if submission.evidence not in PHOTO_EVIDENCE or not wipe_file(
        submission_id, why="recognisable", subject_id=learner.person_id, by=by
    ):
        raise ConflictError(_("Deze foto is er niet meer."))
    _answer(submission, learner, state="add_something", sentence="", by=by)


def _is_same(last: PracticeSubmission, evidence: str, text: str, told_on: date | None) -> bool:
    same = ("submitted", evidence, text, told_on)
    return (last.state, last.evidence, last.text, last.told_on) == same


def _refuse_answered(submission: PracticeSubmission, *, by: Actor) -> None:
    if submission.state != "submitted" and not may_change(submission, by=by):
        raise ConflictError(_("Deze opdracht is al bekeken. Kijk hoe het nu staat."))
    if _last_id(submission) != submission.id:
        raise ConflictError(_("Er is intussen iets nieuws ingeleverd. Bekijk dat eerst."))


def _answer(
    submission: PracticeSubmission, learner: Enrolment, *, state: str, sentence: str, by: Actor
) -> None:
    before = submission.state
    submission.state = state
    submission.sentence = sentence
    submission.reviewed_at = clock.now()
    submission.reviewed_by_id = by.person_id
    audit.record(
        "courses:practice:reviewed",
        ("practice_submission", submission.id),
        by=by,
        subject_id=learner.person_id,
        state=state,
        before=before if before in ANSWERS else None,
    )


def _refuse_foreign_assignment(learner: Participation, assignment_id: int) -> None:
    version = db.session.scalar(
        sa.select(Module.course_version_id)
        .join(PracticeAssignment, PracticeAssignment.module_id == Module.id)
        .where(PracticeAssignment.id == assignment_id)
    )
    if version != learner.course_version_id:
        raise NotFoundError


def _refuse_wrong_hand_in(evidence: str, text: str, file: NewFile | None) -> None:
    wrong: dict[str, str] = {}
    if evidence not in EVIDENCE:
        wrong["evidence"] = _("Kies hoe je de opdracht laat zien.")
    if len(text) > MAX_TEXT:
        wrong["text"] = _("Je tekst is te lang. Maak hem korter dan 5000 letters.")
    if file is None and evidence in SOUND_EVIDENCE:
        wrong["sound"] = _("Neem eerst iets op, of kies een opname.")
    if file is not None and evidence not in (PHOTO_EVIDENCE if file.is_photo else SOUND_EVIDENCE):
        wrong["evidence"] = _("Kies hoe je de opdracht laat zien.")
    if wrong:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=wrong)


def _refuse_wrong_day(told_on: date | None, *, is_told: bool) -> None:
    if told_on is None:
        return
    if not is_told or told_on > clock.today():
        sentence = _("Kies de dag waarop je het hoorde: vandaag of eerder.")
        raise InvalidInputError(sentence, fields={"told_on": sentence})


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


def _add(
    learner: Participation,
    assignment_id: int,
    *,
    evidence: str,
    text: str,
    told_on: date | None,
    by: Actor,
) -> int:
    submission = PracticeSubmission(
        enrolment_id=learner.enrolment_id,
        assignment_id=assignment_id,
        state="submitted",
        evidence=evidence,
        text=text,
        submitted_at=clock.now(),
        submitted_by_id=by.person_id,
        told_on=told_on,
    )
    db.session.add(submission)
    db.session.flush()  # the audit line needs the id
    audit.record(
        "courses:practice:handed-in",
        ("practice_submission", submission.id),
        by=by,
        subject_id=learner.person_id,
        evidence=evidence,
        on_behalf_of=audit.on_behalf(by, learner.person_id),
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
