"""The printed name: what may stand in it, and where a line may not break."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

LONGEST_NAME = 200
NO_BREAK = "\u00a0"

_PARTICLES = frozenset(
    {
        *("van", "von", "fan", "fon", "af", "de", "der", "den", "het", "'t", "'s", "’t", "’s"),
        *("ten", "ter", "te", "tot", "op", "in", "aan", "bij", "onder", "over", "uit", "voor"),
        *("la", "le", "du", "di", "da", "dos", "das", "del", "della", "y", "e", "zu", "zur"),
        *("el", "al", "ben", "bin", "ibn", "abu"),
    }
)
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class NameProblem:
    """Why a name cannot be printed: a stable code and a sentence in Dutch and English."""

    code: str
    nl: str
    en: str


def clean_name(typed: str) -> str:
    """Return `typed` composed (NFC), without space around it and with single spaces inside."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def find_name_problem(name: str, *, uncovered: str = "") -> NameProblem | None:
    """Return why the cleaned `name` cannot be printed, or None.

    `uncovered` holds the characters that the print faces lack (`kernel.pdf.fonts.uncovered`).
    """
    if not name:
        return NameProblem("empty", "Er is geen naam ingevuld.", "No name has been filled in.")
    if len(name) > LONGEST_NAME:
        return NameProblem(
            "too_long",
            f"Deze naam is langer dan {LONGEST_NAME} tekens. Dat past niet op het papier.",
            f"This name is longer than {LONGEST_NAME} characters. It does not fit on the paper.",
        )
    if any(c in _BIDI_CONTROLS for c in name):
        return NameProblem(
            "direction",
            "In deze naam staan onzichtbare tekens die de leesrichting omdraaien. "
            "Typ de naam opnieuw, zonder te plakken.",
            "This name holds invisible characters that turn the reading direction. "
            "Type the name again, without pasting.",
        )
    if any(unicodedata.category(c) in _INVISIBLE for c in name):
        return NameProblem(
            "invisible",
            "In deze naam staan onzichtbare tekens. Typ de naam opnieuw, zonder te plakken.",
            "This name holds invisible characters. Type the name again, without pasting.",
        )
    if uncovered:
        return uncovered_problem(uncovered)
    return None


def uncovered_problem(characters: str) -> NameProblem:
    """Return the sentence about characters that no print face can show."""
    shown = " ".join(dict.fromkeys(characters))
    return NameProblem(
        "uncovered",
        f"Deze tekens kunnen wij niet drukken: {shown}. "
        "Vraag hoe de naam in gewone letters geschreven wordt, zoals in het paspoort.",
        f"We cannot print these characters: {shown}. "
        "Ask how the name is written in Latin letters, as in the passport.",
    )


def is_right_to_left(name: str) -> bool:
    """Say whether `name` begins with a letter of a script that is read from the right."""
    directions = (unicodedata.bidirectional(letter) for letter in name)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"


def glue_particles(name: str) -> str:
    """Return `name` with a no-break space after each particle: "van der Heijden" stays together."""
    words = name.split(" ")
    glued = words[0]
    for before, word in pairwise(words):
        glued += (NO_BREAK if _ends_in_particle(before) else " ") + word
    return glued


def _ends_in_particle(word: str) -> bool:
    return re.split(r"[-‐‑]", word)[-1].casefold() in _PARTICLES
