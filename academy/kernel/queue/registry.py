"""Which jobs there are: by whom they are done, in which lane, and what comes before each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What does a job, and which jobs it waits for."""

    function: Callable[..., None]
    lane: str


known: dict[str, Known] = {}
preparations: list[Callable[[], None]] = []


def register(name: str, function: Callable[..., None], *, lane: str = "main") -> None:
    """Let the job `name` (`<feature>.<verb>`) be done by `function`, called with keyword ids.

    Jobs of one lane wait for each other within a worker; lanes do not. Raises ValueError when the
    name belongs to another function.
    """
    first = known.setdefault(name, Known(function, lane))
    if first != Known(function, lane):
        raise ValueError(f"the job {name} is registered twice")


def before_job(prepare: Callable[[], None]) -> Callable[[], None]:
    """Let `prepare` run before every job, in its app context (the demo clock, for instance)."""
    if prepare not in preparations:
        preparations.append(prepare)
    return prepare
