"""A row that cannot be brought in stops the load at its file and line, and nothing of it stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.demo import sign_ins
from academy.demo.cli import demo as demo_command
from academy.demo.loading import load
from academy.kernel.db import db
from academy.kernel.errors import ConflictError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from tests.demo.academies import (
    CsvRow,
    close,
    copy_of_sample,
    empty_demo,
    read_csv,
    write_csv,
)

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Planted:
    """A fault: in which file, in the first row that fits, which cells, and what is said of it."""

    file: str
    row: Callable[[CsvRow], bool]
    cells: dict[str, str]
    said: str


def first(_row: CsvRow) -> bool:
    return True


def is_late_in_the_middle(row: CsvRow) -> bool:
    return row["status"] == "late" and row["person_id"] != "P001"


FAULTS = {
    "no day": Planted("enrolments", first, {"applied_on": "2022-13-01"}, "is geen dag"),
    "no number": Planted("cohorts", first, {"capacity": "twaalf"}, "is geen getal"),
    "unknown word": Planted("people", first, {"preferred_channel": "fax"}, "“fax” ken ik niet"),
    "unknown person": Planted("practice", first, {"person_id": "P999"}, "P999"),
    "own right": Planted(
        "grants", lambda r: r["person_id"] == "P310", {"granted_by": "P310"}, "mag deze persoon"
    ),
    "no right": Planted("attendance", first, {"marked_by": "P310"}, "mag deze persoon"),
    "too late": Planted("attendance", is_late_in_the_middle, {"minutes_late": "999"}, "tot en met"),
    "other level": Planted("agreed_levels", first, {"level": "4"}, "volgens de regels"),
    "own proposal": Planted("decisions", first, {"decided_by": "P303"}, "op deze dag niet"),
    "other end": Planted("certificates", first, {"valid_until": "2026-02-21"}, "2026-02-20"),
    "rhythm": Planted("coaching_plans", first, {"rhythm_days": "1"}, "ritme van 7 tot 365 dagen"),
    "in the future": Planted("meetups", first, {"date": "2027-01-01"}, "moet nog komen"),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = empty_demo(tmp_path_factory.mktemp("empty"))
    yield app
    close(app)


def plant(fault: Planted, folder: Path) -> int:
    """Change the row in the copy of the files; return the line on which it ends."""
    rows = read_csv(fault.file, folder)
    index = next(index for index, row in enumerate(rows) if fault.row(row))
    rows[index] |= fault.cells
    write_csv(fault.file, rows, folder)
    return index + 2


def what_is_left() -> dict[str, int]:
    counts = {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
    }
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_named_and_leaves_nothing(
    empty: Flask, tmp_path: Path, name: str
) -> None:
    fault = FAULTS[name]
    folder = copy_of_sample(tmp_path / "data")
    line = plant(fault, folder)
    done = empty.test_cli_runner().invoke(demo_command, ["--data", str(folder)])
    assert done.exit_code == 1
    assert f"{folder / fault.file}.csv:{line}: " in done.output
    assert fault.said in done.output
    with empty.app_context():
        assert what_is_left() == {}
        assert list(Storage(current().storage).hashes()) == []


def test_a_missing_file_is_named(empty: Flask, tmp_path: Path) -> None:
    folder = copy_of_sample(tmp_path / "data")
    (folder / "rsvps.csv").unlink()
    done = empty.test_cli_runner().invoke(demo_command, ["--data", str(folder)])
    assert done.exit_code == 1
    assert "rsvps.csv:1: dit bestand ontbreekt." in done.output


def test_a_missing_column_is_named(empty: Flask, tmp_path: Path) -> None:
    folder = copy_of_sample(tmp_path / "data")
    rows = read_csv("rsvps", folder)
    for row in rows:
        del row["came"]
    write_csv("rsvps", rows, folder)
    done = empty.test_cli_runner().invoke(demo_command, ["--data", str(folder)])
    assert done.exit_code == 1
    assert "rsvps.csv:1: de kolom came ontbreekt." in done.output


def test_a_database_with_people_is_refused(demo: Flask) -> None:
    before, table = what_is_left(), sign_ins.printed()
    db.session.rollback()
    with pytest.raises(ConflictError, match="staan al mensen"):
        load()
    assert what_is_left() == before
    assert sign_ins.printed() == table


def test_an_academy_that_is_no_demo_is_refused(
    empty: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty.app_context():
        monkeypatch.setitem(
            empty.extensions, "academy.settings", dataclasses.replace(current(), demo=False)
        )
        with pytest.raises(ConflictError, match="geen demo-academie"):
            load()
