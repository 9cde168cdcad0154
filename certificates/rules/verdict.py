"""What we say about a certificate or about a file, and why.

A verdict by number or code comes from the register alone (`register_verdict`). A verdict about a
file needs two answers: what the register knows of its hash, and what its seal says
(`file_verdict`). A signature alone proves too little: trust.md, section 0, findings 1 and 2.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from certificates.rules.standing import EMPTIED
from certificates.rules.validity import is_expired

Verdict = Literal["original", "altered", "unknown", "revoked", "replaced", "expired", "withdrawn"]
VERDICTS: tuple[Verdict, ...] = (
    "original",
    "altered",
    "unknown",
    "revoked",
    "replaced",
    "expired",
    "withdrawn",
)
State = Literal["issued", "revoked", "replaced", "withdrawn", "ended"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason behind a verdict: a stable code and a sentence in Dutch and English."""

    code: str
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """What the register says of one certificate. `renewed_by` is the number of its renewal.

    `name_hidden`: the name could be told, but its holder wishes otherwise. `key_lost`: the file was
    named, and the key of its seal was in other hands before it was registered. `resealed`: the file
    was named, and another one with a new seal took its place.
    """

    number: str
    state: State
    valid_until: date | None
    renewed_by: str | None = None
    name_hidden: bool = False
    key_lost: bool = False
    resealed: bool = False


NOT_READ = "not_read"
"""The problem of a seal that nobody could look at: it lay with us, or it took too long."""


