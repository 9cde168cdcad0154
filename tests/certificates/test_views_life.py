"""The life of a certificate on the pages of the board, its holder and a stranger."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import html5lib
import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.limits import Limit
from academy.kernel.messages import engine, texts
from academy.kernel.messages.declared import message_named, recipients_of
from academy.kernel.web import files
from academy.people.models import Person, SignIn
from certificates.models import Certificate, CertificateEvent, Revocation, StandingProposal
from certificates.services import decisions
from tests.certificates.ready import CODE, Scene, commit_scene, issue
from tests.factories import make_actor
from tests.people.held_forms import wears_off

pytestmark = pytest.mark.slow
NOT_READABLE = "Het is echt. De naam is op verzoek van de eigenaar niet te zien."


@pytest.fixture
def scene(app) -> Scene:
    return commit_scene()


@pytest.fixture
def certificate_id(scene: Scene) -> int:
    return issue(scene, code=CODE)


def only(model):
    db.session.rollback()
    found = db.session.scalars(sa.select(model)).one()
    db.session.expunge(found)
    db.session.rollback()
    return found


def parse(answer):
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=True).parse(answer.text)
    return answer.text


def heard_by(person):
    """Return the subjects of what goes out to somebody in the next days, and is not needless."""
    planned = engine.rehearse(clock.now(), clock.now() + timedelta(days=4))
    recipient = recipients_of([person.id])[person.id]
    wanted = [
        texts.text_of(message_named(one.name), recipient, one.ids)
        for one in planned
        if one.person_id == person.id
    ]
    db.session.rollback()
    return [one.subject for one in wanted if one is not None]


def propose_to_revoke(client, certificate_id, ground="conduct"):
    answer = client.post(f"/certificaten/{certificate_id}/intrekken", data={"ground": ground})
    assert answer.status_code == 303
    return only(Revocation).id


def hear(client, revocation_id, **data):
    day = f"{clock.today():%d-%m-%Y}"
    values = {"hearing": "heard", "heard_on": day} | data
    return client.post(f"/certificaten/intrekking/{revocation_id}/gehoord", data=values)


def test_nobody_is_revoked_unheard(scene, certificate_id, sign_in, client):
    first, second = sign_in(scene.board), sign_in(scene.other_board)
    revocation_id = propose_to_revoke(first, certificate_id)
    assert second.post(f"/certificaten/intrekking/{revocation_id}/bevestigen").status_code == 409
    page = second.get("/certificaten").text
    assert "Trek het in" not in page
    parse(second.get(f"/certificaten/intrekking/{revocation_id}/gehoord"))
    assert hear(second, revocation_id, hearing="").status_code == 422
    unread = hear(second, revocation_id, heard_on="morgen")
    assert (unread.status_code, "Vul een dag in zoals 1-12-2026." in unread.text) == (422, True)
    assert hear(second, revocation_id, heard_on="01-01-2020").status_code == 422
    assert hear(second, revocation_id, heard_on="01-01-2099").status_code == 422
    assert hear(second, revocation_id).status_code == 303
    assert hear(second, revocation_id).status_code == 409
    assert "Trek het in" in second.get("/certificaten").text
    assert second.post(f"/certificaten/intrekking/{revocation_id}/bevestigen").status_code == 303
    sheet = parse(second.get(f"/certificaten/{certificate_id}"))
    for sentence in ("Voorgesteld: intrekken.", "De eigenaar is gehoord.", "Ingetrokken:"):
        assert sentence in sheet


def test_who_has_no_mail_hears_too_that_it_is_ready(scene):
    with unit_of_work():
        db.session.execute(sa.update(Person).values(email=None))
    issue(scene, code=CODE)
    assert "Je certificaat is klaar" in heard_by(scene.holder)


def test_the_holder_hears_that_it_came_to_nothing(scene, certificate_id, sign_in):
    first = sign_in(scene.board)
    revocation_id = propose_to_revoke(first, certificate_id)
    assert "Iemand wil je certificaat intrekken" in heard_by(scene.holder)
    assert first.post(f"/certificaten/intrekking/{revocation_id}/laten").status_code == 303
    heard = heard_by(scene.holder)
    assert "Iemand wil je certificaat intrekken" not in heard
    assert "Je certificaat wordt niet ingetrokken" in heard


@pytest.mark.parametrize(
    ("outcome", "subject", "sentence"),
    [
        ("hold", "Het bestuur wacht nog met je certificaat", "Het bestuur wacht nog"),
        ("refuse", "Je krijgt het certificaat nu niet", "Laat het ons weten binnen 42 dagen."),
    ],
)
def test_who_gets_no_certificate_reads_and_hears_why(scene, sign_in, outcome, subject, sentence):
    holder = sign_in(scene.holder)
    with unit_of_work():
        decision_id = decisions.propose(scene.enrolment.id, by=make_actor(scene.trainer))
    assert "Je bent voorgedragen. Het bestuur beslist." in parse(holder.get("/certificaat"))
    said = {"outcome": outcome, "reason": "Eerst nog een gesprek."}
    answer = sign_in(scene.board).post(f"/certificaten/voorstel/{decision_id}/besluit", data=said)
    assert answer.status_code == 303

    page = parse(holder.get("/certificaat"))

    assert "Eerst nog een gesprek." in page
    assert sentence in page
    assert 'href="/certificaat"' in holder.get("/vandaag").text
    assert subject in heard_by(scene.holder)
    with unit_of_work():
        again = decision_id
        if outcome == "refuse":
            again = decisions.propose(scene.enrolment.id, by=make_actor(scene.trainer))
    with unit_of_work():
        decisions.decide(again, "grant", by=make_actor(scene.board))
    assert "Eerst nog een gesprek." not in holder.get("/certificaat").text


def test_an_own_request_needs_no_talk(scene, certificate_id, sign_in):
    revocation_id = propose_to_revoke(sign_in(scene.board), certificate_id, "own_request")
    second = sign_in(scene.other_board)
    assert second.post(f"/certificaten/intrekking/{revocation_id}/bevestigen").status_code == 303


def test_the_holder_reads_why_and_how_to_object(scene, certificate_id, sign_in):
    first, second, holder = (
        sign_in(scene.board),
        sign_in(scene.other_board),
        sign_in(scene.holder),
    )
    revocation_id = propose_to_revoke(first, certificate_id, "fraud")
    assert "in te trekken" in parse(holder.get("/certificaat"))
    life = parse(holder.get(f"/certificaat/{certificate_id}/verloop"))
    assert "er zou fraude zijn gepleegd" in life
    assert "Er is nog niets besloten." in life
    hear(first, revocation_id)
    second.post(f"/certificaten/intrekking/{revocation_id}/bevestigen")
    life = parse(holder.get(f"/certificaat/{certificate_id}/verloop"))
    assert "De reden: fraude." in life
    assert "binnen 42 dagen" in life
    assert "Tuinman" not in life
    assert "Neem het terug" not in holder.get("/certificaat").text
    answer = holder.post(f"/certificaat/{certificate_id}/terugnemen", data={"sure": "y"})
    assert answer.status_code == 409


def test_two_give_it_back_and_the_register_keeps_both(scene, certificate_id, sign_in, client):
    first, second = sign_in(scene.board), sign_in(scene.other_board)
    revocation_id = propose_to_revoke(first, certificate_id)
    hear(first, revocation_id)
    second.post(f"/certificaten/intrekking/{revocation_id}/bevestigen")
    assert "ingetrokken" in client.get(f"/c/{CODE}").text
    parse(first.get(f"/certificaten/{certificate_id}/herstellen"))
    assert first.post(f"/certificaten/{certificate_id}/herstellen").status_code == 303
    standing = f"/certificaten/stand/{only(StandingProposal).id}"
    assert first.post(f"{standing}/bevestigen").status_code == 403
    assert sign_in(scene.coordinator).post(f"{standing}/bevestigen").status_code == 404
    assert "Wacht op een tweede" in parse(second.get("/certificaten"))
    assert "1 certificaat wacht op een tweede" in second.get("/vandaag").text
    assert "wacht op een tweede" not in first.get("/vandaag").text
    assert second.post(f"{standing}/bevestigen").status_code == 303
    assert "Dit certificaat is geldig" in client.get(f"/c/{CODE}").text
    assert heard_by(scene.holder) == ["Je certificaat telt weer"]
    sheet = second.get(f"/certificaten/{certificate_id}").text
    assert "Ingetrokken:" in sheet
    assert "Hersteld:" in sheet


def test_giving_back_takes_a_fresh_proof_of_who_confirms(scene, certificate_id, sign_in):
    with unit_of_work():
        db.session.get_one(Certificate, certificate_id).standing = "revoked"
    first, second = sign_in(scene.board), sign_in(scene.other_board)
    assert first.post(f"/certificaten/{certificate_id}/herstellen").status_code == 303
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    address = f"/certificaten/stand/{only(StandingProposal).id}"
    for step in ("bevestigen", "laten"):
        answer = second.post(f"{address}/{step}")
        assert "next=" in answer.headers["Location"]
        assert only(StandingProposal).outcome is None
    assert only(Certificate).standing == "revoked"


def test_what_its_holder_left_ends_for_good(scene, certificate_id, sign_in, client):
    first, second = sign_in(scene.coordinator), sign_in(scene.board)
    parse(first.get(f"/certificaten/{certificate_id}/beeindigen"))
    assert first.post(f"/certificaten/{certificate_id}/beeindigen").status_code == 422
    answer = first.post(f"/certificaten/{certificate_id}/beeindigen", data={"cause": "death"})
    assert answer.status_code == 303
    standing = f"/certificaten/stand/{only(StandingProposal).id}"
    assert first.post(f"{standing}/bevestigen").status_code == 403
    assert second.post(f"{standing}/bevestigen").status_code == 303
    page = parse(client.get(f"/c/{CODE}"))
    assert "niet meer actief" in page
    assert "Samira" not in page
    assert only(Certificate).printed_name == ""
    assert second.get(f"/certificaten/{certificate_id}/bestand").status_code == 404
    parse(second.get(f"/certificaten/{certificate_id}"))
    parse(sign_in(scene.holder).get("/certificaat"))


def test_ending_takes_a_fresh_proof_of_who_proposes_and_who_confirms(
    scene, certificate_id, sign_in
):
    ask, death = f"/certificaten/{certificate_id}/beeindigen", {"cause": "death"}
    first = sign_in(scene.coordinator)
    wears_off()
    for answer in (first.get(ask), first.post(ask, data=death)):
        assert (answer.status_code, "/bevestig" in answer.location) == (303, True)
    assert db.session.scalar(sa.select(StandingProposal.id)) is None
    db.session.rollback()

    assert sign_in(scene.coordinator).post(ask, data=death).status_code == 303
    second = sign_in(scene.board)
    wears_off()
    address = f"/certificaten/stand/{only(StandingProposal).id}"
    for step in ("bevestigen", "laten"):
        assert "/bevestig?" in second.post(f"{address}/{step}").location
        assert only(StandingProposal).outcome is None
    assert only(Certificate).standing == "valid"


def test_a_hidden_name_is_real_and_unseen(scene, certificate_id, sign_in, client):
    holder = sign_in(scene.holder)
    assert holder.post(f"/certificaat/{certificate_id}/naam-verbergen").status_code == 303
    assert holder.post(f"/certificaat/{certificate_id}/naam-verbergen").status_code == 409
    page = parse(client.get(f"/c/{CODE}"))
    assert "Dit certificaat is geldig" in page
    assert NOT_READABLE in page
    assert "Samira" not in page
    number = only(Certificate).number
    assert NOT_READABLE not in client.get(f"/controleer?number={number}").text
    assert "verbergt de naam" in sign_in(scene.board).get(f"/certificaten/{certificate_id}").text
    parse(holder.get(f"/certificaat/{certificate_id}/verloop"))
    assert holder.post(f"/certificaat/{certificate_id}/naam-tonen").status_code == 303
    assert "Samira" in client.get(f"/c/{CODE}").text


def test_a_reprint_is_the_same_file_with_a_cover_sheet(scene, certificate_id, sign_in):
    for client, base in (
        (sign_in(scene.holder), f"/certificaat/{certificate_id}"),
        (sign_in(scene.board), f"/certificaten/{certificate_id}"),
    ):
        before = client.get(f"{base}/bestand").data
        assert client.post(f"{base}/herdruk").status_code == 303
        newest = sa.select(sa.func.max(CertificateEvent.id))
        event_id = db.session.scalar(newest.where(CertificateEvent.kind == "reprinted"))
        db.session.rollback()
        cover = client.get(f"{base}/herdruk/{event_id}")
        assert cover.data.startswith(b"%PDF-")
        assert client.get(f"{base}/bestand").data == before
        assert sha256(before).hexdigest() == only(Certificate).sha256
        assert client.get(f"{base}/herdruk/1").status_code == 404
        page = client.get(base if "certificaten" in base else f"{base}/verloop").text
        assert f"{base}/herdruk/{event_id}" in page


def test_cover_sheets_come_out_of_the_prints_of_this_hour(
    scene, certificate_id, sign_in, monkeypatch
):
    monkeypatch.setattr(files, "PRINTS", Limit("prints", 1, timedelta(hours=1)))
    holder = sign_in(scene.holder)
    holder.post(f"/certificaat/{certificate_id}/herdruk")
    newest = sa.select(sa.func.max(CertificateEvent.id))
    cover = f"/certificaat/{certificate_id}/herdruk/{db.session.scalar(newest)}"
    db.session.rollback()
    assert holder.get(cover).status_code == 200
    assert holder.get(cover).status_code == 429


def test_another_holder_sees_none_of_it(scene, certificate_id, sign_in):
    stranger = sign_in(scene.coordinator)
    for path in ("verloop", "herdruk/1"):
        assert stranger.get(f"/certificaat/{certificate_id}/{path}").status_code == 404
    for path in ("naam-verbergen", "naam-tonen", "herdruk"):
        assert stranger.post(f"/certificaat/{certificate_id}/{path}").status_code == 404
