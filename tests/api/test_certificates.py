"""Programs check certificates as strangers do, and read the register with a key."""

from __future__ import annotations

import hashlib
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.models import Certificate, CheckCount, VerificationCount
from certificates.services import life
from tests.api.programs import V1, make_key, program
from tests.certificates.ready import CODE, Scene, commit_scene, issue
from tests.factories import make_actor, make_coordinator, make_place

pytestmark = pytest.mark.slow
NAME = "Samira El Haddou"
NUMBER = "SLHZ-B-2026-00001-03"
BY_NUMBER = f"{V1}/certificates/{NUMBER}/verification"
BY_FILE = f"{V1}/certificates/verification"
VERIFY = f"{V1}/certificates/verify"
STATUS = f"{V1}/certificates/{NUMBER}/status"
TOLD = {
    "verdict",
    "as_of",
    "number",
    "reasons",
    "course",
    "issued_on",
    "valid_until",
    "since",
    "renewed_by",
}


@pytest.fixture
def scene(app: Flask) -> Scene:
    found = commit_scene()
    issue(found, code=CODE)
    return found


def stored_file() -> bytes:
    sha256 = db.session.scalars(sa.select(Certificate.sha256)).one()
    db.session.rollback()  # SQLite has one writer, and the request is the next
    return Storage(current().storage).get(sha256 or "")


def send(client: FlaskClient, data: bytes):
    return client.post(
        BY_FILE,
        data={"file": (io.BytesIO(data), "certificaat.pdf")},
        content_type="multipart/form-data",
    )


def test_a_number_tells_what_the_page_tells(scene: Scene, client: FlaskClient) -> None:
    answer = client.get(BY_NUMBER)
    found = answer.json
    assert set(found) == TOLD
    assert (found["verdict"], found["number"]) == ("original", NUMBER)
    assert (found["course"], found["valid_until"]) == ("Certificaat test", "2029-11-23")
    assert "Haddou" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("number", ["SLHZ-B-2026-00042-74", "SLHZ-B-2026-00001-04", "x", CODE])
def test_what_we_do_not_know_is_unknown(scene: Scene, client: FlaskClient, number: str) -> None:
    found = client.get(f"{V1}/certificates/{number}/verification").json
    assert (found["verdict"], found["number"], found["course"]) == ("unknown", None, None)


def test_the_moment_does_not_change_the_tag(scene: Scene, client: FlaskClient) -> None:
    tag = client.get(BY_NUMBER).headers["ETag"]
    assert client.get(BY_NUMBER, headers={"If-None-Match": tag}).status_code == 304
    by = make_actor(scene.holder)
    with unit_of_work():
        life.withdraw(db.session.scalars(sa.select(Certificate.id)).one(), by=by)
    answer = client.get(BY_NUMBER, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json["verdict"]) == (200, "withdrawn")


def test_a_hash_tells_no_name_and_the_file_does(scene: Scene, client: FlaskClient) -> None:
    data = stored_file()
    by_hash = client.post(BY_FILE, json={"sha256": hashlib.sha256(data).hexdigest()})
    assert (by_hash.json["verdict"], by_hash.json["printed_name"]) == ("original", None)
    by_file = send(client, data)
    assert (by_file.json["verdict"], by_file.json["printed_name"]) == ("original", NAME)
    assert client.post(BY_FILE, json={"sha256": "0" * 64}).json["verdict"] == "unknown"


def test_the_code_tells_the_name_and_the_number_does_not(scene: Scene, client: FlaskClient) -> None:
    grouped = " ".join(CODE[at : at + 4] for at in range(0, 20, 4)).lower()
    for code in (CODE, grouped):
        found = client.post(VERIFY, json={"code": code}).json
        assert set(found) == TOLD | {"printed_name"}
        assert (found["verdict"], found["number"]) == ("original", NUMBER)
        assert found["printed_name"] == NAME
    by_number = client.post(VERIFY, json={"number": NUMBER.lower()})
    assert (by_number.json["verdict"], by_number.json["printed_name"]) == ("original", None)
    assert "Haddou" not in by_number.text


def test_a_code_that_is_wrong_or_taken_back_tells_no_name(
    scene: Scene, client: FlaskClient
) -> None:
    for code in ("0" * 20, CODE[:-1], NUMBER, ""):
        found = client.post(VERIFY, json={"code": code}).json
        assert (found["verdict"], found["number"]) == ("unknown", None)
    by = make_actor(scene.holder)
    with unit_of_work():
        life.withdraw(db.session.scalars(sa.select(Certificate.id)).one(), by=by)
    found = client.post(VERIFY, json={"code": CODE})
    assert (found.json["verdict"], found.json["printed_name"]) == ("withdrawn", None)
    assert "Haddou" not in found.text


