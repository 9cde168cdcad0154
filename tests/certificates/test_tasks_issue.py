"""The job that makes a certificate: safe to run twice, nothing half done."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock, documents, events, mail, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.make import SealedDocument
from certificates.adapters.many import make_one
from certificates.events import CertificateIssued
from certificates.models import Certificate, CertificateEvent, SigningKey
from certificates.queries import checks
from certificates.queries.verification import check_code, check_upload
from certificates.tasks import issuing
from tests.certificates.ready import CODE, Scene, grant, issue, make_keys, make_scene

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(app: Flask) -> Scene:
    with unit_of_work():
        return make_scene()


def stored(certificate_id: int) -> bytes:
    certificate = db.session.get_one(Certificate, certificate_id)
    return Storage(current().storage).get(certificate.sha256 or "")


def test_the_job_makes_stores_and_enters_the_file(scene: Scene) -> None:
    certificate_id = issue(scene, code=CODE)

    certificate = db.session.get_one(Certificate, certificate_id)
    data = stored(certificate_id)
    assert certificate.state == "issued"
    assert certificate.size_bytes == len(data) <= 120_000
    assert db.session.get_one(SigningKey, certificate.key_id).purpose == "certificates"
    assert check_upload(data).finding.verdict == "original"
    assert check_code(CODE).finding.number == certificate.number
    kinds = db.session.scalars(sa.select(CertificateEvent.kind)).all()
    assert list(kinds) == ["issued"]


def test_the_worker_does_the_job_and_a_second_time_changes_nothing(scene: Scene) -> None:
    make_keys()
    certificate_id = grant(scene)

    queue.run_pending(strict=True)
    sha256 = db.session.get_one(Certificate, certificate_id).sha256
    issuing.issue(certificate_id)

    db.session.expire_all()
    assert db.session.get_one(Certificate, certificate_id).sha256 == sha256
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CertificateEvent)) == 1


def test_the_code_is_stored_nowhere(scene: Scene) -> None:
    issue(scene, code=CODE)

    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            assert CODE not in repr(row)


def test_who_has_e_mail_gets_one_mail(scene: Scene) -> None:
    issue(scene)

    mails = db.session.scalars(sa.select(mail.OutgoingMail)).all()
    assert [one.template for one in mails] == ["certificates/issued"]
    assert mails[0].person_id == scene.holder.id


def test_who_has_no_e_mail_gets_none(scene: Scene) -> None:
    with unit_of_work():
        scene.holder.email = None
    issue(scene)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(mail.OutgoingMail)) == 0


def test_the_news_travels_in_the_same_transaction(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[CertificateIssued] = []
    monkeypatch.setattr(events, "_listeners", {CertificateIssued: (heard.append,)})

    certificate_id = issue(scene)

    assert heard == [
        CertificateIssued(certificate_id, scene.holder.id, "residents", clock.today(), first=True)
    ]


def test_two_workers_make_one_certificate(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    make_keys()
    certificate_id = grant(scene)

    def slower(*args: object, **values: object) -> SealedDocument:
        monkeypatch.setattr(issuing, "make_one", make_one)
        issuing.issue(certificate_id)  # the other worker finishes first
        return make_one(*args, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "make_one", slower)
    issuing.issue(certificate_id)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(CertificateEvent)) == 1
    assert check_upload(stored(certificate_id)).finding.verdict == "original"


def test_a_kill_after_storing_leaves_a_job_that_finishes_the_work(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys()
    certificate_id = grant(scene)

    def killed(*args: object, **values: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "record_issued", killed)
        with pytest.raises(KeyboardInterrupt):
            issuing.issue(certificate_id)
    assert db.session.get_one(Certificate, certificate_id).state == "approved"
    queue.run_pending(strict=True)

    db.session.expire_all()
    assert check_upload(stored(certificate_id)).finding.verdict == "original"


# --- academy check ---------------------------------------------------------------------------


def all_faults() -> list[str]:
    asked = (
        checks.file_faults,
        checks.serial_faults,
        checks.waiting_faults,
        checks.orphan_faults,
        checks.key_faults,
    )
    return [fault for ask in asked for fault in ask()]


def own_storage(certificate_id: int) -> Path:
    certificate = db.session.get_one(Certificate, certificate_id)
    return Storage(current().storage).path(certificate.sha256 or "")


def test_check_finds_nothing_wrong_with_what_was_issued(scene: Scene) -> None:
    issue(scene)

    assert all_faults() == []


def test_check_says_so_when_it_could_not_look(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(scene)

    def late(*_words: object, **_kept: object) -> None:
        raise documents.DocumentTimeout("te lang")

    monkeypatch.setattr(documents, "call", late)
    assert checks.file_faults() == [
        "the seal of certificate SLHZ-B-2026-00001-03 could not be looked at; check again"
    ]


def test_check_names_an_absent_file(scene: Scene) -> None:
    path = own_storage(issue(scene))
    path.unlink()

    assert checks.file_faults() == ["certificate SLHZ-B-2026-00001-03 has no file"]


def test_check_names_an_altered_file(scene: Scene) -> None:
    path = own_storage(issue(scene))
    path.write_bytes(path.read_bytes() + b" ")

    assert checks.file_faults() == ["the file of certificate SLHZ-B-2026-00001-03 was altered"]


def test_check_names_a_gap_in_the_serials(scene: Scene) -> None:
    certificate_id = grant(scene)
    with unit_of_work():
        db.session.get_one(Certificate, certificate_id).serial = 3

    assert "serials of B 2026 have a gap" in checks.serial_faults()


def test_check_names_a_grant_that_nobody_works_on(scene: Scene) -> None:
    certificate_id = grant(scene)
    assert checks.waiting_faults() == []
    with unit_of_work():
        certificate = db.session.get_one(Certificate, certificate_id)
        certificate.approved_at = clock.now() - 2 * checks.MOST_WAIT
    assert checks.waiting_faults() == []
    with unit_of_work():
        db.session.execute(sa.update(queue.Job).values(state="dead"))

    assert len(checks.waiting_faults()) == 1


def test_check_names_an_old_file_that_belongs_to_nothing(scene: Scene) -> None:
    issue(scene)
    storage = Storage(current().storage)
    sha256 = storage.put(b"nobody's")
    assert checks.orphan_faults() == []
    old = time.time() - 2 * checks.ORPHAN_AGE.total_seconds()
    os.utime(storage.path(sha256), (old, old))

    assert [sha256 in fault for fault in checks.orphan_faults()] == [True]
    storage.path(sha256).unlink()
