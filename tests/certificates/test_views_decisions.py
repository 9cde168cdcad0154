"""The pages to propose, decide and look things up, by role."""

from __future__ import annotations

from datetime import date

import html5lib
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.queue import Job
from academy.people.models import Person, SignIn
from certificates.models import Certificate, CertificateEvent, Decision, Revocation
from certificates.services import decisions
from courses.models import PracticeSubmission
from tests.certificates.ready import Scene, commit_scene, enter_file, grant, issue, make_keys
from tests.factories import make_actor, make_coordinator, make_grant, make_person


@pytest.fixture
def scene(app: Flask) -> Scene:
    return commit_scene()


def proposed(scene: Scene) -> int:
    with unit_of_work():
        return decisions.propose(scene.enrolment.id, by=make_actor(scene.trainer))


def only(model: type) -> object:
    db.session.rollback()
    found = db.session.scalars(sa.select(model)).one()
    db.session.expunge(found)
    db.session.rollback()
    return found


def parse(text: str) -> None:
    html5lib.HTMLParser(strict=True).parse(text)


# --- propose ---------------------------------------------------------------------------------


def test_a_trainer_sees_who_is_ready_and_proposes(scene: Scene, sign_in) -> None:
    client = sign_in(scene.trainer)
    overview = client.get("/certificaten")
    parse(overview.text)
    assert "Samira El Haddou" in overview.text
    page = client.get(f"/certificaten/voordragen/{scene.enrolment.id}")
    parse(page.text)
    assert "Alles is gehaald" in page.text

    answer = client.post(f"/certificaten/voordragen/{scene.enrolment.id}", data={})

    assert answer.status_code == 303
    dossier = client.get(answer.location)
    parse(dossier.text)
    assert "Voorstel voor Samira El Haddou" in dossier.text
    assert "Jouw besluit" not in dossier.text


def test_an_exception_asks_for_a_reason_at_its_field(scene: Scene, sign_in) -> None:
    with unit_of_work():
        db.session.execute(sa.update(PracticeSubmission).values(state="submitted"))
    address = f"/certificaten/voordragen/{scene.enrolment.id}"
    client = sign_in(scene.trainer)

    answer = client.post(address, data={"hardship": ""})

    assert answer.status_code == 422
    assert "Schrijf dan op waarom" in answer.text
    assert client.post(address, data={"hardship": "Het werk is gezien."}).status_code == 303


def test_another_trainer_finds_neither_person_nor_proposal(scene: Scene, sign_in) -> None:
    stranger = commit_scene("Ander").trainer
    decision_id = proposed(scene)
    client = sign_in(stranger)

    assert "Samira" not in client.get("/certificaten").text
    for address in (
        f"/certificaten/voordragen/{scene.enrolment.id}",
        f"/certificaten/voorstel/{decision_id}",
    ):
        assert client.get(address).status_code == 404
    assert client.post(f"/certificaten/voordragen/{scene.enrolment.id}").status_code == 404


# --- decide ----------------------------------------------------------------------------------


def test_the_board_reads_the_verdict_and_grants(scene: Scene, sign_in) -> None:
    decision_id = proposed(scene)
    client = sign_in(scene.board)
    assert "Samira El Haddou" in client.get("/certificaten").text
    dossier = client.get(f"/certificaten/voorstel/{decision_id}").text
    parse(dossier)
    assert "Jouw besluit" in dossier
    assert "gehaald" in dossier

    answer = client.post(
        f"/certificaten/voorstel/{decision_id}/besluit", data={"outcome": "grant", "reason": ""}
    )

    assert answer.status_code == 303
    assert only(Decision).outcome == "grant"  # type: ignore[attr-defined]
    assert only(Certificate).state == "approved"  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", [{}, {"outcome": "hold"}, {"outcome": "refuse", "reason": " "}])
def test_a_decision_without_choice_or_reason_comes_back(
    scene: Scene, sign_in, data: dict[str, str]
) -> None:
    decision_id = proposed(scene)

    answer = sign_in(scene.board).post(f"/certificaten/voorstel/{decision_id}/besluit", data=data)

    assert answer.status_code == 422
    assert only(Decision).outcome is None  # type: ignore[attr-defined]


