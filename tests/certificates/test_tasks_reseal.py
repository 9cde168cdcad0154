"""New seals for what a lost key sealed: each once, after any stop, and nothing else changes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.declared import message_named, recipients_of
from academy.kernel.messages.models import AnnouncedMessage
from academy.kernel.messages.texts import text_of
from academy.kernel.settings import Settings, current
from academy.kernel.storage import Storage
from certificates.adapters import timestamp
from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import init_keys, load_signer
from certificates.adapters.make import SealedDocument
from certificates.adapters.many import make_certificates
from certificates.adapters.status_key import add_status_key
from certificates.cli.resealing import reseal as command
from certificates.models import Certificate, CertificateEvent, CertificateFile
from certificates.queries import chain_checks, checks
from certificates.queries.told import resealed as told_resealed
from certificates.queries.verification import check_number, check_upload
from certificates.services import archiving, key_life, life
from certificates.services.snapshot import make_snapshot
from certificates.tasks import issuing, resealing
from certificates.tasks.archiving import prove_files
from tests.certificates.lasting import World
from tests.certificates.ready import Scene, grant, make_ready, make_scene
from tests.factories import make_actor, make_enrolment, make_person
from tests.trust.sizes import size

PASSPHRASE = "a passphrase that only this drill knows"
pytestmark = [pytest.mark.slow, pytest.mark.trust("T38")]


@pytest.fixture
def settings(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An academy with keys of this test; the root lies elsewhere."""
    found = replace(
        current(), keys=tmp_path / "keys", storage=tmp_path / "files", keys_passphrase=PASSPHRASE
    )
    monkeypatch.setitem(app.extensions, "academy.settings", found)
    made = init_keys(found.keys, PASSPHRASE, now=clock.real_now() - timedelta(days=2))
    made.root_private_key.rename(tmp_path / "root.key.pem")
    return found


def make_scenes(count: int) -> list[Scene]:
    """Make people of one group who did everything."""
    with unit_of_work():
        scene = make_scene()
        more = [make_person(f"Holder {number}", "Jansen") for number in range(count - 1)]
        enrolments = [make_enrolment(scene.cohort, one) for one in more]
        for enrolment in enrolments:
            make_ready(enrolment, by=scene.trainer)
        db.session.flush()
        return [scene] + [
            replace(scene, enrolment=enrolment, holder=holder)
            for enrolment, holder in zip(enrolments, more, strict=True)
        ]


def issued(scenes: list[Scene]) -> list[bytes]:
    """Issue certificates to these people and return their files."""
    return [newest(grant_and_make(scene)) for scene in scenes]


def grant_and_make(scene: Scene) -> int:
    certificate_id = grant(scene)
    issuing.issue(certificate_id)
    return certificate_id


def made_together(scenes: list[Scene]) -> None:
    """Issue certificates as a round does: filled into one template."""
    codes = {grant(scene): issuing.new_code() for scene in scenes}
    with unit_of_work():
        papers = [issuing.find_paper(one, code=code) for one, code in codes.items()]
    made = make_certificates([one for one in papers if one], issuing.sealing_of_now())
    for certificate_id, sealed in zip(codes, made, strict=True):
        assert isinstance(sealed, SealedDocument)
        issuing.enter(certificate_id, sealed, code=codes[certificate_id])


def newest(certificate_id: int) -> bytes:
    """Return the newest file of a certificate."""
    sha256 = db.session.scalar(
        sa.select(CertificateFile.sha256)
        .where(CertificateFile.certificate_id == certificate_id)
        .order_by(CertificateFile.id.desc())
        .limit(1)
    )
    db.session.rollback()
    return Storage(current().storage).get(sha256 or "")


def all_newest() -> list[bytes]:
    ids = db.session.scalars(sa.select(Certificate.id).order_by(Certificate.id)).all()
    return [newest(one) for one in ids]


def working_key() -> str:
    return load_signer(
        current().keys, "certificates", PASSPHRASE, now=clock.real_now()
    ).info.key_id  # fmt: skip


def lose(root: Path, *, ago: timedelta = timedelta()) -> str:
    """Let the working key be in other hands since a while, and a new one take over."""
    lost = working_key()
    key_life.compromise(lost, since=clock.now() - ago)
    key_life.rotate("certificates", root=root)
    return lost


def reseal(lost: str, *, everything: bool = False) -> resealing.Resealed:
    return resealing.reseal(lost, everything=everything, tell=lambda _done, _total: None)


