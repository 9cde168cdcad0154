"""Other people's names out of a text that goes to somebody else: rather one too many than too few.

Pure, and without a list of all names: a word with a capital inside a sentence is taken for a name.
What begins a sentence is a name when somebody in the academy is called so, or when the same word
stands inside a sentence elsewhere. Phone numbers and mail addresses go too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

BLACK = "█████"
"""What stands where a text is black."""

SHORTEST_NAME = 3

_MARKED = re.compile(r"\[\[.*?\]\]", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().,;:]+")
_PHONE = re.compile(r"(?<![\w-])(?:\+|0)\d(?:[ \t-]?\d){7,13}(?!\d)")
_PLAIN = re.compile(r"[ \t-]")
_PARTICLES = r"(?:van|de|der|den|het|ten|ter|te|in|el|al|bin|ben|von|'t)"
_ENDS = frozenset(".!?:;\n•")
_AROUND = frozenset(" \t\"'“”‘’«»()[]–—-…")

_BEGIN = """
Aan Als Bij Daar Dan Dat De Deze Die Dit Door Een En Er Gaat Geen Had Heb Heeft Het Hier Hij Hoe Ik
In Is Ja Je Jij Jou Jullie Kan Kun Maar Mag Met Mijn Na Naar Nee Niet Nog Nu Of Om Ook Op Over Samen
Te Toen Tot Uit Van Vanaf Veel Volgende Voor Waar Wat We Weer Wel Wie Wij Wil Ze Zij Zo Zou Zijn
"""
ORDINARY = frozenset(_BEGIN.split())
"""Words that begin a sentence far more often than they are somebody's name."""

_NOBODY = """
Nederland Nederlands Nederlandse Engels Engelse Turks Turkse Arabisch Arabische Pools Poolse Frans
Duits Kerst Kerstmis Pasen Pinksteren Ramadan Suikerfeest Offerfeest Sinterklaas Koningsdag
Nieuwjaar WhatsApp Facebook Google Teams Zoom Academie U Uw
"""
NO_NAMES = frozenset(_NOBODY.split())
"""Words that have a capital inside a sentence and are nobody's name."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What stands where something was taken out."""

    name: str = "[naam]"
    phone: str = "[nummer]"
    mail: str = "[adres]"


def without_marked(text: str, *, names: Collection[str] = ()) -> str:
    """Return `text` with black for what stands between double brackets: it would harm another.

    The names in `names` become black too.
    """
    text = _MARKED.sub(BLACK, text)
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= SHORTEST_NAME and name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", BLACK, text)
    return text


def beginnings(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that begin a sentence: is anybody called so?"""
    found = {
        _stem(word.group())
        for text in texts
        for word, begins in _capitals(text)
        if begins and word.group() not in ORDINARY
    }
    return frozenset(found)


def mask_others(
    texts: Sequence[str],
    *,
    called: Collection[str],
    kept: Collection[str],
    phrases: Collection[str] = (),
    signs: Signs | None = None,
    own: Collection[str] = (),
) -> list[str]:
    """Return `texts` without the names of others.

    `called` are words that somebody in the academy is called by, `kept` the words of names that may
    stay, `phrases` names of places and organisations that stay as a whole,
    `own` a telephone number and mail address that stay.
    """
    signs = signs or Signs()
    stays = {_stem(word) for name in kept for word in _WORD.findall(name)}
    inside = {
        _stem(word.group()) for text in texts for word, begins in _capitals(text) if not begins
    }
    names = {one for one in inside | set(called) if one not in stays and not _is_no_name(one)}
    plain = {_PLAIN.sub("", one) for one in own}
    return [_masked(text, names, phrases, signs, plain) for text in texts]


def _masked(
    text: str, names: set[str], phrases: Collection[str], signs: Signs, own: set[str]
) -> str:
    spared = [
        found.span()
        for phrase in phrases
        if phrase
        for found in re.finditer(re.escape(phrase), text)
    ]
    parts, at = [], 0
    for word, begins in _capitals(text):
        is_name = _is_among(word.group(), names) and not (begins and word.group() in ORDINARY)
        if not is_name or any(start <= word.start() < end for start, end in spared):
            continue
        parts += [text[at : word.start()], signs.name]
        at = word.end()
    masked = "".join([*parts, text[at:]])
    one = re.escape(signs.name)
    masked = re.sub(rf"{one}(?:(?:[ \t]+{_PARTICLES})*[ \t-]+{one})+", signs.name, masked)
    masked = _MAIL.sub(lambda found: found[0] if _is_own(found[0], own) else signs.mail, masked)
    return _PHONE.sub(lambda found: found[0] if _is_own(found[0], own) else signs.phone, masked)


def _is_own(found: str, own: set[str]) -> bool:
    return _PLAIN.sub("", found) in own


def _capitals(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Give every word with a capital, and whether it begins a sentence."""
    for word in _WORD.finditer(text):
        if word.group()[0].isupper():
            yield word, _begins(text, word.start())


def _begins(text: str, at: int) -> bool:
    at -= 1
    while at >= 0 and text[at] in _AROUND:
        at -= 1
    return at < 0 or text[at] in _ENDS


def _stem(word: str) -> str:
    """Return a name without the s of possession: Samira's and Piets are Samira and Piet."""
    return re.sub(r"['’]s$", "", word)


def _is_among(word: str, names: set[str]) -> bool:
    stem = _stem(word)
    return stem in names or (stem.endswith("s") and stem[:-1] in names)


def _is_no_name(word: str) -> bool:
    is_abbreviation = len(word) > 1 and word.isupper()
    return is_abbreviation or word in NO_NAMES
