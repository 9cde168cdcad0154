"""Asking every route: what rules there are, what the guard said, and whether anything changed."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from academy.kernel.db import db
from tests.access.marks import MARK

MISSING = 999_999
"""An id that no row has."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one rule."""

    rule: str
    method: str
    arguments: tuple[str, ...]

    def path(self, values: dict[str, Any]) -> str:
        """Return the address with these values, and something known for what is no id."""
        parts = {**USUAL, **values}
        path = re.sub(
            r"<(?:any\(([^)]*)\):|[a-z]+:)?([a-z_]+)>",
            lambda found: found[1].split(",")[0] if found[1] else str(parts[found[2]]),
            self.rule,
        )
        assert "<" not in path, self.rule
        return path


USUAL: dict[str, Any] = {
    "list_number": 1,
    "order": 1,
    "step": 1,
    "token": "not-a-token",
    "code": "nl",
    "key": "residents",
    "method": "check-in-weerbericht",
    "sense": "zien",
    "moment": "before_gov_03",
    "number": "SLHZ-B-2026-00001-03",
    "course_id": 1,
    "design": "residents",
}
"""Values of the parts of an address that are no ids of rows."""

ID_OF = {
    "action_id": "agreed_action",
    "round_id": "issue_round",
    "attempt_id": "final_attempt",
    "certificate_id": "certificate",
    "cohort_id": "cohort",
    "confirmation_id": "research_confirmation",
    "cover_id": "coaching_cover",
    "decision_id": "certification_decision",
    "enrolment_id": "enrolment",
    "entry_id": "coaching_log_entry",
    "file_id": "practice_file",
    "event_id": "certificate_event",
    "export_id": "data_export",
    "factor_id": "second_factor",
    "grant_id": "grant",
    "job_id": "job",
    "meetup_id": "meet_up",
    "mentor_day_id": "mentor_day",
    "message_id": "sent_message",
    "objection_id": "objection",
    "opening_id": "coaching_opening",
    "pair_id": "mentor_pair",
    "person_id": "person",
    "plan_id": "coaching_plan",
    "problem_id": "research_problem",
    "project_id": "research_project",
    "request_id": "contact_request",
    "revocation_id": "certificate_revocation",
    "session_id": "session",
    "sign_in_id": "sign_in",
    "signal_id": "coaching_signal",
    "standing_id": "certificate_standing_proposal",
    "step_id": "coaching_plan_step",
    "story_id": "story",
    "submission_id": "practice_submission",
    "token_id": "api_token",
}
"""Which table's id a part of an address names."""


def routes(app: Flask) -> list[Route]:
    """Return every declared method of every rule, in order."""
    found = [
        Route(rule.rule, method, tuple(sorted(rule.arguments)))
        for rule in app.url_map.iter_rules()
        for method in sorted(declared_methods(rule))
    ]
    return sorted(found, key=lambda one: (one.rule, one.method))


def declared_methods(rule: Rule) -> set[str]:
    """Return the methods of a rule, without those that Werkzeug adds."""
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def unknown_parts(app: Flask) -> set[str]:
    """Return the parts of addresses that are neither an id we know nor a known word."""
    parts = {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    return parts - set(ID_OF) - set(USUAL) - {"answer", "who"}


def guard_said(response: Any) -> str:
    """Return what the guard decided: allow, deny, or door for who is not signed in."""
    word = response.headers.get("X-Guard", "").partition(":")[0]
    at_the_door = response.location and response.location.startswith("/binnenkomen")
    if word == "deny" and response.status_code == 303 and at_the_door:
        return "door"
    if word == "deny" and response.status_code == 401:
        return "door"  # the API's: come with a key
    return word or f"no guard ({response.status_code})"


def ask(client: FlaskClient, route: Route, values: dict[str, Any], **options: Any) -> Any:
    """Send the request of a route, and read the whole answer."""
    return client.open(route.path(values), method=route.method, buffered=True, **options)


def body_of(response: Any) -> str:
    """Return the body without what differs by nature: the request's id and the form's token."""
    text = response.get_data().decode("utf-8", "replace")
    text = text.replace(response.headers.get("X-Request-ID") or "\0", "")
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", text)


def marks_in(response: Any) -> set[str]:
    """Return every mark that a response shows, in its body or its headers."""
    return set(MARK.findall(response.get_data().decode("utf-8", "replace"))) | set(
        MARK.findall(str(response.headers))
    )


LAST_SEEN = {
    ("sign_in", "last_seen_at"),
    ("sign_in", "idle_until"),
    ("api_token", "last_used_on"),
}
"""What every request may move: when a device or a key was last seen."""


def kept_columns(table: sa.Table) -> list[str]:
    """Return the columns of a table but what every request may move, the key first."""
    return [column.name for column in table.columns if (table.name, column.name) not in LAST_SEEN]


def digest(connection: sqlite3.Connection | psycopg.Connection[Any]) -> dict[str, str]:
    """Return a hash of the contents of each table, as the database keeps them."""
    if isinstance(connection, sqlite3.Connection):
        return {
            table.name: _digest_in_file(connection, table) for table in db.metadata.sorted_tables
        }
    asked = " union all ".join(map(_digest_on_server, db.metadata.sorted_tables))
    return dict(connection.execute(asked).fetchall())  # type: ignore[arg-type]


def _digest_in_file(connection: sqlite3.Connection, table: sa.Table) -> str:
    first, *more = (f'"{name}"' for name in kept_columns(table))
    asked = f'select {", ".join([first, *more])} from "{table.name}" order by {first}'
    return hashlib.sha256(repr(connection.execute(asked).fetchall()).encode()).hexdigest()


def _digest_on_server(table: sa.Table) -> str:
    first, *more = (f'"{name}"' for name in kept_columns(table))
    rows = f'(select {", ".join([first, *more])} from "{table.name}") as one'
    every = f"string_agg(one::text, chr(10) order by one.{first})"
    return f"select '{table.name}', md5(coalesce({every}, '')) from {rows}"


class Watch:
    """Says which tables changed since the last look; cheap as long as nothing did."""

    def __init__(self) -> None:
        url = db.engine.url
        self._version = None
        self._connection: Any
        if url.get_backend_name() == "sqlite":
            self._connection = sqlite3.connect(str(url.database))
            self._question = "pragma data_version"
        else:
            address = url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(address, autocommit=True)
            # The number that the next change gets: who only reads takes none.
            self._question = "select pg_snapshot_xmax(pg_current_snapshot())"
        self.before = digest(self._connection)
        self._is_same()

    def _is_same(self) -> bool:
        (version,) = self._connection.execute(self._question).fetchone()
        same: bool = version == self._version
        self._version = version
        return same

    def changed(self) -> set[str]:
        """Return the tables whose contents are not what they were."""
        if self._is_same():
            return set()
        now = digest(self._connection)
        tables = {name for name in now if now[name] != self.before[name]}
        self.before = now
        return tables

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def each_id_argument(route: Route) -> Iterator[str]:
    """Yield the parts of a route's address that are ids."""
    yield from (name for name in route.arguments if name in ID_OF)
