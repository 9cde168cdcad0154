"""Run every test that proves a promise, on SQLite and on PostgreSQL, and print the table."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.trust.table import Outcomes, faults_of, lines, read_outcomes

RUNS = {
    "sqlite": ({}, ["-m", "trust and not pg"]),
    # Only what asks the database; a PDF is the same beside either.
    "postgresql": ({"TEST_ON": "postgresql"}, ["-m", "trust", "--only-database"]),
}
MOST_SECONDS = 25 * 60
PROCESSES = "3"
"""One more than the processors of a small machine: who kills and breaks things mostly waits."""


def run(name: str, folder: Path) -> Outcomes:
    """Run the tests of one database and return what happened per row."""
    environment, words = RUNS[name]
    shared = folder / "shared"
    shared.mkdir(exist_ok=True)
    results = folder / f"{name}.xml"
    command = [
        *(
            sys.executable,
            "-m",
            "pytest",
            "--no-header",
            "-q",
            "-n",
            PROCESSES,
            "--dist",
            "worksteal",
        ),
        *("--timeout", "900", f"--junitxml={results}", *words),
    ]
    settings = {"TRUST": "full", "TEST_SHARED": str(shared), **environment}
    subprocess.run(command, env={**os.environ, **settings}, check=False)
    return read_outcomes(results) if results.exists() else {}


def main(names: list[str]) -> int:
    """Return 0 when every required promise held everywhere, within the time."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="academy-trust-") as folder:
        runs = {name: run(name, Path(folder)) for name in names or list(RUNS)}
    print()
    for line in lines(runs):
        print(line)
    faults = faults_of(runs)
    seconds = time.monotonic() - started
    if seconds > MOST_SECONDS:
        faults.append(f"it took {seconds / 60:.0f} minutes, and 25 is the most")
    print(f"\n{seconds / 60:.1f} minutes")
    for fault in faults:
        print(f"FAILED: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
