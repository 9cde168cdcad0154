"""Commands that run the academy: web, worker, tables, checks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

WEB_THREADS = 8
STOP_SECONDS = 30


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
    """Start web and worker together; they stop together too."""
    port = os.environ.get("PORT", "8000")
    commands = [web_command(port, processes=processes, host=host)]
    commands += [[sys.executable, "-m", "academy", "worker"]] * workers
    raise SystemExit(run_together(commands, ready=lambda: _announce(host, port)))


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


def run_together(commands: Sequence[Sequence[str]], *, ready: Callable[[], bool]) -> int:
    """Run all commands until one ends or we are asked to stop; then stop the others.

    `ready` is asked until it says yes. Returns the exit status of the first to end, 0 when asked
    to stop.
    """
    running = [subprocess.Popen(command) for command in commands]
    announced = False
    asked = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not asked and all(one.poll() is None for one in running):
        announced = announced or ready()
        time.sleep(0.2)
    status = 0 if asked else next(one.returncode for one in running if one.poll() is not None)
    for one in running:
        if one.poll() is None:
            one.terminate()
    for one in running:
        one.wait(timeout=STOP_SECONDS)
    return int(status or 0)


@click.command()
@click.option("--once", is_flag=True, help="Stop when nothing is waiting.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Do the waiting jobs."""
    from academy.kernel import queue

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
    from academy.kernel import audit
    from academy.kernel.db import db

    faults = list(audit.chain_faults())
    for feature in current_app.extensions["academy.features"]:
        for ask in feature.checks:
            db.session.rollback()
            faults.extend(ask())
    if as_json:
        click.echo(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(fault)
        click.echo(
            "Alles klopt. / Nothing is wrong." if not faults else f"{len(faults)} fouten / faults"
        )
    raise SystemExit(1 if faults else 0)
