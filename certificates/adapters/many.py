"""Asks the document child for many certificates at once; what one paper lacks stops no other.

Importing this loads neither WeasyPrint nor pyHanko.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from academy.kernel import disk, documents
from academy.kernel.documents import DocumentError
from certificates.adapters.make import SealedDocument, call_sealing, make_certificate
from certificates.rules.credential import CredentialFacts
from certificates.rules.look import Look
from certificates.rules.printed import PrintedCertificate

log = structlog.get_logger()

# The answer stays below four megabytes, and a child that stops costs few papers.
AT_ONCE = 25
_SECONDS_EACH = 2.0


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate to be made: what is printed, in which design and look, and its credential."""

    printed: PrintedCertificate
    design: str
    look: Look | None = None
    credential: CredentialFacts | None = None

    def as_plain(self) -> dict[str, Any]:
        """Return plain values, as they may cross into the document child."""
        return {
            "design": self.design,
            "values": self.printed.as_plain(),
            "look": self.look.as_plain() if self.look else None,
            "credential": self.credential.as_plain() if self.credential else None,
        }


@dataclass(frozen=True, slots=True)
class Sealing:
    """With what a batch is sealed: as for `make.make_certificate`."""

    keys_folder: Path
    passphrase: str
    now: datetime
    fonts_folder: Path
    external: dict[str, str] | None = None
    with_stamp: bool = False

    def as_plain(self) -> dict[str, Any]:
        """Return plain values, as they may cross into the document child."""
        return {
            "keys_folder": str(self.keys_folder),
            "passphrase": self.passphrase,
            "now": self.now,
            "fonts_folder": str(self.fonts_folder),
            "external": self.external,
            "with_stamp": self.with_stamp,
        }


def make_certificates(
    papers: Sequence[Paper], sealing: Sealing
) -> Iterator[SealedDocument | DocumentError]:
    """Give the file of each paper in order, or why it cannot be made: a sentence for people.

    Papers of one kind are filled into one template; the rest take the reference path. At most
    `AT_ONCE` files are held at a time. Raises DocumentError when a disk failed: none can be made.
    """
    for start in range(0, len(papers), AT_ONCE):
        yield from _made(papers[start : start + AT_ONCE], sealing)


def _made(papers: Sequence[Paper], sealing: Sealing) -> Iterator[SealedDocument | DocumentError]:
    plain = sealing.as_plain()
    try:
        answers: list[dict[str, Any]] = call_sealing(
            plain.pop("external"),
            "certificates.adapters.fast.bulk:make_many",
            wall_seconds=documents.WALL_SECONDS + _SECONDS_EACH * len(papers),
            papers=[paper.as_plain() for paper in papers],
            **plain,
        )
    except DocumentError as error:
        if disk.failed(error):
            raise
        # One of them stops the child, or a filled one failed its own check: each by itself.
        log.warning("certificates one by one", kind=error.kind, papers=len(papers))
        yield from (_one(paper, sealing) for paper in papers)
        return
    yield from (_answer(answer) for answer in answers)


def _answer(answer: dict[str, Any]) -> SealedDocument | DocumentError:
    if "sentence" in answer:
        return DocumentError(
            answer["sentence"], sentence_en=answer["sentence_en"], kind=answer["kind"]
        )
    return SealedDocument(**answer)


def make_one(paper: Paper, sealing: Sealing) -> SealedDocument:
    """Return the file of one paper by the reference path. Raises DocumentError."""
    return make_certificate(
        paper.printed,
        paper.design,
        look=paper.look,
        credential=paper.credential,
        keys_folder=sealing.keys_folder,
        passphrase=sealing.passphrase,
        now=sealing.now,
        fonts_folder=sealing.fonts_folder,
        external=sealing.external,
        with_stamp=sealing.with_stamp,
    )


def _one(paper: Paper, sealing: Sealing) -> SealedDocument | DocumentError:
    try:
        return make_one(paper, sealing)
    except DocumentError as error:
        if disk.failed(error):
            raise
        return error
