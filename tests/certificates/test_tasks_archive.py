"""Issued files get proof for later, wait for it while an authority is away, and get it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.keeping import doctor
from academy.kernel import clock, disk, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import SettingsError, current, read_settings
from academy.kernel.storage import Storage
from certificates.adapters import timestamp
from certificates.adapters.archive import Answers, archived
from certificates.adapters.offline import by_seal_alone, with_snapshot
from certificates.adapters.status_key import add_status_key, find_status_key
from certificates.cli import keys
from certificates.models import Certificate, CertificateEvent, CertificateFile, SigningKey
from certificates.queries import archive, chain_checks, checks
from certificates.queries.holder import get_stored
from certificates.queries.verification import check_hash, check_upload
from certificates.rules import archiving as rules
from certificates.services import life
from certificates.services.archiving import ProvedFile, record_archived
from certificates.services.snapshot import make_snapshot
from certificates.tasks import archiving as tasks
from certificates.tasks.archiving import prove_files
from tests.certificates.lasting import World
from tests.certificates.ready import Scene, commit_scene, issue, make_keys
from tests.factories import make_actor

pytestmark = [pytest.mark.slow, pytest.mark.trust("T26")]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    found = World(tmp_path_factory.mktemp("world"))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def lasting(app: Flask, world: World, tmp_path: Path, monkeypatch) -> Iterator[None]:
    """The academy asks for level B-LTA, of an authority that is there."""
    monkeypatch.setattr(timestamp, "_absence", timestamp._Absence())
    before = current()
    believed = tmp_path / "tsa.pem"
    believed.write_bytes(world.pem("middle", "root"))
    make_keys()
    if find_status_key(before.keys) is None:
        root = before.keys / "root.key.pem"
        add_status_key(before.keys, root, before.keys_passphrase, now=clock.real_now())
    app.extensions["academy.settings"] = replace(
        before, tsa_url=world.stamper(), tsa_cert=str(believed), seal_level="b-lta"
    )
    yield
    world.is_silent.clear()
    app.extensions["academy.settings"] = before


def files() -> list[CertificateFile]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(CertificateFile).order_by(CertificateFile.id)))


def levels() -> list[str]:
    return [one.level for one in files()]


def data_of(file: CertificateFile) -> bytes:
    return Storage(current().storage).get(file.sha256)


def kinds_of_events() -> list[str]:
    return list(db.session.scalars(sa.select(CertificateEvent.kind).order_by(CertificateEvent.id)))


def test_a_certificate_gets_proof_and_both_files_are_original(app: Flask) -> None:
    certificate_id = issue(commit_scene())
    assert levels() == ["B-T"]
    assert archive.archive_stand().due == 1
    prove_files()

    issued, proved = files()
    assert (issued.level, proved.level) == ("B-T", "B-LTA")
    assert db.session.get_one(Certificate, certificate_id).sha256 == issued.sha256
    assert data_of(proved).startswith(data_of(issued))
    for one in (issued, proved):
        finding = check_upload(data_of(one)).finding
        assert (finding.verdict, finding.reasons[0].code) == ("original", "original")
        assert check_hash(one.sha256).finding.verdict == "original"
    assert get_stored(certificate_id).sha256 == proved.sha256
    assert kinds_of_events()[-1] == "archived"
    assert archive.archive_stand().due == 0
    assert not [*checks.file_faults(), *checks.orphan_faults(), *chain_checks.chain_faults()]
    assert archive.archive_faults() == []


def test_without_room_for_the_file_no_stamp_is_bought(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(commit_scene())
    full = SimpleNamespace(free=tasks.MOST_ADDED)
    world.asked.clear()
    with monkeypatch.context() as small:
        small.setattr("academy.kernel.storage.shutil.disk_usage", lambda _folder: full)
        with pytest.raises(OSError, match="No space left") as refused:
            prove_files()
    assert disk.failed(refused.value)
    assert world.asked == []
    prove_files()
    assert levels() == ["B-T", "B-LTA"]


def test_a_second_time_changes_nothing(app: Flask) -> None:
    issue(commit_scene())
    prove_files()
    prove_files()
    assert levels() == ["B-T", "B-LTA"]


def test_after_a_few_files_another_job_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    for name in ("Samira", "Fatma"):
        issue(commit_scene(name))
    prove_files()
    assert levels().count("B-LTA") == 1
    queue.run_pending(strict=True)
    assert sorted(levels()) == ["B-LTA", "B-LTA", "B-T", "B-T"]


def test_without_the_wish_nothing_is_added(app: Flask) -> None:
    issue(commit_scene())
    app.extensions["academy.settings"] = replace(current(), seal_level="b-t")
    prove_files()
    assert levels() == ["B-T"]
    assert archive.archive_stand().due == 0


def test_level_b_lt_holds_no_second_stamp(app: Flask) -> None:
    app.extensions["academy.settings"] = replace(current(), seal_level="b-lt")
    issue(commit_scene())
    prove_files()
    assert levels() == ["B-T", "B-LT"]
    assert check_upload(data_of(files()[1])).finding.verdict == "original"
    app.extensions["academy.settings"] = replace(current(), seal_level="b-lta")
    prove_files()
    assert levels() == ["B-T", "B-LT", "B-LTA"]


@pytest.mark.parametrize("service", ["tsa", "ocsp", "crls"])
def test_while_an_authority_is_away_it_waits_and_is_told(
    app: Flask, world: World, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(commit_scene())
    world.is_silent.add(service)
    stored = set(current().storage.rglob("*.pdf"))
    prove_files()
    assert levels() == ["B-T"]
    assert set(current().storage.rglob("*.pdf")) == stored
    assert archive.archive_stand().due == 1
    assert archive.archive_faults() == []
    monkeypatch.setattr(archive, "PATIENCE_DAYS", 0)
    (fault,) = archive.archive_faults()
    assert "still waits for level B-LTA" in fault

    world.is_silent.clear()
    timestamp._absence.until = 0.0
    prove_files()
    assert levels() == ["B-T", "B-LTA"]
    assert archive.archive_faults() == []


def test_before_a_stamp_ends_the_next_comes_over_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate_id = issue(commit_scene())
    prove_files()
    for module in (archive, rules):
        monkeypatch.setattr(module, "RENEW_BEFORE", timedelta(days=365 * 20))
    assert archive.archive_stand().due == 1
    prove_files()
    assert levels() == ["B-T", "B-LTA", "B-LTA"]
    issued, first, second = map(data_of, files())
    assert second.startswith(first)
    assert first.startswith(issued)
    assert check_upload(second).finding.verdict == "original"
    assert get_stored(certificate_id).sha256 == files()[2].sha256
    assert not [*checks.file_faults(), *chain_checks.chain_faults()]


@pytest.mark.trust("T26", planted=True)
def test_a_stamp_that_ended_unrenewed_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    issue(commit_scene())
    prove_files()
    later = clock.real_now() + timedelta(days=365 * 10)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    (fault,) = archive.archive_faults()
    assert "nobody renewed" in fault
    assert (archive.archive_stand().due, archive.archive_stand().ended) == (0, 1)
    prove_files()
    assert levels() == ["B-T", "B-LTA"]


@pytest.mark.trust("T26", planted=True)
def test_a_file_that_never_got_its_proof_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(commit_scene())
    later = clock.real_now() + timedelta(days=365 * 10)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    (fault,) = archive.archive_faults()
    assert "missed level B-LTA" in fault
    assert (archive.archive_stand().due, archive.archive_stand().missed) == (0, 1)
    assert told("proof")[0][0] == "fault"
    app.extensions["academy.settings"] = replace(current(), seal_level="b-t")
    assert archive.archive_faults() == []


def test_what_does_not_count_gets_no_proof(app: Flask) -> None:
    scene = commit_scene()
    certificate_id = issue(scene)
    with unit_of_work():
        certificate = db.session.get_one(Certificate, certificate_id)
        life.set_standing(certificate, "revoked", by=make_actor(scene.board))
    prove_files()
    assert levels() == ["B-T"]


def test_taken_back_all_its_files_go(app: Flask) -> None:
    scene: Scene = commit_scene()
    certificate_id = issue(scene)
    prove_files()
    with unit_of_work():
        life.withdraw(certificate_id, by=make_actor(scene.holder))
    queue.run_pending(strict=True)
    storage = Storage(current().storage)
    assert [storage.path(one.sha256).exists() for one in files()] == [False, False]
    assert not [*checks.file_faults(), *checks.orphan_faults(), *chain_checks.chain_faults()]


def test_every_file_of_a_certificate_is_looked_at(app: Flask) -> None:
    issue(commit_scene())
    prove_files()
    storage = Storage(current().storage)
    for one in files():
        kept = storage.path(one.sha256).read_bytes()
        storage.path(one.sha256).unlink()
        (fault,) = checks.file_faults()
        assert "has no file" in fault
        storage.path(one.sha256).write_bytes(kept[:-1] + b" ")
        (fault,) = checks.file_faults()
        assert "was altered" in fault
        storage.path(one.sha256).write_bytes(kept)
    assert checks.file_faults() == []


def test_a_file_that_is_sealed_otherwise_than_the_register_says_is_told(app: Flask) -> None:
    issue(commit_scene())
    prove_files()
    proved = files()[1]
    with unit_of_work():
        key = db.session.scalars(sa.select(SigningKey)).first()
        assert key is not None
        kept = {c.name: getattr(key, c.name) for c in SigningKey.__table__.columns}
        other = SigningKey(**{**kept, "id": None, "kid": "f" * 16})
        db.session.add(other)
        db.session.flush()
        false = [
            {"level": "B-LT"},
            {"stamp_until": proved.stamp_until - timedelta(days=1)},
            {"key_id": other.id},
        ]
    right = {name: getattr(proved, name) for one in false for name in one}
    this = sa.update(CertificateFile).where(CertificateFile.id == proved.id)
    for values in false:
        with unit_of_work():
            db.session.execute(this.values({**right, **values}))
        (fault,) = checks.file_faults()
        assert "is not sealed as the register says" in fault
    assert checks.key_faults() == ["the public key ffffffffffffffff is missing from the keys"]
    with unit_of_work():
        db.session.execute(this.values(right))
    assert checks.file_faults() == checks.key_faults() == []


def test_of_two_workers_one_is_first(app: Flask) -> None:
    certificate_id = issue(commit_scene())
    (issued,) = files()
    prove_files()
    late = ProvedFile("0" * 64, 1, "B-LTA", clock.real_now() + timedelta(days=900))
    with unit_of_work():
        assert not record_archived(certificate_id, late, grown_from=issued.sha256)
    assert levels() == ["B-T", "B-LTA"]


@pytest.mark.trust("T32", planted=True)
def test_a_file_that_was_slipped_in_is_told(app: Flask) -> None:
    """The register's chain ties down which later files there are."""
    issue(commit_scene())
    prove_files()
    _issued, proved = files()
    with unit_of_work():
        db.session.execute(
            sa.update(CertificateFile)
            .where(CertificateFile.id == proved.id)
            .values(sha256="f" * 64)
        )
    (fault,) = chain_checks.chain_faults()
    assert "is not what the register's chain says" in fault


