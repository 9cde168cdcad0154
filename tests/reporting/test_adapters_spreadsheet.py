"""A list as a file: nothing in it runs, and a telephone number stays one (trust.md, T10)."""

from __future__ import annotations

import csv
import io

import pytest

from academy.reporting.adapters.spreadsheet import plain, telephone, to_csv

pytestmark = pytest.mark.trust("T10")

PREFIXES = (
    "=",
    "+",
    "-",
    "@",
    "|",
    "%",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\uff5c",
    "\uff05",
    "\t=",
    "\r=",
    "\n=",
    " =",
    "\u200b=",
    "\ufeff@",
    "\u00a0+",
    "\ufe66",
    "\ufe62",
)
STARTS = "=+-@|%"


def cells(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_cell_is_a_formula(prefix):
    ((cell,),) = cells(to_csv([f"{prefix}cmd|' /C calc'!A0"], []))
    assert cell.startswith("'")
    ((_head,), (cell,)) = cells(to_csv(["Naam"], [[f"{prefix}HYPERLINK(1)"]]))
    assert cell.startswith("'")
    assert "HYPERLINK(1)" in cell


@pytest.mark.parametrize("name", ["Y\u0131lmaz", "'t Zand", "Zoë; de Vries", 'Bas "B" Bos', "李伟"])
def test_names_stay_as_they_are(name):
    ((_head,), (cell,)) = cells(to_csv(["Naam"], [[name]]))
    assert cell == name


def test_a_cell_is_one_line_without_signs_that_nobody_sees():
    assert plain("een\r\ntwee\u202e") == "een  twee"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+31 6 1234 5678", "00 31 6 1234 5678"),
        ("+31612345678", "00 31612345678"),
        ("0612345678", "06-12345678"),
        ("06-00000001", "06-00000001"),
        ("06 1234 5678", "06 1234 5678"),
        ("(020) 123 45 67", "(020) 123 45 67"),
        (" 0612345678 ", "06-12345678"),
        ("", ""),
        ("bel mijn zus", "bel mijn zus"),
        ("=1+1", "=1+1"),
        ("-5", "-5"),
    ],
)
def test_a_telephone_number_can_be_dialled_and_keeps_its_zeros(number, written):
    assert telephone(number) == written
    ((_head,), (cell,)) = cells(to_csv(["Telefoon"], [[telephone(number)]]))
    assert cell.removeprefix("'") == written
    assert cell[:1] not in STARTS or not cell
    assert not cell.isdecimal()


def test_excel_in_dutch_opens_it():
    data = to_csv(["Naam", "Groep"], [["Noor", "A"]])
    assert data == "\ufeffNaam;Groep\r\nNoor;A\r\n".encode()


def formulas(data: bytes) -> list[str]:
    """Return the cells that a spreadsheet would work out."""
    return [
        cell for row in cells(data) for cell in row if cell.strip()[:1] in STARTS + "\t\r\uff1d"
    ]


@pytest.mark.trust("T10", planted=True)
def test_a_file_written_without_care_is_found():
    careless = "\ufeffNaam\r\n=HYPERLINK(1)\r\n\uff1d1+1\r\n"
    assert formulas(careless.encode()) == ["=HYPERLINK(1)", "\uff1d1+1"]
    ours = to_csv(["Naam"], [["=HYPERLINK(1)"], ["\uff1d1+1"]])
    assert formulas(ours) == []