def said(data: bytes) -> tuple[str, list[str]]:
    finding = check_upload(data).finding
    db.session.rollback()
    return finding.verdict, [one.code for one in finding.reasons]


def faults() -> list[str]:
    found = [*checks.file_faults(), *chain_checks.chain_faults(), *checks.key_faults()]
    db.session.rollback()
    return found


@pytest.fixture
def root(settings: Settings, tmp_path: Path) -> Path:
    return tmp_path / "root.key.pem"


def before_and_after() -> tuple[bytes, bytes]:
    """Issue one certificate an hour ago, and one now."""
    first, second = make_scenes(2)
    with clock.at(clock.now() - timedelta(hours=1)):
        [before] = issued([first])
    [after] = issued([second])
    return before, after


@pytest.mark.trust("T38", planted=True)
def test_what_was_sealed_after_the_loss_gets_a_new_file_that_is_original(root: Path) -> None:
    before, after = before_and_after()
    lost = lose(root, ago=timedelta(minutes=30))
    assert said(after) == ("unknown", ["key_lost"])

    assert reseal(lost).count == 1

    fresh = all_newest()[1]
    assert said(fresh) == ("original", ["original"])
    assert said(after) == ("replaced", ["resealed"])
    assert said(before) == ("original", ["original"])
    assert all_newest()[0] == before
    assert faults() == []


def test_with_all_what_was_sealed_before_gets_one_too_and_stays_original(root: Path) -> None:
    before, after = before_and_after()
    lost = lose(root, ago=timedelta(minutes=30))

    assert reseal(lost, everything=True).count == 2

    assert said(before) == ("original", ["original", "newer_seal"])
    assert said(after) == ("replaced", ["resealed"])
    assert [said(one) for one in all_newest()] == [("original", ["original"])] * 2
    assert faults() == []


def test_of_the_paper_only_seal_and_moment_change(root: Path) -> None:
    """Neither the words nor the credential are made anew: both kinds of path."""
    [scene] = make_scenes(1)
    [old] = issued([scene])
    reseal(lose(root, ago=timedelta(minutes=1)))
    [new] = all_newest()

    def bare(data: bytes) -> bytes:
        gap = re.search(rb"/ByteRange\s*\[0 (\d+) (\d+)", data)
        assert gap is not None
        kept = data[: int(gap[1])] + data[int(gap[2]) :]
        return re.sub(rb"/M\s*\(D(?::|\\072)\d{14}", b"", kept, count=1)

    assert len(old) == len(new)
    assert old != new
    assert bare(old) == bare(new)


def test_the_old_files_stay_and_the_register_keeps_what_was_issued(root: Path) -> None:
    _before, after = before_and_after()
    reseal(lose(root, ago=timedelta(minutes=30)))
    certificate = db.session.scalars(sa.select(Certificate).order_by(Certificate.id.desc())).first()
    assert certificate is not None
    assert certificate.sha256 == hashlib.sha256(after).hexdigest()
    kinds = sa.select(CertificateEvent.kind).where(
        CertificateEvent.certificate_id == certificate.id
    )
    assert list(db.session.scalars(kinds.order_by(CertificateEvent.id))) == ["issued", "resealed"]
    assert Storage(current().storage).get(certificate.sha256) == after


def test_the_holder_hears_it_once(root: Path) -> None:
    [scene] = make_scenes(1)
    issued([scene])
    lost = lose(root, ago=timedelta(minutes=1))
    reseal(lost)
    reseal(lost, everything=True)
    rows = db.session.scalars(sa.select(AnnouncedMessage)).all()
    told = [one for one in rows if one.name == "certificates/resealed"]
    assert [one.person_id for one in told] == [scene.holder.id]
    assert told_resealed(**told[0].ids)
    message, recipient = message_named(told[0].name), recipients_of([scene.holder.id])
    assert message is not None
    text = text_of(message, recipient[scene.holder.id], dict(told[0].ids))
    assert text is not None
    assert "nieuw zegel" in text.subject
    assert "Je papier blijft goed." in text.body


def test_a_second_time_changes_nothing(root: Path) -> None:
    issued(make_scenes(1))
    lost = lose(root, ago=timedelta(minutes=1))
    reseal(lost)
    kept = all_newest()
    assert reseal(lost, everything=True).count == 0
    assert all_newest() == kept


