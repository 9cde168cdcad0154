"""Proves a sealed file for later: asks the authorities, and lets the document child add it.

Importing this loads no pyHanko. Runs in the worker, which carries bytes and parses nothing foreign.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import structlog

from academy.kernel import documents
from academy.kernel.settings import Settings
from certificates.adapters.fetching import AWAY, TooLargeError, fetch
from certificates.adapters.timestamp import SECONDS, ask, authorities, request, require_authority

log = structlog.get_logger()

Level = Literal["B-LT", "B-LTA"]
LARGEST_LIST = 256 * 1024
"""A list of revoked certificates that is larger does not go into a file."""
_CHILD = "certificates.adapters.archive_in_child"


class InformationAwayError(Exception):
    """Nobody answered whether a certificate was revoked; what was to be proved waits."""


@dataclass(frozen=True, slots=True)
class ArchivedDocument:
    """A file with one revision more, its SHA-256, its level, and until when its stamp carries."""

    pdf: bytes
    sha256: str
    level: str
    stamp_until: datetime


@dataclass
class Answers:
    """What authorities answered in this round of work: many files rest on the same certificates."""

    settings: Settings
    known: dict[tuple[str, bytes], bytes | None] = field(default_factory=dict)
    _sample: list[bytes] = field(default_factory=list)

    def first(self, choice: list[dict[str, Any]]) -> tuple[str, bytes]:
        """Return the kind and the text of the first answer to questions of the child.

        Who was away once is not asked again in this round. Raises InformationAwayError.
        """
        for question in choice:
            asked = (question["url"], question["body"])
            if asked not in self.known:
                self.known[asked] = _fetched(*asked)
            answer = self.known[asked]
            if answer is not None:
                return question["kind"], answer
        raise InformationAwayError

    def sample(self) -> list[bytes]:
        """Return an imprint of nothing and the authority's stamp over it: so it shows who stamps.

        Raises AuthorityAwayError.
        """
        if not self._sample:
            imprint = secrets.token_bytes(32)
            answer = ask(self.settings.tsa_url, request(imprint, _nonce()))
            self._sample[:] = [imprint, answer]
        return self._sample


def archived(
    pdf: bytes, wanted: Level, settings: Settings, *, now: datetime, answers: Answers
) -> ArchivedDocument:
    """Return a file with proof for later: validation information, at B-LTA a time stamp over all.

    Raises AuthorityAwayError, InformationAwayError or DocumentError: then nothing was added.
    """
    require_authority(settings)
    here: dict[str, Any] = {"authorities": authorities(settings), "keys_folder": str(settings.keys)}
    sample = answers.sample() if wanted == "B-LTA" else []
    given: dict[str, list[bytes]] = {"ocsp": [], "crl": []}
    for choice in documents.call(f"{_CHILD}:questions", pdf=pdf, sample=sample, **here):
        kind, answer = answers.first(choice)
        given[kind].append(answer)
    grown: dict[str, Any] = documents.call(
        f"{_CHILD}:add_information",
        pdf=pdf,
        sample=sample,
        ocsps=given["ocsp"],
        crls=given["crl"],
        passphrase=settings.keys_passphrase,
        now=now,
        **here,
    )
    if wanted == "B-LT":
        return ArchivedDocument(**grown)
    nonce = _nonce()
    token = ask(settings.tsa_url, request(grown["imprint"], nonce))
    stamped: dict[str, Any] = documents.call(
        f"{_CHILD}:put_stamp",
        pdf=grown["pdf"],
        room=grown["room"],
        answer=token,
        nonce=nonce,
        now=now,
        **here,
    )
    return ArchivedDocument(**stamped)


def end_of_stamp(pdf: bytes) -> datetime | None:
    """Return until when the newest time stamp of an intact file carries; None without one.

    Raises DocumentError.
    """
    ends: datetime | None = documents.call(f"{_CHILD}:end_of_stamp", pdf=pdf)
    return ends


def _nonce() -> int:
    return secrets.randbits(63) | 1 << 62


def _fetched(url: str, body: bytes) -> bytes | None:
    kind = "application/ocsp-request"
    try:
        return fetch(url, body, kind=kind, seconds=SECONDS, largest=LARGEST_LIST)
    except AWAY as error:
        reason = "too_large" if isinstance(error, TooLargeError) else type(error).__name__
        log.warning("no word on revocation", error=reason)
        return None
