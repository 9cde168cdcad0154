"""A round that is ended: what it did not grant is open again, what it granted is made."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock, queue
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.queue import Job
from academy.people.models import SignIn
from certificates.models import Certificate, CertificateEvent, Decision, IssueRound
from certificates.queries import checks, round_jobs
from certificates.queries.rounds import get_round, proposals_to_grant, resting_rounds
from certificates.services import decisions, rounds
from certificates.tasks import rounds as making_rounds
from tests.certificates.ready import Scene, commit_scene, make_keys, make_ready
from tests.factories import make_actor, make_enrolment, make_person

IN_ALL = 4


@pytest.fixture
def scene(app) -> Scene:
    make_keys()
    return commit_scene()


def ask_all(scene: Scene) -> tuple[int, list[int]]:
    """Ask a round for the scene's holder and three others; return it and the proposals."""
    enrolments = [scene.enrolment.id]
    with unit_of_work():
        for name in ("Łukasz", "Hồng", "IJsbrand")[: IN_ALL - 1]:
            enrolment = make_enrolment(scene.cohort, make_person(name))
            make_ready(enrolment, by=scene.trainer)
            enrolments.append(enrolment.id)
        by = make_actor(scene.trainer)
        proposals = [decisions.propose(one, by=by) for one in enrolments]
    return ask(scene, proposals), proposals


def ask(scene: Scene, proposals: list[int]) -> int:
    with unit_of_work():
        return rounds.ask_all(proposals, by=make_actor(scene.board))


def grant(round_id: int, *, limit: int) -> None:
    with unit_of_work():
        rounds.grant_next(round_id, limit=limit)


def act(what, scene: Scene, round_id: int):
    with unit_of_work():
        return what(round_id, by=make_actor(scene.board))


def stand(scene: Scene, round_id: int):
    with unit_of_work():
        return get_round(round_id, make_actor(scene.board))


def open_ones(scene: Scene) -> set[int]:
    """Return the proposals that can be put in a round."""
    with unit_of_work():
        return {one.decision_id for one in proposals_to_grant(make_actor(scene.board))}


def count(*conditions) -> int:
    with unit_of_work():
        return db.session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0


def assert_each_has_one(number: int) -> None:
    """So many certificates are made, nobody has two, and nothing is wrong."""
    with unit_of_work():
        holders = db.session.scalars(sa.select(Certificate.person_id)).all()
    assert len(holders) == len(set(holders)) == number
    assert count(Certificate.state == "issued") == number
    assert count(CertificateEvent.kind == "issued") == number
    faults = [checks.file_faults, checks.serial_faults, checks.waiting_faults]
    assert [ask() for ask in (*faults, round_jobs.round_faults)] == [[], [], [], []]
    assert queue.dead_letters() == []


@pytest.mark.parametrize("is_stopped", [True, False])
@pytest.mark.parametrize("granted", range(IN_ALL))
def test_what_is_not_granted_is_open_again_and_the_rest_is_made(scene, granted, is_stopped):
    round_id, proposals = ask_all(scene)
    if granted:
        grant(round_id, limit=granted)
    if is_stopped:
        act(rounds.stop, scene, round_id)
        queue.run_pending(strict=True)
    assert act(rounds.end, scene, round_id) == IN_ALL - granted
    assert open_ones(scene) == set(proposals[granted:])
    queue.run_pending(strict=True)
    now = stand(scene, round_id)
    assert (now.total, now.made, now.released, now.to_grant) == (
        granted,
        granted,
        IN_ALL - granted,
        0,
    )
    assert now.is_ended
    assert not now.is_going
    assert_each_has_one(granted)


def test_what_is_open_again_goes_in_another_round_or_is_decided_alone(scene):
    first, proposals = ask_all(scene)
    grant(first, limit=1)
    act(rounds.end, scene, first)
    with unit_of_work():
        decisions.decide(proposals[1], "grant", by=make_actor(scene.board))
    second = ask(scene, proposals[2:])
    queue.run_pending(strict=True)
    assert (stand(scene, first).made, stand(scene, second).made) == (1, 2)
    assert_each_has_one(IN_ALL)


