"""What no catalogue holds is plain Dutch too: the curricula, certificates, and words on paper.

The rules are those of the pages and of the papers; here is only where else our Dutch stands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from courses.adapters.curriculum.documents import read_markdown, read_yaml
from courses.adapters.markdown import to_html
from tests.architecture.test_plain_dutch import (
    FORMAL,
    LONGEST_SENTENCE,
    MEAN_SENTENCE,
    hard_to_read,
    spelled,
)
from tests.architecture.test_translations import ROOT, SOURCES, name_of
from tests.kernel.test_paper_words import sentences

CURRICULA = ROOT / "courses/curricula"
LESSONS = sorted(CURRICULA.rglob("*.md"))
# The first says in English what the folder holds; the sources keep the titles of others.
NOT_OURS = {CURRICULA / "README.md", CURRICULA / "sources.yaml"}
CONTENT = [
    *(lesson for lesson in LESSONS if lesson not in NOT_OURS),
    *sorted(file for file in CURRICULA.rglob("*.yaml") if file not in NOT_OURS),
    *sorted((ROOT / "certificates/designs").glob("*/design.yaml")),
]
# What a certificate states is one sentence that the name of its holder begins.
NOT_READ_HERE = {"en", "statement"}
SPEECH = re.compile(r"(?<!\w)'[^']*'(?!\w)")
"""What somebody says to somebody else stands as people say it, and they may say "u"."""

PAPER_CODE = [
    path
    for path in SOURCES
    if path.parent.match("courses/adapters/paper") or "make_paper(" in path.read_text("utf-8")
]


def dutch(value: Any) -> Iterator[str]:
    """Yield the Dutch texts of a YAML value; a single word is a name for the machine."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in NOT_READ_HERE:
                yield from dutch(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from dutch(inner)
    elif isinstance(value, str) and " " in value:
        yield value


def said(file: Path) -> str:
    """Return all Dutch of a file as Markdown; every text is a paragraph of its own."""
    read = read_markdown if file.suffix == ".md" else read_yaml
    document = read(ROOT, name_of(file))
    assert document.faults == []
    return "\n\n".join([*dutch(document.value), document.body])


def words(markdown: str) -> list[list[str]]:
    """Return the sentences of Markdown, each as its words."""
    plain = SPEECH.sub(lambda quote: FORMAL.sub("je", quote[0]), markdown)
    return sentences(unescape(to_html(plain)))


def wrong(found: list[list[str]]) -> list[str]:
    """Say which sentences are too long, formal, or have a hard word."""
    long = [" ".join(one) for one in found if len(one) > LONGEST_SENTENCE]
    return long + hard_to_read(" ".join(one) for one in found if len(one) <= LONGEST_SENTENCE)


def on_paper(path: Path) -> Iterator[str]:
    """Yield the texts that stand bare in code; a text on a line of its own explains the code."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    skipped |= {
        id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in nodes:
        if id(node) in skipped or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr) or isinstance(node.value, str):
            yield spelled(node)


@pytest.mark.parametrize("file", CONTENT, ids=name_of)
def test_what_we_teach_and_certify_is_said_in_plain_dutch(file):
    found = words(said(file))
    assert wrong(found) == []
    assert mean(len(one) for one in found) <= MEAN_SENTENCE


@pytest.mark.parametrize("path", PAPER_CODE, ids=name_of)
def test_the_words_that_code_puts_on_paper_are_plain(path):
    assert hard_to_read(on_paper(path)) == []


def test_all_content_is_read():
    assert len(LESSONS) == 1 + 8 + 7 + 6
    assert len(CONTENT) > 55
    assert {"cards.py", "heads.py", "letters.py", "sheets.py"} <= {one.name for one in PAPER_CODE}
    assert len(words(said(CURRICULA / "residents/modules/04-de-krachtenkaart.md"))) > 50


def test_what_is_hard_in_a_lesson_is_named():
    long = "woord " * LONGEST_SENTENCE + "einde"
    planted = f"## Kop\n\n- Vul uw naam in.\n- {long}.\n\n| Indien | het kan |\n|---|---|\n"
    assert wrong(words(planted + "\nZij zegt: 'Komt u ook?'")) == [
        long,
        "says u: Vul uw naam in",
        "Indien -> als: Indien",
    ]


def test_what_is_hard_on_paper_is_named(tmp_path):
    code = tmp_path / "card.py"
    code.write_text('"""Your code, uw code."""\nSAID = f"Bel {who} indien nodig"\n', "utf-8")
    assert hard_to_read(on_paper(code)) == ["indien -> als: Bel x indien nodig"]
