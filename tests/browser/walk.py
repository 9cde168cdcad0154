"""Walks through the academy as somebody who follows every link, and keeps two pages of each kind.

Signing in happens straight in the database, so that a walk costs no mail and no password check.
"""

from __future__ import annotations

import http.client
import re
import sqlite3
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

from academy.kernel.ids import digest

COOKIE = "academy"
NOBODY = "nobody"
ROLES = {
    "deelnemer": "participant",
    "trainer": "trainer",
    "tweede beoordelaar": "second-assessor",
    "bewoner-beoordelaar": "resident-assessor",
    "begeleider": "coach",
    "coördinator": "coordinator",
    "bestuur": "board",
    "certificeerder": "certifier",
    "opdrachtgever": "client-contact",
    "beheerder": "admin",
    "privacycontact": "privacy-officer",
}
ALIKE = 2
"""How many pages of one kind are visited: a second one often has other contents."""
SKIPPED = ("/static/", "/taal/")
CARD = re.compile(r"^/werkvormen/[^/?]+/pdf")
"""The card of one working method: nobody prints all of them one by one within the hour."""
STAMP = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(frozen=True, slots=True)
class Visit:
    """What the walk came upon. `kind` is its address with numbers taken out.

    `shape` is the same for pages with the same elements and classes; empty for what is no page.
    """

    path: str
    kind: str
    status: int
    shape: str
    found_on: str


def mailboxes(academy: Path) -> dict[str, str]:
    """Return the mailbox of each role of the demo academy, from the list that it made."""
    found = {}
    for line in (academy / "demo-sign-ins.txt").read_text(encoding="utf-8").splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if cells[0] in ROLES:
            found[ROLES[cells[0]]] = cells[2]
    return found


def sign_in(academy: Path, mailbox: str) -> str:
    """Open a sign-in for who has `mailbox` and return the token for its cookie."""
    token = f"walk-{mailbox}"
    now = datetime.now(UTC)
    later = (now + timedelta(hours=2)).strftime(STAMP)
    started = now.strftime(STAMP)
    with closing(sqlite3.connect(academy / "academy.sqlite", timeout=30)) as database, database:
        (person_id,) = database.execute(
            "select person_id from account where mailbox = ? order by person_id", (mailbox,)
        ).fetchone()
        database.execute("delete from sign_in where token_hash = ?", (digest(token),))
        database.execute(
            "insert into sign_in (person_id, token_hash, created_at, last_seen_at, idle_until,"
            " expires_at, stepped_up_at, second_factor_at, device)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, 'test')",
            (person_id, digest(token), started, started, later, later, started, started),
        )
    return token


def walk(site: str, *, token: str | None, start: str = "/vandaag") -> Iterator[Visit]:
    """Follow every link from `start` and yield what lies behind it, breadth first."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=30)
    headers = {"Cookie": f"{COOKIE}={token}"} if token else {}
    waiting, seen, counted = deque([(start, "")]), {start}, Counter[str]()
    with closing(connection):
        while waiting:
            path, found_on = waiting.popleft()
            kind = kind_of(path)
            if counted[kind] >= ALIKE:
                continue
            counted[kind] += 1
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            read = _PageReader()
            if (answer.getheader("Content-Type") or "").startswith("text/html"):
                read.feed(body.decode())
            yield Visit(path, kind, answer.status, read.shape(), found_on)
            links = list(read.links)
            if target := answer.getheader("Location"):
                links.append(target)
            for link in links:
                address = urlsplit(urljoin(site + path, link))
                here = address.path + (f"?{address.query}" if address.query else "")
                if address.netloc == urlsplit(site).netloc and _wanted(here) and here not in seen:
                    seen.add(here)
                    waiting.append((here, path))


def kind_of(path: str) -> str:
    """Return the address without what tells one page of a kind from another."""
    address = urlsplit(CARD.sub("/werkvormen/0/pdf", path))
    parts = ["#" if re.search(r"\d", part) else part for part in address.path.split("/")]
    asked = sorted(parse_qs(address.query))
    return "/".join(parts) + (f"?{'&'.join(asked)}" if asked else "")


def _wanted(path: str) -> bool:
    return not path.startswith(SKIPPED)


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self._parts: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        looks = (given.get(name) or "" for name in ("class", "type", "role"))
        self._parts.add((tag, " ".join(looks)))
        href = given.get("href")
        if tag == "a" and href and not href.startswith(("#", "tel:", "mailto:")):
            self.links.append(href.partition("#")[0])

    def shape(self) -> str:
        return digest(repr(sorted(self._parts))) if self._parts else ""
