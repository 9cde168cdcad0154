"""A governors' proof that a resident host signs too: both ways to make it, before the judges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certificates.adapters import badge_keys, keys
from certificates.adapters.fast import bulk
from certificates.queries.printing import PARTS
from certificates.rules.printed import Signatory
from courses.services.hosts import fits_under_a_signature
from tests.certificates.fast_papers import (
    MOST_PIXELS,
    by_reference,
    glyphs_of,
    make_bench,
    make_paper,
    pixels_apart,
    structure_of,
    text_of,
)
from tests.certificates.papers import PASSPHRASE
from tests.judges import pdf as judges
from tests.judges import vera

pytestmark = [
    pytest.mark.slow,
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOSTS = {
    "usual": "Urmila Sewpersad-Baldewsingh",
    "two lines": "Maria Guadalupe Concepción Sewpersad-Baldewsingh",
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> bulk.Bench:
    folder = tmp_path_factory.mktemp("host") / "keys"
    made_at = datetime.now(UTC) - timedelta(days=1)
    keys.init_keys(folder, PASSPHRASE, now=made_at)
    badge_keys.add_missing(folder, PASSPHRASE, now=made_at)
    return make_bench(folder)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_both_ways_print_the_host_under_the_second_line(
    bench: bulk.Bench, tmp_path: Path, language: str, host: str
) -> None:
    assert fits_under_a_signature(host)
    part = PARTS["resident_host"]
    role = part.nl if language == "nl" else part.en
    hands = (Signatory("Ingrid van Houten", "trainer"), Signatory(host, role))
    paper = make_paper("governors", language, credential=True, signatories=hands)
    rendered = by_reference(paper, bench)
    files = {"reference": rendered}
    if host == HOSTS["usual"]:  # a name on two lines is the reference path's
        files["fast"] = fast = bulk.fill_one(paper, bench, at_once=True)
        assert glyphs_of(fast) == glyphs_of(rendered)
        assert text_of(fast) == text_of(rendered)
        assert structure_of(fast) == structure_of(rendered)
        assert pixels_apart(fast, rendered) <= MOST_PIXELS
    written = [tmp_path / f"{name}.pdf" for name in files]
    for file, pdf in zip(written, files.values(), strict=True):
        file.write_bytes(pdf)
        text = " ".join(judges.text(file).split())
        assert role in text
        assert host.split(maxsplit=1)[0] in text
        assert judges.has_valid_signature(file)
        assert judges.is_sound(file)
    found = vera.judge(written)
    assert [one.passed for one in found] == [True] * len(found)
    assert len(found) >= 2 * len(written)