def test_without_a_fresh_proof_of_identity_nobody_decides(scene: Scene, sign_in) -> None:
    decision_id = proposed(scene)
    client = sign_in(scene.board)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    page = client.get(f"/certificaten/voorstel/{decision_id}").text
    assert "Jouw besluit" not in page
    assert "laat eerst nog eens zien wie je bent" in page

    answer = client.post(f"/certificaten/voorstel/{decision_id}/besluit", data={"outcome": "grant"})

    assert answer.status_code == 303
    assert "/bevestig" in answer.location
    assert only(Decision).outcome is None  # type: ignore[attr-defined]


def test_the_proposer_is_told_why_they_may_not_decide(scene: Scene, sign_in) -> None:
    with unit_of_work():
        both = make_coordinator(None)
        make_grant(both, "board")
        decision_id = decisions.propose(scene.enrolment.id, by=make_actor(both))
    client = sign_in(both)

    assert "Je deed dit voorstel zelf" in client.get(f"/certificaten/voorstel/{decision_id}").text
    answer = client.post(f"/certificaten/voorstel/{decision_id}/besluit", data={"outcome": "grant"})
    assert answer.status_code == 403
    assert only(Decision).outcome is None  # type: ignore[attr-defined]


def test_a_second_decision_is_a_conflict(scene: Scene, sign_in) -> None:
    grant(scene)
    decision_id = only(Decision).id  # type: ignore[attr-defined]

    answer = sign_in(scene.other_board).post(
        f"/certificaten/voorstel/{decision_id}/besluit",
        data={"outcome": "refuse", "reason": "toch niet"},
    )

    assert answer.status_code == 409


@pytest.mark.parametrize("role", ["participant", "nobody"])
def test_who_has_no_part_in_it_sees_nothing(scene: Scene, client, sign_in, role: str) -> None:
    decision_id = proposed(scene)
    asker = sign_in(scene.holder) if role == "participant" else client

    for address in (
        "/certificaten",
        f"/certificaten/voorstel/{decision_id}",
        "/certificaten/register",
    ):
        assert asker.get(address).status_code in (303, 403, 404)


# --- the register ----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_register_leads_to_a_sheet_and_the_file(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    client = sign_in(scene.coordinator)
    register = client.get("/certificaten/register").text
    parse(register)
    assert "SLHZ-B-2026-00001-03" in register
    sheet = client.get(f"/certificaten/{certificate_id}").text
    parse(sheet)
    assert "gemaakt en verzegeld" in sheet

    answer = client.get(f"/certificaten/{certificate_id}/bestand")

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_another_regions_coordinator_finds_no_sheet(scene: Scene, sign_in) -> None:
    certificate_id = grant(scene)
    elsewhere = commit_scene("Ander").coordinator
    client = sign_in(elsewhere)

    assert client.get(f"/certificaten/{certificate_id}").status_code == 404
    assert "Samira" not in client.get("/certificaten/register").text


def test_the_register_is_paged_by_key(scene: Scene, sign_in) -> None:
    certificate_id = grant(scene)
    with unit_of_work():
        model = db.session.get_one(Certificate, certificate_id)
        columns = [c.name for c in Certificate.__table__.columns if c.name != "id"]
        values = {name: getattr(model, name) for name in columns}
        first = db.session.get_one(Decision, model.decision_id)
        shared = [c.name for c in Decision.__table__.columns if c.name != "id"]
        for serial in range(2, 32):
            again = Decision(**{name: getattr(first, name) for name in shared})
            db.session.add(again)
            db.session.flush()
            number = f"SLHZ-B-2026-{serial:05d}-00"
            row = values | {"serial": serial, "number": number, "decision_id": again.id}
            db.session.add(Certificate(**row))
    client = sign_in(scene.board)

    page = client.get("/certificaten/register").text
    older = page.split('class="pager"')[1].split('href="')[1].split('"')[0]

    assert page.count("SLHZ-B-2026-") == 25
    assert client.get(older).text.count("SLHZ-B-2026-") == 6
    assert client.get("/certificaten/register?after=onzin").status_code == 200


