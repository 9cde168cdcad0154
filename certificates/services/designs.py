"""Dressing a design: looked at first, checked, and kept as a new version.

What was issued or granted before keeps the look it had: a certificate names its version.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, documents, policy
from academy.kernel.db import db
from academy.kernel.documents import DocumentError
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.i18n import language as shown_language
from academy.kernel.policy import Actor, Reach
from academy.kernel.resources import vendor_file
from certificates import policies
from certificates.models import DesignVersion
from certificates.queries.designs import get_dressed, specimen
from certificates.rules.look import (
    LANGUAGES,
    LEAST_CONTRAST,
    LONGEST,
    Look,
    contrast_on_white,
    is_colour,
)
from certificates.rules.printed import Language, PrintedCertificate

LARGEST_LOGO = 2 * 1024 * 1024
_CHILD = "certificates.adapters.specimen"


def remake_logo(data: bytes) -> bytes:
    """Return a logo made anew. Raises InvalidInputError for `logo`; uses no database."""
    if len(data) > LARGEST_LOGO:
        raise _refused("logo", _("Dit logo is groter dan 2 MB. Kies een kleiner bestand."))
    try:
        made: bytes = documents.call("certificates.adapters.logo:remake", data=data)
    except DocumentError as error:
        raise _refused("logo", _logo_sentence(error.kind)) from error
    return made


def _logo_sentence(kind: str) -> str:
    sentences: dict[str, str] = {
        "not_a_picture": _("Dit is geen PNG of JPEG. Kies een ander bestand."),
        "too_many_pixels": _("Dit plaatje is te groot. Kies een kleiner bestand."),
        "too_detailed": _("Dit plaatje lijkt een foto. Kies een logo met vlakken en lijnen."),
        "too_small": _("Dit plaatje is te klein om scherp te drukken. Kies een groter bestand."),
    }
    return sentences.get(kind) or _("Dit plaatje kunnen wij niet lezen. Kies een ander bestand.")


def require_fit(look: Look) -> None:
    """Refuse colours and words that no paper should carry. Raises InvalidInputError."""
    faults: dict[str, str] = {}
    for name in ("ink", "accent"):
        if not is_colour(getattr(look, name)):
            faults[name] = _("Kies een kleur.")
    if "ink" not in faults and contrast_on_white(look.ink) < LEAST_CONTRAST:
        faults["ink"] = _("Deze kleur is te licht om te lezen. Kies een donkere kleur.")
    for language in LANGUAGES:
        for name, words in look.texts.get(language, {}).items():
            if len(words) > LONGEST[name]:
                faults[f"{name}_{language}"] = _(
                    "Dit is te lang: hier passen %(most)s tekens.", most=LONGEST[name]
                )
    if faults:
        raise InvalidInputError(next(iter(faults.values())), fields=faults)


def picture(
    design: str, look: Look, *, language: Language, long_name: bool = False, grey: bool = False
) -> bytes:
    """Return a picture of a specimen in `look`, as PNG. Raises InvalidInputError."""
    require_fit(look)
    return _made(
        "picture_specimen",
        design,
        look,
        specimen(design, language=language, long_name=long_name),
        grey=grey,
    )


def proof(
    design: str, look: Look, *, language: Language, long_name: bool = False, grey: bool = False
) -> bytes:
    """Return a specimen in `look`, as PDF, to print. Raises InvalidInputError."""
    require_fit(look)
    return _made(
        "make_specimen",
        design,
        look,
        specimen(design, language=language, long_name=long_name),
        grey=grey,
    )


def require_printable(design: str, look: Look) -> None:
    """Print specimens in both languages, one with a long name; raises InvalidInputError."""
    for language in LANGUAGES:
        proof(design, look, language="en" if language == "en" else "nl", long_name=True)


def _made(
    function: str, design: str, look: Look, printed: PrintedCertificate, **more: Any
) -> bytes:
    try:
        made: bytes = documents.call(
            f"{_CHILD}:{function}",
            design=design,
            look=look.as_plain(),
            values=printed.as_plain(),
            fonts_folder=str(vendor_file("print")),
            **more,
        )
    except DocumentError as error:
        sentence = error.sentence_en if shown_language() == "en" else error.sentence
        raise InvalidInputError(sentence) from error
    return made


def keep_look(design: str, look: Look, *, seen_version: int, by: Actor) -> int:
    """Keep a look as the next version of a design, and return its number.

    Raises ConflictError when somebody else kept another version meanwhile, and InvalidInputError
    when nothing is different. Whether it can be printed is for `require_printable`, before.
    """
    policy.require(by, policies.DRESS, Reach())
    require_fit(look)
    now = get_dressed(design)
    if now.version != seen_version:
        raise ConflictError(_("Iemand anders bewaarde net een andere versie. Kijk eerst daarnaar."))
    if replace(now.look, texts={}) == replace(look, texts={}) and _said(now.look) == _said(look):
        raise InvalidInputError(_("Er is niets veranderd."))
    plain = look.as_plain()
    logo = plain.pop("logo")
    row = DesignVersion(
        design=design,
        version=seen_version + 1,
        choices=plain,
        logo=logo,
        made_at=clock.now(),
        made_by_id=by.person_id or 0,
    )
    db.session.add(row)
    try:
        db.session.flush()  # the audit names the row; two at once are told apart here
    except sa.exc.IntegrityError as error:
        raise ConflictError(
            _("Iemand anders bewaarde net een andere versie. Kijk eerst daarnaar.")
        ) from error
    audit.record("certificates:design:dressed", ("design_version", row.id), by=by)
    return row.version


def _said(look: Look) -> dict[str, dict[str, str]]:
    return {language: dict(look.texts.get(language, {})) for language in LANGUAGES}


def _refused(name: str, sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, fields={name: sentence})