def test_ended_twice_is_ended_once(scene):
    round_id, _proposals = ask_all(scene)
    grant(round_id, limit=1)
    assert act(rounds.end, scene, round_id) == 3
    with unit_of_work():
        first = db.session.get_one(IssueRound, round_id).ended_at
    with clock.at(clock.now() + timedelta(hours=1)):
        assert act(rounds.end, scene, round_id) == 3
    with unit_of_work():
        assert db.session.get_one(IssueRound, round_id).ended_at == first
        lines = sa.select(AuditEvent.actor_id, AuditEvent.data).where(
            AuditEvent.action == "certificates:round:ended"
        )
        assert [tuple(one) for one in db.session.execute(lines)] == [
            (scene.board.id, {"released": 3})
        ]


@pytest.mark.parametrize("what", [rounds.resume, rounds.stop])
def test_a_round_that_is_ended_neither_goes_on_nor_rests(scene, what):
    round_id, proposals = ask_all(scene)
    act(rounds.end, scene, round_id)
    with pytest.raises(ConflictError, match="afgebroken"):
        act(what, scene, round_id)
    assert open_ones(scene) == set(proposals)


def test_where_nobody_waits_there_is_nothing_to_end(scene):
    round_id, _proposals = ask_all(scene)
    grant(round_id, limit=IN_ALL)
    with pytest.raises(ConflictError, match="wacht niemand"):
        act(rounds.end, scene, round_id)
    assert not stand(scene, round_id).is_ended
    queue.run_pending(strict=True)
    assert_each_has_one(IN_ALL)


def test_who_does_not_reach_a_round_cannot_end_it(scene):
    round_id, _proposals = ask_all(scene)
    with pytest.raises(NotFoundError), unit_of_work():
        rounds.end(round_id, by=make_actor(scene.trainer))
    assert stand(scene, round_id).to_grant == IN_ALL


class KilledError(BaseException):
    """The worker is gone: no code of ours hears of it."""


def come_back() -> None:
    """Let the leases of a worker that is gone run out."""
    with unit_of_work():
        gone = clock.real_now() - timedelta(seconds=1)
        db.session.execute(sa.update(Job).where(Job.state == "running").values(leased_until=gone))
    queue.run_pending(strict=True)


@pytest.mark.parametrize("entered", range(4))
def test_a_kill_while_the_rest_is_made_loses_nothing(scene, monkeypatch, entered):
    """Killed before, between and after the files; on after the lease, as if nothing happened."""
    round_id, proposals = ask_all(scene)
    grant(round_id, limit=3)
    act(rounds.stop, scene, round_id)
    act(rounds.end, scene, round_id)
    enter, done = making_rounds.enter, []

    def killed(*which, **what):
        if len(done) == entered:
            raise KilledError
        enter(*which, **what)
        done.append(which)

    monkeypatch.setattr(making_rounds, "enter", killed)
    if entered < 3:
        with pytest.raises(KilledError):
            queue.run_pending()
        assert stand(scene, round_id).is_going
    monkeypatch.undo()
    come_back()
    assert stand(scene, round_id).made == 3
    assert open_ones(scene) == set(proposals[3:])
    assert_each_has_one(3)


def test_ended_while_a_killed_worker_held_its_job_the_round_is_made_by_the_next(scene, monkeypatch):
    round_id, proposals = ask_all(scene)

    def killed(found: int) -> bool:
        grant(found, limit=2)
        raise KilledError

    monkeypatch.setattr(making_rounds, "_grant_some", killed)
    with pytest.raises(KilledError):
        queue.run_pending()
    monkeypatch.undo()
    assert act(rounds.end, scene, round_id) == 2
    come_back()
    assert stand(scene, round_id).made == 2
    assert open_ones(scene) == set(proposals[2:])
    assert_each_has_one(2)


