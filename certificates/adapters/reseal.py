"""Asks the document child for new seals on files of ours; one that cannot have one stops no other.

Importing this loads no pyHanko.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters.make import SealedDocument, call_sealing
from certificates.adapters.many import Sealing

AT_ONCE = 25
_SECONDS_EACH = 1.0
_SENTENCES = {
    "NoRoomError": (
        "Het nieuwe zegel past niet in dit bestand. Stel een nieuw certificaat voor.",
        "The new seal does not fit into this file. Propose a new certificate.",
    )
}
_OTHERWISE = (
    "Dit bestand is niet zoals wij het maken. Stel een nieuw certificaat voor.",
    "This file is not as we make them. Propose a new certificate.",
)


def reseal_files(pdfs: Sequence[bytes], sealing: Sealing) -> list[SealedDocument | DocumentError]:
    """Return each file with a new seal, or why it cannot have one.

    `imprint` of a file is empty where no time stamp fits. Raises DocumentError without a key.
    """
    plain = sealing.as_plain()
    plain.pop("fonts_folder")
    answers: list[dict[str, Any]] = call_sealing(
        plain.pop("external"),
        "certificates.adapters.reseal_in_child:reseal",
        wall_seconds=documents.WALL_SECONDS + _SECONDS_EACH * len(pdfs),
        pdfs=list(pdfs),
        **plain,
    )
    return [_answer(answer) for answer in answers]


def _answer(answer: dict[str, Any]) -> SealedDocument | DocumentError:
    if "kind" in answer:
        nl, en = _SENTENCES.get(answer["kind"], _OTHERWISE)
        return DocumentError(nl, sentence_en=en, kind=answer["kind"])
    return SealedDocument(**answer)
