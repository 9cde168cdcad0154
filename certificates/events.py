"""News about certificates that travels upwards, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CertificateIssued:
    """A certificate has its file and its seal. `track` is the key of the course's track.

    `first` is False for a replacement and a renewal.
    """

    certificate_id: int
    person_id: int
    track: str
    issued_on: date
    first: bool = True


@dataclass(frozen=True, slots=True)
class CertificateEnded:
    """A certificate was revoked, withdrawn or ended; `standing` says which."""

    certificate_id: int
    person_id: int
    standing: str


@dataclass(frozen=True, slots=True)
class CertificateReinstated:
    """A revoked certificate counts again."""

    certificate_id: int
    person_id: int
