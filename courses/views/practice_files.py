"""The photo or recording of a hand-in: receiving, showing and taking away."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, send_file, url_for
from flask_babel import gettext as _

from academy.kernel import limits
from academy.kernel.limits import Limit
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.headers import contain
from courses import policies
from courses.forms.practice import HandInForm
from courses.queries import practice_files as queries
from courses.services import practice_files
from courses.services.practice_files import LARGEST_FILE, NewFile

bp = FeatureBlueprint("practice_files", __name__)

PER_PERSON = Limit("practice-file", 60, timedelta(hours=1))
RULE = "/opdracht/bestand/<int:file_id>"
ENDINGS = {
    "image/jpeg": "jpg",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
}


@bp.page(RULE, needs=policies.HAND_IN)
def show(file_id: int) -> Response:
    """Send the file as what we made of it; a picture or player on a page shows it too."""
    file = queries.get_file(file_id, by=actor())
    answer = send_file(
        io.BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=_file_name(file.order, file.media_type),
        conditional=True,  # a player asks for pieces
    )
    return contain(answer)


@bp.action(f"{RULE}/wissen", needs=policies.HAND_IN)
def remove(file_id: int) -> Any:
    """Take the file away for good."""
    submission_id = practice_files.remove_file(file_id, by=actor())
    enrolment_id, order = queries.order_of(submission_id)
    flash(_("Gewist. Niemand kan het meer zien of horen."), "success")
    return redirect(url_for("practice.show", enrolment_id=enrolment_id, order=order), 303)


def prepared_file(form: HandInForm) -> NewFile | None:
    """Return what was sent along, made harmless. Raises InvalidInputError or TooManyError.

    Ends what the request read so far: parsing a file must not keep the one writer waiting.
    """
    if not form.has_photo and not form.has_sound:
        return None
    limits.spend(PER_PERSON, str(actor().person_id))
    if form.has_photo:
        data = form.photo.data.stream.read(LARGEST_FILE + 1)
        return practice_files.prepare_photo(data, people=form.people.data)
    return practice_files.prepare_sound(form.sound.data.stream.read(LARGEST_FILE + 1))


def _file_name(order: int, media_type: str) -> str:
    """Name the file by the assignment only: a downloads folder is read by others too."""
    return f"{_('opdracht')}-{order}.{ENDINGS[media_type]}"
