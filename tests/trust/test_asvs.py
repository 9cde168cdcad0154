"""docs/asvs.csv says which requirement of OWASP ASVS 5.0 is met, by a test that exists."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from functools import lru_cache

from tests.trust.rows import ROOT

VERDICTS = {"met", "not yet", "not applicable"}

LEVEL_ONE_AND_TWO = {
    "1.1": "1-2",
    "1.2": "1-9",
    "1.3": "1-11",
    "1.4": "1-3",
    "1.5": "1-2",
    "2.1": "1-3",
    "2.2": "1-3",
    "2.3": "1-4",
    "2.4": "1",
    "3.2": "1-2",
    "3.3": "1-4",
    "3.4": "1-6",
    "3.5": "1-5",
    "3.7": "1-2",
    "4.1": "1-3",
    "4.2": "1",
    "4.3": "1-2",
    "4.4": "1-4",
    "5.1": "1",
    "5.2": "1-3",
    "5.3": "1-2",
    "5.4": "1-3",
    "6.1": "1-3",
    "6.2": "1-12",
    "6.3": "1-4",
    "6.4": "1-4",
    "6.5": "1-5",
    "6.6": "1-3",
    "6.8": "1-4",
    "7.1": "1-3",
    "7.2": "1-4",
    "7.3": "1-2",
    "7.4": "1-5",
    "7.5": "1-2",
    "7.6": "1-2",
    "8.1": "1-2",
    "8.2": "1-3",
    "8.3": "1",
    "8.4": "1",
    "11.1": "1-2",
    "11.2": "1-3",
    "11.3": "1-3",
    "11.4": "1-4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "1-3",
    "12.2": "1-2",
    "12.3": "1-4",
    "13.1": "1",
    "13.2": "1-5",
    "13.3": "1-2",
    "13.4": "1-5",
    "14.1": "1-2",
    "14.2": "1-4",
    "14.3": "1-3",
    "15.1": "1-3",
    "15.2": "1-3",
    "15.3": "1-7",
    "16.1": "1",
    "16.2": "1-5",
    "16.3": "1-4",
    "16.4": "1-3",
    "16.5": "1-3",
}
"""Sections of ASVS 5.0.0 and which of their numbers are of level 1 or 2, copied by hand from its
table. Without the chapters on self-contained tokens, OAuth and WebRTC: we have none of these.
"""
LEVEL_THREE = {"1.2.10", "2.3.5", "6.3.8", "7.5.3", "8.3.2", "14.2.6", "14.2.7", "15.4.1"}
"""Requirements of level 3 that we hold ourselves to as well."""


def asked() -> set[str]:
    """Return the number of every requirement that the list must answer."""
    found = set(LEVEL_THREE)
    for section, numbers in LEVEL_ONE_AND_TWO.items():
        first, _, last = numbers.partition("-")
        found |= {f"{section}.{one}" for one in range(int(first), int(last or first) + 1)}
    return found


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


def test_it_answers_every_requirement_once_and_in_order():
    numbers = [row["id"] for row in requirements()]
    assert len(asked() - LEVEL_THREE) == 210
    assert sorted(set(numbers) ^ asked()) == []
    assert numbers == sorted(numbers, key=lambda one: [int(part) for part in one.split(".")])


def test_the_page_tells_how_many_there_are():
    counted = Counter(row["verdict"] for row in requirements())
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    told = (
        f"{counted['met']} are met, {counted['not applicable']} do not apply, "
        f"{counted['not yet']} are not yet met"
    )
    assert told in " ".join(page.split())


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
