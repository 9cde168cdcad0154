"""What was granted in a certificate's place and has no file yet, when the first is revoked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel.db import db, unit_of_work
from academy.privacy.queries.standing import has_something_open
from certificates.models import Certificate
from certificates.queries.chain_checks import chain_faults
from certificates.queries.checks import waiting_faults
from certificates.queries.holder import own_news
from certificates.queries.names import get_name
from certificates.services import decisions, life, names, standing
from certificates.services.issuing import StoredFile, record_issued
from certificates.tasks import issuing
from certificates.tasks.issuing import find_paper, key_named
from tests.certificates.ready import CODE, Scene, issue, make_scene
from tests.factories import make_actor

pytestmark = pytest.mark.slow
NEW_NAME = "Samira Haddou-Çelik"
OTHER_CODE = "KKEY1X16XNCQMV3PPJW4"


@pytest.fixture
def scene(app: Flask) -> Scene:
    with unit_of_work():
        return make_scene()


@pytest.fixture
def first(scene: Scene) -> int:
    return issue(scene, code=CODE)


def get(certificate_id: int) -> Certificate:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Certificate, certificate_id)


def follow(scene: Scene, first: int) -> int:
    """Grant a replacement under another name; it waits for the yes to that name."""
    with unit_of_work():
        decision_id = decisions.propose_replacement(
            first, printed_name=NEW_NAME, by=make_actor(scene.coordinator)
        )
    with unit_of_work():
        second = decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    assert second is not None
    return second


def revoke(scene: Scene, certificate_id: int) -> None:
    with unit_of_work():
        found = life.propose_revocation(certificate_id, "own_request", by=make_actor(scene.board))
    with unit_of_work():
        life.confirm_revocation(found, by=make_actor(scene.other_board))


def give_back(scene: Scene, certificate_id: int) -> None:
    with unit_of_work():
        found = standing.propose_reinstatement(certificate_id, by=make_actor(scene.board))
    with unit_of_work():
        standing.confirm(found, by=make_actor(scene.other_board))


def test_what_never_was_made_takes_nothing_from_who_got_theirs_back(
    scene: Scene, first: int
) -> None:
    second = follow(scene, first)
    revoke(scene, first)
    give_back(scene, first)

    with unit_of_work():
        made = names.approve_name(scene.holder.id, NEW_NAME, by=make_actor(scene.holder))
    issuing.issue(second, code=OTHER_CODE)

    assert made == 0
    assert (get(second).state, get(second).standing) == ("approved", "revoked")
    assert get(first).standing == "valid"
    assert chain_faults() == []
    assert waiting_faults() == []


def test_a_job_that_was_busy_with_it_enters_nothing(scene: Scene, first: int) -> None:
    second = follow(scene, first)
    with unit_of_work():
        assert find_paper(second, code=OTHER_CODE) is not None
    revoke(scene, first)
    give_back(scene, first)

    sealed_by = db.session.get_one(Certificate, first).key_id
    kid = db.session.scalar(
        sa.text("select kid from signing_key where id = :id"), {"id": sealed_by}
    )
    file = StoredFile(sha256="a" * 64, size_bytes=1, key=key_named(str(kid)), code=OTHER_CODE)
    with unit_of_work():
        assert record_issued(second, file) is False

    assert get(first).standing == "valid"


def test_nobody_is_asked_for_its_name_and_nobody_waits_for_it(scene: Scene, first: int) -> None:
    second = follow(scene, first)
    assert has_something_open(scene.holder.id)
    assert get_name(scene.holder.id).granted_name == NEW_NAME
    revoke(scene, first)

    assert not has_something_open(scene.holder.id)
    assert get_name(scene.holder.id).granted_name == ""
    assert not own_news(scene.holder.id).may_need_a_yes
    assert get(second).printed_name == ""


def test_a_new_replacement_may_follow_who_got_theirs_back(scene: Scene, first: int) -> None:
    follow(scene, first)
    revoke(scene, first)
    give_back(scene, first)

    third = follow(scene, first)
    with unit_of_work():
        names.approve_name(scene.holder.id, NEW_NAME, by=make_actor(scene.holder))
    issuing.issue(third, code=OTHER_CODE)

    assert (get(first).standing, get(third).standing) == ("replaced", "valid")
