"""Reading the files: every fault has its file, its line and a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from academy.demo.data import COLUMNS, DataFault, Row, read_data
from tests.demo.academies import copy_of_sample, read_csv

ROW = Row(
    "x.csv", 3, {"day": "2026-11-23", "number": "12", "many": "a;b ;", "empty": "", "no": "?"}
)


def test_a_row_reads_days_numbers_and_several_values() -> None:
    assert ROW.day("day") == date(2026, 11, 23)
    assert ROW.number("number") == 12
    assert ROW.many("many") == ("a", "b")
    assert ROW.find_day("empty") is None
    assert ROW.find_number("empty") is None


@pytest.mark.parametrize("read", [ROW.day, ROW.number])
@pytest.mark.parametrize("column", ["empty", "no"])
def test_a_cell_that_cannot_be_read_is_named(read, column: str) -> None:
    with pytest.raises(DataFault, match=rf"^x\.csv:3: {column}"):
        read(column)


def test_an_unknown_word_is_named() -> None:
    with pytest.raises(DataFault, match=r"^x\.csv:3: no: het woord “\?” ken ik niet"):
        ROW.word("no", {"ja": True})


def test_the_sample_has_every_column_that_the_loader_reads() -> None:
    for name, columns in COLUMNS.items():
        assert set(columns.split()) <= set(read_csv(name)[0])


def test_a_line_with_too_many_values_is_named(tmp_path: Path) -> None:
    folder = copy_of_sample(tmp_path / "data")
    with (folder / "rsvps.csv").open("a", encoding="utf-8") as file:
        file.write("T01,P001,ja,ja,,,te,veel\n")
    line = len(read_csv("rsvps")) + 2
    with pytest.raises(DataFault, match=rf"^rsvps\.csv:{line}: hier staan 8 waarden"):
        read_data(folder)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    folder = copy_of_sample(tmp_path / "data")
    (folder / "people.csv").write_bytes((folder / "people.csv").read_bytes()[:200] + b"\xe9\n")
    with pytest.raises(DataFault, match=r"^people\.csv:\d+: dit bestand is geen UTF-8"):
        read_data(folder)


def test_a_quote_that_is_not_closed_is_named(tmp_path: Path) -> None:
    folder = copy_of_sample(tmp_path / "data")
    with (folder / "rsvps.csv").open("a", encoding="utf-8") as file:
        file.write('T01,P001,ja,ja,"taart\n')
    with pytest.raises(DataFault, match=r"^rsvps\.csv:\d+: de aanhalingstekens"):
        read_data(folder)
