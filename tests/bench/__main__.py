"""`make bench`: prints one JSON line per figure, and fails when a bound is broken.

Pages of a cohort of 25: at most 12 statements and 40 kB of HTML; a register save of 25 is one
insert and one upsert. Lists of 20 in a cohort of 100,000, on SQLite and PostgreSQL: at most 1.3
times the same page in a cohort of 100. Two hundred people at once: no error, no long wait.

CPU is given in milliseconds and as a ratio to a bare Flask page of the same process, which is what
to compare between machines. Certificates: filling and sealing at most a 25th of the reference path,
with the credential a tenth and at most 15 ms, and memory flat over 2,000. Five hundred in one
round: within ten minutes, and pages within twice their idle time. Guidance of 26,000: the
coordinator's Monday at most 1.3 times that of 260, in 12 statements; saving an entry 15 ms. A new
key over 10,000 log entries: within a minute, and a page meanwhile within a second. An academy of
50,000 goes from the first schema to that of today within a minute. `bin/bench` with one of the
names in `PARTS` measures only that.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import (
    certificates,
    guidance,
    load,
    notes,
    pages,
    privacy,
    rounds,
    scale,
    upgrade,
)
from tests.postgres import cluster, new_database


def main(parts: Sequence[str]) -> int:
    """Measure these parts, or all; the exit status says whether a bound was broken."""
    logging.disable(logging.INFO)
    broken = []
    for name, measured in PARTS.items():
        if not parts or name in parts:
            with tempfile.TemporaryDirectory() as place:
                broken += measured(Path(place))
    for name in broken:
        print(json.dumps({"name": name, "bound": "broken"}))
    return 1 if broken else 0


def _lists(place: Path) -> list[str]:
    broken = []
    with cluster() as server:
        urls = {
            "SQLite": [f"sqlite:///{place}/{size}.sqlite" for size in ("small", "large")],
            "PostgreSQL": [new_database(server), new_database(server)],
        }
        for database, (small, large) in urls.items():
            for line in scale.lists(database, small, large, place):
                print(json.dumps(line.as_json()))
                broken += [line.name] if line.ratio > scale.MOST_RATIO else []
    spent = scale.verification(f"sqlite:///{place}/checked.sqlite", place)
    print(json.dumps({"name": "verification by number", "cpu_ms": round(spent, 2)}))
    return broken + (["verification by number"] if spent > scale.MOST_VERIFICATION_MS else [])


def _load(place: Path) -> list[str]:
    log = load.run(place, f"sqlite:///{place}/academy.sqlite")
    for figure in log.figures():
        print(json.dumps(figure))
    return load.broken(log)


PARTS = {
    "pages": pages.measured,
    "certificates": certificates.measured,
    "rounds": rounds.measured,
    "lists": _lists,
    "guidance": guidance.measured,
    "notes": notes.measured,
    "privacy": privacy.measured,
    "upgrade": upgrade.measured,
    "load": _load,
}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