def test_a_job_that_was_given_up_after_the_end_is_seen_and_can_go_on(scene):
    round_id, proposals = ask_all(scene)
    grant(round_id, limit=2)
    act(rounds.end, scene, round_id)
    with unit_of_work():
        db.session.execute(sa.update(Job).values(state="dead"))
    with clock.at(clock.now() + timedelta(hours=2)):
        assert len(checks.waiting_faults()) == 2
    assert stand(scene, round_id).is_cut_off
    act(rounds.resume, scene, round_id)
    queue.run_pending(strict=True)
    now = stand(scene, round_id)
    assert (now.made, now.released, now.is_ended) == (2, 2, True)
    assert open_ones(scene) == set(proposals[2:])


def test_a_round_that_was_stopped_and_left_is_seen(scene, sign_in):
    round_id, _proposals = ask_all(scene)
    grant(round_id, limit=2)
    act(rounds.stop, scene, round_id)
    board, trainer = make_actor(scene.board), make_actor(scene.trainer)
    for days, is_seen in ((2, False), (4, True)):
        with clock.at(clock.now() + timedelta(days=days)):
            assert len(checks.waiting_faults()) == (2 if is_seen else 0)
            before = clock.now() - round_jobs.MAY_REST
            assert resting_rounds(board, stopped_before=before) == [round_id] * is_seen
            assert resting_rounds(trainer, stopped_before=before) == []
            page = sign_in(scene.board).get("/vandaag").text
            assert ("staat al dagen stil" in page) is is_seen
    act(rounds.end, scene, round_id)
    queue.run_pending(strict=True)
    with clock.at(clock.now() + timedelta(days=4)):
        assert checks.waiting_faults() == []
        assert resting_rounds(board, stopped_before=clock.now()) == []


# --- pages ----------------------------------------------------------------------------------


def test_the_board_ends_a_round_in_two_steps(scene, sign_in):
    round_id, _proposals = ask_all(scene)
    grant(round_id, limit=1)
    client = sign_in(scene.board)
    address = f"/certificaten/rondes/{round_id}"
    assert f'href="{address}/afbreken"' in client.get(address).text
    asked = client.get(f"{address}/afbreken").text
    assert "3 voorstellen zijn nog niet toegekend" in asked
    assert "1 certificaat is al toegekend" in asked
    assert stand(scene, round_id).to_grant == 3  # looking ends nothing

    assert client.post(f"{address}/afbreken").headers["Location"] == address
    page = client.get(address).text
    assert "3 voorstellen zijn weer vrij" in page
    assert f"{address}/afbreken" not in page
    assert f"{address}/stop" not in page
    assert client.post(f"{address}/afbreken").status_code == 303
    assert client.post(f"{address}/verder").status_code == 409
    assert "wacht niemand meer" in client.get(f"{address}/afbreken").text
    queue.run_pending(strict=True)
    assert "1 van 1 gemaakt" in client.get(address).text
    assert "afgebroken" in client.get("/certificaten/rondes").text
    assert client.get("/certificaten/ronde").text.count("checked") == 3


def test_a_round_that_granted_nothing_still_says_that_it_was_ended(scene, sign_in):
    round_id, _proposals = ask_all(scene)
    client = sign_in(scene.board)
    address = f"/certificaten/rondes/{round_id}"
    client.post(f"{address}/afbreken")
    assert "4 voorstellen zijn weer vrij" in client.get(address).text
    assert "afgebroken" in client.get("/certificaten/rondes").text
    assert count(Decision.outcome.is_not(None)) == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_ending_takes_the_right_of_granting_and_asks_again_who_one_is(scene, sign_in, method):
    round_id, _proposals = ask_all(scene)
    address = f"/certificaten/rondes/{round_id}/afbreken"
    assert getattr(sign_in(scene.coordinator), method)(address).status_code == 403
    client = sign_in(scene.board)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    answer = getattr(client, method)(address)
    assert answer.headers["Location"].startswith("/bevestig")
    assert stand(scene, round_id).to_grant == IN_ALL
