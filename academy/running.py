"""Commands that run the academy: web, worker, tables, checks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

WEB_THREADS = 8
STOP_SECONDS = 30
SETTLED_SECONDS = 10.0
"""What ends by itself sooner than this cannot start at all: a wrong setting, a port in use."""
PAUSE_SECONDS = 1.0
SHARED_FIGURES = "PROMETHEUS_MULTIPROC_DIR"


def web_command(port: str, *, processes: int, host: str) -> list[str]:
    """Return the command that starts the web server."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "--no-control-socket",
        f"--workers={processes}",
        f"--threads={WEB_THREADS}",
        f"--bind={host}:{port}",
        "--timeout=60",
        "--graceful-timeout=20",
        "academy.wsgi:app",
    ]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--web", "processes", default=1, show_default=True, help="Web processes.")
@click.option("--workers", default=1, show_default=True, help="Worker processes.")
def serve(host: str, processes: int, workers: int) -> None:
    """Start web and workers together; they stop together too. One that dies is started again."""
    port = os.environ.get("PORT", "8000")
    with tempfile.TemporaryDirectory(prefix="academy-figures-") as figures:
        # Web processes count together in a folder, so that any of them can answer for all.
        shared = {SHARED_FIGURES: figures} if processes > 1 else {}
        programs = [Program(web_command(port, processes=processes, host=host), shared)]
        work = [sys.executable, "-m", "academy", "worker"]
        programs += [Program(work, {}) for _ in range(workers)]
        raise SystemExit(run_together(programs, ready=lambda: _announce(host, port)))


def _announce(host: str, port: str) -> bool:
    """Say where the academy is as soon as it answers. Returns whether it did."""
    try:
        socket.create_connection((host, int(port)), timeout=0.2).close()
    except OSError:
        return False
    click.echo(f"\nDe academie is open / the academy is open: http://{host}:{port}\n")
    from academy.demo.sign_ins import printed

    click.echo(printed())
    return True


class Program:
    """A command that is kept running: started again when it dies, but not when it cannot start."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it, with `environment` over our own."""
        self._command, self._environment = command, {**os.environ, **environment}
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(self._command, env=self._environment)
        self._started = time.monotonic()

    def keep(self) -> int | None:
        """Start again what died. Returns the exit status of what cannot start, else None."""
        status = self.process.poll()
        if status is None:
            return None
        lived = time.monotonic() - self._started
        if status >= 0 and lived < SETTLED_SECONDS:
            return status or 1
        if lived < PAUSE_SECONDS:
            return None
        click.echo(f"started again after status {status}: {self._command[-1]}", err=True)
        self._start()
        return None


def run_together(programs: Sequence[Program], *, ready: Callable[[], bool]) -> int:
    """Keep all programs running until we are asked to stop or one cannot start; then stop all.

    `ready` is asked until it says yes. Returns the exit status of what cannot start, 0 when asked
    to stop.
    """
    announced = False
    asked = False
    status = None

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not asked and status is None:
        time.sleep(0.2)
        announced = announced or ready()
        status = next((ended for one in programs if (ended := one.keep()) is not None), None)
    running = [one.process for one in programs if one.process.poll() is None]
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=STOP_SECONDS)
    return status or 0


@click.command()
@click.option("--once", is_flag=True, help="Stop when nothing is waiting.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Do the waiting jobs."""
    from academy.kernel import documents, queue

    documents.give_way()
    queue.work(current_app._get_current_object(), once=once)  # type: ignore[attr-defined]


@click.group("db")
def database() -> None:
    """Make and change the tables."""


@database.command("upgrade")
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the tables to the newest form."""
    import flask_migrate

    flask_migrate.upgrade(revision=revision)


@database.command("downgrade")
@click.argument("revision", default="-1")
@with_appcontext
def downgrade(revision: str) -> None:
    """Bring the tables back to an earlier form."""
    import flask_migrate

    flask_migrate.downgrade(revision=revision)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
def check(*, as_json: bool) -> None:
    """Look whether everything is as it should be; exit 0 only if nothing is wrong."""
    from academy.keeping.checks import all_faults

    faults = all_faults()
    if as_json:
        click.echo(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(fault)
        click.echo(
            "Alles klopt. / Nothing is wrong." if not faults else f"{len(faults)} fouten / faults"
        )
    raise SystemExit(1 if faults else 0)
