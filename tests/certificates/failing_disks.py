"""Disks that are full, small or broken, for the tests: real ones where this user may mount."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask

from academy.kernel.settings import Settings, current

ROOMY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Disk:
    """A small file system of its own."""

    folder: Path

    def enlarge(self, kilobytes: int = ROOMY) -> None:
        """Give it more room, as an operator would."""
        _mount("-o", f"remount,size={kilobytes}k", self.folder)

    def fill(self, *, leave: int = 0) -> None:
        """Let something else take all its room but `leave` bytes, or more room than it took."""
        with (self.folder / "filler").open("ab", buffering=0) as file, suppress(OSError):
            while shutil.disk_usage(self.folder).free > leave:
                file.write(bytes(4096))

    def free(self) -> None:
        """Take that something else away."""
        (self.folder / "filler").unlink()


@contextmanager
def small_disk(folder: Path, *, kilobytes: int) -> Iterator[Disk]:
    """Have a file system of so many kB at `folder`; skips the test for who may not mount one."""
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "academy-tests", folder)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount a disk; the limits on files are tested all the same")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


@contextmanager
def settings_of(app: Flask, **changes: Path) -> Iterator[None]:
    """Let `app` and the workers forked from it keep its files elsewhere for the block."""
    before = current()
    app.extensions["academy.settings"] = replace(before, **changes)  # type: ignore[arg-type]
    try:
        yield
    finally:
        app.extensions["academy.settings"] = before


def limit_files(worker: int, size: int) -> None:
    """Let no file of a process grow beyond `size` bytes from now on."""
    _, hard = resource.prlimit(worker, resource.RLIMIT_FSIZE)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, hard))


def lift_limit(worker: int) -> None:
    """Let its files grow again."""
    limit_files(worker, resource.RLIM_INFINITY)


# --- calls that fail at random, by libfiu ---------------------------------------------------------

WRITING = ("posix/io/rw/write", "posix/io/rw/pwrite", "posix/io/sync/*", "posix/io/dir/rename")
"""What a file, a database and their folders are written with."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """An `academy worker` in which calls of the system can be made to fail."""

    process: subprocess.Popen[bytes]
    control: Path

    def fail(self, probability: float, error: int) -> None:
        """Let each writing call fail with `error` (an errno), with this probability."""
        how = f"probability={probability},failinfo={error}"
        self._tell(*(f"enable_random name={name},{how}" for name in WRITING))

    def mend(self) -> None:
        """Let nothing fail any more."""
        self._tell(*(f"disable name={name}" for name in WRITING))

    def _tell(self, *commands: str) -> None:
        words = [word for command in commands for word in ("-c", command)]
        subprocess.run(
            ["fiu-ctrl", "-f", self.control, *words, str(self.process.pid)],
            check=True,
            capture_output=True,
            timeout=30,
        )


@contextmanager
def faulty_worker(folder: Path, *, log: Path) -> Iterator[Faulty]:
    """Have a worker for the block; it must live to the end of it."""
    control = folder / "fiu"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["fiu-run", "-x", "-f", control, sys.executable, "-m", "academy", "worker"],
            env=environment_of(current()),
            stdout=out,
            stderr=out,
        )
        try:
            yield Faulty(process, control)
            assert process.poll() is None, "the worker died"
        finally:
            process.kill()
            process.wait()


def environment_of(settings: Settings) -> dict[str, str]:
    """Return what a process of its own needs to be the same academy."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ACADEMY_")},
        "ACADEMY_VAR": str(settings.var),
        "ACADEMY_DATABASE_URL": settings.database_url,
        "ACADEMY_STORAGE": str(settings.storage),
        "ACADEMY_CHECKPOINTS": str(settings.checkpoints),
        "ACADEMY_KEYS": str(settings.keys),
        "ACADEMY_KEYS_PASSPHRASE": settings.keys_passphrase,
        "ACADEMY_SECRET_KEY": settings.secret_key,
        "ACADEMY_NOTES_KEY": ",".join(settings.notes_key),
        "ACADEMY_DEMO": "0",
        "ACADEMY_LOG_LEVEL": "ERROR",
    }
