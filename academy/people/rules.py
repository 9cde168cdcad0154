"""Pure rules about names, sign-in and grants."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=15)
LETTER_DIGITS = 16
LETTER_LASTS = timedelta(days=14)
FORM_LASTS = timedelta(hours=1)
PASSWORD_MIN = 10
PASSWORD_MAX = 200
STAFF_IDLE = timedelta(minutes=30)
STAFF_LASTS = timedelta(hours=12)
PARTICIPANT_IDLE = timedelta(days=30)
PARTICIPANT_LASTS = timedelta(days=90)
TOKEN_DAYS = (30, 90, 365)
TOKEN_NAME_LENGTH = 60
MOST_TOKENS = 10
APP_DIGITS = 6
APP_STEP_SECONDS = 30
APP_STEPS_APART = 1
CARD_DIGITS = 8
CARD_CODES = 10
MOST_PASSKEYS = 5
PHONE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a sign-in holds: without use, and at most."""

    idle: timedelta
    lasts: timedelta


def lifetime(*, is_staff: bool) -> Lifetime:
    """Return how long a sign-in holds. Source: trust.md, T13."""
    if is_staff:
        return Lifetime(STAFF_IDLE, STAFF_LASTS)
    return Lifetime(PARTICIPANT_IDLE, PARTICIPANT_LASTS)


def idle_until(now: datetime, expires_at: datetime, idle: timedelta) -> datetime:
    """Return when the sign-in dies if it is not used again."""
    return min(now + idle, expires_at)


def still_holds(life: Lifetime, *, opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Say whether a sign-in opened and last seen at those moments is within `life` at `now`."""
    return now - opened_at <= life.lasts and now - seen_at <= life.idle


def clean_name(text: str) -> str:
    """Return `text` in NFC with single spaces. Source: glossary of names, domain.md section 7."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def sort_key(call_name: str, prefix: str, last_name: str) -> str:
    """Return the key by which Dutch lists sort a person: last name first, without the prefix."""
    parts = (last_name or call_name, call_name if last_name else "", prefix)
    return " ".join(_folded(part) for part in parts if part)


APOSTROPHES = "'’‘"


def search_parts(words: str) -> list[str]:
    """Return what to look for in sort keys: no accents, no apostrophes, word by word."""
    return [
        "".join(sign for sign in part if sign not in APOSTROPHES) for part in _folded(words).split()
    ]


_PLAIN_LETTERS = {0x131: "i", 0x142: "l", 0xF8: "o", 0x111: "d"}
"""Letters that do not decompose: dotless i, barred l, o and d with a stroke."""


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN_LETTERS))
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return plain.lstrip(f"{APOSTROPHES} ")


PREFIXES = frozenset(
    [
        "van",
        "de",
        "der",
        "den",
        "het",
        "'t",
        "’t",
        "ten",
        "ter",
        "te",
        "in",
        "op",
        "aan",
        "bij",
        "uit",
        "onder",
        "over",
        "von",
        "zu",
        "du",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "del",
        "della",
        "des",
        "le",
        "la",
        "al",
        "el",
        "bin",
        "ibn",
        "ben",
    ]
)
"""Words that stand between a call name and a last name, in lists of names of this country."""


def name_parts(text: str) -> tuple[str, str, str]:
    """Return (call name, prefix, last name) of a name that was typed whole, as far as is certain.

    What is not certain stays together as the call name: a person looks at it. A single name is
    nobody's first half.
    """
    words = clean_name(text).split()
    between = [i for i, word in enumerate(words[1:-1], start=1) if word.casefold() in PREFIXES]
    if between and between == list(range(between[0], between[-1] + 1)):
        first, after = between[0], between[-1] + 1
        return " ".join(words[:first]), " ".join(words[first:after]), " ".join(words[after:])
    if len(words) == 2 and words[0].casefold() not in PREFIXES:
        return words[0], "", words[1]
    return " ".join(words), "", ""


def clean_mailbox(text: str) -> str:
    """Return an e-mail address as we compare it: without spaces around it, in lower case."""
    return unicodedata.normalize("NFC", text).strip().lower()


def looks_like_mailbox(text: str) -> bool:
    """Say whether `text` has the form of one e-mail address; only sending proves it."""
    name, at, domain = text.partition("@")
    tidy = len(text) <= 254 and not any(sign.isspace() or not sign.isprintable() for sign in text)
    plain = not any(sign in '<>,;"()[]\\' for sign in text)
    whole = "." in domain and not domain.startswith(".") and not domain.endswith(".")
    return bool(
        tidy and plain and name and at and whole and "@" not in domain and ".." not in domain
    )


def clean_code(text: str) -> str:
    """Return the digits of a typed code as 0 to 9: of any script, without signs between."""
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def is_written(text: str) -> bool:
    """Say whether people wrote this: no number, and no word of a choice such as `not_now`."""
    return bool(text.strip()) and not all(
        sign.isascii() and (sign.isdigit() or sign.islower() or sign in "_:.-") for sign in text
    )


def phone_tail(text: str) -> str:
    """Return the last nine digits of a number, the same with 0, 0031 or +31; "" for fewer."""
    digits = clean_code(text)
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS else ""


def app_step(moment: datetime) -> int:
    """Return the number of the step of 30 seconds in which an app shows one code."""
    return int(moment.timestamp()) // APP_STEP_SECONDS


def app_steps(moment: datetime) -> range:
    """Return the steps whose code is taken at `moment`: a clock may be one step off."""
    here = app_step(moment)
    return range(here - APP_STEPS_APART, here + APP_STEPS_APART + 1)


def card_code_in_words(digits: str) -> str:
    """Return a code of the card as it is printed: 1234 5678."""
    return f"{digits[:4]} {digits[4:]}"


def passkey_host(public_url: str) -> str:
    """Return the host that passkeys are tied to; empty where the address is a bare number."""
    host = urlsplit(public_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def in_groups(digits: str) -> str:
    """Return digits in groups of four, as on a letter."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
