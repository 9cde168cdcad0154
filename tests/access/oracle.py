"""The table of every route, method and principal, written by hand: `oracle.csv`."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

ORACLE = Path(__file__).with_name("oracle.csv")


@cache
def oracle() -> dict[tuple[str, str], dict[str, str]]:
    """Return by rule and method what the guard says to each principal: allow, deny or door."""
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return {(row["rule"], row["method"]): row for row in csv.DictReader(file)}
