"""`academy serve` keeps its processes alive, and does not keep trying what cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.keeping.academies import Academy, children_of, wait_for

TOGETHER = textwrap.dedent("""
    import sys
    from academy.running import Program, run_together

    programs = [Program([sys.executable, "-c", words], {}) for words in sys.argv[1:]]
    raise SystemExit(run_together(programs, ready=lambda: True))
""")
FOR_EVER = "import time; time.sleep(600)"


def together(*programs: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", TOGETHER, *programs])


def test_what_cannot_start_stops_all_with_its_status() -> None:
    running = together(FOR_EVER, "raise SystemExit(3)")
    assert running.wait(timeout=30) == 3
    assert children_of(running.pid, "time.sleep") == []


def test_what_ends_at_once_without_a_fault_stops_all_too() -> None:
    assert together(FOR_EVER, "pass").wait(timeout=30) == 1


def test_what_is_killed_is_started_again_and_the_rest_goes_on() -> None:
    running = together(FOR_EVER, f"{FOR_EVER}  # second")
    wait_for(lambda: len(children_of(running.pid, "time.sleep")) == 2, seconds=30)
    first = set(children_of(running.pid, "time.sleep"))
    [killed] = children_of(running.pid, "second")
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: len(set(children_of(running.pid, "time.sleep")) - {killed}) == 2, seconds=30)
    assert first - {killed} < set(children_of(running.pid, "time.sleep"))

    running.terminate()
    assert running.wait(timeout=30) == 0


def test_a_wrong_setting_stops_the_start(tmp_path: Path) -> None:
    academy = Academy(tmp_path, "mysql://nowhere/")
    done = academy.command("serve", "--web", "2", "--workers", "3")
    assert done.returncode != 0
    assert "ACADEMY_DATABASE_URL" in done.stderr
