"""The list of who was erased, kept outside the database: a restored backup knows them again.

It holds numbers only: of the person, of certificates, and a hash of the salt that is gone. With the
salt somebody is recognised in a backup; a number that was given out anew is somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from academy.kernel.durable import OWN, write_whole

FILE = "forgotten.jsonl"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One person who was erased, with what the holder chose per certificate number."""

    person: int
    salt_hash: str
    at: str
    wishes: Mapping[str, str]


def add(folder: Path, one: Forgotten) -> None:
    """Add somebody to the list in `folder`; adding twice changes nothing."""
    known = read(folder)
    if any(other.salt_hash == one.salt_hash for other in known):
        return
    lines = [json.dumps(asdict(each), sort_keys=True) for each in (*known, one)]
    write_whole(folder / FILE, ("\n".join(lines) + "\n").encode(), mode=OWN)


def read(folder: Path) -> tuple[Forgotten, ...]:
    """Return who was erased; nobody without a list. Raises ValueError for a damaged one."""
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(Forgotten(**json.loads(line)) for line in lines if line)
    except TypeError as error:
        raise ValueError("not a list of people who were erased") from error