@pytest.mark.slow
def test_two_of_the_board_revoke_in_the_browser(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    first = sign_in(scene.board)
    parse(first.get(f"/certificaten/{certificate_id}/intrekken").text)
    first.post(f"/certificaten/{certificate_id}/intrekken", data={"ground": "fraud"})
    revocation_id = only(Revocation).id  # type: ignore[attr-defined]
    confirm = f"/certificaten/intrekking/{revocation_id}/bevestigen"
    assert first.post(confirm).status_code == 403
    heard = {"hearing": "in_writing", "heard_on": f"{clock.today():%d-%m-%Y}"}
    first.post(f"/certificaten/intrekking/{revocation_id}/gehoord", data=heard)
    second = sign_in(scene.other_board)
    parse(second.get("/certificaten").text)

    assert second.post(confirm).status_code == 303

    assert only(Certificate).standing == "revoked"  # type: ignore[attr-defined]


@pytest.mark.slow
def test_hand_out_replace_and_renew_from_the_sheet(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    client = sign_in(scene.coordinator)
    base = f"/certificaten/{certificate_id}"

    assert client.post(f"{base}/uitgereikt").status_code == 303
    assert client.post(f"{base}/vervangen", data={"printed_name": ""}).status_code == 422
    assert client.post(f"{base}/vervangen", data={"printed_name": "王小明"}).status_code == 422
    assert client.post(f"{base}/verlengen", data={"hardship": ""}).status_code == 422
    answer = client.post(f"{base}/vervangen", data={"printed_name": "Samira Çelik"})
    assert answer.status_code == 303
    dossier = client.get(answer.location).text
    parse(dossier)
    assert "Samira Çelik" in dossier
    kinds = db.session.scalars(sa.select(CertificateEvent.kind)).all()
    assert "handed_out" in kinds


def test_an_error_that_was_put_right_is_replaced_under_the_same_name(scene: Scene, sign_in) -> None:
    make_keys()
    certificate_id = grant(scene)
    enter_file(certificate_id)
    client = sign_in(scene.coordinator)
    base = f"/certificaten/{certificate_id}"
    same = {"printed_name": "Samira El Haddou"}
    refused = client.post(f"{base}/vervangen", data=same)
    assert refused.status_code == 422
    assert "Verbeter dat dan eerst." in refused.text

    with unit_of_work():
        db.session.get_one(Person, scene.trainer.id).call_name = "Łukasz"
    answer = client.post(f"{base}/vervangen", data=same)

    assert answer.status_code == 303
    dossier = client.get(answer.location).text
    parse(dossier)
    assert "Ook anders dan eerst" in dossier
    assert "wie ondertekent" in dossier


@pytest.mark.slow
def test_a_second_proposal_keeps_what_was_typed_and_links_lead_along_a_life(
    scene: Scene, sign_in
) -> None:
    certificate_id = issue(scene)
    client = sign_in(scene.coordinator)
    base = f"/certificaten/{certificate_id}"
    assert client.post(f"{base}/vervangen", data={"printed_name": "Samira Ç"}).status_code == 303
    assert "Er ligt een voorstel over dit certificaat." in client.get(base).text
    assert 'name="printed_name"' not in client.get(base).text

    again = client.post(f"{base}/vervangen", data={"printed_name": "Samira Çelik"})

    assert again.status_code == 409
    parse(again.text)
    assert 'value="Samira Çelik"' in again.text
    assert "Er ligt al een voorstel." in again.text
    board = sign_in(scene.board)
    decision_id = db.session.scalars(sa.select(sa.func.max(Decision.id))).one()
    db.session.rollback()
    board.post(f"/certificaten/voorstel/{decision_id}/besluit", data={"outcome": "grant"})
    later = db.session.scalars(sa.select(sa.func.max(Certificate.id))).one()
    db.session.rollback()
    assert f'href="/certificaten/{later}"' in client.get(base).text
    assert f'href="{base}"' in client.get(f"/certificaten/{later}").text
    dossier = client.get(f"/certificaten/voorstel/{decision_id}").text
    assert f'href="/certificaten/{later}"' in dossier


@pytest.mark.slow
def test_a_trainer_notes_in_one_tap_who_has_the_paper(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    client = sign_in(scene.trainer)
    page = client.get("/certificaten").text
    parse(page)
    assert "Nog uit te reiken" in page

    answer = client.post(f"/certificaten/{certificate_id}/uitgereikt")

    assert (answer.status_code, answer.location) == (303, "/certificaten")
    assert "Nog uit te reiken" not in client.get("/certificaten").text


@pytest.mark.slow
def test_staff_find_a_certificate_by_its_number(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    client = sign_in(scene.coordinator)
    number = db.session.get_one(Certificate, certificate_id).number
    db.session.rollback()

    found = client.get("/certificaten/register", query_string={"nummer": number.lower()})

    assert (found.status_code, found.location) == (303, f"/certificaten/{certificate_id}")
    missed = client.get("/certificaten/register", query_string={"nummer": "SLHZ-B-2026-00099-01"})
    parse(missed.text)
    assert "Dit nummer staat niet in jouw register." in missed.text


def test_a_job_that_gave_up_is_said_to_holder_and_staff(scene: Scene, sign_in) -> None:
    certificate_id = grant(scene)
    with unit_of_work():
        db.session.execute(sa.update(Job).values(state="dead"))

    own = sign_in(scene.holder).get("/certificaat").text
    sheet = sign_in(scene.coordinator).get(f"/certificaten/{certificate_id}").text

    parse(own)
    parse(sheet)
    assert "Het maken lukte nog niet." in own
    assert "Dit certificaat kon niet worden gemaakt." in sheet


@pytest.mark.slow
def test_the_sheet_shows_what_counts_for_renewal_once_it_may_be_asked(
    scene: Scene, sign_in
) -> None:
    certificate_id = issue(scene)
    address = f"/certificaten/{certificate_id}"
    assert "Verlengen kan vanaf 23 mei 2029" in sign_in(scene.coordinator).get(address).text

    with clock.at(clock.local(date(2029, 6, 1), 10)):
        page = sign_in(scene.coordinator).get(address).text

    parse(page)
    assert "minstens 2 terugkommiddagen" in page


# --- Vandaag ---------------------------------------------------------------------------------


def test_vandaag_says_what_waits_for_whom(scene: Scene, sign_in) -> None:
    assert "1 deelnemer heeft alles gehaald" in sign_in(scene.trainer).get("/vandaag").text
    proposed(scene)
    assert "1 voorstel wacht op een besluit" in sign_in(scene.board).get("/vandaag").text


# --- the holder ------------------------------------------------------------------------------


def test_the_holder_sees_that_it_is_being_made(scene: Scene, sign_in) -> None:
    certificate_id = grant(scene)
    client = sign_in(scene.holder)

    page = client.get("/certificaat").text
    parse(page)
    assert "Het wordt verzegeld" in page
    assert client.get(f"/certificaat/{certificate_id}/bestand").status_code == 404


@pytest.mark.slow
def test_the_holder_downloads_the_stored_bytes(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    answer = sign_in(scene.holder).get(f"/certificaat/{certificate_id}/bestand")

    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "SLHZ-B-2026-00001-03.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.slow
def test_somebody_else_finds_no_file(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    with unit_of_work():
        neighbour: Person = make_person("Buur")
    client: FlaskClient = sign_in(neighbour)

    assert client.get(f"/certificaat/{certificate_id}/bestand").status_code == 404
    assert client.get(f"/certificaat/{certificate_id}/terugnemen").status_code == 404
    assert client.post(f"/certificaat/{certificate_id}/terugnemen").status_code == 404


@pytest.mark.slow
def test_the_holder_takes_it_back_after_saying_so_twice(scene: Scene, sign_in) -> None:
    certificate_id = issue(scene)
    client = sign_in(scene.holder)
    address = f"/certificaat/{certificate_id}/terugnemen"
    parse(client.get(address).text)

    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"sure": "y"}).status_code == 303
    assert "teruggenomen" in client.get("/certificaat").text


def test_nobody_has_a_certificate_yet(app: Flask, sign_in) -> None:
    with unit_of_work():
        person = make_person()

    assert "Je hebt nog geen certificaat" in sign_in(person).get("/certificaat").text
