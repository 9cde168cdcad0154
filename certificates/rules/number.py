"""The certificate number, whose two check digits catch typing errors and prove nothing."""

import re
from dataclasses import dataclass

LETTERS = {"residents": "B", "professionals": "P", "governors": "T"}
"""The letter of each track: *bewoners*, *professionals*, and *toezichthouders* (proof only)."""

_WRITTEN = re.compile(r"SLHZ-?([A-Z])-?([0-9]{4})-?([0-9]{5})-?([0-9]{2})", re.ASCII)
_SEPARATORS = re.compile(r"[\s.‐‑‒–—−_/]+")
_MAX_SERIAL = 99_999


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A number in its parts; `str` writes it as printed."""

    letter: str
    year: int
    serial: int

    def __str__(self) -> str:
        digits = check_digits(self.letter, year=self.year, serial=self.serial)
        return f"SLHZ-{self.letter}-{self.year:04d}-{self.serial:05d}-{digits}"


def check_digits(letter: str, *, year: int, serial: int) -> str:
    """Return the two check digits: 98 minus (letter as A=10 … Z=35, year, serial, 00) mod 97.

    Raises ValueError for a letter outside A–Z, a year outside 1000–9999 or a serial outside
    1–99999. Source: sample-data/README.md, rule 1.
    """
    if len(letter) != 1 or not "A" <= letter <= "Z":
        raise ValueError(f"not a capital letter: {letter!r}")
    if not 1000 <= year <= 9999 or not 1 <= serial <= _MAX_SERIAL:
        raise ValueError(f"year {year} or serial {serial} is out of range")
    value = int(f"{ord(letter) - ord('A') + 10}{year:04d}{serial:05d}00")
    return f"{98 - value % 97:02d}"


def format_number(letter: str, *, year: int, serial: int) -> str:
    """Return the printed number, such as `SLHZ-B-2026-00042-74`."""
    return str(CertificateNumber(letter, year, serial))


def find_number(typed: str) -> CertificateNumber | None:
    """Return the number that somebody typed, or None if it is not one or its check digits differ.

    Case, spaces and the kind of dash do not matter.
    """
    match = _WRITTEN.fullmatch(_SEPARATORS.sub("-", typed.strip()[:60].upper()))
    if match is None or int(match[2]) < 1000 or int(match[3]) == 0:
        return None
    letter, year, serial = match[1], int(match[2]), int(match[3])
    if check_digits(letter, year=year, serial=serial) != match[4]:
        return None
    return CertificateNumber(letter, year, serial)


def is_number_like(typed: str) -> bool:
    """Say whether somebody meant to type a number, so a page can say that it has a typing error."""
    return typed.strip()[:4].upper() == "SLHZ"
