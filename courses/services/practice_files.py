"""The photo or recording that goes with a hand-in: made harmless, kept, taken away.

What comes in is read in the document child only. A photo is made anew, smaller and without a word
about where and when; of a recording the words about it are blanked, the sound stays as it was.
Source: domain model 4(b)6; trust.md, T08.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import undefer

from academy.kernel import audit, clock, documents
from academy.kernel.db import db
from academy.kernel.documents import DocumentError
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import PEOPLE_ON_IT, PracticeFile, PracticeSubmission
from courses.services.taking_part import get_participation

LARGEST_FILE = 10 * 1024 * 1024
MOST_SECONDS = 5 * 60
LEEWAY_SECONDS = 5
"""A recorder that stops by itself after five minutes is a little late."""
WALL_SECONDS = 2.0
PHOTO_EVIDENCE = ("foto", "tekening")
SOUND_EVIDENCE = ("ingesproken",)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A photo or recording that was made harmless and may be kept."""

    media_type: str
    content: bytes
    seconds: int | None = None
    people: str | None = None

    @property
    def is_photo(self) -> bool:
        """Whether it is a photo; else it is a recording."""
        return self.media_type.startswith("image/")


def prepare_photo(data: bytes, *, people: str | None) -> NewFile:
    """Return the photo in `data`, small and anew. Raises InvalidInputError for `photo`, `people`.

    `people` says whether nobody can be recognised on it, or whoever is on it agreed.
    Uses no database; end what was read before, so that nobody waits for it.
    """
    if people not in PEOPLE_ON_IT:
        raise _refused(people=_("Zeg of er mensen op de foto staan."))
    if len(data) > LARGEST_FILE:
        raise _refused(photo=_("Deze foto is groter dan 10 MB. Kies een kleinere."))
    try:
        made = _in_child("courses.adapters.photo:shrink", data)
    except DocumentError as error:
        raise _refused(photo=_photo_sentence(error.kind)) from error
    return NewFile(made["media_type"], made["content"], people=people)


def prepare_sound(data: bytes) -> NewFile:
    """Return the recording in `data` without the words about it. Raises InvalidInputError.

    Uses no database, as `prepare_photo`.
    """
    if len(data) > LARGEST_FILE:
        raise _refused(sound=_("Deze opname is groter dan 10 MB. Maak een kortere."))
    try:
        made = _in_child("courses.adapters.sound:clean", data)
    except DocumentError as error:
        raise _refused(sound=_sound_sentence(error.kind)) from error
    if (made["seconds"] or 0) > MOST_SECONDS + LEEWAY_SECONDS:
        raise _refused(sound=_("Deze opname duurt langer dan 5 minuten. Maak een kortere."))
    return NewFile(made["media_type"], made["content"], seconds=made["seconds"])


def add_file(submission_id: int, file: NewFile) -> None:
    """Keep a photo or recording with a hand-in that was just made."""
    db.session.add(
        PracticeFile(
            submission_id=submission_id,
            media_type=file.media_type,
            people=file.people,
            seconds=file.seconds,
            content=file.content,
        )
    )


def has_file(submission_id: int, file: NewFile | None) -> bool:
    """Say whether a hand-in has this very file; with None: whether it has none."""
    query = sa.select(PracticeFile.id).where(PracticeFile.submission_id == submission_id)
    if file is None:
        return db.session.scalar(query) is None
    return db.session.scalar(query.where(PracticeFile.content == file.content)) is not None


def remove_file(file_id: int, *, by: Actor) -> int:
    """Take a photo or recording away for good, because its maker asks; return the hand-in's id.

    Twice is once. Raises NotFoundError.
    """
    found = db.session.execute(
        sa.select(PracticeSubmission.id, PracticeSubmission.enrolment_id)
        .join(PracticeFile, PracticeFile.submission_id == PracticeSubmission.id)
        .where(PracticeFile.id == file_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    maker = get_participation(found.enrolment_id, right=policies.HAND_IN, by=by)
    maker_id = maker.person_id
    behalf = audit.on_behalf(by, maker_id)
    wipe_file(found.id, why="asked", subject_id=maker_id, by=by, on_behalf_of=behalf)
    return int(found.id)


def wipe_file(
    submission_id: int, *, why: str, subject_id: int, by: Actor, on_behalf_of: int | None = None
) -> bool:
    """Wipe the content of a hand-in's file; the row tells when, by whom and why.

    `why` is one of `models.WHY_REMOVED`; who does it for its maker says so with `on_behalf_of`.
    Returns False when there was nothing (any more).
    """
    file = db.session.scalars(
        sa.select(PracticeFile)
        .where(PracticeFile.submission_id == submission_id, PracticeFile.removed_at.is_(None))
        .options(undefer(PracticeFile.content))
        .with_for_update()
    ).one_or_none()
    if file is None:
        return False
    file.content = None
    file.removed_at, file.removed_by_id, file.removed_why = clock.now(), by.person_id, why
    audit.record(
        "courses:practice:file-removed",
        ("practice_file", file.id),
        by=by,
        subject_id=subject_id,
        on_behalf_of=on_behalf_of,
        why=why,
    )
    return True


def _in_child(function: str, data: bytes) -> dict[str, Any]:
    made: dict[str, Any] = documents.call(function, wall_seconds=WALL_SECONDS, data=data)
    return made


def _refused(**fields: str) -> InvalidInputError:
    return InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=fields)


def _photo_sentence(kind: str) -> str:
    known: dict[str, str] = {
        "not_a_photo": _("Dit is geen foto die wij kennen. Kies een jpg, png of webp."),
        "heic": _("Dit soort foto (HEIC) kennen wij niet. Stuur een schermafdruk van de foto."),
        "moving": _("Dit beeld beweegt. Kies een gewone foto."),
        "too_many_pixels": _("Deze foto is te groot van maat. Kies een kleinere."),
        "too_small": _("Deze foto is te klein om iets te zien. Kies een grotere."),
        "damaged": _("De foto is niet heel. Kies hem opnieuw, of maak een nieuwe."),
    }
    otherwise: str = _("Wij konden deze foto niet lezen. Kies een andere.")
    return known.get(kind, otherwise)


def _sound_sentence(kind: str) -> str:
    known: dict[str, str] = {
        "not_a_sound": _("Dit is geen opname die wij kennen. Kies een m4a, mp3, ogg, wav of webm."),
        "film": _("Dit is een film. Stuur alleen geluid."),
        "damaged": _("De opname is niet heel. Neem hem nog eens op."),
    }
    otherwise: str = _("Wij konden deze opname niet lezen. Neem hem nog eens op.")
    return known.get(kind, otherwise)
