"""The Dutch on paper is as easy as on the pages: short sentences, "je", no hard word."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import mean

import pytest

from tests.architecture.test_plain_dutch import hard_to_read

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for folder in ("academy", "courses", "certificates")
    for page in (ROOT / folder).rglob("*.html")
    if "translations" not in page.parts
)
LONGEST, MEAN = 20, 12
_TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|<[^>]+>", re.DOTALL)
_BLOCKS = re.compile(r"</(?:p|li|th|td|h[1-4]|span|label|button|dt|dd|title|summary)>|<br>")
_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def sentences(page: str) -> list[list[str]]:
    """Return the sentences of a page as words; a value counts as one word."""
    blocks = _BLOCKS.split(_VALUE.sub("Waarde", page))
    texts = [" ".join(_TAGS.sub("", block).replace("&emsp;", " ").split()) for block in blocks]
    said = [one for text in texts for one in re.split(r"(?<=[.?!:])\s+", text)]
    return [words for one in said if (words := re.findall(r"[^\W\d_]+", one))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_paper_is_said_in_short_sentences(page):
    found = sentences(page.read_text(encoding="utf-8"))
    assert [" ".join(words) for words in found if len(words) > LONGEST] == []
    assert hard_to_read([" ".join(words) for words in found]) == []
    assert not found or mean(len(words) for words in found) <= MEAN


def test_a_long_sentence_is_found():
    assert len(sentences("<p>" + "woord " * 21 + "</p>")[0]) == 21
    assert hard_to_read(["Wij verzoeken u dit te lezen."]) != []


def test_every_paper_is_read():
    assert len(PAGES) > 24
