"""A picture of somebody's name on their paper, to look at before saying yes to it."""

from __future__ import annotations

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from academy.kernel.errors import InvalidInputError
from academy.kernel.i18n import pick
from academy.kernel.resources import vendor_file
from certificates.queries.name_picture import NameOnPaper


def name_picture(paper: NameOnPaper) -> bytes:
    """Return the part of the paper around the name, as PNG. Raises InvalidInputError."""
    try:
        made: bytes = documents.call(
            "certificates.adapters.specimen:picture_name",
            design=paper.design,
            look=paper.look.as_plain() if paper.look else None,
            values=paper.printed.as_plain(),
            fonts_folder=str(vendor_file("print")),
        )
    except DocumentError as error:
        sentence = pick({"nl": error.sentence, "en": error.sentence_en})
        raise InvalidInputError(sentence) from error
    return made
