"""When the certificate of a course ends, as its file says, and every fault in that."""

import shutil

import pytest

from courses.adapters.curriculum import CurriculumFault, read_curricula
from tests.courses.sample_evidence import CURRICULA

RES, GOV = "residents/course.yaml", "governors/course.yaml"
FIXED = '  expiry: {method: fixed_date, last_day: "2026-12-31", minimum_months: 6}\n'


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(CURRICULA, tmp_path / "curricula")


def put(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sentences(folder):
    with pytest.raises(CurriculumFault) as caught:
        read_curricula(folder)
    return [fault.sentence_nl for fault in caught.value.faults]


@pytest.mark.parametrize(
    "line",
    [FIXED, "  expiry: {method: from_completion}\n", "  expiry: {method: from_previous_end}\n"],
)
def test_each_of_the_three_methods_is_read(folder, line):
    put(folder, RES, "  kind: competence\n", "  kind: competence\n" + line)
    course = read_curricula(folder).course("res").document["course"]
    assert course["certificate"]["expiry"]["method"] in line


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("  expiry: {method: yearly}\n", "from_completion, from_previous_end, fixed_date"),
        ("  expiry: {method: from_completion, minimum_months: 3}\n", "tikfout"),
        (FIXED.replace("12-31", "02-30"), "De dag 2026-02-30 bestaat niet."),
        (FIXED.replace('"', ""), "met aanhalingstekens"),
        (FIXED.replace(": 6", ": 37"), "langer dan de geldigheid van 36 maanden"),
        (FIXED.replace(", minimum_months: 6", ""), "minimum_months ontbreekt"),
    ],
)
def test_a_wrong_end_is_told(folder, line, sentence):
    put(folder, RES, "  kind: competence\n", "  kind: competence\n" + line)
    assert any(sentence in one for one in sentences(folder))


def test_what_does_not_expire_has_no_method(folder):
    put(folder, GOV, "  kind: participation\n", "  kind: participation\n" + FIXED)
    assert any("Haal expiry weg" in one for one in sentences(folder))


def test_the_window_opens_after_the_certificate(folder):
    put(folder, RES, "window_opens_months_before: 6", "window_opens_months_before: 40")
    assert any("voordat het certificaat er is" in one for one in sentences(folder))


def test_what_does_not_expire_cannot_be_renewed(folder):
    put(folder, RES, "validity_months: 36", "validity_months: null")
    assert any("Zet renewal_rule op null" in one for one in sentences(folder))
