"""The promises of `docs/trust.csv`, and which tests say that they prove one."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROMISES = ROOT / "docs" / "trust.csv"


@dataclass(frozen=True, slots=True)
class Promise:
    """One row: its id, what is promised, and whether it must be proven today."""

    id: str
    text: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that carries the mark of a row; `is_planted` says that it plants a fault."""

    row: str
    file: str
    test: str
    is_planted: bool


def promises() -> list[Promise]:
    """Return every row, in order."""
    with PROMISES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Promise(row["id"], row["promise"], row["required"] == "yes") for row in rows]


def proofs(folder: Path = ROOT / "tests") -> Iterator[Proof]:
    """Yield what the marks in the test files say, without running anything."""
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        whole_file = [mark for node in tree.body for mark in _marks_of_module(node)]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for row, is_planted in [*whole_file, *map(_mark, _marks(node.decorator_list))]:
                    yield Proof(row, str(path.relative_to(ROOT)), node.name, is_planted)


def _marks_of_module(node: ast.stmt) -> list[tuple[str, bool]]:
    is_assigned = isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )
    if not is_assigned or not isinstance(node, ast.Assign):
        return []
    return [_mark(call) for call in _marks(list(ast.walk(node.value)))]


def _marks(nodes: list[ast.expr] | list[ast.AST]) -> list[ast.Call]:
    return [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "trust"
    ]


def _mark(call: ast.Call) -> tuple[str, bool]:
    row = call.args[0]
    assert isinstance(row, ast.Constant)
    planted = any(
        word.arg == "planted" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in call.keywords
    )
    return str(row.value), planted
