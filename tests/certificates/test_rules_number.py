import csv
from itertools import pairwise

import pytest

from academy.kernel.resources import folder
from certificates.rules.number import check_digits, find_number, format_number, is_number_like

SAMPLE = folder("demo") / "data" / "certificates.csv"


def test_the_example_of_the_sample_data_has_its_check_digits():
    assert format_number("B", year=2026, serial=42) == "SLHZ-B-2026-00042-74"


def test_the_letter_is_in_the_sum():
    numbers = {check_digits(letter, year=2026, serial=42) for letter in "BPT"}
    assert len(numbers) == 3


def test_every_number_of_the_sample_data_is_found():
    with SAMPLE.open(encoding="utf-8") as file:
        numbers = [row["certificate_no"] for row in csv.DictReader(file)]
    assert len(numbers) == 45
    assert [str(find_number(number)) for number in numbers] == numbers


@pytest.mark.parametrize(
    "typed",
    [
        "slhz-b-2026-00042-74",
        " SLHZ B 2026 00042 74 ",
        "SLHZ–B–2026–00042–74",
        "SLHZB20260004274",
        "SLHZ.B.2026.00042.74",
    ],
)
def test_case_spaces_and_dashes_do_not_matter(typed):
    assert str(find_number(typed)) == "SLHZ-B-2026-00042-74"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "SLHZ-B-2026-00042-75",
        "SLHZ-P-2026-00042-74",
        "SLHZ-B-2026-00024-74",
        "SLHZ-B-2026-00000-74",
        "SLHZ-B-0026-00042-74",
        "SLHZ-B-\uff12\uff10\uff12\uff16-00042-74",
        "SLHZ-B-2026-00042-74-1",
        "SLHZ-B-²026-00042-74",
        "x" * 10_000,
    ],
)
def test_what_is_not_a_number_is_not_found(typed):
    assert find_number(typed) is None


def test_one_wrong_or_two_swapped_digits_are_always_caught():
    right = "SLHZ-B-2026-00042-74"
    digits = [at for at, c in enumerate(right) if c.isdigit()]
    for at in digits:
        for other in set("0123456789") - {right[at]}:
            assert find_number(right[:at] + other + right[at + 1 :]) is None
    for first, second in pairwise(digits):
        swapped = list(right)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        assert "".join(swapped) == right or find_number("".join(swapped)) is None


@pytest.mark.parametrize(
    ("letter", "year", "serial"), [("b", 2026, 1), ("B", 26, 1), ("B", 2026, 0)]
)
def test_an_impossible_part_is_refused(letter, year, serial):
    with pytest.raises(ValueError, match=r"letter|range"):
        check_digits(letter, year=year, serial=serial)


def test_a_mistyped_number_is_still_number_like():
    assert is_number_like(" slhz-b-2026-1")
    assert not is_number_like("VGWJ CH4E 31QQ RNMD MAQM")
