"""Deel je certificaat: a link that ends, a count without names, LinkedIn as a plain link."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError, NotFoundError
from certificates.models import Certificate, CheckCount, ShareLink
from certificates.queries.sharing import looks_at
from certificates.services import life, sharing
from tests.certificates.ready import CODE, Scene, commit_scene, issue
from tests.factories import make_actor


@pytest.fixture
def scene(app) -> Scene:
    return commit_scene()


@pytest.fixture
def certificate_id(scene) -> int:
    return issue(scene, code=CODE)


def share(client, certificate_id: int, days: str = "14") -> str:
    """Make a link on the page and return its path."""
    page = client.post(f"/certificaat/{certificate_id}/delen", data={"days": days})
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r"/deel/[A-Za-z0-9_-]+", page.text)
    assert found
    return found[0]


def test_who_has_the_link_sees_name_verdict_dates_and_file(scene, certificate_id, sign_in, client):
    path = share(sign_in(scene.holder), certificate_id)

    page = client.get(path)

    assert page.status_code == 200
    for shown in ("Dit certificaat is geldig", "Samira El Haddou", "SLHZ-B-2026-00001-03"):
        assert shown in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    file = client.get(f"{path}/bestand")
    assert (file.mimetype, file.data[:5]) == ("application/pdf", b"%PDF-")


def test_the_token_is_kept_as_a_hash_only(scene, certificate_id, sign_in):
    token = share(sign_in(scene.holder), certificate_id).removeprefix("/deel/")
    kept = db.session.scalars(sa.select(ShareLink)).one()
    assert kept.token_hash != token
    assert len(kept.token_hash) == 64


def by_the_holder(client, scene, certificate_id):
    assert client.post(f"/certificaat/{certificate_id}/delen/stop").status_code == 303


def by_its_day(client, scene, certificate_id):
    with unit_of_work():
        then = clock.real_now() - timedelta(days=31)
        ended = sa.update(ShareLink).values(made_at=then, ends_at=then + timedelta(days=30))
        db.session.execute(ended)


def by_a_new_one(client, scene, certificate_id):
    share(client, certificate_id)


def by_taking_it_back(client, scene, certificate_id):
    with unit_of_work():
        life.withdraw(certificate_id, by=make_actor(scene.holder))


def by_revoking(client, scene, certificate_id):
    with unit_of_work():
        db.session.get_one(Certificate, certificate_id).standing = "revoked"


def by_hiding_the_name(client, scene, certificate_id):
    with unit_of_work():
        db.session.get_one(Certificate, certificate_id).name_hidden_on = clock.today()


@pytest.mark.parametrize(
    "end",
    [
        by_the_holder,
        by_its_day,
        by_a_new_one,
        by_taking_it_back,
        by_revoking,
        by_hiding_the_name,
    ],
)
def test_a_link_ends_and_then_looks_like_one_that_never_was(
    scene, certificate_id, sign_in, app, end
):
    client = sign_in(scene.holder)
    path = share(client, certificate_id)
    stranger = app.test_client()
    assert stranger.get(path).status_code == 200

    end(client, scene, certificate_id)

    said = {
        re.sub(r"[0-9a-f]{16}|[^\"]*deel[^\"]*", "", stranger.get(one).text)
        for one in (path, f"{path}/bestand", "/deel/nooit-gemaakt")
    }
    assert len(said) == 1
    assert stranger.get(path).status_code == 404


def test_a_link_works_thirty_days_at_most(scene, certificate_id):
    with pytest.raises(InvalidInputError):
        sharing.make_link(certificate_id, days=31, by=make_actor(scene.holder))


def test_nobody_shares_what_is_of_another(scene, certificate_id, sign_in):
    with pytest.raises(NotFoundError):
        sharing.make_link(certificate_id, days=7, by=make_actor(scene.trainer))
    assert sign_in(scene.trainer).get(f"/certificaat/{certificate_id}/delen").status_code == 404


def test_looks_by_code_and_link_are_counted_and_by_number_not(
    scene, certificate_id, sign_in, client
):
    path = share(sign_in(scene.holder), certificate_id)
    client.get(f"/c/{CODE}")
    client.get(path)
    client.get("/controleer?number=SLHZ-B-2026-00001-03")
    client.get("/c/AAAAAAAAAAAAAAAAAAAA")

    assert looks_at([certificate_id])[certificate_id].ever == 2
    page = sign_in(scene.holder).get("/certificaat").text
    assert "2 keer bekeken door anderen." in page


def test_a_count_says_a_day_and_nothing_of_who(scene, certificate_id, client):
    client.get(f"/c/{CODE}")
    assert {one.name for one in CheckCount.__table__.columns} == {
        "id",
        "certificate_id",
        "on",
        "times",
    }
    with unit_of_work():
        db.session.execute(sa.update(CheckCount).values(on=clock.real_today() - timedelta(31)))
    client.get(f"/c/{CODE}")
    looks = looks_at([certificate_id])[certificate_id]
    assert (looks.ever, looks.lately) == (2, 1)


def test_linkedin_is_a_plain_link_without_the_name(scene, certificate_id, sign_in):
    page = sign_in(scene.holder).get(f"/certificaat/{certificate_id}/delen").text
    href = re.search(r'href="(https://www\.linkedin\.com/[^"]+)"', page)
    assert href
    fields = parse_qs(urlsplit(href[1].replace("&amp;", "&")).query)
    assert fields["certId"] == ["SLHZ-B-2026-00001-03"]
    assert fields["issueYear"] == ["2026"]
    assert "Samira" not in href[1]
    assert "linkedin.com" not in page.replace(href[1], "")


def test_a_link_of_a_stranger_is_limited_as_a_check(scene, certificate_id, client):
    answers = [client.get("/deel/nooit-gemaakt").status_code for _ in range(31)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_looking_opens_the_file_in_the_browser(scene, certificate_id, sign_in):
    client = sign_in(scene.holder)
    shown = client.get(f"/certificaat/{certificate_id}/bestand?bekijk=1")
    assert shown.headers["Content-Disposition"].startswith("inline")
    saved = client.get(f"/certificaat/{certificate_id}/bestand")
    assert saved.headers["Content-Disposition"].startswith("attachment")
