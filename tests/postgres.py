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
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.types.json import Jsonb

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
        " -c max_connections=200 -c autovacuum=off"
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


def look_over(url: str) -> None:
    """Let the planner know how much stands where, as a server that runs for a while does itself."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze")
    engine.dispose()


ALONE = """
do $$ begin
  for attempt in 1..2000 loop
    perform pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and backend_type = 'client backend';
    exit when not found;
    perform pg_sleep(0.002);
    perform pg_stat_clear_snapshot();
  end loop;
end $$
"""
"""Ends every other connection, as `drop database … with (force)` does."""
SHAPE = " union all ".join(
    f"select '{catalog}', count(*), max(xmin::text::bigint) from {catalog}"
    for catalog in (
        *("pg_namespace", "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index"),
        *("pg_trigger", "pg_proc", "pg_type", "pg_policy", "pg_sequence", "pg_rewrite"),
    )
)
"""Says something else once anybody made, changed or removed a table or what belongs to one."""
EMPTY = """
do $$ declare
  place text;
  is_full boolean;
begin
  set local session_replication_role = replica;
  for place in select oid::regclass::text from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace
  loop
    execute 'select exists (select from ' || place || ')' into is_full;
    if is_full then execute 'delete from ' || place; end if;
  end loop;
  perform setval(seqrelid::regclass, seqstart, false) from pg_sequence
    where pg_sequence_last_value(seqrelid) is not null;
end $$
"""
"""Takes every row away and lets every number begin anew."""
TABLES = """
select oid::regclass::text from pg_class
  where relkind = 'r' and relnamespace = 'public'::regnamespace
"""
MOST_TIMES = 100
"""So often rows are taken away before the database is made anew: what was there leaves traces."""


class CleanDatabase:
    """A database that is as its template again after every test.

    Making one from the template costs a quarter of a second; taking the rows of a test away does
    not. Where the tables themselves were changed, it is made anew.
    """

    def __init__(self, server: str, name: str, *, template: str) -> None:
        self._server, self._name, self._template = server, name, template
        self._times = 0
        with self._connect(template) as connection:
            self._shape = connection.execute(SHAPE).fetchall()
            self._rows = _all_rows(connection)

    def put_back(self) -> None:
        """Let it be as its template."""
        self._times += 1
        if self._times % MOST_TIMES == 0 or not self._emptied():
            with self._connect("postgres") as connection:
                connection.execute(f"drop database if exists {self._name} with (force)")
                connection.execute(f"create database {self._name} template {self._template}")

    def _emptied(self) -> bool:
        with self._connect(self._name) as connection:
            connection.execute(ALONE)
            if connection.execute(SHAPE).fetchall() != self._shape:
                return False
            connection.execute(EMPTY)
            for table, rows in self._rows.items():
                given = f"jsonb_populate_recordset(null::{table}, %s)"
                connection.execute(f"insert into {table} select * from {given}", [Jsonb(rows)])
        return True

    def _connect(self, name: str) -> psycopg.Connection[Any]:
        url = sa.make_url(f"{self._server}{name}").set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _all_rows(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """Return the few rows that the template has, by table."""
    found = {}
    for (table,) in connection.execute(TABLES).fetchall():
        [rows] = connection.execute(f"select jsonb_agg({table}) from {table}").fetchone() or [None]
        if rows:
            found[table] = rows
    return found