@dataclass(frozen=True, slots=True)
class SealReading:
    """What the seal of a file says.

    `carries_seal`: one of our certificates stands in the file. `intact`: exactly one signature, by
    a pinned key for certificates, valid, certifying with no change allowed, over the whole file.
    `problem` names what is wrong, for a log; it holds nothing of the file's text. `level` is that
    of PAdES: B-B, or B-T with a time stamp. `one_form`: nobody without the key can write the same
    seal in another way. `badge` is what the credential inside says: right, wrong, none,
    key_not_known, or nothing where it was not looked at.
    """

    carries_seal: bool
    intact: bool
    key_id: str = ""
    number: str = ""
    problem: str = ""
    level: str = ""
    one_form: bool = True
    badge: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, as of when, on which number, and why. The first reason is the main one."""

    verdict: Verdict
    as_of: datetime
    number: str | None
    reasons: tuple[Reason, ...]


REASONS: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason(
            "original",
            "Dit is het certificaat zoals wij het hebben uitgegeven.",
            "This is the certificate as we issued it.",
        ),
        Reason(
            "status_not_known",
            "Het zegel klopt. Of het certificaat nog geldt, kun je hier niet zien. "
            "Kijk op de website van de academie.",
            "The seal is right. Whether the certificate is still valid cannot be seen here. "
            "Look on the academy's website.",
        ),
        Reason(
            "altered",
            "Dit bestand draagt ons zegel, maar het is veranderd. Vertrouw het niet.",
            "This file carries our seal, but it has been changed. Do not trust it.",
        ),
        Reason(
            "not_ours",
            "Dit bestand kennen wij niet.",
            "We do not know this file.",
        ),
        Reason(
            "not_registered",
            "Dit bestand staat niet in ons register. Vertrouw het niet.",
            "This file is not in our register. Do not trust it.",
        ),
        Reason(
            "not_in_snapshot",
            "Dit bestand staat niet in deze momentopname. Misschien is het later gemaakt. "
            "Kijk op de website van de academie.",
            "This file is not in this snapshot. Perhaps it was made later. "
            "Look on the academy's website.",
        ),
        Reason(
            "seal_missing",
            "Dit bestand staat in ons register, maar het zegel klopt niet. Vraag het ons na.",
            "This file is in our register, but its seal is not right. Ask us about it.",
        ),
        Reason(
            "not_checked",
            "Wij konden dit bestand nu niet controleren. Probeer het straks nog eens.",
            "We could not check this file just now. Try again later.",
        ),
        Reason(
            "too_large",
            "Dit bestand is groter dan 2 MB. Onze certificaten zijn veel kleiner.",
            "This file is larger than 2 MB. Our certificates are much smaller.",
        ),
        Reason(
            "key_lost",
            "De sleutel van dit zegel was toen in verkeerde handen. Vraag het ons na.",
            "The key of this seal was in the wrong hands by then. Ask us about it.",
        ),
        Reason(
            "key_stolen",
            "De sleutel van dit zegel is in verkeerde handen.",
            "The key of this seal is in the wrong hands.",
        ),
        Reason(
            "resealed",
            "De sleutel van dit zegel was toen in verkeerde handen. "
            "Daarom is er een nieuw bestand, met een nieuw zegel. Vraag de eigenaar daarom.",
            "The key of this seal was in the wrong hands by then. So there is a new file, with a "
            "new seal. Ask the holder for it.",
        ),
        Reason(
            "newer_seal",
            "Er is ook een nieuw bestand, met een nieuw zegel.",
            "There is a newer file too, with a new seal.",
        ),
        Reason(
            "needs_register",
            "Alleen ons register kan zeggen of dit bestand echt is. "
            "Controleer het op de website van de academie, of met een momentopname.",
            "Only our register can tell whether this file is genuine. "
            "Check it on the academy's website, or with a snapshot.",
        ),
        Reason(
            "badge_wrong",
            "De digitale badge in het bestand klopt niet.",
            "The digital badge in the file is not right.",
        ),
        Reason(
            "badge_key_not_known",
            "De digitale badge in het bestand is met een sleutel gemaakt die wij niet kennen.",
            "The digital badge in the file was made with a key that we do not know.",
        ),
        Reason(
            "unknown",
            "Dit certificaat kennen wij niet. Kijk of je alles goed hebt overgenomen.",
            "We do not know this certificate. Check that you copied everything correctly.",
        ),
        Reason(
            "revoked",
            "Dit certificaat is ingetrokken. Wij vertellen niet waarom.",
            "This certificate has been revoked. We do not say why.",
        ),
        Reason(
            "withdrawn",
            "Dit certificaat is ingetrokken op verzoek van de eigenaar.",
            "This certificate has been withdrawn at the holder's request.",
        ),
        Reason(
            "ended",
            "Dit certificaat is niet meer actief.",
            "This certificate is no longer active.",
        ),
        Reason(
            "name_hidden",
            "Het is echt. De naam is op verzoek van de eigenaar niet te zien.",
            "It is real. At the holder's request the name cannot be seen.",
        ),
        Reason(
            "replaced",
            "Dit certificaat is vervangen door een nieuw certificaat.",
            "This certificate has been replaced by a new one.",
        ),
        Reason(
            "expired",
            "Dit certificaat is verlopen.",
            "This certificate has expired.",
        ),
        Reason(
            "renewed",
            "Dit certificaat is verlengd. Er is een nieuw certificaat.",
            "This certificate has been renewed. There is a new one.",
        ),
    )
}


def register_verdict(entry: RegisterEntry | None, *, now: datetime, today: date) -> Finding:
    """Say how the certificate that somebody named by number or code stands."""
    if entry is None:
        return Finding("unknown", now, None, (REASONS["unknown"],))
    if entry.key_lost and not entry.resealed:
        return Finding("unknown", now, None, (REASONS["key_lost"],))
    verdict = _standing(entry, today=today)
    if entry.key_lost and verdict in {"original", "expired"}:
        return Finding("replaced", now, entry.number, (REASONS["resealed"],))
    reasons = [REASONS["ended" if entry.state == "ended" else verdict]]
    if entry.renewed_by and verdict in {"original", "expired"}:
        reasons.append(REASONS["renewed"])
    if entry.name_hidden and verdict in {"original", "expired"}:
        reasons.append(REASONS["name_hidden"])
    if entry.resealed and verdict in {"original", "expired"}:
        reasons.append(REASONS["newer_seal"])
    return Finding(verdict, now, entry.number, tuple(reasons))


def file_verdict(
    entry: RegisterEntry | None,
    seal: SealReading,
    *,
    now: datetime,
    today: date,
    has_register: bool = True,
    if_absent: str = "not_registered",
    lost_keys: Collection[str] = (),
) -> Finding:
    """Say how a file stands. `entry` is the register's answer to the hash of the whole file.

    Without a register an intact seal is all there is: original, status not known. `if_absent` is
    the reason for an intact seal that the register does not know. `lost_keys` are the ids of keys
    that are in other hands: what they sealed is ours by the register only.
    """
    if entry is not None and seal.problem == NOT_READ:
        return Finding("unknown", now, None, (REASONS["not_checked"],))
    if entry is not None and not seal.intact:
        return Finding("unknown", now, None, (REASONS["seal_missing"],))
    if entry is not None:
        found = register_verdict(entry, now=now, today=today)
        return replace(found, reasons=(*found.reasons, *_of_badge(seal)))
    if seal.intact:
        absent = if_absent if has_register else ""
        return _by_seal(seal, now=now, absent=absent, is_stolen=seal.key_id in lost_keys)
    if seal.carries_seal:
        return Finding("altered", now, None, (REASONS["altered"],))
    return Finding("unknown", now, None, (REASONS["not_ours"],))


def _by_seal(seal: SealReading, *, now: datetime, absent: str, is_stolen: bool) -> Finding:
    """Judge a file that no register vouches for; `absent` is why, or nothing without a register."""
    stolen = (REASONS["key_stolen"],) if is_stolen else ()
    if absent:
        return Finding("unknown", now, None, (*stolen, REASONS[absent]))
    if is_stolen or not seal.one_form:
        return Finding("unknown", now, None, (*stolen, REASONS["needs_register"]))
    if seal.badge == "wrong":
        return Finding("unknown", now, None, (REASONS["badge_wrong"],))
    reasons = (REASONS["status_not_known"], *_of_badge(seal))
    return Finding("original", now, seal.number or None, reasons)


def _of_badge(seal: SealReading) -> tuple[Reason, ...]:
    """Return what is to be said of a credential that is not right; the seal is."""
    said = {"wrong": "badge_wrong", "key_not_known": "badge_key_not_known"}.get(seal.badge)
    return (REASONS[said],) if said else ()


def _standing(entry: RegisterEntry, *, today: date) -> Verdict:
    if entry.state in EMPTIED:
        return "withdrawn"
    if entry.state == "revoked":
        return "revoked"
    if entry.state == "replaced":
        return "replaced"
    return "expired" if is_expired(entry.valid_until, today=today) else "original"
