"""Klopt je naam? Nothing is sealed before its holder, or who reads it aloud, said yes to it."""

from __future__ import annotations

import html
import io

import pytest
import sqlalchemy as sa
from PIL import Image

from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.queue import Job
from academy.people.models import Person
from certificates.models import Certificate, NameApproval
from certificates.queries import checks
from certificates.queries.lists import waiting_in
from certificates.queries.names import get_name
from certificates.services import decisions, names
from courses.queries.on_behalf import reaches_of
from tests.certificates.hard_names import HARD_NAMES, REFUSED
from tests.certificates.ready import Scene, commit_scene, grant, issue
from tests.factories import make_actor

NAME = "Samira El Haddou"


@pytest.fixture
def scene(app) -> Scene:
    scene = commit_scene()
    with unit_of_work():
        db.session.execute(sa.delete(NameApproval))
    return scene


def jobs() -> int:
    asked = sa.select(sa.func.count()).where(Job.name == "certificates.issue")
    return db.session.scalar(asked) or 0


def yes(scene: Scene, name: str = NAME, *, by=None) -> int:
    by = make_actor(by or scene.holder)
    with unit_of_work():
        reaches = reaches_of(scene.holder.id)
        return names.approve_name(scene.holder.id, name, by=by, reaches=reaches)


def test_a_granted_certificate_waits_for_the_yes_and_the_yes_makes_it(scene):
    certificate_id = grant(scene)
    assert jobs() == 0

    assert yes(scene) == 1

    job = db.session.scalars(sa.select(Job).where(Job.name == "certificates.issue")).one()
    assert job.arguments == {"certificate_id": certificate_id}


def test_after_an_early_yes_the_grant_makes_it_at_once(scene):
    yes(scene)
    grant(scene)
    assert jobs() == 1


def test_a_yes_to_another_spelling_does_not_count(scene):
    yes(scene, "Samira el Haddou")
    with unit_of_work():
        scene_name = "Samira El Haddou"
        db.session.execute(sa.text("update person set name_on_certificate = ''"))
    certificate_id = grant(scene)
    assert db.session.get_one(Certificate, certificate_id).printed_name == scene_name
    assert jobs() == 0


def test_who_changes_the_name_after_the_decision_needs_somebody_who_looks_too(scene):
    certificate_id = grant(scene)

    assert yes(scene, "Samira El Haddou-Bakali") == 0
    assert jobs() == 0

    assert yes(scene, "Samira El Haddou-Bakali", by=scene.trainer) == 1
    printed = db.session.get_one(Certificate, certificate_id).printed_name
    assert printed == "Samira El Haddou-Bakali"
    assert jobs() == 1


def test_what_was_read_aloud_says_by_whom(scene):
    yes(scene, by=scene.trainer)
    found = db.session.scalars(sa.select(NameApproval)).one()
    assert (found.way, found.by_id, found.person_id) == (
        "read_aloud",
        scene.trainer.id,
        scene.holder.id,
    )


def test_the_same_yes_twice_is_one_row(scene):
    yes(scene)
    yes(scene)
    assert len(db.session.scalars(sa.select(NameApproval)).all()) == 1


def test_somebody_else_cannot_say_yes(scene):
    with pytest.raises(NotFoundError):
        names.approve_name(scene.holder.id, NAME, by=make_actor(scene.board), reaches=())


def test_a_replacement_needs_a_yes_of_its_own(scene):
    yes(scene)
    first_id = issue(scene)
    with unit_of_work():
        decision_id = decisions.propose_replacement(
            first_id, printed_name="Sam El Haddou", by=make_actor(scene.coordinator)
        )
    with unit_of_work():
        decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    assert jobs() == 1

    assert get_name(scene.holder.id).printed_name == "Sam El Haddou"
    assert yes(scene, "Sam El Haddou") == 1
    assert jobs() == 2


def test_the_check_and_the_command_leave_alone_what_waits_for_a_name(scene, monkeypatch):
    grant(scene)
    monkeypatch.setattr(checks, "MOST_WAIT", -checks.MOST_WAIT)
    assert checks.waiting_faults() == []
    assert waiting_in(scene.cohort.id) == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_cannot_be_printed_is_refused(scene, name):
    with pytest.raises(InvalidInputError) as caught:
        yes(scene, name)
    assert caught.value.fields["printed_name"]


# --- pages -----------------------------------------------------------------------------------


