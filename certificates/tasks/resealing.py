"""New seals for what a lost key sealed: a group at a time, and on from there after any stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from academy.kernel import clock
from academy.kernel.db import unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.keys import KeysError
from certificates.adapters.make import SealedDocument
from certificates.adapters.reseal import AT_ONCE, reseal_files
from certificates.adapters.timestamp import require_authority, stamped
from certificates.queries.chain_checks import chain_faults
from certificates.queries.checkpoints import checkpoint_faults
from certificates.queries.resealing import (
    LostKey,
    ToReseal,
    count_to_reseal,
    find_key,
    to_reseal,
)
from certificates.services.resealing import ResealedFile, record_resealed
from certificates.tasks.issuing import key_named, sealing_of_now

Tell = Callable[[int, int], None]


@dataclass
class Resealed:
    """How many files got a new seal, and per number why one could not."""

    count: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def reseal(key_id: str, *, everything: bool, tell: Tell) -> Resealed:
    """Give what a lost key sealed since its loss a new seal; with `everything` what was before too.

    Stopped halfway by anything, it goes on where it was. `tell` hears after each group how many of
    how many are done. Raises KeysError for a key that was not lost and when the register itself is
    not whole, DocumentError without a key that seals, AuthorityAwayError without a time stamp.
    """
    with unit_of_work():
        lost = _lost(key_id)
        total = count_to_reseal(lost, everything=everything)
    done, after = Resealed(), 0
    while True:
        require_authority(current())
        with unit_of_work():
            group = to_reseal(lost, everything=everything, after=after, limit=AT_ONCE)
        if not group:
            return done
        after = group[-1].certificate_id
        _reseal_group(group, lost, done)
        tell(done.count + len(done.refused), total)


def _lost(key_id: str) -> LostKey:
    found = find_key(key_id)
    if found is None:
        raise KeysError(f"De sleutel {key_id} verzegelde geen certificaten.")
    if found.since is None:
        raise KeysError("Deze sleutel is niet kwijt. Meld dat eerst: academy keys compromise")
    if chain_faults() or checkpoint_faults():
        raise KeysError("Het register is niet heel. Kijk eerst wat er is: academy check")
    return found


def _reseal_group(group: Sequence[ToReseal], lost: LostKey, done: Resealed) -> None:
    storage = Storage(current().storage)
    files: dict[ToReseal, bytes] = {}
    for one in group:
        if weaker := _would_be_weaker(one):
            done.refused.append((one.number, weaker))
            continue
        try:
            files[one] = storage.get(one.sha256)
        except (FileNotFoundError, ValueError):
            done.refused.append((one.number, "Het bestand is weg of veranderd."))
    made = _made(files, done)
    with unit_of_work():
        done.count += sum(record_resealed(one, file, lost=lost) for one, file in made.items())


def _would_be_weaker(one: ToReseal) -> str:
    """Say why a new file would prove less than the one it replaces, or nothing."""
    if one.level != "B-B" and not current().tsa_url:
        return "Dit bestand heeft een tijdstempel. Zet eerst ACADEMY_TSA_URL."
    if one.has_proof and not current().archive_level:
        return "Dit bestand heeft bewijs voor later. Zet eerst ACADEMY_SEAL_LEVEL."
    return ""


def _made(files: dict[ToReseal, bytes], done: Resealed) -> dict[ToReseal, ResealedFile]:
    if not files:
        return {}
    made: dict[ToReseal, ResealedFile] = {}
    answers = reseal_files(list(files.values()), sealing_of_now())
    for one, answer in zip(files, answers, strict=True):
        sealed = _stamped(answer)
        if isinstance(sealed, DocumentError):
            done.refused.append((one.number, sealed.sentence))
        elif sealed.level == "B-B" != one.level:
            done.refused.append((one.number, "Er past geen tijdstempel in dit bestand."))
        else:
            made[one] = _stored(sealed)
    return made


def _stamped(answer: SealedDocument | DocumentError) -> SealedDocument | DocumentError:
    """Put a time stamp on what has room for one, where one is wanted."""
    if isinstance(answer, DocumentError) or not answer.imprint:
        return answer
    Storage(current().storage).require_room(len(answer.pdf))
    return stamped(answer, current(), now=clock.real_now())


def _stored(sealed: SealedDocument) -> ResealedFile:
    return ResealedFile(
        sha256=Storage(current().storage).put(sealed.pdf),
        size_bytes=len(sealed.pdf),
        key=key_named(sealed.key_id),
        level=sealed.level,
        stamp_until=sealed.stamp_until,
    )
