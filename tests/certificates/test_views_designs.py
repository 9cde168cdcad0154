"""Dressing a design: looked at first, kept as a version, never seen on what was issued before."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from certificates.models import Certificate, DesignVersion
from certificates.queries.designs import get_dressed
from certificates.rules.look import contrast_on_white, tint
from certificates.tasks import issuing
from tests.certificates.ready import commit_scene, grant, make_keys

PAGE = "/certificaten/vormgeving/residents"


def png(size=(400, 200), colour=(10, 20, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (*colour, 255)).save(out, "PNG")
    return out.getvalue()


def filled(**changes):
    return {"ink": "#1b2a6b", "accent": "#f4c95d", "seen_version": "0", **changes}


def versions() -> int:
    with unit_of_work():
        return db.session.scalar(sa.select(sa.func.count()).select_from(DesignVersion))


def test_the_page_shows_a_picture_of_what_is_worn_now(sign_in):
    client = sign_in(commit_scene().board)
    text = client.get(PAGE).text
    assert 'src="data:image/png;base64,' in text
    assert "Zoals het ontworpen is" in client.get("/certificaten/vormgeving").text


def test_looking_keeps_nothing(sign_in):
    client = sign_in(commit_scene().board)
    answer = client.post(f"{PAGE}/voorbeeld", data=filled(brand_nl="Buurtschool"))
    assert answer.status_code == 200
    assert "Buurtschool" in answer.text
    assert versions() == 0


def test_a_kept_look_is_worn_by_the_next_certificate_and_by_no_earlier_one(sign_in):
    scene = commit_scene()
    make_keys()
    first = grant(scene)
    issuing.issue(first)
    before = stored(first)
    client = sign_in(scene.board)
    answer = client.post(PAGE, data=filled(logo=(io.BytesIO(png()), "logo.png")))
    assert answer.status_code == 303
    assert get_version(first) is None
    assert stored(first) == before
    with unit_of_work():
        worn = get_dressed("residents")
    assert (worn.version, worn.look.ink) == (1, "#1b2a6b")
    assert worn.look.logo is not None
    assert Image.open(io.BytesIO(worn.look.logo)).size == (400, 200)


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


@pytest.mark.parametrize("design", ["residents", "professionals", "governors"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_proof_prints_with_a_long_name(sign_in, design, language):
    client = sign_in(commit_scene().board)
    answer = client.get(
        f"/certificaten/vormgeving/{design}/proefdruk.pdf?naam=lang&taal={language}"
    )
    assert answer.data.startswith(b"%PDF-")


def test_another_design_is_not_found(sign_in):
    client = sign_in(commit_scene().board)
    assert client.get("/certificaten/vormgeving/shared").status_code == 404


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