def test_the_holder_sees_that_it_waits_and_says_yes(scene, sign_in):
    grant(scene)
    client = sign_in(scene.holder)
    assert "wacht op akkoord met de naam" in client.get("/certificaat").text
    assert "Klopt je naam?" in client.get("/vandaag").text
    assert "hoofdletter s, a, m, i, r, a" in client.get("/certificaat/naam").text

    answer = client.post("/certificaat/naam", data={"printed_name": NAME})

    assert answer.status_code == 303
    assert "Je zei ja op" in client.get("/certificaat/naam").text
    assert "Klopt je naam?" not in client.get("/vandaag").text
    assert jobs() == 1


def test_a_refused_name_keeps_what_was_typed(scene, sign_in):
    answer = sign_in(scene.holder).post("/certificaat/naam", data={"printed_name": "Ali \u202eneB"})
    assert answer.status_code == 422
    assert "onzichtbare tekens die de leesrichting omdraaien" in answer.text
    assert 'value="Ali \u202eneB"' in answer.text


def test_a_trainer_reads_the_name_aloud_and_the_dossier_tells(scene, sign_in):
    with unit_of_work():
        unreachable = sa.update(Person).where(Person.id == scene.holder.id)
        db.session.execute(unreachable.values(phone=None, email=None))
    grant(scene)
    client = sign_in(scene.trainer)
    page = f"/namens/{scene.holder.id}/naam-op-certificaat"
    assert page in client.get("/certificaten").text
    assert page in client.get("/vandaag").text
    assert page in client.get(f"/namens/{scene.holder.id}").text

    assert client.post(page, data={"printed_name": NAME}).status_code == 303

    assert "Voorgelezen op" in client.get(page).text
    decision = db.session.scalars(sa.select(Certificate.decision_id)).one()
    assert "Voorgelezen door" in client.get(f"/certificaten/voorstel/{decision}").text


def test_the_dossier_of_who_said_nothing_waits(scene, sign_in):
    grant(scene)
    decision = db.session.scalars(sa.select(Certificate.decision_id)).one()
    page = sign_in(scene.trainer).get(f"/certificaten/voorstel/{decision}").text
    assert "Wacht op akkoord met de naam" in page


@pytest.mark.slow
def test_the_name_is_seen_as_it_will_stand_on_the_paper(scene, sign_in):
    client = sign_in(scene.holder)
    page, address = "/certificaat/naam", "/certificaat/naam/papier.png"
    assert f'src="{address}"' in client.get(page).text
    assert f'alt="Het papier, met de naam {NAME}"' in client.get(page).text
    pictures = [client.get(address)]
    client.post(page, data={"printed_name": "מִרְיָם כֹּהֵן"})
    pictures.append(client.get(address))  # of the course
    grant(scene)
    pictures.append(client.get(address))  # of the certificate itself

    sizes = {Image.open(io.BytesIO(one.data)).size for one in pictures}
    assert len(sizes) == 1
    width, height = sizes.pop()
    assert (width, round(width / height, 1)) == (1137, 3.1)
    assert len({one.data for one in pictures}) >= 2
    assert {one.headers["Cache-Control"] for one in pictures} == {"no-store"}


@pytest.mark.slow
def test_who_reads_a_name_aloud_sees_that_paper_and_no_other(scene, sign_in):
    client = sign_in(scene.trainer)
    page = f"/namens/{scene.holder.id}/naam-op-certificaat"
    assert f'src="{page}/papier.png"' in client.get(page).text
    assert client.get(f"{page}/papier.png").mimetype == "image/png"
    foreign = f"/namens/{scene.board.id}/naam-op-certificaat/papier.png"
    assert client.get(foreign).status_code == 404


def test_a_name_that_cannot_be_printed_is_said_before_the_yes(scene, sign_in):
    with unit_of_work():
        named = sa.update(Person).where(Person.id == scene.holder.id)
        db.session.execute(named.values(name_on_certificate="Wang Xiuying (王秀英)"))
    page = sign_in(scene.holder).get("/certificaat/naam").text
    assert "Deze tekens kunnen wij niet drukken: 王 秀 英." in page
    assert "papier.png" not in page
    assert "Ja, zo is het goed" not in page


@pytest.mark.parametrize("name", HARD_NAMES)
def test_the_page_shows_every_hard_name_as_it_is_printed(scene, sign_in, name):
    shown = decisions.printable(name)
    client = sign_in(scene.holder)
    assert client.post("/certificaat/naam", data={"printed_name": name}).status_code == 303
    page = html.unescape(client.get("/certificaat/naam").text)
    assert f'<p class="printed-name"><bdi>{shown}</bdi></p>' in page
