"""What we are made of: locked by hash, never older than its last repair, known by name (T39)."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.trust("T39")

LOCKS = sorted(ROOT.glob("requirements*.lock"))
PIN = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL
)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(lock: str) -> dict[str, str]:
    """Return the packages of a lock with their versions."""
    return {name: version for name, version, _rest in PIN.findall(lock)}


def unlocked(lock: str) -> list[str]:
    """Return what a lock lets float: no exact version, or no hash of its files."""
    named = re.findall(r"^([A-Za-z0-9][\w.-]*)", lock, re.MULTILINE)
    hashed = {name for name, _version, rest in PIN.findall(lock) if HASH.search(rest)}
    return [name for name in named if name not in hashed]


def advisories() -> list[dict[str, str]]:
    with (ROOT / "docs/advisories.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def too_old(found: dict[str, str]) -> list[str]:
    """Return the packages that are older than the repair that the list names."""
    return [
        f"{row['package']} {found[row['package']]}"
        for row in advisories()
        if row["package"] in found and Version(found[row["package"]]) < Version(row["at_least"])
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_locked_by_its_hash(lock):
    assert unlocked(lock.read_text(encoding="utf-8")) == []


def test_every_package_of_the_browser_is_locked_by_its_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [path for path, one in packages.items() if path and "integrity" not in one] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_nothing_is_older_than_its_last_repair(lock):
    assert too_old(pins(lock.read_text(encoding="utf-8"))) == []


def test_what_runs_here_is_not_older_either():
    installed = {row["package"] for row in advisories()} & {
        found.metadata["Name"].lower() for found in metadata.distributions()
    }
    assert too_old({name: metadata.version(name) for name in installed}) == []


def test_the_list_names_what_matters_and_says_when_it_was_looked_at():
    rows = advisories()
    assert {"weasyprint", "jinja2", "werkzeug", "cryptography"} <= {row["package"] for row in rows}
    assert Version(next(r["at_least"] for r in rows if r["package"] == "weasyprint")) >= Version(
        "70"
    )
    for row in rows:
        assert "CVE-" in row["why"]
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["looked_at"])


def test_the_parts_list_names_every_package():
    made = subprocess.run([ROOT / "bin/sbom"], capture_output=True, text=True, check=True).stdout
    parts = json.loads(made)
    named = {(one["name"], one["version"]) for one in parts["components"]}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert set(pins(lock).items()) <= named
    assert any(one["purl"].startswith("pkg:npm/bootstrap@") for one in parts["components"])
    assert (parts["bomFormat"], parts["specVersion"]) == ("CycloneDX", "1.5")
    assert len({one["bom-ref"] for one in parts["components"]}) == len(parts["components"])


@pytest.mark.trust("T39", planted=True)
def test_a_loose_or_an_old_package_is_found():
    good = f"flask==3.1.3 \\\n    --hash=sha256:{'0' * 64}\n"
    assert unlocked(good) == []
    assert unlocked("flask==3.1.3\n") == ["flask"]
    assert unlocked(f"flask>=3 \\\n    --hash=sha256:{'0' * 64}\n") == ["flask"]
    assert too_old({"weasyprint": "60.0", "jinja2": "3.1.2", "flask": "0.1"}) == [
        "jinja2 3.1.2",
        "weasyprint 60.0",
    ]