def test_a_new_key_that_is_lost_as_well_gives_a_third_seal(root: Path) -> None:
    [scene] = make_scenes(1)
    [first_file] = issued([scene])
    reseal(lose(root, ago=timedelta(minutes=1)))
    [second_file] = all_newest()
    reseal(lose(root, ago=timedelta(seconds=0)), everything=True)
    [third_file] = all_newest()
    assert said(first_file) == ("replaced", ["resealed"])
    assert said(second_file)[0] in {"original", "replaced"}
    assert said(third_file) == ("original", ["original"])
    assert faults() == []


def test_what_does_not_count_any_more_gets_none(root: Path) -> None:
    [scene] = make_scenes(1)
    certificate_id = grant_and_make(scene)
    with unit_of_work():
        life.withdraw(certificate_id, by=make_actor(scene.holder))
    assert reseal(lose(root, ago=timedelta(minutes=1)), everything=True).count == 0


def test_a_file_that_is_gone_stops_no_other(root: Path) -> None:
    before, after = before_and_after()
    lost = lose(root, ago=timedelta(hours=2))
    Storage(current().storage).path(hashlib.sha256(before).hexdigest()).unlink()
    done = reseal(lost)
    assert (done.count, len(done.refused)) == (1, 1)
    assert said(after) == ("replaced", ["resealed"])


def test_only_for_a_key_that_is_lost_and_a_register_that_is_whole(root: Path) -> None:
    issued(make_scenes(1))
    with pytest.raises(KeysError, match="niet kwijt"):
        reseal(working_key())
    with pytest.raises(KeysError, match="geen certificaten"):
        reseal("0" * 16)
    lost = lose(root, ago=timedelta(minutes=1))
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(printed_name="Iemand Anders"))
    with pytest.raises(KeysError, match="niet heel"):
        reseal(lost)


