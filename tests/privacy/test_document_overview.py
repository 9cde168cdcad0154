"""The readable half of an export: for people, for a screen reader, and never too long to make."""

from __future__ import annotations

import pypdf
import pytest

from academy.privacy.adapters.overview import MOST_IN_ALL, overview
from tests.judges import pdf
from tests.judges.vera import judge

NASTY = '<img src="https://elders.example/x.png"><b>Bel</b> & <script>1</script> {{ 7*7 }}'
ENTRY = {
    "id": 4,
    "person_id": "jij",
    "happened_on": "2026-11-20",
    "at": "2026-11-20T09:30:00+00:00",
    "discussed": NASTY,
    "went_well": "Zô góed, مرحبا",
    "is_hard": "",
    "energy": 3,
    "state": "final",
}
PERSON = {"call_name": "Samira", "last_name": "El Haddou", "email": None, "silent": False}


@pytest.mark.slow
@pytest.mark.pdf
def test_it_can_be_read_by_everybody(app, tmp_path):
    file = tmp_path / "overview.pdf"
    file.write_bytes(
        overview(
            "Samira El Haddou",
            [
                ("people", [("person", [PERSON])]),
                ("coaching", [("coaching_log_entry", [ENTRY, ENTRY]), ("new_table", [ENTRY])]),
            ],
            made_by="Samira",
            files=["bestanden/certificaat-SLHZ-B-2026-00042-74.pdf"],
        )
    )
    for one in judge([file]):
        assert one.passed, (one.flavour, one.broken)
    said = " ".join(pdf.text(file).split())
    for words in (
        "Dit weet de academie van Samira El Haddou.",
        "roepnaam: Samira",
        "dag: 20-11-2026",
        "2 in het bestand gegevens/coaching_log_entry.json",
        "new table",
        "certificaat-SLHZ-B-2026-00042-74.pdf",
        "Wat een ander kan schaden, is zwart gemaakt.",
    ):
        assert words in said, words
    assert "<script>1</script>" in said
    assert "final" not in said


@pytest.mark.slow
@pytest.mark.pdf
def test_whoever_did_a_lot_gets_the_latest_on_paper_and_all_in_the_file(app, tmp_path):
    file = tmp_path / "overview.pdf"
    kinds = [(f"kind_{number}", [ENTRY] * 500) for number in range(40)]
    file.write_bytes(overview("Samira", [("coaching", kinds)], made_by="Samira", files=[]))
    said = pdf.text(file)
    assert said.count("500 in het bestand") == len(kinds)
    assert said.count("20-11-2026") <= 2 * MOST_IN_ALL + len(kinds)
    assert len(pypdf.PdfReader(file).pages) > 5
