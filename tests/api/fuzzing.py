"""Drives the engine of Schemathesis over the application, in this process."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from werkzeug.serving import WSGIRequestHandler, make_server

SETTLED = Path(__file__).with_name("schemathesis.toml")


@dataclass
class Findings:
    """What a run asked and what it found."""

    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return sum(self.asked.values())

    @property
    def answered(self) -> set[str]:
        """The operations that answered well at least once."""
        return {operation for operation, status in self.asked if status == 200}


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a port of its own; yield its address.

    The engine can call a WSGI application too, but then fails to repeat a request without its key.
    """
    server = make_server("127.0.0.1", 0, app, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fuzz(
    app: Flask, key: str, *, examples: int = 30, only: str = "", **known: dict[str, Any]
) -> Findings:
    """Ask everything that the contract allows and forbids, always in the same way.

    `only` keeps one path. `known` gives values of parameters that exist, by operation.
    """
    settled = tomllib.loads(SETTLED.read_text(encoding="utf-8"))
    for operation in settled["operations"]:
        values = known.get(str(operation["include-operation-id"]))
        if values:
            operation["parameters"] = values
    settled |= {"seed": 1, "headers": {"Authorization": f"Bearer {key}"}}
    settled["generation"] = {"max-examples": examples, "database": "none"}
    with served(app) as address:
        schema = schemathesis.openapi.from_url(
            f"{address}/api/v1/openapi.json", config=SchemathesisConfig.from_dict(settled)
        )
        return _read(from_schema(schema.include(path=only) if only else schema).execute())


def _read(stream: Iterable[Any]) -> Findings:
    found = Findings()
    for event in stream:
        if isinstance(event, events.ScenarioFinished):
            _note(event, found)
        elif isinstance(event, events.NonFatalError):
            found.faults.append(f"{event.label}: {event.info.format()}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return found


def _note(event: events.ScenarioFinished, found: Findings) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        label = recorder.cases[case_id].value.operation.label
        status = interaction.response.status_code if interaction.response else 0
        found.asked[label, status] += 1
    for case_id, checks in recorder.checks.items():
        case = recorder.cases[case_id].value
        found.faults += [
            f"{case.operation.label} {check.name}: {check.failure_info.failure}\n"
            f"{case.as_curl_command()}"
            for check in checks
            if check.failure_info
        ]