@pytest.mark.trust("T38", planted=True)
def test_after_a_stop_it_goes_on_where_it_was(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the files were stored and before the register knew them."""
    issued(make_scenes(5))
    lost = lose(root, ago=timedelta(minutes=5))
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    record, calls = resealing.record_resealed, iter(range(9))

    def dies(*args: object, **kept: object) -> bool:
        if next(calls) == 3:
            raise KeyboardInterrupt
        return record(*args, **kept)  # type: ignore[arg-type]

    monkeypatch.setattr(resealing, "record_resealed", dies)
    with pytest.raises(KeyboardInterrupt):
        reseal(lost)
    monkeypatch.setattr(resealing, "record_resealed", record)

    assert reseal(lost).count == 3
    assert [said(one)[0] for one in all_newest()] == ["original"] * 5
    per_certificate = sa.select(sa.func.count()).group_by(CertificateFile.certificate_id)
    assert set(db.session.scalars(per_certificate.select_from(CertificateFile))) == {2}
    assert faults() == []


def test_the_snapshot_tells_the_old_file_from_the_new(root: Path) -> None:
    before, after = before_and_after()
    reseal(lose(root, ago=timedelta(minutes=30)))
    with unit_of_work():
        envelope = make_snapshot()
    rows = snapshot_rows(envelope)
    old, new, kept = (
        rows[hashlib.sha256(one).hexdigest()] for one in (after, all_newest()[1], before)
    )
    assert (old["key_lost"], old["resealed"]) == (True, True)
    assert "key_lost" not in new
    assert "key_lost" not in kept


def snapshot_rows(envelope: bytes) -> dict[str, dict[str, object]]:
    return {row["sha256"]: row for row in json.loads(envelope)["register"]["certificates"]}


def test_the_page_says_which_file_to_ask_for(client: FlaskClient, root: Path) -> None:
    """The name is told with the new file, and no more with the old one."""
    [scene] = make_scenes(1)
    [old] = issued([scene])
    reseal(lose(root, ago=timedelta(minutes=1)))

    def page(data: bytes) -> str:
        sent = {"file": (io.BytesIO(data), "certificaat.pdf")}
        return client.post("/controleer/bestand", data=sent).text

    shown = page(old)
    assert ">Dit bestand is vervangen<" in shown
    assert "Vraag de eigenaar daarom." in shown
    assert "Samira El Haddou" not in shown
    assert "Samira El Haddou" in page(all_newest()[0])


def test_the_number_stays_good_all_along(root: Path) -> None:
    _before, after = before_and_after()
    fresh = lose(root, ago=timedelta(minutes=30))
    reseal(fresh)
    number = check_upload(after).finding.number or ""
    db.session.rollback()
    assert check_number(number).finding.verdict == "original"


@pytest.mark.once
@pytest.mark.timeout(900)
def test_a_thousand_take_five_minutes_at_most(root: Path) -> None:
    """In full in `make trust`."""
    count = size(1_000, otherwise=12)
    made_together(make_scenes(count))
    lost = lose(root, ago=timedelta(hours=9))
    started = time.monotonic()
    assert reseal(lost).count == count
    seconds = time.monotonic() - started
    assert seconds <= max(0.3 * count, 30), f"{count} new seals took {seconds:.1f} s"
    assert {said(one)[0] for one in all_newest()[:: max(1, count // 20)]} == {"original"}


# --- the command ------------------------------------------------------------------------------


def test_the_command_tells_how_far_it_is(app: Flask, root: Path) -> None:
    issued(make_scenes(1))
    lost = lose(root, ago=timedelta(minutes=1))
    run = app.test_cli_runner().invoke
    answer = run(command, [lost])
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[0] == "1 van 1"
    assert run(command, [lost, "--json"]).output == '{"resealed": 0, "refused": []}\n'
    assert run(command, ["0" * 16]).exit_code == 1


# --- with a time stamp and proof for later ------------------------------------------------------


@pytest.fixture
def with_proof(
    app: Flask, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The academy asks for level B-LTA, of an authority that is there."""
    world = World(tmp_path)
    monkeypatch.setattr(timestamp, "_absence", timestamp._Absence())
    believed = tmp_path / "tsa.pem"
    believed.write_bytes(world.pem("middle", "root"))
    add_status_key(current().keys, root, PASSPHRASE, now=clock.real_now())
    wanted = replace(current(), tsa_url=world.stamper(), tsa_cert=str(believed), seal_level="b-lta")
    monkeypatch.setitem(app.extensions, "academy.settings", wanted)
    yield world
    world.close()


def levels() -> list[str]:
    return list(db.session.scalars(sa.select(CertificateFile.level).order_by(CertificateFile.id)))


def test_what_had_proof_for_later_starts_again_from_its_seal(root: Path, with_proof: World) -> None:
    """What stood behind the old seal went by it; the new one gets a stamp and proof of its own."""
    issued(make_scenes(1))
    prove_files()
    [proved] = all_newest()
    assert levels() == ["B-T", "B-LTA"]

    assert reseal(lose(root, ago=timedelta(minutes=30))).count == 1
    assert levels() == ["B-T", "B-LTA", "B-T"]
    prove_files()

    assert levels() == ["B-T", "B-LTA", "B-T", "B-LTA"]
    assert said(proved) == ("replaced", ["resealed"])
    assert said(all_newest()[0]) == ("original", ["original"])
    assert faults() == []


@pytest.mark.parametrize(
    ("change", "said_why"),
    [
        ({"seal_level": "b-t"}, "bewijs voor later. Zet eerst ACADEMY_SEAL_LEVEL"),
        ({"seal_level": "b-b", "tsa_url": ""}, "een tijdstempel. Zet eerst ACADEMY_TSA_URL"),
    ],
)
def test_what_had_proof_is_not_replaced_by_less(
    app: Flask, root: Path, with_proof: World, change: dict[str, str], said_why: str
) -> None:
    issued(make_scenes(1))
    prove_files()
    lost = lose(root, ago=timedelta(minutes=30))
    app.extensions["academy.settings"] = replace(current(), **change)  # type: ignore[arg-type]
    done = reseal(lost, everything=True)
    assert done.count == 0
    [(_number, why)] = done.refused
    assert said_why in why
    assert levels() == ["B-T", "B-LTA"]


def test_what_had_proof_before_the_loss_needs_no_new_seal(
    root: Path, with_proof: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = clock.now() - timedelta(hours=1)
    with clock.at(earlier):
        issued(make_scenes(1))
    monkeypatch.setattr(archiving, "clock", SimpleNamespace(real_now=lambda: earlier))
    prove_files()
    assert reseal(lose(root, ago=timedelta(minutes=30)), everything=True).count == 0
    assert levels() == ["B-T", "B-LTA"]
    assert said(all_newest()[0])[0] == "original"


def test_without_the_authority_nothing_is_sealed_more_weakly(root: Path, with_proof: World) -> None:
    issued(make_scenes(1))
    lost = lose(root, ago=timedelta(minutes=1))
    with_proof.is_silent.add("tsa")
    with pytest.raises(timestamp.AuthorityAwayError):
        reseal(lost)
    assert levels() == ["B-T"]
