"""A real academy in its own processes, on SQLite or PostgreSQL, for tests that stop parts of it."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from tests.browser.live import free_port

PATIENCE_SECONDS = 120
NOTES_KEY = Fernet.generate_key().decode()


@dataclass
class Academy:
    """An academy below `folder`: its settings, its commands, its pages."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)

    @property
    def settings(self) -> dict[str, str]:
        """What the environment says."""
        return {
            "ACADEMY_VAR": str(self.folder),
            "ACADEMY_DATABASE_URL": self.database_url,
            "ACADEMY_SECRET_KEY": "a secret that only tests know, forty signs",
            "ACADEMY_NOTES_KEY": NOTES_KEY,
            "ACADEMY_KEYS_PASSPHRASE": "a passphrase that only tests know",
            "ACADEMY_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "ACADEMY_SMTP_HOST": "127.0.0.1",
            "ACADEMY_SMTP_PORT": str(self.smtp_port),
            "ACADEMY_DEMO": "0",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The settings over what a program needs to run at all."""
        kept = {name: value for name, value in os.environ.items() if "ACADEMY_" not in name}
        return {**kept, **self.settings, "PORT": str(self.port)}

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `academy` with these words, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "academy", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def make(self) -> None:
        """Make tables and keys."""
        for words in (("db", "upgrade"), ("keys", "init")):
            done = self.command(*words)
            assert done.returncode == 0, done.stderr

    @contextmanager
    def serving(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run `academy serve` with these words for the block."""
        with (self.folder / "serve.log").open("ab") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "academy", "serve", *words],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(lambda: self.status("/healthz") == 200)
            yield server
        finally:
            server.terminate()
            server.wait(timeout=60)

    def status(self, path: str) -> int:
        """Return the status of a page; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as page:
                return int(page.status)
        except urllib.error.HTTPError as error:
            error.read()
            return error.code
        except OSError:
            return 0

    def log_lines(self) -> list[dict[str, object]]:
        """Return the lines that web and workers logged as JSON."""
        lines = (self.folder / "serve.log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


class Visitor:
    """A browser without JavaScript that can send a form."""

    def __init__(self, academy: Academy) -> None:
        self.academy = academy
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        """Open a page."""
        with self.opener.open(self.academy.url + path, timeout=10) as page:
            return str(page.read().decode())

    def send(self, path: str, **fields: str) -> int:
        """Fill in the form on a page and send it; return the status of where it leads."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert token, path
        data = urllib.parse.urlencode({"csrf_token": token[1], **fields}).encode()
        request = urllib.request.Request(
            self.academy.url + path, data, {"Referer": self.academy.url + path}
        )
        with self.opener.open(request, timeout=10) as page:
            return int(page.status)


def children_of(process_id: int, words: str) -> list[int]:
    """Return the child processes whose command line holds `words`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == process_id and words in line:
            found.append(int(entry.name))
    return sorted(found)


def wait_for(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until `condition` holds; return the seconds it took. AssertionError if never."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if condition():
            return time.monotonic() - started
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} seconds")