@pytest.mark.parametrize(
    "asked",
    [{}, {"code": CODE, "number": NUMBER}, {"code": CODE, "sha256": "0" * 64}],
)
def test_a_question_names_exactly_one_way(client: FlaskClient, asked: dict[str, str]) -> None:
    answer = client.post(VERIFY, json=asked)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"body"})
    schema = client.get(f"{V1}/openapi.json").json["paths"][VERIFY]["post"]["requestBody"]
    said = schema["content"]["application/json"]["schema"]
    assert (said["minProperties"], said["maxProperties"]) == (1, 1)


@pytest.mark.parametrize("code", ["x" * 61, "a\nb", 7, None])
def test_what_is_no_code_is_refused(client: FlaskClient, code: object) -> None:
    answer = client.post(VERIFY, json={"code": code})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"code"})


def test_an_altered_file_is_altered(scene: Scene, client: FlaskClient) -> None:
    found = send(client, stored_file() + b"\n").json
    assert (found["verdict"], found["printed_name"]) == ("altered", None)


@pytest.mark.parametrize("sha256", ["", "0" * 63, "0" * 64 + "\n", "G" * 64, 7, None])
def test_what_is_no_hash_is_refused(client: FlaskClient, sha256: object) -> None:
    answer = client.post(BY_FILE, json={"sha256": sha256})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"sha256"})


def test_a_form_without_a_file_is_refused(client: FlaskClient) -> None:
    answer = client.post(BY_FILE, data={"x": "y"}, content_type="multipart/form-data")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"file"})


def test_thirty_checks_a_minute_together_with_the_page(scene: Scene, client: FlaskClient) -> None:
    for turn in range(30):
        ask = client.get(BY_NUMBER) if turn % 2 else client.get(f"/c/{CODE}")
        assert ask.status_code == 200
    answer = client.get(BY_NUMBER)
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    for asked in ({"sha256": "0" * 64}, {"code": CODE}, {"number": NUMBER}):
        assert client.post(VERIFY, json=asked).status_code == 429
    assert client.get(f"/c/{CODE}").status_code == 429


def test_every_check_is_counted_without_saying_which(scene: Scene, client: FlaskClient) -> None:
    client.get(BY_NUMBER)
    client.post(BY_FILE, json={"sha256": "0" * 64})
    client.post(VERIFY, json={"number": NUMBER})
    rows = db.session.execute(sa.select(VerificationCount.way, VerificationCount.times)).all()
    assert sorted(map(tuple, rows)) == [("file", 1), ("number", 2)]
    assert db.session.scalars(sa.select(CheckCount.times)).all() == []


def test_the_holder_reads_that_a_program_with_the_code_looked(
    scene: Scene, client: FlaskClient
) -> None:
    client.post(VERIFY, json={"code": CODE})
    client.post(VERIFY, json={"code": "0" * 20})
    rows = db.session.execute(sa.select(VerificationCount.way, VerificationCount.times)).all()
    assert list(map(tuple, rows)) == [("code", 2)]
    assert db.session.scalars(sa.select(CheckCount.times)).all() == [1]


# --- the register -----------------------------------------------------------------------------


def test_who_reads_the_register_reads_how_one_stands(app: Flask, scene: Scene) -> None:
    for person in (scene.board, scene.coordinator):
        found = program(app, make_key(person, "certificates:read")).get(STATUS).json
        assert found == {
            "number": NUMBER,
            "enrolment_id": scene.enrolment.id,
            "state": "issued",
            "standing": "valid",
            "since": None,
            "issued_on": "2026-11-23",
            "valid_until": "2029-11-23",
            "handed_out": False,
        }


def test_others_do_not(app: Flask, scene: Scene) -> None:
    assert program(app).get(STATUS).status_code == 401
    assert program(app, make_key(scene.trainer)).get(STATUS).status_code == 403
    assert program(app, make_key(scene.board, "cohorts:read")).get(STATUS).status_code == 403


def test_a_foreign_number_is_a_missing_one(app: Flask, scene: Scene) -> None:
    with unit_of_work():
        elsewhere = make_coordinator(make_place("Elders"))
    client = program(app, make_key(elsewhere, "certificates:read"))
    foreign = client.get(STATUS)
    missing = client.get(f"{V1}/certificates/SLHZ-B-2026-00042-74/status")
    assert [foreign.status_code, missing.status_code] == [404, 404]
    assert foreign.json == missing.json
