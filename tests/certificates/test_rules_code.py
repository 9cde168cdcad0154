import hashlib

import pytest

from certificates.rules.code import code_digest, find_code, group_code

CODE = "VGWJCH4E31QQRNMDMAQM"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        "VGWJ CH4E 31QQ RNMD MAQM",
        "vgwj-ch4e-31qq-rnmd-maqm",
        " VGWJ–CH4E–3lQQ–RNMD–MAQM ",
        "VGWJCH4E3iQQRNMDMAQM",
    ],
)
def test_a_code_is_read_as_crockford_prescribes(typed):
    assert find_code(typed) == CODE


def test_the_letter_o_is_a_zero():
    assert find_code("O" * 20) == "0" * 20


@pytest.mark.parametrize("typed", ["", CODE[:-1], CODE + "A", "U" * 20, "é" * 20, "x" * 10_000])
def test_what_cannot_be_a_code_is_not_found(typed):
    assert find_code(typed) is None


def test_a_code_is_printed_in_groups_of_four():
    assert group_code(CODE) == "VGWJ CH4E 31QQ RNMD MAQM"


def test_the_register_keeps_only_the_hash():
    assert code_digest(CODE) == hashlib.sha256(CODE.encode()).hexdigest()
