"""Our own Dutch is B1: short sentences, "je", and no word from a letter of the town hall.

A yardstick only; people who read with difficulty have the last word.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean

import pytest
from babel.messages.catalog import Catalog

from tests.architecture.test_translations import (
    LETTER,
    PLACEHOLDER,
    SOURCES,
    template,  # noqa: F401 (a fixture)
    texts,
)

LONGEST_SENTENCE = 20
MEAN_SENTENCE = 12
SENTENCE_END = re.compile(r"(?<=[.?!:])\s+")
FORMAL = re.compile(r"\b(u|uw|uzelf)\b", re.IGNORECASE)

EASIER = {
    "aangaande": "over",
    "aanvangen": "beginnen",
    "aanvang": "begin",
    "aanwenden": "gebruiken",
    "abusievelijk": "per ongeluk",
    "additioneel": "extra",
    "additionele": "extra",
    "adequaat": "goed",
    "alsmede": "en",
    "alvorens": "voordat",
    "authenticatie": "laten zien wie je bent",
    "autorisatie": "recht",
    "autoriseren": "goedkeuren",
    "benevens": "en",
    "betreffende": "over",
    "bewerkstelligen": "zorgen voor",
    "circa": "ongeveer",
    "conform": "volgens",
    "continueren": "doorgaan",
    "creëren": "maken",
    "derhalve": "daarom",
    "desgewenst": "als je wilt",
    "desondanks": "toch",
    "dienaangaande": "daarover",
    "dientengevolge": "daardoor",
    "doch": "maar",
    "doorgaans": "meestal",
    "echter": "maar",
    "effectueren": "doen",
    "eveneens": "ook",
    "faciliteren": "helpen",
    "fungeren": "werken",
    "gaarne": "graag",
    "gedurende": "tijdens",
    "gelieve": "wil je",
    "geschieden": "gebeuren",
    "hetgeen": "wat",
    "hieromtrent": "hierover",
    "ingevolge": "volgens",
    "implementatie": "invoering",
    "implementeren": "invoeren",
    "incorrect": "fout",
    "indien": "als",
    "inzake": "over",
    "jegens": "tegen",
    "kenbaar": "bekend",
    "krachtens": "volgens",
    "middels": "met",
    "momenteel": "nu",
    "nadien": "daarna",
    "nochtans": "toch",
    "omtrent": "over",
    "ondanks": "toch",
    "onderhavige": "deze",
    "optimaliseren": "beter maken",
    "overeenkomstig": "volgens",
    "per abuis": "per ongeluk",
    "prioriteit": "wat eerst moet",
    "realiseren": "maken",
    "reeds": "al",
    "respectievelijk": "en",
    "retourneren": "terugsturen",
    "slechts": "alleen",
    "teneinde": "om",
    "tevens": "ook",
    "tezamen": "samen",
    "thans": "nu",
    "uitsluitend": "alleen",
    "validatie": "controle",
    "valideren": "controleren",
    "verifiëren": "controleren",
    "verifieer": "controleer",
    "verstrekken": "geven",
    "verzoeken": "vragen",
    "vooralsnog": "nu nog",
    "voornoemde": "deze",
    "voorts": "ook",
    "wederom": "weer",
    "wijzigen": "veranderen",
    "wijziging": "verandering",
    "zodoende": "zo",
}
HARD = re.compile(rf"\b({'|'.join(map(re.escape, EASIER))})\b", re.IGNORECASE)


def sentences(dutch: Iterable[str]) -> list[str]:
    """Return the sentences of texts; a placeholder is a word."""
    plain = (PLACEHOLDER.sub("x", text) for text in dutch)
    return [one for text in plain for one in SENTENCE_END.split(text) if LETTER.search(one)]


def hard_to_read(dutch: Iterable[str]) -> list[str]:
    """Say of each sentence that is too long, formal, or has a hard word, what is wrong with it."""
    found = []
    for one in sentences(dutch):
        words = len(one.split())
        if words > LONGEST_SENTENCE:
            found.append(f"{words} words: {one}")
        if FORMAL.search(one):
            found.append(f"says u: {one}")
        found += [f"{hard} -> {EASIER[hard.lower()]}: {one}" for hard in HARD.findall(one)]
    return found


def carried(path: Path) -> Iterator[str]:
    """Yield the Dutch of texts in code that carry both languages themselves: `Text(nl, en)`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text" and node.args:
            yield spelled(node.args[0])


def spelled(node: ast.expr) -> str:
    """Return a text in code as it reads; what is filled in later is a word."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in parts)


@pytest.fixture(scope="module")
def dutch(template: Catalog) -> list[str]:  # noqa: F811
    """Return everything we say in Dutch."""
    marked = [text for message in template if message.id for text in texts(message)]
    return [*marked, *(text for path in SOURCES for text in carried(path))]


def test_our_dutch_is_plain(dutch: list[str]) -> None:
    assert hard_to_read(dutch) == []


def test_our_sentences_are_short(dutch: list[str]) -> None:
    assert mean(len(one.split()) for one in sentences(dutch)) <= MEAN_SENTENCE


def test_what_is_hard_is_named() -> None:
    long = " ".join(["woord"] * (LONGEST_SENTENCE + 1))
    planted = [long, "Vul uw naam in.", "Bel ons indien je niet komt.", "Kom je? Fijn."]
    assert hard_to_read(planted) == [
        f"21 words: {long}",
        "says u: Vul uw naam in.",
        "indien -> als: Bel ons indien je niet komt.",
    ]
