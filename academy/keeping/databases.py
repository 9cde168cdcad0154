"""Copying a database out and in: SQLite by its own online backup, PostgreSQL by its programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from academy.keeping.manifest import BackupError, Facts
from academy.kernel import ids
from academy.kernel.audit import GENESIS
from academy.kernel.durable import sync_folder

Ask = Callable[[str], list[Any]]

WAIT_SECONDS = 10.0
VERSIONS = "alembic_version"


class Database(ABC):
    """The academy's database, to be copied out or to be filled."""

    kind: str
    dump_name: str

    @abstractmethod
    def copy_out(self, target: Path) -> Facts:
        """Write a consistent copy to `target` while the academy runs; return what it holds."""

    @abstractmethod
    def facts(self) -> Facts | None:
        """Return what the database holds now, or None when it has no tables."""

    @abstractmethod
    def refuse_company(self) -> None:
        """Raise BackupError when anybody else uses the database."""

    @abstractmethod
    def stage(self, dump: Path, expected: Facts) -> AbstractStage:
        """Return `dump` ready to be put in place; raises BackupError when it is not `expected`."""


class AbstractStage(ABC):
    """A copy that was looked at and can take the place of the database in one step."""

    @abstractmethod
    def put_in_place(self) -> None:
        """Replace the database, wholly or not at all."""

    @abstractmethod
    def discard(self) -> None:
        """Remove what was prepared."""


def database_at(url: str) -> Database:
    """Return the database that SQLAlchemy calls `url`."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Sqlite(Path(parsed.database or ""))
    return Postgres(parsed)


def is_empty(facts: Facts | None) -> bool:
    """Say whether no table but the list of migrations holds a row."""
    return facts is None or not any(
        rows for table, rows in facts.tables.items() if table != VERSIONS
    )


def _facts(names: list[str], ask: Ask) -> Facts | None:
    if not names:
        return None
    # Table names cannot be parameters; these come from the database's own list.
    tables = {name: ask(f'select count(*) from "{name}"')[0][0] for name in sorted(names)}  # noqa: S608
    head = ask("select events, hash from audit_head") if "audit_head" in tables else []
    events, last = head[0] if head else (0, GENESIS)
    revision = ask(f"select version_num from {VERSIONS}") if VERSIONS in tables else []  # noqa: S608
    return Facts(tables, events, last, revision[0][0] if revision else "")


def _required(facts: Facts | None) -> Facts:
    if facts is None or not facts.revision:
        raise BackupError("the database has no tables; make them with: academy db upgrade")
    return facts


# --- SQLite ---------------------------------------------------------------------------------


class Sqlite(Database):
    """A database file."""

    kind = "sqlite"
    dump_name = "academy.sqlite"

    def __init__(self, path: Path) -> None:
        """Use the file at `path`."""
        self.path = path

    def copy_out(self, target: Path) -> Facts:
        """Copy in one read transaction: who writes meanwhile neither waits nor shows."""
        if not self.path.is_file():
            raise BackupError(f"there is no database at {self.path}")
        with (
            closing(sqlite3.connect(self.path, timeout=WAIT_SECONDS)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("pragma journal_mode=delete")
        _sync(target)
        return _required(self._facts_of(target))

    def facts(self) -> Facts | None:
        """Read the file; None when it is not there or empty."""
        return self._facts_of(self.path) if self.path.is_file() else None

    def _facts_of(self, path: Path) -> Facts | None:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
            names = connection.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )
            return _facts(
                [name for (name,) in names], lambda words: connection.execute(words).fetchall()
            )

    def refuse_company(self) -> None:
        """Leave the write-ahead log: SQLite refuses that while any other connection is open."""
        if not self.path.is_file():
            return
        with closing(sqlite3.connect(self.path, timeout=1.0)) as connection:
            try:
                [mode] = connection.execute("pragma journal_mode=delete").fetchone()
            except sqlite3.OperationalError:
                mode = "locked"
        if mode != "delete":
            raise BackupError("the academy is running; stop web and workers first")

    def stage(self, dump: Path, expected: Facts) -> AbstractStage:
        """Copy the dump beside the database, so that one rename puts it in place."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        staged = self.path.with_name(f".{self.path.name}.{ids.nonce()}.tmp")
        stage = _SqliteStage(staged, self.path)
        shutil.copyfile(dump, staged)
        try:
            with closing(sqlite3.connect(staged)) as connection:
                whole = connection.execute("pragma integrity_check").fetchall() == [("ok",)]
            sound = whole and self._facts_of(staged) == expected
        except sqlite3.DatabaseError:
            sound = False
        if not sound:
            stage.discard()
            raise BackupError("the database in this backup does not hold what its manifest says")
        _sync(staged)
        return stage


