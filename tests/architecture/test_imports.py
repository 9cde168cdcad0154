"""The import contracts of pyproject.toml, and the edges that stay inside their feature."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from academy.app import FEATURES
from academy.kernel.resources import PACKAGE

ROOT = PACKAGE.parent
EDGES = {"views", "api", "forms", "schemas", "mails", "tasks", "cli", "listeners", "feature"}
COMPOSITION = ("academy.app", "academy.cli", "academy.demo", "academy.running", "academy.wsgi")
RUN = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
LEARNING = {"courses", "certificates"}


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("academy", "courses", "certificates")


def package_of(feature):
    return feature.name if feature.name in LEARNING else f"academy.{feature.name}"


def test_the_contracts_hold():
    """In a process of its own: it turns off every logger that is there."""
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_the_edges_of_a_feature_stay_inside_it(graph, feature):
    package = package_of(feature)
    edges = {
        module
        for module in graph.modules
        if module.startswith(f"{package}.")
        and module.removeprefix(f"{package}.").split(".")[0] in EDGES
    }
    assert edges, package
    strangers = {
        f"{importer} imports {edge}"
        for edge in edges
        for importer in graph.find_modules_that_directly_import(edge)
        if not importer.startswith((f"{package}.", *COMPOSITION))
    }
    assert not strangers


def test_every_feature_package_is_on_the_list():
    packages = {path.parent for path in ROOT.glob("*/feature.py")}
    packages |= {path.parent for path in ROOT.glob("academy/*/feature.py")} - {
        ROOT / "academy" / "kernel"
    }
    names = {path.name for path in packages}
    assert names == {feature.name for feature in FEATURES}


def sources():
    for package in ("academy", "courses", "certificates"):
        yield from sorted((ROOT / package).rglob("*.py"))


def calls(path: Path, name: str):
    for node in ast.walk(ast.parse(path.read_text())):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_call and node.func.attr == name:
            yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_only_the_unit_of_work_commits():
    commits = [where for path in sources() for where in calls(path, "commit")]
    assert len(commits) == 1, commits
    assert commits[0].startswith("academy/kernel/db.py:")


def test_services_and_rules_know_no_flask():
    strangers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        if {"services", "rules"} & set(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "flask"
    ]
    assert not strangers


def test_there_is_no_drawer_for_leftovers():
    names = {path.stem for path in sources()}
    assert not names & {"utils", "helpers", "common", "misc", "constants"}


def test_nothing_is_left_for_later():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")
    left = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(word in line for word in words)
    ]
    assert not left