@pytest.mark.trust("T18")
def test_proof_that_we_did_not_enter_is_not_ours(app: Flask) -> None:
    """The right authority stamps for whoever asks; only the register knows what we added."""
    issue(commit_scene())
    prove_files()
    _issued, proved = files()
    settings = current()
    grown = archived(
        data_of(proved), "B-LTA", settings, now=clock.real_now(), answers=Answers(settings)
    )
    finding = check_upload(grown.pdf).finding
    assert (finding.verdict, finding.reasons[0].code) == ("unknown", "not_registered")


def test_offline_only_the_register_tells_what_was_added(app: Flask) -> None:
    issue(commit_scene())
    prove_files()
    issued, proved = files()
    alone = by_seal_alone(current().keys)
    for one in (issued, proved):  # the first has a stamp, the other proof
        finding = alone.judge(data_of(one))
        assert (finding.verdict, finding.reasons[0].code) == ("unknown", "needs_register")
    with unit_of_work():
        envelope = make_snapshot()
    judge = with_snapshot(envelope, root_fingerprint=hashlib.sha256(alone.root).hexdigest())
    for one in (issued, proved):
        assert judge.judge(data_of(one)).verdict == "original"


def test_staff_and_operators_see_what_waits(
    app: Flask, sign_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene: Scene = commit_scene()
    issue(scene)
    client = sign_in(scene.board)
    assert "1 bestand wacht op bewijs voor later" in client.get("/certificaten/register").text
    assert told("proof") == [("ok", "1 files wait for level B-LTA")]
    assert ("ok", "a key tells whether our seals were revoked") in told("sealing")
    monkeypatch.setattr(doctor, "PATIENCE_DAYS", 0)
    assert told("proof")[0][0] == "warning"

    prove_files()
    assert "wacht op bewijs" not in client.get("/certificaten/register").text
    assert told("proof") == [("ok", "0 files wait for level B-LTA")]
    later = clock.real_now() + timedelta(days=365 * 10)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    assert told("proof")[0][0] == "fault"


def told(subject: str) -> list[tuple[str, str]]:
    found = doctor.examine(current())
    return [(one.state, one.message) for one in found if one.subject == subject]


def test_the_commands_make_the_key_that_lists_what_was_revoked(app: Flask, tmp_path: Path) -> None:
    before = current()
    app.extensions["academy.settings"] = replace(before, keys=tmp_path / "keys")
    made = app.test_cli_runner().invoke(keys, ["init"])
    assert made.exit_code == 0, made.output
    first = find_status_key(tmp_path / "keys")
    again = app.test_cli_runner().invoke(
        keys, ["status", "--root", str(tmp_path / "keys" / "root.key.pem")]
    )
    app.extensions["academy.settings"] = before
    assert again.exit_code == 0, again.output
    assert again.output.startswith("status: ")
    assert first is not None
    assert len(list((tmp_path / "keys").glob("status-*.cert.pem"))) == 2


BASE = {"SECRET_KEY": "s" * 40, "NOTES_KEY": "n", "KEYS_PASSPHRASE": "p"}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"SEAL_LEVEL": "b-x"}, "SEAL_LEVEL"),
        ({"SEAL_LEVEL": "b-t"}, "TSA_URL"),
        ({"SEAL_LEVEL": "b-lta"}, "TSA_URL"),
        ({"SEAL_LEVEL": "b-lt", "TSA_URL": "https://tsa.example"}, "TSA_CERT"),
        ({"SEAL_LEVEL": "b-b", "TSA_URL": "https://tsa.example"}, "SEAL_LEVEL"),
    ],
)
def test_levels_that_cannot_be_reached_stop_the_start(values: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({f"ACADEMY_{key}": value for key, value in (BASE | values).items()})
