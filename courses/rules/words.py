"""Words for people: a text in Dutch and English, and how counts and dates are said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MONTHS_NL = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Text:
    """The same words in Dutch (B1, "je") and English."""

    nl: str
    en: str


NOTHING = Text("", "")


def day(on: date) -> Text:
    """Say a date in words: "1 december 2026"."""
    return Text(
        f"{on.day} {MONTHS_NL[on.month - 1]} {on.year}",
        f"{on.day} {MONTHS_EN[on.month - 1]} {on.year}",
    )


def times(count: int) -> str:
    """Say how often in English: "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def listed(items: Sequence[Text]) -> Text:
    """Join items to one list: "les 1, les 2 en les 8"."""
    return Text(_joined([i.nl for i in items], "en"), _joined([i.en for i in items], "and"))


def sentences(*parts: Text) -> Text:
    """Put whole sentences after each other, leaving out the empty ones."""
    said = [part for part in parts if part != NOTHING]
    return Text(" ".join(part.nl for part in said), " ".join(part.en for part in said))


def _joined(words: list[str], last: str) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
