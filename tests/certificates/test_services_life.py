"""What happens to a certificate later: replaced, renewed, handed out, revoked, taken back."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.people.queries.about import acts_for
from certificates.models import Certificate, CertificateEvent, Decision, Revocation
from certificates.queries import lists
from certificates.queries.snapshot import get_snapshot
from certificates.queries.standing import renewal_evidence
from certificates.queries.verification import check_code, check_number, check_upload
from certificates.services import decisions, life, standing
from certificates.services.evidence import record_renewal_evidence
from certificates.tasks import issuing
from tests.certificates.ready import CODE, Scene, issue, make_scene
from tests.factories import make_actor, make_grant, make_organisation, make_person

pytestmark = pytest.mark.slow
OTHER_CODE = "KKEY1X16XNCQMV3PPJW4"


@pytest.fixture
def scene(app: Flask) -> Scene:
    with unit_of_work():
        return make_scene()


@pytest.fixture
def certificate_id(scene: Scene) -> int:
    return issue(scene, code=CODE)


def get(certificate_id: int) -> Certificate:
    db.session.flush()
    db.session.expire_all()
    return db.session.get_one(Certificate, certificate_id)


def file_of(certificate_id: int) -> bytes:
    return Storage(current().storage).get(get(certificate_id).sha256 or "")


def granted(decision_id: int, scene: Scene, *, code: str = OTHER_CODE) -> int:
    with unit_of_work():
        new_id = decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    assert new_id is not None
    issuing.issue(new_id, code=code)
    return new_id


# --- print once more -------------------------------------------------------------------------


def test_a_reprint_by_another_is_recorded_as_done_for_the_holder(
    scene: Scene, certificate_id: int
) -> None:
    for person in (scene.holder, scene.board):
        with unit_of_work():
            life.reprint(certificate_id, by=make_actor(person))
    kind = "certificates:certificate:reprinted"
    (act,) = acts_for(scene.holder.id, {kind})
    assert (act.action, act.by) == (kind, scene.board.display_name)


# --- replace ---------------------------------------------------------------------------------


def replaced(scene: Scene, certificate_id: int, name: str = "Samira Haddou-Çelik") -> int:
    with unit_of_work():
        decision_id = decisions.propose_replacement(
            certificate_id, printed_name=name, by=make_actor(scene.coordinator)
        )
    return granted(decision_id, scene)


def test_a_replacement_has_its_own_number_and_the_old_end(
    scene: Scene, certificate_id: int
) -> None:
    with clock.at(clock.local(date(2027, 3, 1), 10)):
        new = get(replaced(scene, certificate_id))

    old = get(certificate_id)
    assert new.number != old.number
    assert new.valid_until == old.valid_until
    assert (new.replaces_id, old.standing) == (old.id, "replaced")
    assert old.standing_since == date(2027, 3, 1)


def test_the_old_name_is_seen_nowhere_after_a_replacement(
    scene: Scene, certificate_id: int
) -> None:
    old_file = file_of(certificate_id)
    replaced(scene, certificate_id)

    for found in (check_code(CODE), check_upload(old_file)):
        assert found.finding.verdict == "replaced"
        assert found.details is not None
        assert found.details.printed_name == ""
    assert check_code(OTHER_CODE).details.printed_name == "Samira Haddou-Çelik"  # type: ignore[union-attr]


def test_the_same_name_is_no_reason_to_replace(scene: Scene, certificate_id: int) -> None:
    with pytest.raises(InvalidInputError):
        decisions.propose_replacement(
            certificate_id, printed_name=" Samira  El Haddou ", by=make_actor(scene.coordinator)
        )


def test_a_replaced_certificate_is_not_replaced_again(scene: Scene, certificate_id: int) -> None:
    replaced(scene, certificate_id)

    with pytest.raises(ConflictError):
        decisions.propose_replacement(
            certificate_id, printed_name="Weer anders", by=make_actor(scene.coordinator)
        )


# --- renew -----------------------------------------------------------------------------------

IN_THE_WINDOW = clock.local(date(2029, 10, 1), 10)


def meet_twice(scene: Scene, *, days: tuple[date, ...]) -> None:
    for number, day in enumerate(days):
        record_renewal_evidence(
            scene.holder.id,
            "meetups",
            on=day,
            source=("meetup", f"T{number}"),
            by=make_actor(scene.coordinator),
        )


def test_a_renewal_counts_from_the_old_end(scene: Scene, certificate_id: int) -> None:
    with clock.at(IN_THE_WINDOW):
        with unit_of_work():
            meet_twice(scene, days=(date(2027, 6, 1), date(2028, 6, 1)))
            decision_id = decisions.propose_renewal(
                certificate_id, by=make_actor(scene.coordinator)
            )
        new = get(granted(decision_id, scene))

        assert get(certificate_id).standing == "renewed"
        assert new.valid_until == date(2032, 11, 23)
        assert new.number.startswith("SLHZ-B-2029-00001-")
        assert db.session.get_one(Decision, decision_id).verdict["complete"] is True
        assert check_code(CODE).finding.verdict == "original"
        assert check_code(CODE).details.renewed_by == new.number  # type: ignore[union-attr]


def test_evidence_from_before_the_certificate_does_not_count(
    scene: Scene, certificate_id: int
) -> None:
    with clock.at(IN_THE_WINDOW):
        meet_twice(scene, days=(date(2026, 6, 1), date(2028, 6, 1)))

        with pytest.raises(InvalidInputError) as caught:
            decisions.propose_renewal(certificate_id, by=make_actor(scene.coordinator))

    assert "hardship" in caught.value.fields


@pytest.mark.parametrize("day", [date(2029, 5, 22), date(2030, 2, 24)])
def test_outside_the_window_a_renewal_takes_a_written_reason(
    scene: Scene, certificate_id: int, day: date
) -> None:
    with clock.at(clock.local(day, 10)):
        meet_twice(scene, days=(date(2027, 6, 1), date(2028, 6, 1)))

        with pytest.raises(InvalidInputError):
            decisions.propose_renewal(certificate_id, by=make_actor(scene.coordinator))


def test_the_same_evidence_counts_once(scene: Scene) -> None:
    meet_twice(scene, days=(date(2027, 6, 1),))
    meet_twice(scene, days=(date(2027, 6, 1),))

    assert renewal_evidence(scene.holder.id) == [("meetups", date(2027, 6, 1))]


# --- hand out and revoke ---------------------------------------------------------------------


def test_the_paper_is_handed_out_once(scene: Scene, certificate_id: int) -> None:
    life.hand_out(certificate_id, by=make_actor(scene.trainer))

    with pytest.raises(ConflictError):
        life.hand_out(certificate_id, by=make_actor(scene.trainer))


def test_no_paper_is_handed_out_of_what_counts_no_more(scene: Scene, certificate_id: int) -> None:
    life.withdraw(certificate_id, by=make_actor(scene.holder))

    with pytest.raises(ConflictError):
        life.hand_out(certificate_id, by=make_actor(scene.trainer))


def test_what_the_holder_takes_back_nobody_revokes_any_more(
    scene: Scene, certificate_id: int
) -> None:
    proposal_id = life.propose_revocation(certificate_id, "fraud", by=make_actor(scene.board))
    life.withdraw(certificate_id, by=make_actor(scene.holder))

    proposal = db.session.get_one(Revocation, proposal_id)
    assert (proposal.outcome, proposal.closed_by_id) == ("dropped", scene.holder.id)
    assert lists.waiting_revocations(make_actor(scene.other_board)) == []
    with pytest.raises(ConflictError):
        life.confirm_revocation(proposal_id, by=make_actor(scene.other_board))


def test_what_ended_leaves_nothing_to_decide(scene: Scene, certificate_id: int) -> None:
    proposal_id = life.propose_revocation(certificate_id, "fraud", by=make_actor(scene.board))
    standing.end(certificate_id, by=SYSTEM)

    proposal = db.session.get_one(Revocation, proposal_id)
    assert (proposal.outcome, proposal.closed_by_id) == ("dropped", scene.holder.id)
    with pytest.raises(ConflictError, match="beëindigd"):
        life.withdraw(certificate_id, by=make_actor(scene.holder))


def test_a_renewal_that_was_revoked_renews_nothing(scene: Scene, certificate_id: int) -> None:
    with clock.at(IN_THE_WINDOW):
        with unit_of_work():
            meet_twice(scene, days=(date(2027, 6, 1), date(2028, 6, 1)))
            decision_id = decisions.propose_renewal(
                certificate_id, by=make_actor(scene.coordinator)
            )
        new_id = granted(decision_id, scene)
        assert "renewed" in [one.code for one in check_code(CODE).finding.reasons]
        assert [one.renewed_by for one in get_snapshot().entries if one.renewed_by]
        with unit_of_work():
            proposal = life.propose_revocation(new_id, "own_request", by=make_actor(scene.board))
        with unit_of_work():
            life.confirm_revocation(proposal, by=make_actor(scene.other_board))

        assert "renewed" not in [one.code for one in check_code(CODE).finding.reasons]
        assert not [one.renewed_by for one in get_snapshot().entries if one.renewed_by]


def test_two_of_the_board_revoke_and_no_way_shows_a_name_after(
    scene: Scene, certificate_id: int
) -> None:
    revocation_id = life.propose_revocation(certificate_id, "conduct", by=make_actor(scene.board))
    assert check_code(CODE).finding.verdict == "original"
    by = make_actor(scene.board)
    life.record_hearing(revocation_id, "heard", heard_on=clock.today(), by=by)
    life.confirm_revocation(revocation_id, by=make_actor(scene.other_board))
    db.session.commit()

    for found in (
        check_number(get(certificate_id).number),
        check_code(CODE),
        check_upload(file_of(certificate_id)),
    ):
        assert found.finding.verdict == "revoked"
        assert found.details is not None
        assert found.details.printed_name == ""
    event = db.session.scalars(
        sa.select(CertificateEvent).where(CertificateEvent.kind == "revoked")
    ).one()
    assert event.ground == "conduct"


def test_one_board_member_does_not_revoke_alone(scene: Scene, certificate_id: int) -> None:
    by = make_actor(scene.board)
    revocation_id = life.propose_revocation(certificate_id, "own_request", by=by)

    with pytest.raises(ForbiddenError):
        life.confirm_revocation(revocation_id, by=by)


def test_the_board_of_another_organisation_confirms_nothing(
    scene: Scene, certificate_id: int
) -> None:
    revocation_id = life.propose_revocation(certificate_id, "fraud", by=make_actor(scene.board))
    stranger = make_person("Bram")
    make_grant(stranger, "board", organisation=make_organisation())
    assert lists.waiting_revocations(make_actor(stranger)) == []
    with pytest.raises(NotFoundError):
        life.confirm_revocation(revocation_id, by=make_actor(stranger))
    with pytest.raises(NotFoundError):
        life.drop_revocation(revocation_id, by=make_actor(stranger))
    assert len(lists.waiting_revocations(make_actor(scene.other_board))) == 1


def test_the_database_holds_the_four_eyes_of_a_revocation(
    scene: Scene, certificate_id: int
) -> None:
    revocation_id = life.propose_revocation(certificate_id, "fraud", by=make_actor(scene.board))
    revocation = db.session.get_one(Revocation, revocation_id)
    revocation.outcome, revocation.closed_by_id = "confirmed", scene.board.id
    revocation.hearing = "earlier"

    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_coordinator_does_not_revoke(scene: Scene, certificate_id: int) -> None:
    with pytest.raises(NotFoundError):
        life.propose_revocation(certificate_id, "fraud", by=make_actor(scene.coordinator))


def test_a_dropped_proposal_leaves_the_certificate_and_may_come_again(
    scene: Scene, certificate_id: int
) -> None:
    by = make_actor(scene.board)
    life.drop_revocation(life.propose_revocation(certificate_id, "fraud", by=by), by=by)

    assert get(certificate_id).standing == "valid"
    assert life.propose_revocation(certificate_id, "fraud", by=by)


def test_nobody_revokes_their_own(scene: Scene, certificate_id: int) -> None:
    make_grant(scene.holder, "board")

    with pytest.raises(ForbiddenError):
        life.propose_revocation(certificate_id, "own_request", by=make_actor(scene.holder))


# --- take back -------------------------------------------------------------------------------


def test_the_holder_takes_it_back_and_name_and_file_go(scene: Scene, certificate_id: int) -> None:
    data = file_of(certificate_id)
    with unit_of_work():
        life.withdraw(certificate_id, by=make_actor(scene.holder))
    queue.run_pending(strict=True)

    certificate = get(certificate_id)
    assert (certificate.printed_name, certificate.standing) == ("", "withdrawn")
    assert not Storage(current().storage).path(certificate.sha256 or "").exists()
    assert check_upload(data).finding.verdict == "withdrawn"
    assert check_code(CODE).details.printed_name == ""  # type: ignore[union-attr]


def test_nobody_else_takes_it_back(scene: Scene, certificate_id: int) -> None:
    with pytest.raises(NotFoundError):
        life.withdraw(certificate_id, by=make_actor(scene.coordinator))
