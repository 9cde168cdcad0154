"""The card that says thank you."""

from __future__ import annotations

import pypdf
import pytest

from tests.coaching.builders import set_the_table
from tests.judges import pdf
from tests.judges.vera import judge


@pytest.fixture
def table(app):
    return set_the_table()


@pytest.mark.slow
@pytest.mark.pdf
def test_it_names_who_stopped_and_nothing_that_was_talked_about(table, sign_in, tmp_path):
    own = sign_in(table.samira)
    assert own.get("/logboek/bedankkaart").status_code == 409
    own.post("/logboek/stop")
    file = tmp_path / "card.pdf"
    file.write_bytes(own.get("/logboek/bedankkaart").data)
    for one in judge([file]):
        assert one.passed, (one.flavour, one.broken)
    said = pdf.text(file)
    assert "Dank je wel, Samira" in said
    assert "koffieochtend" not in said
    assert len(pypdf.PdfReader(file).pages) == 1
    for_her = sign_in(table.tineke).get(f"/begeleiding/{table.plan_id}/bedankkaart")
    assert for_her.mimetype == "application/pdf"
