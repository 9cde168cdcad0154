"""docs/asvs.csv says which requirement of OWASP ASVS 5.0 is met, by a test that exists."""

from __future__ import annotations

import ast
import csv
import re
from functools import lru_cache

from tests.trust.rows import ROOT

VERDICTS = {"met", "not yet", "not applicable"}


def requirements() -> list[dict[str, str]]:
    with (ROOT / "docs/asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=200)
def named_in(file: str) -> frozenset[str]:
    """Return the tests of a file; nothing for a file that is not there."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def faults_of(rows: list[dict[str, str]]) -> list[str]:
    """Return what is wrong with the list."""
    faults = []
    for row in rows:
        file, _, test = row["test"].partition("::")
        if not re.fullmatch(r"(?:[1-8]|1[1-6])\.\d{1,2}\.\d{1,2}", row["id"]):
            faults.append(f"{row['id']} is no requirement of a chapter that concerns us")
        if row["verdict"] not in VERDICTS:
            faults.append(f"{row['id']}: {row['verdict']} is no verdict")
        if row["verdict"] == "met" and test not in named_in(file):
            faults.append(f"{row['id']}: there is no test {row['test']}")
        if row["verdict"] != "met" and (row["test"] or not row["why"]):
            faults.append(f"{row['id']}: say why, and name no test")
    ids = [row["id"] for row in rows]
    return faults + [f"{one} twice" for one in sorted(set(ids)) if ids.count(one) > 1]


def test_the_list_is_sound():
    assert faults_of(requirements()) == []


def test_it_is_in_order_and_names_every_chapter():
    numbers = [tuple(map(int, row["id"].split("."))) for row in requirements()]
    assert numbers == sorted(numbers)
    assert {chapter for chapter, *_rest in numbers} == {*range(1, 9), *range(11, 17)}


def test_a_test_that_does_not_exist_is_found():
    good = {"id": "1.2.1", "asks": "x", "verdict": "met", "why": "", "test": ""}
    planted = [
        good | {"test": "tests/trust/test_asvs.py::test_the_list_is_sound"},
        good | {"test": "tests/trust/test_asvs.py::test_of_nothing", "id": "1.2.2"},
        good | {"verdict": "perhaps", "id": "1.2.3", "why": "x"},
        good | {"verdict": "not yet", "id": "1.2.4"},
        good | {"id": "9.1.1", "verdict": "not yet", "why": "tokens"},
    ]
    assert [fault.split()[0].rstrip(":") for fault in faults_of(planted)] == [
        "1.2.2",
        "1.2.3",
        "1.2.4",
        "9.1.1",
    ]
