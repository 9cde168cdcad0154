"""An authority that is away leaves certificates waiting, never sealed more weakly (T26)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from academy.kernel import disk, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.kernel.storage import SPARE, Storage
from certificates.adapters import timestamp
from certificates.adapters.timestamp import AuthorityAwayError
from certificates.cli import certificates
from certificates.models import Certificate, CertificateFile
from certificates.queries import checks
from certificates.queries.verification import check_upload
from certificates.services import issuing as entering
from certificates.tasks import issuing
from tests.certificates.ready import Scene, commit_scene, grant, issue, make_keys
from tests.certificates.timestamping import Authority, failing

pytestmark = [pytest.mark.slow, pytest.mark.trust("T26")]


@pytest.fixture(autouse=True)
def present(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timestamp, "_absence", timestamp._Absence())
    monkeypatch.setattr(timestamp.ask, "__kwdefaults__", {"seconds": 1})
    before = current()
    yield
    app.extensions["academy.settings"] = before


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    found = Authority(tmp_path_factory.mktemp("tsa"))
    yield found
    found.close()


def use(url: str) -> None:

    current_app.extensions["academy.settings"] = replace(current(), tsa_url=url)


def files() -> list[CertificateFile]:
    return list(db.session.scalars(sa.select(CertificateFile).order_by(CertificateFile.id)))


def stored() -> set[Path]:
    return set(current().storage.rglob("*.pdf"))


def test_without_an_authority_the_level_is_b_b(app: Flask) -> None:
    issue(commit_scene())

    (file,) = files()
    assert (file.level, file.stamp_until) == ("B-B", None)


def test_with_an_authority_the_level_is_b_t(app: Flask, authority: Authority) -> None:
    use(authority.url)
    certificate_id = issue(commit_scene())

    (file,) = files()
    certificate = db.session.get_one(Certificate, certificate_id)
    assert (file.level, file.stamp_until) == ("B-T", datetime(2035, 1, 1, tzinfo=UTC))
    assert (file.sha256, file.size_bytes) == (certificate.sha256, certificate.size_bytes)
    data = Storage(current().storage).get(file.sha256)
    assert check_upload(data).finding.verdict == "original"
    assert checks.file_faults() == []


@pytest.mark.parametrize("how", ["refuses", "hangs", "resets"])
def test_while_it_is_away_a_certificate_waits(
    app: Flask, authority: Authority, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys()
    certificate_id = grant(commit_scene())
    before = stored()
    with failing(how) as url:
        use(url)
        queue.run_pending()
        waiting = job()
        assert (waiting.state, waiting.tries) == ("waiting", 0)  # it never dies of this
        assert waiting.run_after > waiting.created_at
        assert db.session.get_one(Certificate, certificate_id).state == "approved"
        assert stored() == before
        assert files() == []
        assert checks.waiting_faults() == []

    use(authority.url)
    timestamp._absence.until = 0.0
    with unit_of_work():
        db.session.execute(
            sa.update(queue.Job).values(run_after=queue.Job.created_at)  # the wait is over
        )
    queue.run_pending(strict=True)
    db.session.expire_all()
    assert db.session.get_one(Certificate, certificate_id).state == "issued"
    assert [one.level for one in files()] == ["B-T"]


def job() -> queue.Job:
    db.session.expire_all()
    return db.session.scalars(
        sa.select(queue.Job).where(queue.Job.name == "certificates.issue")
    ).one()


def test_without_room_for_the_file_no_stamp_is_bought(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys()
    certificate_id = grant(commit_scene())
    use("http://127.0.0.1:9/")
    monkeypatch.setattr(timestamp, "ask", None)
    full = SimpleNamespace(free=SPARE)
    monkeypatch.setattr("academy.kernel.storage.shutil.disk_usage", lambda _folder: full)
    with pytest.raises(OSError, match="No space left") as refused:
        issuing.issue(certificate_id)
    assert disk.failed(refused.value)
    assert db.session.get_one(Certificate, certificate_id).state == "approved"


def test_while_it_is_away_nothing_is_rendered_for_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys()
    certificate_id = grant(commit_scene())
    with failing("refuses") as url:
        use(url)
        with pytest.raises(AuthorityAwayError):
            issuing.issue(certificate_id)
        monkeypatch.delattr(issuing, "make_one")
        with pytest.raises(AuthorityAwayError):
            issuing.issue(certificate_id)


def test_the_command_says_it(app: Flask) -> None:
    make_keys()
    scene: Scene = commit_scene()
    grant(scene)
    with failing("refuses") as url:
        use(url)
        answer = app.test_cli_runner().invoke(
            certificates, ["issue", "--cohort", str(scene.cohort.id)]
        )
    assert answer.exit_code == 1
    assert "tijdstempel" in answer.output


@pytest.mark.trust("T26", planted=True)
def test_a_job_that_forgets_the_stamp_enters_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above look at does tell a weaker seal from none."""
    monkeypatch.setattr(issuing, "stamped", lambda sealed, _settings, **_now: sealed)
    with failing("refuses") as url:
        use(url)
        with pytest.raises(entering.WeakerSealError):
            issue(commit_scene())
        assert files() == []
        monkeypatch.setattr(entering, "current", lambda: replace(current(), tsa_url=""))
        queue.run_pending(strict=True)
    assert [one.level for one in files()] == ["B-B"]
