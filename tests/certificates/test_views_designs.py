"""Dressing a design: looked at first, kept as a version, never seen on what was issued before."""

from __future__ import annotations

import base64
import io
import re

import pypdfium2
import pytest
import sqlalchemy as sa
from PIL import Image
from pypdf import PdfReader

from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from certificates.models import Certificate, DesignVersion
from certificates.queries.designs import LONG_NAME, SHORT_NAME, get_dressed
from certificates.rules.look import INK, contrast_on_white, grey, tint
from certificates.tasks import issuing
from tests.certificates.fast_papers import text_of
from tests.certificates.ready import Scene, commit_scene, grant, make_keys, make_ready
from tests.factories import make_enrolment, make_person

PAGE = "/certificaten/vormgeving/residents"
BLUE, PINK, LOGO = "#1b2a6b", "#c2185b", "#0a14c8"
CHOSEN = {"ink": BLUE, "accent": PINK, "brand_nl": "Buurtschool De Brug"}
PICTURE = re.compile(r'src="data:image/png;base64,([^"]+)"')


def png(size=(400, 200), colour=(10, 20, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (*colour, 255)).save(out, "PNG")
    return out.getvalue()


def filled(**changes):
    return {"ink": "#1b2a6b", "accent": "#f4c95d", "seen_version": "0", **changes}


def versions() -> int:
    with unit_of_work():
        return db.session.scalar(sa.select(sa.func.count()).select_from(DesignVersion))


def colours(image: Image.Image) -> set[tuple[int, int, int]]:
    """Return the colours of a picture that cover more than a few pixels."""
    found = image.convert("RGB").getcolors(1 << 24) or []
    return {colour for count, colour in found if count > 20}


def parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def has(image: Image.Image, colour: str) -> bool:
    """Say whether a picture shows this colour, but for the rounding of a palette."""
    wanted = parts(colour)
    return any(
        max(abs(a - b) for a, b in zip(one, wanted, strict=True)) <= 3 for one in colours(image)
    )


def is_grey(image: Image.Image) -> bool:
    return all(max(one) - min(one) <= 3 for one in colours(image))


def raster(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    image = document[0].render(scale=1.4).to_pil().copy()
    document.close()
    return image


def logos(pdf: bytes) -> list[Image.Image]:
    """Return the pictures that lie in the first page."""
    return [one.image for one in PdfReader(io.BytesIO(pdf)).pages[0].images if one.image]


def shown_picture(answer) -> Image.Image:
    found = PICTURE.search(answer.text)
    assert found is not None
    return Image.open(io.BytesIO(base64.b64decode(found[1])))


def another(scene: Scene, name: str) -> Scene:
    """Return the scene around somebody else of the group, who is ready too."""
    with unit_of_work():
        holder = make_person(name, "Żółkiewski")
        enrolment = make_enrolment(scene.cohort, holder)
        make_ready(enrolment, by=scene.trainer)
        db.session.refresh(enrolment)
        db.session.expunge_all()
    return Scene(**{**vars(scene), "holder": holder, "enrolment": enrolment})


def test_the_page_shows_a_picture_of_what_is_worn_now(sign_in):
    client = sign_in(commit_scene().board)
    worn = shown_picture(client.get(PAGE))
    assert worn.size == (1137, 804)
    assert has(worn, INK)
    assert not has(worn, BLUE)
    assert "Zoals het ontworpen is" in client.get("/certificaten/vormgeving").text
    assert client.post(PAGE, data=filled(**CHOSEN)).status_code == 303
    later = shown_picture(client.get(PAGE))
    assert has(later, BLUE)
    assert has(later, tint(PINK))
    assert not has(later, INK)
    listed = client.get("/certificaten/vormgeving").text
    assert "Versie 1, van " in listed
    assert "door Josien Aarden" in listed


def test_looking_keeps_nothing(sign_in):
    client = sign_in(commit_scene().board)
    usual = shown_picture(client.get(PAGE))
    answer = client.post(f"{PAGE}/voorbeeld", data=filled(**CHOSEN))
    assert answer.status_code == 200
    assert 'value="Buurtschool De Brug"' in answer.text
    looked_at = shown_picture(answer)
    assert has(looked_at, BLUE)
    assert has(looked_at, tint(PINK))
    assert versions() == 0
    assert shown_picture(client.get(PAGE)).tobytes() == usual.tobytes()


def test_a_picture_shows_what_a_printer_without_colour_makes(sign_in):
    client = sign_in(commit_scene().board)
    answer = client.post(f"{PAGE}/voorbeeld", data=filled(**CHOSEN, grey="y"))
    assert answer.status_code == 200
    assert is_grey(shown_picture(answer))
    coloured = client.post(f"{PAGE}/voorbeeld", data=filled(**CHOSEN))
    assert not is_grey(shown_picture(coloured))
    assert versions() == 0


@pytest.mark.slow
def test_a_kept_look_is_worn_by_the_next_certificate_and_by_no_earlier_one(sign_in):
    scene = commit_scene()
    make_keys()
    first, waiting = grant(scene), grant(another(scene, "Fatma"))
    issuing.issue(first)
    before = stored(first)
    client = sign_in(scene.board)
    logo = (io.BytesIO(png()), "logo.png")
    answer = client.post(PAGE, data=filled(**CHOSEN, logo=logo))
    assert answer.status_code == 303

    latest = grant(another(scene, "Hồng"))
    issuing.issue(latest)
    paper = stored(latest)
    assert "Buurtschool De Brug" in text_of(paper)
    assert "Samen Lukt Het Zelf" not in text_of(paper).split("Buurtschool De Brug")[0]
    assert "Hồng Żółkiewski" in text_of(paper)
    (embedded,) = logos(paper)
    assert embedded.size == (400, 200)
    assert embedded.convert("RGB").getpixel((200, 100)) == parts(LOGO)
    seen = raster(paper)
    assert all(has(seen, colour) for colour in (BLUE, tint(PINK), LOGO))
    assert not has(seen, INK)
    assert get_version(latest) == version_id(1)

    issuing.issue(waiting)  # granted before the look
    for earlier in (before, stored(waiting)):
        assert "Buurtschool" not in text_of(earlier)
        assert logos(earlier) == []
        assert has(raster(earlier), INK)
        assert not has(raster(earlier), BLUE)
    assert get_version(first) is None
    assert get_version(waiting) is None
    assert stored(first) == before
    with unit_of_work():
        worn = get_dressed("residents")
    assert (worn.version, worn.look.ink, worn.look.accent) == (1, BLUE, PINK)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ink": "#999999"}, "te licht om te lezen"),
        ({"ink": "red; background: url(x)"}, "Kies een kleur"),
        ({"brand_nl": "x" * 41}, "te lang"),
        ({"logo": (io.BytesIO(b"GIF89a no"), "logo.png")}, "geen PNG of JPEG"),
        ({"logo": (io.BytesIO(png((20, 20))), "logo.png")}, "te klein"),
        ({"brand_nl": "龍"}, "kunnen wij niet drukken"),
    ],
)
def test_what_no_paper_can_carry_is_refused_and_keeps_what_was_typed(sign_in, changes, sentence):
    client = sign_in(commit_scene().board)
    answer = client.post(PAGE, data=filled(check_label_nl="Kijk het na op", **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kijk het na op" in answer.text
    assert versions() == 0


def test_markup_in_words_is_words(sign_in):
    client = sign_in(commit_scene().board)
    answer = client.post(PAGE, data=filled(brand_nl="{{ 7*7 }}<img src=file:///etc/passwd>"))
    assert answer.status_code == 303


def test_two_who_dress_at_once_are_told(sign_in):
    client = sign_in(commit_scene().board)
    assert client.post(PAGE, data=filled()).status_code == 303
    again = client.post(PAGE, data=filled(ink="#102030"))
    assert again.status_code == 409
    assert versions() == 1


def test_nothing_new_is_no_version(sign_in):
    client = sign_in(commit_scene().board)
    assert client.post(PAGE, data=filled()).status_code == 303
    again = client.post(PAGE, data=filled(seen_version="1"))
    assert again.status_code == 422
    assert "niets veranderd" in again.text


WORDS = {
    ("residents", "nl"): ("Dit certificaat is van", "Geldig tot en met"),
    ("residents", "en"): ("This certificate belongs to", "Valid until"),
    ("professionals", "nl"): ("Dit certificaat is van", "Geldig tot en met"),
    ("professionals", "en"): ("This certificate belongs to", "Valid until"),
    ("governors", "nl"): ("Dit bewijs is van", "Contacturen"),
    ("governors", "en"): ("This proof belongs to", "Contact hours"),
}


@pytest.mark.parametrize(("design", "language"), WORDS)
def test_a_proof_prints_in_either_language_with_a_long_name(sign_in, design, language):
    client = sign_in(commit_scene().board)
    address = f"/certificaten/vormgeving/{design}/proefdruk.pdf"
    long = client.get(f"{address}?naam=lang&taal={language}")
    assert long.mimetype == "application/pdf"
    said = text_of(long.data)
    assert LONG_NAME in said.replace("\u00a0", " ")
    assert all(words in said for words in WORDS[design, language])
    others = WORDS[design, "en" if language == "nl" else "nl"]
    assert not any(words in said for words in others)
    assert not is_grey(raster(long.data))


def test_a_proof_has_a_short_name_and_is_dutch_unless_asked(sign_in):
    client = sign_in(commit_scene().board)
    said = text_of(client.get(f"{PAGE}/proefdruk.pdf").data)
    assert SHORT_NAME in said
    assert LONG_NAME not in said
    assert "Dit certificaat is van" in said


def test_a_proof_without_colour_says_the_same_in_greys(sign_in):
    client = sign_in(commit_scene().board)
    logo = (io.BytesIO(png()), "logo.png")
    assert client.post(PAGE, data=filled(**CHOSEN, logo=logo)).status_code == 303
    coloured = client.get(f"{PAGE}/proefdruk.pdf").data
    without = client.get(f"{PAGE}/proefdruk.pdf?kleur=zonder").data
    assert text_of(without) == text_of(coloured)
    assert "Buurtschool De Brug" in text_of(without)
    seen = raster(without)
    assert is_grey(seen)
    assert all(has(seen, grey(colour)) for colour in (BLUE, tint(PINK), LOGO))
    assert not is_grey(raster(coloured))
    assert "kleur=zonder" in client.get(PAGE).text


def test_another_design_is_not_found(sign_in):
    client = sign_in(commit_scene().board)
    assert client.get("/certificaten/vormgeving/shared").status_code == 404


def test_a_grey_is_as_light_as_its_colour():
    assert grey("#ffffff") == "#ffffff"
    assert grey("#000000") == "#000000"
    assert grey("#ff0000") == "#4c4c4c"
    assert grey("#00ff00") == "#969696"
    assert grey("#0000ff") == "#1d1d1d"


def test_contrast_is_that_of_the_guideline():
    assert contrast_on_white("#000000") == pytest.approx(21)
    assert contrast_on_white("#ffffff") == pytest.approx(1)
    assert contrast_on_white("#767676") == pytest.approx(4.54, abs=0.01)
    assert tint("#000000") == "#7f7f7f"


def stored(certificate_id: int) -> bytes:
    with unit_of_work():
        sha256 = db.session.get_one(Certificate, certificate_id).sha256
    return (current().storage / f"{sha256}.pdf").read_bytes()


def get_version(certificate_id: int):
    with unit_of_work():
        return db.session.get_one(Certificate, certificate_id).content["design_version"]


def version_id(version: int) -> int:
    with unit_of_work():
        found = sa.select(DesignVersion.id).where(DesignVersion.version == version)
        return db.session.scalars(found).one()
