"""The names of the demo academy, against the print faces and the size classes of each design."""

import csv

import pytest

from academy.kernel.documents import DocumentError
from academy.kernel.resources import folder
from certificates.adapters.design import DESIGNS, load_design
from certificates.adapters.render import name_class, printable_name
from certificates.rules.names import glue_particles
from tests.certificates.papers import FONTS, LONGEST

DATA = folder("demo") / "data"


def names(file, column):
    with (DATA / file).open(encoding="utf-8") as rows:
        return [row[column] for row in csv.DictReader(rows)]


def test_every_certificate_of_the_demo_can_be_printed():
    printed = names("certificates.csv", "name_printed")
    assert len(printed) == 45
    assert [printable_name(name, fonts_folder=str(FONTS)) for name in printed] == printed


def test_of_all_people_only_a_name_in_chinese_script_is_refused():
    refused = {}
    for name in names("people.csv", "name_on_certificate"):
        try:
            printable_name(name, fonts_folder=str(FONTS))
        except DocumentError as error:
            refused[name] = error.kind
    assert refused == {"Wang Xiuying (王秀英)": "UncoveredGlyphs"}


@pytest.mark.parametrize("design", DESIGNS)
def test_every_name_has_a_size(design):
    for name in names("people.csv", "name_on_certificate"):
        assert name_class(glue_particles(name), load_design(design), fonts_folder=str(FONTS))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Sukarsih", "naam-1"),
        ("Urmila Sewpersad-Baldewsingh", "naam-2"),
        (LONGEST, "naam-3"),
        ("x" * 150, "naam-5"),
    ],
)
def test_a_longer_name_takes_a_smaller_size(name, size):
    assert name_class(name, load_design("residents"), fonts_folder=str(FONTS)) == size
