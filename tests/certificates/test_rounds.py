"""A round: many granted at once, made together, stopped, gone on with, handed out."""

from __future__ import annotations

import errno
import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from academy.kernel import clock, documents, queue
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.settings import current
from academy.people.models import Grant, SignIn
from certificates.models import Certificate, CertificateEvent
from certificates.queries import checks, round_jobs
from certificates.queries.rounds import (
    InRound,
    files_of_round,
    get_round,
    proposals_to_grant,
    refused_in,
)
from certificates.services import decisions, names, rounds
from certificates.tasks import rounds as making_rounds
from tests.certificates.fast_papers import text_of
from tests.certificates.ready import Scene, commit_scene, make_keys, make_ready
from tests.factories import make_actor, make_enrolment, make_grant, make_person

NAMES = ("Samira", "Łukasz", "Hồng", "IJsbrand")


@pytest.fixture
def scene(app) -> Scene:
    make_keys()
    return commit_scene()


def propose_all(scene: Scene, names=NAMES[1:]) -> list[int]:
    """Propose the scene's holder and somebody of each name; return the proposals."""
    enrolments = [scene.enrolment.id]
    with unit_of_work():
        for name in names:
            enrolment = make_enrolment(scene.cohort, make_person(name, "Żółkiewski"))
            make_ready(enrolment, by=scene.trainer)
            enrolments.append(enrolment.id)
    found = []
    for enrolment_id in enrolments:
        with unit_of_work():
            found.append(decisions.propose(enrolment_id, by=make_actor(scene.trainer)))
    return found


def ask(scene: Scene, proposals: list[int], by=None) -> int:
    with unit_of_work():
        return rounds.ask_all(proposals, by=make_actor(by or scene.board))


def grant(scene: Scene, proposals: list[int]) -> int:
    """Ask them as one round and grant all of it, without making any file."""
    round_id = ask(scene, proposals)
    while grant_some(round_id):
        pass
    return round_id


def grant_some(round_id: int, **limit: int) -> bool:
    with unit_of_work():
        return rounds.grant_next(round_id, **limit)


def stand(scene: Scene, round_id: int):
    with unit_of_work():
        return get_round(round_id, make_actor(scene.board))


def test_a_round_grants_each_and_makes_all(scene):
    round_id = ask(scene, propose_all(scene))
    asked = stand(scene, round_id)
    assert (asked.total, asked.to_grant, asked.to_make) == (4, 4, 4)
    queue.run_pending(strict=True)
    now = stand(scene, round_id)
    assert (now.total, now.made, now.to_grant, now.to_make, now.failed) == (4, 4, 0, 0, 0)
    assert checks.file_faults() == []


def test_grants_come_a_few_at_a_time_and_go_on_where_they_were(scene):
    round_id = ask(scene, propose_all(scene))
    assert grant_some(round_id, limit=3)
    assert stand(scene, round_id).to_grant == 1
    assert grant_some(round_id, limit=3)
    assert not grant_some(round_id, limit=3)
    numbers = db.session.scalars(sa.select(Certificate.serial).order_by(Certificate.serial)).all()
    assert numbers == [1, 2, 3, 4]


def test_who_had_a_part_in_it_grants_nothing_and_reads_why(scene, sign_in):
    proposals = propose_all(scene, names=("Hồng",))
    with unit_of_work():
        make_grant(scene.trainer, "board")
    round_id = ask(scene, proposals, by=scene.trainer)
    queue.run_pending(strict=True)
    now = stand(scene, round_id)
    assert (now.total, now.refused, now.is_going) == (0, 2, False)
    with unit_of_work():
        refused = refused_in(round_id, make_actor(scene.board))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 0
    assert {one.holder.split()[0] for one in refused} == {"Samira", "Hồng"}
    assert all("je" in one.sentence.lower() for one in refused)
    client = sign_in(scene.board)
    page = client.get(f"/certificaten/rondes/{round_id}").text
    assert "Niet toegekend" in page
    assert "Je deed dit voorstel zelf." in page
    assert "De vorige keer lukte het niet" in client.get("/certificaten/ronde").text


def test_what_was_refused_can_be_asked_again(scene):
    proposals = propose_all(scene, names=())
    with unit_of_work():
        make_grant(scene.trainer, "board")
    ask(scene, proposals, by=scene.trainer)
    queue.run_pending(strict=True)
    round_id = ask(scene, proposals)
    queue.run_pending(strict=True)
    assert stand(scene, round_id).made == 1


