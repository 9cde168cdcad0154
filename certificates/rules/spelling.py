"""A name spelled letter by letter, as it is read aloud on the phone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from certificates.rules.hebrew_letters import HEBREW_LETTERS, HEBREW_POINTS, HEBREW_SIGNS
from courses.rules.words import Text

_MARKS = {
    "\u0300": Text("met een streepje naar links", "with a grave accent"),
    "\u0301": Text("met een streepje naar rechts", "with an acute accent"),
    "\u0302": Text("met een dakje", "with a circumflex"),
    "\u0303": Text("met een slangetje", "with a tilde"),
    "\u0304": Text("met een streep erboven", "with a line above"),
    "\u0306": Text("met een boogje erboven", "with a breve"),
    "\u0307": Text("met een punt erboven", "with a dot above"),
    "\u0308": Text("met puntjes erboven", "with two dots"),
    "\u0309": Text("met een haakje erboven", "with a hook above"),
    "\u030a": Text("met een rondje erboven", "with a ring"),
    "\u030b": Text("met twee streepjes erboven", "with two acute accents"),
    "\u030c": Text("met een omgekeerd dakje", "with a caron"),
    "\u031b": Text("met een krulletje opzij", "with a horn"),
    "\u0323": Text("met een punt eronder", "with a dot below"),
    "\u0326": Text("met een komma eronder", "with a comma below"),
    "\u0327": Text("met een cedille", "with a cedilla"),
    "\u0328": Text("met een staartje", "with a tail"),
    **HEBREW_POINTS,
}
_LETTERS = {
    "ı": Text("i zonder punt", "dotless i"),  # noqa: RUF001
    "ø": Text("o met een streep erdoor", "o with a stroke"),
    "đ": Text("d met een streepje erdoor", "d with a stroke"),
    "ł": Text("l met een streepje erdoor", "l with a stroke"),
    "ħ": Text("h met een streepje erdoor", "h with a stroke"),
    "æ": Text("a en e aan elkaar", "a and e in one"),
    "œ": Text("o en e aan elkaar", "o and e in one"),
    "ĳ": Text("lange ij als één teken", "ij in one"),
    "þ": Text("thorn", "thorn"),
    "ð": Text("eth", "eth"),
    "ß": Text("ringel-s", "sharp s"),
    **HEBREW_LETTERS,
}
_SIGNS = {
    "-": Text("streepje", "hyphen"),
    "‐": Text("streepje", "hyphen"),
    "‑": Text("streepje", "hyphen"),
    "–": Text("streepje", "dash"),
    "'": Text("komma boven", "apostrophe"),
    "’": Text("komma boven", "apostrophe"),
    "ʼ": Text("komma boven", "apostrophe"),  # noqa: RUF001
    ".": Text("punt", "full stop"),
    ",": Text("komma", "comma"),
    "(": Text("haakje openen", "open bracket"),
    ")": Text("haakje sluiten", "close bracket"),
    **HEBREW_SIGNS,
}


def spell(name: str) -> list[list[Text]]:
    """Return each word of `name` as the letters that somebody reads aloud.

    A letter of a script that has no Dutch letter names stands for itself.
    """
    return [[_said(letter) for letter in _with_marks(word)] for word in name.split()]


def _with_marks(word: str) -> Iterator[str]:
    """Give each letter with the marks it carries."""
    letter = ""
    for sign in word:
        if letter and not unicodedata.combining(sign):
            yield letter
            letter = ""
        letter += sign
    yield letter


def _said(letter: str) -> Text:
    if letter in _SIGNS:
        return _SIGNS[letter]
    base, *marks = list(unicodedata.normalize("NFD", letter))
    said = _LETTERS.get(base.lower()) or Text(base.lower(), base.lower())
    with_marks = [_MARKS[mark] for mark in marks if mark in _MARKS]
    nl = " ".join([said.nl, *(" en ".join(one.nl for one in with_marks),)]).strip()
    en = " ".join([said.en, *(" and ".join(one.en for one in with_marks),)]).strip()
    if base.isupper() and base.lower() != base:
        return Text(f"hoofdletter {nl}", f"capital {en}")
    return Text(nl, en)
