"""What certificates cost: the reference path beside the fast path, with and without credential.

All in CPU time of this process: rendered or filled, sealed, and its own output checked.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from certificates.adapters import badge_keys, keys, make_in_child
from certificates.adapters.fast import bulk
from certificates.adapters.reseal_in_child import resealed
from certificates.adapters.signer import open_signer
from tests.bench.measuring import cpu_ms
from tests.certificates.papers import FONTS, PASSPHRASE, make_facts, make_printed

LEAST_RATIO = 25
LEAST_RATIO_WITH_CREDENTIAL = 10
MOST_MS_WITH_CREDENTIAL = 15
MOST_MS_TO_RESEAL = 300
"""A thousand in five minutes: trust.md, T38."""
FLAT = 2000
MOST_GROWTH_KB = 8 * 1024
_WARM = 300

PEERS = (
    {"name": "peer: Moodle, unsigned", "cpu_ms": "482-511", "source": "certificates.md"},
    {"name": "peer: Indico, unsigned", "cpu_ms": "135-165", "source": "certificates.md"},
)


def measured(place: Path) -> list[str]:
    """Print every figure; returns the names of those that break a bound."""
    bench = _bench(place / "keys")
    for peer in PEERS:
        print(json.dumps(peer))
    broken = []
    for credential, least in ((False, LEAST_RATIO), (True, LEAST_RATIO_WITH_CREDENTIAL)):
        broken += _both_paths(bench, credential=credential, least=least)
    return broken + _resealed(bench) + _memory(bench)


def _bench(folder: Path) -> bulk.Bench:
    now = datetime.now(UTC)
    keys.init_keys(folder, PASSPHRASE, now=now)
    badge_keys.add_missing(folder, PASSPHRASE, now=now)
    signer = open_signer(folder, PASSPHRASE, now=now)
    return bulk.Bench(
        str(folder), PASSPHRASE, now, str(FONTS), None, with_stamp=False, signer=signer
    )


def _both_paths(bench: bulk.Bench, *, credential: bool, least: int) -> list[str]:
    name = "certificate with credential" if credential else "certificate"
    numbers = iter(range(10**6))
    bulk.fill_one(_paper(0, credential=credential), bench, at_once=True)

    def render() -> bytes:
        return bytes(_rendered(_paper(next(numbers), credential=credential), bench)["pdf"])

    def fill() -> bytes:
        return bulk.fill_one(_paper(next(numbers), credential=credential), bench)

    slow, fast = _figure(f"{name}, rendered", render, 10), _figure(f"{name}, filled", fill, 200)
    ratio = slow / fast
    print(json.dumps({"name": f"{name}, ratio", "ratio": round(ratio, 1), "least": least}))
    late = credential and fast > MOST_MS_WITH_CREDENTIAL
    return [f"{name}, filled"] if ratio < least or late else []


def _resealed(bench: bulk.Bench) -> list[str]:
    """A new seal in the place of one whose key was lost; parsed and checked as a stranger would."""
    name, paper = "new seal on a file", bulk.fill_one(_paper(0, credential=True), bench)
    spent = _figure(name, lambda: resealed(paper, bench.signer, now=bench.now), 100)
    return [name] if spent > MOST_MS_TO_RESEAL else []


def _figure(name: str, make: Callable[[], bytes], times: int) -> float:
    spent = cpu_ms(make, times=times)
    print(json.dumps({"name": name, "cpu_ms": round(spent, 2), "bytes": len(make())}))
    return spent


def _rendered(paper: dict[str, Any], bench: bulk.Bench) -> dict[str, Any]:
    return make_in_child.make(
        **paper,
        keys_folder=bench.keys_folder,
        passphrase=bench.passphrase,
        now=bench.now,
        fonts_folder=bench.fonts_folder,
    )


def _memory(bench: bulk.Bench) -> list[str]:
    """Fill two thousand; the most memory this process ever had may hardly grow after the first."""
    for at in range(_WARM):
        bulk.fill_one(_paper(at), bench, at_once=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for at in range(FLAT):
        bulk.fill_one(_paper(at), bench)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    name = f"memory over {FLAT} filled"
    print(json.dumps({"name": name, "kb": before, "grown_kb": grown}))
    return [name] if grown > MOST_GROWTH_KB else []


def _paper(at: int, *, credential: bool = False) -> dict[str, Any]:
    name = f"Samira El {_letters(at)}"
    printed = make_printed(printed_name=name, number=f"SLHZ-B-2026-{at:05d}-74")
    facts = make_facts(printed_name=name, number=printed.number)
    return {
        "design": "residents",
        "values": printed.as_plain(),
        "credential": facts.as_plain() if credential else None,
    }


def _letters(at: int) -> str:
    return "Haddou" + "".join(chr(97 + int(digit)) for digit in str(at))