def test_who_lost_the_right_in_between_grants_nothing(scene):
    round_id = ask(scene, propose_all(scene, names=("Hồng",)))
    with unit_of_work():
        db.session.execute(
            sa.update(Grant)
            .where(Grant.person_id == scene.board.id)
            .values(valid_to=clock.today() - timedelta(days=1))
        )
    queue.run_pending(strict=True)
    with unit_of_work():
        sentences = {one.sentence for one in refused_in(round_id, make_actor(scene.other_board))}
        assert sentences == {"Je mag hier niet meer over beslissen."}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 0


def test_a_proposal_is_asked_in_one_round_at_a_time(scene):
    proposals = propose_all(scene, names=("Hồng",))
    ask(scene, proposals[:1])
    assert {one.decision_id for one in shown(scene)} == set(proposals[1:])
    round_id = ask(scene, proposals)  # only what is left
    assert stand(scene, round_id).total == 1
    with pytest.raises(ConflictError, match="al besloten"):
        ask(scene, proposals)
    queue.run_pending(strict=True)
    with pytest.raises(ConflictError, match="al besloten"):
        ask(scene, proposals)


def shown(scene: Scene):
    with unit_of_work():
        return proposals_to_grant(make_actor(scene.board))


def test_a_proposal_out_of_reach_stops_all_of_it(scene):
    proposals = propose_all(scene, names=("Hồng",))
    with pytest.raises(NotFoundError):
        ask(scene, proposals, by=scene.trainer)


def test_nobody_chosen_is_said(scene):
    with pytest.raises(InvalidInputError, match="Kies wie"), unit_of_work():
        rounds.ask_all([], by=make_actor(scene.board))


def test_a_stopped_round_grants_and_makes_nothing_until_it_goes_on(scene):
    round_id = ask(scene, propose_all(scene))
    with unit_of_work():
        rounds.stop(round_id, by=make_actor(scene.board))
    with pytest.raises(ConflictError), unit_of_work():
        rounds.stop(round_id, by=make_actor(scene.board))
    queue.run_pending(strict=True)
    assert (stand(scene, round_id).to_grant, stand(scene, round_id).made) == (4, 0)
    assert checks.waiting_faults() == []
    with unit_of_work():
        rounds.resume(round_id, by=make_actor(scene.board))
    queue.run_pending(strict=True)
    assert stand(scene, round_id).made == 4


def test_small_groups_follow_each_other_and_a_second_try_changes_nothing(scene, monkeypatch):
    monkeypatch.setattr(making_rounds, "AT_ONCE", 1)
    round_id = grant(scene, propose_all(scene))
    making_rounds.issue_round(round_id)
    assert stand(scene, round_id).made == 1
    making_rounds.issue_round(round_id)  # as after a kill
    queue.run_pending(strict=True)
    assert stand(scene, round_id).made == 4
    with unit_of_work():
        issued = sa.select(sa.func.count()).select_from(CertificateEvent)
        assert db.session.scalar(issued.where(CertificateEvent.kind == "issued")) == 4


def test_a_job_that_was_killed_leaves_the_round_to_the_one_after_it(scene):
    round_id = ask(scene, propose_all(scene, names=()))
    with unit_of_work():
        rounds.go_on(round_id)
    making_rounds.issue_round(round_id, start=1)  # once more, after it enqueued the next
    assert stand(scene, round_id).to_grant == 1
    making_rounds.issue_round(round_id, start=2)
    assert stand(scene, round_id).made == 1


def decide_badly(monkeypatch, decision_id: int, error: Exception) -> None:
    """Let one grant be done and then fail."""
    decide = decisions.decide

    def failing(one, *rest, **kept):
        decide(one, *rest, **kept)
        if one == decision_id:
            raise error

    monkeypatch.setattr(decisions, "decide", failing)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConflictError("Nu niet."), "Nu niet."),
        (
            ZeroDivisionError("Samira"),
            "Dit ging bij ons mis. Probeer het nog eens, of vraag de beheerder.",
        ),
    ],
)
def test_a_grant_that_fails_is_set_aside_and_leaves_nothing(scene, monkeypatch, error, sentence):
    proposals = propose_all(scene)
    decide_badly(monkeypatch, proposals[1], error)
    round_id = ask(scene, proposals)
    queue.run_pending(strict=True)
    now = stand(scene, round_id)
    assert (now.made, now.refused, now.to_grant) == (3, 1, 0)
    with unit_of_work():
        (refused,) = refused_in(round_id, make_actor(scene.board))
        assert (refused.decision_id, refused.sentence) == (proposals[1], sentence)
        decided = sa.select(sa.func.count()).where(
            AuditEvent.action == "certificates:decision:decided"
        )
        assert db.session.scalar(decided) == 3


