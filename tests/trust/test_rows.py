"""Every promise has a test that proves it, and one that plants a fault to see it found."""

from __future__ import annotations

import re

from tests.trust.rows import ROOT, promises, proofs
from tests.trust.table import Outcome, faults_of, read_outcomes

RESULTS = """<?xml version="1.0"?><testsuites><testsuite>
<testcase classname="a" name="one" time="1.5"><properties>
<property name="trust" value="T04"/></properties></testcase>
<testcase classname="a" name="two" time="0.5"><properties>
<property name="trust" value="T04"/><property name="planted" value="T04"/></properties>
<failure message="no"/></testcase>
<testcase classname="a" name="other" time="9"/>
</testsuite></testsuites>"""


def lacking(found: list[tuple[str, bool]]) -> list[str]:
    """Return the required rows without a proof, or without a planted fault."""
    rows = [one.id for one in promises() if one.is_required]
    without = [f"{row} has no test" for row in rows if row not in {one for one, _ in found}]
    return without + [f"{row} plants no fault" for row in rows if (row, True) not in found]


def test_every_required_row_is_proven_and_its_proof_bites():
    assert lacking([(one.row, one.is_planted) for one in proofs()]) == []


def test_no_test_names_a_row_that_does_not_exist():
    assert {one.row for one in proofs()} <= {one.id for one in promises()}


def test_rows_are_numbered_in_order_and_once():
    ids = [one.id for one in promises()]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"T\d\d", one) for one in ids)


def test_a_row_without_a_test_or_without_a_planted_fault_is_found():
    found = [(one.row, one.is_planted) for one in proofs()]
    without = [one for one in found if one[0] != "T32"]
    assert lacking(without) == ["T32 has no test", "T32 plants no fault"]
    harmless = [(row, planted and row != "T32") for row, planted in found]
    assert lacking(harmless) == ["T32 plants no fault"]


def test_the_table_counts_what_ran(tmp_path):
    file = tmp_path / "results.xml"
    file.write_text(RESULTS, encoding="utf-8")
    outcomes = read_outcomes(file)
    assert outcomes["T04"] == Outcome(tests=2, planted=1, failed=1, seconds=2.0)
    faults = faults_of({"sqlite": outcomes})
    assert "T04 failed on sqlite" in faults
    assert "T05 was not tested" in faults


def test_the_readme_leads_to_the_promises():
    assert "docs/security.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](trust.csv)" in (ROOT / "docs/security.md").read_text(encoding="utf-8")