class _SqliteStage(AbstractStage):
    def __init__(self, staged: Path, target: Path) -> None:
        self._staged, self._target = staged, target

    def put_in_place(self) -> None:
        for end in ("-wal", "-shm"):
            self._target.with_name(self._target.name + end).unlink(missing_ok=True)
        self._staged.replace(self._target)
        sync_folder(self._target.parent)

    def discard(self) -> None:
        self._staged.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


# --- PostgreSQL -----------------------------------------------------------------------------


class Postgres(Database):
    """A database on a server, reached by `pg_dump`, `pg_restore` and `psql`."""

    kind = "postgresql"
    dump_name = "academy.dump"

    def __init__(self, url: sa.URL) -> None:
        """Use the database at `url`."""
        self._url = url

    def copy_out(self, target: Path) -> Facts:
        """Dump a snapshot and count in the same one."""
        program = _program("pg_dump")
        with self._connected() as connection:
            connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
            snapshot = connection.exec_driver_sql("select pg_export_snapshot()").scalar_one()
            facts = _required(self._facts_by(connection))
            self._run(
                program, "--format=custom", "--no-owner", "--no-privileges",
                f"--snapshot={snapshot}", f"--file={target}", self._to(),
            )  # fmt: skip
        _sync(target)
        return facts

    def facts(self) -> Facts | None:
        """Ask the server."""
        with self._connected() as connection:
            return self._facts_by(connection)

    def _facts_by(self, connection: sa.Connection) -> Facts | None:
        def ask(words: str) -> list[Any]:
            return list(connection.exec_driver_sql(words))

        names = ask("select tablename from pg_tables where schemaname = 'public'")
        return _facts([name for (name,) in names], ask)

    def refuse_company(self) -> None:
        """Ask the server who else is connected to this database."""
        with self._connected() as connection:
            others = connection.exec_driver_sql(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid() and backend_type = 'client backend'"
            ).scalar_one()
        if others:
            raise BackupError("the academy is running; stop web and workers first")

    def stage(self, dump: Path, expected: Facts) -> AbstractStage:  # noqa: ARG002
        """Turn the dump into statements, which proves that it can be read whole."""
        program, psql = _program("pg_restore"), _program("psql")
        handle, name = tempfile.mkstemp(prefix="academy-restore-", suffix=".sql")
        os.close(handle)
        script = Path(name)
        try:
            self._run(program, "--no-owner", "--no-privileges", f"--file={script}", str(dump))
        except BackupError:
            script.unlink()
            raise
        return _PostgresStage(self, psql, script)

    def run_script(self, psql: str, script: Path) -> None:
        """Replace all tables by those of `script`, in one transaction."""
        self._run(
            psql, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            "--command=drop schema public cascade; create schema public",
            f"--file={script}", self._to(),
        )  # fmt: skip

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        engine = sa.create_engine(self._url, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            raise BackupError("the database cannot be reached") from error
        finally:
            engine.dispose()

    def _to(self) -> str:
        url = self._url
        named = sa.URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, url.query
        )
        return f"--dbname={named.render_as_string()}"

    def _run(self, *command: str) -> None:
        environment = {**os.environ, "PGOPTIONS": "-c lock_timeout=10s"}
        if self._url.password:
            environment["PGPASSWORD"] = str(self._url.password)  # not in the list of processes
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise BackupError(f"{Path(command[0]).name} failed: {said[0] if said else 'no reason'}")


class _PostgresStage(AbstractStage):
    def __init__(self, database: Postgres, psql: str, script: Path) -> None:
        self._database, self._psql, self._script = database, psql, script

    def put_in_place(self) -> None:
        self._database.run_script(self._psql, self._script)
        self.discard()

    def discard(self) -> None:
        self._script.unlink(missing_ok=True)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"{name} is missing; install the PostgreSQL client of the server's version"
            " (Debian: apt-get install postgresql-client)"
        )
    return found