def test_a_full_disk_sets_no_proposal_aside(scene, monkeypatch):
    proposals = propose_all(scene, names=())
    decide_badly(monkeypatch, proposals[0], OSError(errno.ENOSPC, "vol"))
    round_id = ask(scene, proposals)
    queue.run_pending()
    assert (stand(scene, round_id).to_grant, stand(scene, round_id).refused) == (1, 0)
    assert round_jobs.round_faults() == []


def test_a_round_whose_job_was_given_up_is_seen_and_goes_on(scene, sign_in):
    round_id = ask(scene, propose_all(scene))
    assert round_jobs.round_faults() == []
    with pytest.raises(ConflictError, match="loopt al"), unit_of_work():
        rounds.resume(round_id, by=make_actor(scene.board))
    with unit_of_work():
        db.session.execute(sa.update(queue.Job).values(state="dead"))
    assert round_jobs.round_faults() == [
        f"round {round_id} has proposals to grant and nobody is busy"
    ]
    client = sign_in(scene.board)
    address = f"/certificaten/rondes/{round_id}"
    page = client.get(address).text
    assert "blijven steken" in page
    assert "data-going" not in page
    assert "staat stil" in client.get("/certificaten/rondes").text
    assert client.post(f"{address}/verder").status_code == 303
    assert round_jobs.round_faults() == []
    queue.run_pending(strict=True)
    assert stand(scene, round_id).made == 4


def test_one_job_grants_a_few_and_lets_others_go_between(scene, monkeypatch):
    monkeypatch.setattr(making_rounds, "GROUPS_AT_ONCE", 1)
    round_id = ask(scene, propose_all(scene))
    queue.run_pending(limit=1, strict=True)
    assert stand(scene, round_id).to_grant == 1
    assert stand(scene, round_id).is_going
    queue.run_pending(strict=True)
    assert stand(scene, round_id).made == 4


def test_the_pages_of_a_round(scene, sign_in):
    proposals = propose_all(scene)
    client = sign_in(scene.board)
    page = client.get("/certificaten/ronde").text
    assert page.count("checked") == 4
    answer = client.post("/certificaten/ronde", data={"decision": [str(one) for one in proposals]})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "0 van 4 gemaakt" in client.get(address).text
    queue.run_pending(strict=True)
    assert "4 van 4 gemaakt" in client.get(address).text

    packed = zipfile.ZipFile(io.BytesIO(client.get(f"{address}/certificaten.zip").data))
    names = packed.namelist()
    assert len(names) == 4
    assert any(name.startswith("Hồng Żółkiewski SLHZ-B-2026-") for name in names)
    for name in names:
        stored = (current().storage / f"{sha256_of(packed.read(name))}.pdf").read_bytes()
        assert packed.read(name) == stored

    joined = PdfReader(io.BytesIO(client.get(f"{address}/afdrukken.pdf").data))
    assert len(joined.pages) == 4
    assert "Hồng Żółkiewski" in "".join(one.extract_text() for one in joined.pages)
    listed = text_of(client.get(f"{address}/uitreiking.pdf").data)
    with unit_of_work():
        guests = db.session.execute(sa.select(Certificate.printed_name, Certificate.number)).all()
    assert len(guests) == 4
    for printed_name, number in guests:
        row = f"{printed_name} {scene.cohort.name} {number}"
        assert row in listed


def test_papers_are_noted_as_given_many_at_once(scene, sign_in):
    round_id = grant(scene, propose_all(scene))
    queue.run_pending(strict=True)
    client = sign_in(scene.coordinator)
    address = f"/certificaten/rondes/{round_id}"
    with unit_of_work():
        ids = list(db.session.scalars(sa.select(Certificate.id)))
    answer = client.post(f"{address}/uitgereikt", data={"certificate": ids[:3]})
    assert answer.status_code == 303
    assert stand(scene, round_id).handed_out == 3
    client.post(f"{address}/uitgereikt", data={"certificate": ids})
    assert stand(scene, round_id).handed_out == 4
    nobody = client.post(f"{address}/uitgereikt", data={"certificate": "999999"})
    assert nobody.status_code == 422
    assert "Zet eerst een vinkje" in nobody.text


def test_a_round_elsewhere_is_not_found(scene, sign_in):
    round_id = grant(scene, propose_all(scene, names=()))
    client = sign_in(scene.trainer)
    assert client.get(f"/certificaten/rondes/{round_id}").status_code in (403, 404)


