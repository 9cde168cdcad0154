"""How a name is spelled on the phone: letter by letter, each with what it carries."""

from __future__ import annotations

import pytest

from certificates.rules.hebrew_letters import HEBREW_LETTERS
from certificates.rules.names import clean_name
from certificates.rules.spelling import spell


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Zoë", "hoofdletter z, o, e met puntjes erboven"),
        ("דוד", "dalet, wav, dalet"),
        ("לֵוִי", "lamed met een tseree, wav met een chiriek, jod"),
        (
            "שָׁם",
            "sjien met een kamats en met een punt rechts, mem van het eind",
        ),
        ("בֶּן־", "beet met een segol en met een punt erin, noen van het eind, streepje"),
        ("نعيمة", "ن, ع, ي, م, ة"),
    ],
)
def test_a_letter_is_said_with_what_it_carries(name: str, letters: str) -> None:
    (word,) = spell(clean_name(name))
    assert ", ".join(letter.nl for letter in word) == letters


def test_every_hebrew_letter_has_a_name() -> None:
    assert len(HEBREW_LETTERS) == 27
    assert set(HEBREW_LETTERS) == set(map(chr, range(0x05D0, 0x05EB)))


def test_every_letter_has_a_name_of_its_own() -> None:
    assert len({said.nl for said in HEBREW_LETTERS.values()}) == 27
    assert len({said.en for said in HEBREW_LETTERS.values()}) == 27
