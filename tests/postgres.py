"""A PostgreSQL server of the tests' own: another port and folder than any server of the machine."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

_numbers = count(1)


def _as_owner(*command: str | Path) -> None:
    """Run as the user postgres when we are root: the server refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of a test's own, to be stopped and started."""

    url: str
    """Ends in a slash."""
    folder: Path
    options: str

    def start(self) -> None:
        """Start and wait until it answers."""
        data, log = self.folder / "data", self.folder / "log"
        _as_owner(_programs() / "pg_ctl", "-D", data, "-w", "-l", log, "-o", self.options, "start")

    def stop(self) -> None:
        """Stop as in a power cut."""
        _as_owner(_programs() / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")


def _programs() -> Path:
    return max(Path("/usr/lib/postgresql").glob("*/bin"))


@contextmanager
def stoppable_server() -> Iterator[Server]:
    """Run a server for the block. No fsync: tests only."""
    # Not pytest's tmp_path: those folders are closed to the user postgres.
    folder = Path(tempfile.mkdtemp(prefix="academy-postgres-"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    port = _free_port()
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        " -c max_connections=200"
    )
    _as_owner(
        _programs() / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres",
        "-E", "UTF8", "--locale=C.UTF-8", "-N",
    )  # fmt: skip
    running = Server(f"postgresql+psycopg://postgres@127.0.0.1:{port}/", folder, options)
    running.start()
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


@contextmanager
def cluster() -> Iterator[str]:
    """Run a server for the block; yields its URL, ending in a slash."""
    with stoppable_server() as running:
        yield running.url


def new_database(server: str, *, template: str = "template1") -> str:
    """Make a database on `server`, a copy of `template`, and return its URL."""
    name = f"academy_{next(_numbers)}"
    engine = sa.create_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create database {name} template {template}")
    engine.dispose()
    return f"{server}{name}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of one server for the whole run; databases come from `new_database`."""
    with cluster() as url:
        yield url
