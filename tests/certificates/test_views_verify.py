"""Controleer: what a stranger sees, and what never."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.verify import LARGEST_FILE
from certificates.models import Certificate, VerificationCount
from certificates.queries.verification import check_upload
from certificates.services import life
from tests.certificates.ready import CODE, Scene, commit_scene, issue
from tests.factories import make_actor

pytestmark = pytest.mark.slow
NAME = "Samira El Haddou"
NUMBER = "SLHZ-B-2026-00001-03"


@pytest.fixture
def scene(app: Flask) -> Scene:
    found = commit_scene()
    issue(found, code=CODE)
    return found


def upload(client: FlaskClient, data: bytes) -> str:
    answer = client.post(
        "/controleer/bestand",
        data={"file": (io.BytesIO(data), "certificaat.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    return answer.text


def stored_file() -> bytes:
    sha256 = db.session.scalars(sa.select(Certificate.sha256)).one()
    db.session.rollback()  # SQLite has one writer, and the page is the next
    return Storage(current().storage).get(sha256 or "")


@pytest.mark.parametrize("typed", [NUMBER, "slhz b 2026 00001 03", " SLHZ-B-2026-00001-03 "])
def test_a_number_in_any_spelling_shows_everything_but_the_name(
    scene: Scene, client: FlaskClient, typed: str
) -> None:
    text = client.post("/controleer", data={"number": typed}).text

    assert "Dit certificaat is geldig" in text
    assert "Certificaat test" in text
    assert "23 november 2029" in text
    assert "Haddou" not in text


def test_a_number_in_the_address_answers_at_once(scene: Scene, client: FlaskClient) -> None:
    assert "is geldig" in client.get("/controleer", query_string={"number": NUMBER}).text


def test_the_code_shows_the_printed_name(scene: Scene, client: FlaskClient) -> None:
    grouped = " ".join(CODE[at : at + 4] for at in range(0, 20, 4)).lower()

    assert NAME in client.get(f"/c/{CODE}").text
    assert NAME in client.post("/controleer", data={"number": grouped}).text


def test_the_file_shows_the_printed_name_and_is_not_kept(scene: Scene, client: FlaskClient) -> None:
    before = set(Storage(current().storage).hashes())

    assert NAME in upload(client, stored_file())
    assert set(Storage(current().storage).hashes()) == before


def test_an_altered_file_is_called_altered_without_a_name(
    scene: Scene, client: FlaskClient
) -> None:
    text = upload(client, stored_file() + b"\n")

    assert "Dit bestand is veranderd" in text
    assert "Haddou" not in text


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 junk", b"x" * 1000])
def test_any_other_file_is_unknown(scene: Scene, client: FlaskClient, data: bytes) -> None:
    assert "Dit kennen wij niet" in upload(client, data)


def test_a_file_over_two_megabytes_is_not_even_parsed(app: Flask) -> None:
    finding = check_upload(b"%PDF-" + b"x" * LARGEST_FILE).finding

    assert [reason.code for reason in finding.reasons] == ["too_large"]


def test_a_typing_error_in_the_number_is_said_kindly(scene: Scene, client: FlaskClient) -> None:
    text = client.post("/controleer", data={"number": "SLHZ-B-2026-00001-04"}).text

    assert "Er zit een typefout in het nummer" in text


def test_what_is_unknown_answers_alike(scene: Scene, client: FlaskClient) -> None:
    answers = [
        client.post("/controleer", data={"number": "SLHZ-B-2026-00042-74"}),
        client.post("/controleer", data={"number": "0" * 20}),
        client.post("/controleer", data={"number": "zomaar iets"}),
        client.get("/c/" + "0" * 20),
        client.get("/c/kort"),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({_said(answer.text) for answer in answers}) == 1


def _said(text: str) -> str:
    """What the page says, without its head and foot, which carry its own address."""
    return text.partition("<main")[2].partition("</main>")[0]


def test_a_granted_certificate_without_a_file_is_unknown(scene: Scene, client: FlaskClient) -> None:
    with unit_of_work():
        db.session.execute(
            sa.update(Certificate).values(state="approved", sha256=None, code_hash=None)
        )

    assert "Dit kennen wij niet" in client.get("/controleer", query_string={"number": NUMBER}).text


def test_after_taking_back_no_way_shows_a_name(scene: Scene, client: FlaskClient) -> None:
    data = stored_file()
    with unit_of_work():
        certificate_id = db.session.scalars(sa.select(Certificate.id)).one()
        life.withdraw(certificate_id, by=make_actor(scene.holder))

    for text in (client.get(f"/c/{CODE}").text, upload(client, data)):
        assert "Dit certificaat is teruggenomen" in text
        assert "Haddou" not in text


def test_headers_keep_it_out_of_caches_indexes_and_referrers(
    scene: Scene, client: FlaskClient
) -> None:
    for address in ("/controleer", f"/c/{CODE}", "/c/kort"):
        headers = client.get(address).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]


def test_the_thirty_first_check_in_a_minute_is_refused(app: Flask, client: FlaskClient) -> None:
    statuses = [client.get("/c/kort").status_code for _ in range(31)]

    assert statuses == [200] * 30 + [429]
    assert db.session.scalar(sa.select(sa.func.sum(VerificationCount.times))) == 30


def test_checks_are_counted_per_day_and_way_only(scene: Scene, client: FlaskClient) -> None:
    client.get(f"/c/{CODE}")
    client.get("/c/kort")
    client.post("/controleer", data={"number": NUMBER})
    upload(client, b"x")

    counts = db.session.execute(sa.select(VerificationCount.way, VerificationCount.times)).all()
    assert sorted(map(tuple, counts)) == [("code", 2), ("file", 1), ("number", 1)]


@pytest.mark.parametrize("address", ["/controleer", "/controleer/bestand"])
def test_an_empty_form_comes_back_with_a_sentence(
    app: Flask, client: FlaskClient, address: str
) -> None:
    answer = client.post(address, data={})

    assert answer.status_code == 422
    assert "Er is iets niet goed ingevuld" in answer.text


def test_a_signed_in_person_checks_too(scene: Scene, sign_in) -> None:
    client = sign_in(scene.trainer)

    assert "is geldig" in client.post("/controleer", data={"number": NUMBER}).text


def test_judging_a_file_lets_others_write(scene: Scene, client: FlaskClient) -> None:
    data = stored_file()
    begun: list[str] = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def note(*heard: object) -> None:
        begun.append(str(heard[2]))

    try:
        upload(client, data)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    counted = max(at for at, text in enumerate(begun) if "verification_count" in text)
    begins = [at for at, text in enumerate(begun) if text == "BEGIN IMMEDIATE" and at > counted]
    (looked,) = (at for at, text in enumerate(begun) if "certificate_check_count" in text)
    assert begins == [looked - 1]  # one short write, after all was read