def certifier(scene: Scene):
    with unit_of_work():
        person = make_person("Wout", "Certeerder")
        make_grant(person, "certifier")
        db.session.flush()
        db.session.refresh(person)
        db.session.expunge(person)
    return person


def test_a_certifier_follows_and_stops_their_own_round_without_its_files(scene, sign_in):
    proposals = propose_all(scene)
    client = sign_in(certifier(scene))
    answer = client.post("/certificaten/ronde", data={"decision": [str(one) for one in proposals]})
    address = answer.headers["Location"]

    assert "0 van 4 gemaakt" in client.get(address).text
    assert client.post(f"{address}/stop").status_code == 303
    assert client.post(f"{address}/verder").headers["Location"] == address
    queue.run_pending(strict=True)
    page = client.get(address).text
    assert "4 van 4 gemaakt" in page
    assert "certificaten.zip" not in page
    assert address in client.get("/certificaten/rondes").text
    for name in ("certificaten.zip", "afdrukken.pdf", "uitreiking.pdf"):
        assert client.get(f"{address}/{name}").status_code == 403


def test_a_certifier_sees_no_round_of_another(scene, sign_in):
    round_id = grant(scene, propose_all(scene, names=()))
    client = sign_in(certifier(scene))
    assert client.get(f"/certificaten/rondes/{round_id}").status_code == 404
    assert client.post(f"/certificaten/rondes/{round_id}/stop").status_code == 404
    assert "0 van" not in client.get("/certificaten/rondes").text


def test_a_replaced_certificate_is_handed_over_under_no_name_of_before(scene, sign_in):
    round_id = grant(scene, propose_all(scene, names=()))
    queue.run_pending(strict=True)
    with unit_of_work():
        earlier = db.session.scalars(sa.select(Certificate.id)).one()
        decision_id = decisions.propose_replacement(
            earlier, printed_name="Samira Haddou", by=make_actor(scene.coordinator)
        )
    with unit_of_work():
        decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    with unit_of_work():
        names.approve_name(scene.holder.id, "Samira Haddou", by=make_actor(scene.holder))
    queue.run_pending(strict=True)

    with unit_of_work():
        assert files_of_round(round_id, make_actor(scene.board)) == []
    client = sign_in(scene.coordinator)
    page = client.get(f"/certificaten/rondes/{round_id}").text
    assert "vervangen" in page
    assert f'id="certificate-{earlier}"' not in page
    assert client.get(f"/certificaten/rondes/{round_id}/certificaten.zip").status_code == 409
    for what in ("bestand", "open-badge.json", "open-badge.jwt"):
        assert client.get(f"/certificaten/{earlier}/{what}").status_code == 404
    sheet = client.get(f"/certificaten/{earlier}").text
    assert "El Haddou</dd>" not in sheet
    own = sign_in(scene.holder).get(f"/certificaat/{earlier}/bestand")
    assert own.data.startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["certificaten.zip", "afdrukken.pdf", "uitreiking.pdf"])
def test_who_takes_names_of_many_along_shows_again_who_they_are(scene, sign_in, name):
    round_id = grant(scene, propose_all(scene, names=()))
    queue.run_pending(strict=True)
    client = sign_in(scene.coordinator)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))

    answer = client.get(f"/certificaten/rondes/{round_id}/{name}")

    assert answer.status_code == 303
    assert answer.headers["Location"] == (f"/bevestig?next=/certificaten/rondes/{round_id}/{name}")


def test_a_paper_that_is_too_much_is_said_as_it_is(scene, sign_in, monkeypatch):
    round_id = grant(scene, propose_all(scene, names=()))
    queue.run_pending(strict=True)

    def fail(*_names, **_values):
        raise documents.DocumentError("De schijf is vol.", sentence_en="The disk is full.")

    monkeypatch.setattr(documents, "call", fail)
    answer = sign_in(scene.coordinator).get(f"/certificaten/rondes/{round_id}/afdrukken.pdf")
    assert answer.status_code == 503
    assert "De schijf is vol." in answer.text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Samira El Haddou", "Samira El Haddou SLHZ.pdf"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j SLHZ.pdf"),
        ("../../etc", "etc SLHZ.pdf"),
        ("نعيمة الإدريسي", "نعيمة الإدريسي SLHZ.pdf"),
    ],
)
def test_names_of_files_are_kept_by_every_system(name, kept):
    one = InRound(1, name, name, "", "SLHZ", "", is_made=True, was_handed_out=False)
    assert one.file_name == kept


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
