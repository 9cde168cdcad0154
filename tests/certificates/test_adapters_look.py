"""A dressed paper, by the reference path and by the fast path: both the same, before one judge."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from PIL import Image

from academy.kernel.documents import DocumentError
from certificates.adapters import badge_keys, keys, logo
from certificates.adapters.fast import bulk
from certificates.adapters.make_in_child import LARGEST_CERTIFICATE
from certificates.rules.look import Look
from tests.certificates.fast_papers import (
    MOST_PIXELS,
    by_reference,
    glyphs_of,
    make_bench,
    make_paper,
    metadata_of,
    pixels_apart,
    structure_of,
    text_of,
)
from tests.certificates.papers import PASSPHRASE
from tests.judges import vera

pytestmark = [
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LAYOUTS = [("residents", "nl"), ("professionals", "en"), ("governors", "nl")]
BRAND = "Buurtschool Ştraße"
WORDS = {"brand": BRAND, "brand_line": "Sinds 2019", "check_label": "Kijk het na op"}


def picture(size: tuple[int, int], *, is_noise: bool = False) -> bytes:
    """Return a PNG with an edge that lets through, or one in which no two pixels are alike."""
    image = Image.new("RGBA", size, (10, 20, 200, 90))
    image.paste((200, 30, 20, 255), (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    if is_noise:
        image = Image.frombytes("RGB", size, random.Random(4).randbytes(3 * size[0] * size[1]))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def look(**changes: object) -> Look:
    values = {
        "ink": "#1b2a6b",
        "accent": "#c2185b",
        "texts": {"nl": WORDS, "en": WORDS},
        "logo": logo.remake(picture((400, 200))),
    }
    return Look(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("look") / "keys"
    made_at = datetime.now(UTC) - timedelta(days=1)
    keys.init_keys(folder, PASSPHRASE, now=made_at)
    badge_keys.add_missing(folder, PASSPHRASE, now=made_at)
    return make_bench(folder)


@pytest.fixture(scope="module")
def dressed(bench):
    """Return of each design a paper by the fast path and by the reference path."""
    made = {}
    for design, language in LAYOUTS:
        paper = make_paper(design, language, credential=True) | {"look": look().as_plain()}
        fast = bulk.fill_one(paper, bench, at_once=True)
        made[design] = fast, by_reference(paper, bench)
    return made


def logos_in(pdf: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        streams = [one for one in opened.objects if isinstance(one, pikepdf.Stream)]
        return [
            (int(one.Width), int(one.Height)) for one in streams if one.get("/Subtype") == "/Image"
        ]


@pytest.mark.slow
@pytest.mark.parametrize("design", [design for design, _language in LAYOUTS])
def test_a_dressed_paper_is_filled_as_it_is_rendered(dressed, bench, design):
    fast, rendered = dressed[design]
    assert BRAND in text_of(fast)
    assert logos_in(fast) == logos_in(rendered) == [(400, 200)]
    assert glyphs_of(fast) == glyphs_of(rendered)
    assert text_of(fast) == text_of(rendered)
    assert structure_of(fast) == structure_of(rendered)
    assert metadata_of(fast) == metadata_of(rendered)
    assert pixels_apart(fast, rendered) <= MOST_PIXELS
    bare = bulk.fill_one(make_paper(design, dict(LAYOUTS)[design]), bench, at_once=True)
    assert pixels_apart(fast, bare) > MOST_PIXELS


@pytest.mark.pdf
@pytest.mark.slow
def test_vera_judges_dressed_papers_pdf_a_and_pdf_ua(dressed, tmp_path):
    files = []
    for design, pair in dressed.items():
        for path, data in zip(("fast", "reference"), pair, strict=True):
            files.append(tmp_path / f"{design}-{path}.pdf")
            files[-1].write_bytes(data)
    found = vera.judge(files)
    assert len(found) == 2 * len(files)
    assert [(j.file.name, j.flavour, j.broken) for j in found if not j.passed] == []
    assert min(j.assertions for j in found) > 300


@pytest.mark.slow
def test_the_heaviest_logo_that_is_kept_leaves_room_for_the_seal(bench):
    """A paper of more than `LARGEST_CERTIFICATE` bytes fails its own check: nothing is issued."""
    heavy = logo.remake(picture((112, 112), is_noise=True))
    assert 0.9 * logo.MOST_BYTES < len(heavy) <= logo.MOST_BYTES
    paper = make_paper(credential=True) | {"look": look(logo=heavy).as_plain()}
    assert len(by_reference(paper, bench)) <= LARGEST_CERTIFICATE


def test_a_large_logo_is_made_smaller_until_it_fits():
    made = logo.remake(picture((1200, 600)))
    assert Image.open(io.BytesIO(made)).size == (600, 300)


def test_a_photo_is_no_logo():
    with pytest.raises(DocumentError) as caught:
        logo.remake(picture((600, 600), is_noise=True))
    assert caught.value.kind == "too_detailed"
