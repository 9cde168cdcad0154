"""An offer, a token, a copy: each once, each for minutes, and only for what counts."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from joserfc import jws

from academy.kernel import clock, ids
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError, TooManyError
from academy.kernel.policy import NOBODY
from academy.kernel.settings import current
from certificates.models import Certificate, WalletOffer
from certificates.queries.timeline import timeline
from certificates.queries.wallet import copies, is_open, statuses
from certificates.rules.token_status import INVALID, SUSPENDED
from certificates.rules.wallet import GRANT
from certificates.rules.wallet_request import WalletRefusedError
from certificates.services import life, wallet, wallet_nonce
from tests.certificates.wallets import (
    PLACE,
    Held,
    Wallet,
    add_wallet_key,
    asked,
    claims_of,
    disclosed,
    let_wallets_in,
    make_held,
)
from tests.factories import make_actor

HERE = "192.0.2.7"


@pytest.fixture
def held(app, tmp_path, monkeypatch) -> Held:
    let_wallets_in(app, tmp_path, monkeypatch)
    return make_held()


def make_offer(held: Held) -> wallet.MadeOffer:
    with unit_of_work():
        return wallet.make_offer(held.certificate_id, by=make_actor(held.holder))


def form(made: wallet.MadeOffer, **changes: str) -> dict[str, str]:
    codes = {"pre-authorized_code": made.code, "tx_code": made.digits}
    return {"grant_type": GRANT, **codes, **changes}


def redeem(made: wallet.MadeOffer, **changes: str) -> str:
    with unit_of_work():
        return wallet.redeem(form(made, **changes), address=HERE)


def collect(token: str, own: Wallet, *, nonce: str = "", **changes: object) -> str:
    issuer = current().public_url
    proof = own.proof(nonce or wallet_nonce.fresh(), **{"issuer": issuer, **changes})
    with unit_of_work():
        return wallet.collect(token, asked(proof), address=HERE, by=NOBODY)


def refusal(do, *values, **named) -> str:
    with pytest.raises(WalletRefusedError) as caught:
        do(*values, **named)
    return caught.value.code


def other_than(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


def change(held: Held, **values: object) -> None:
    with unit_of_work():
        certificate = db.session.get_one(Certificate, held.certificate_id)
        for name, value in values.items():
            setattr(certificate, name, value)


# --- the offer ---------------------------------------------------------------------------------


def test_of_an_offer_only_hashes_are_kept(held):
    made = make_offer(held)
    kept = db.session.scalars(sa.select(WalletOffer)).one()
    assert (kept.code_hash, len(made.digits)) == (ids.digest(made.code), 6)
    assert kept.digits_hash not in (made.digits, ids.digest(made.digits))
    assert kept.ends_at - kept.made_at == timedelta(minutes=10)


def test_nobody_offers_what_is_of_another(held):
    with pytest.raises(NotFoundError):
        wallet.make_offer(held.certificate_id, by=make_actor(held.stranger))


@pytest.mark.parametrize(
    "values",
    [
        {"standing": "revoked"},
        {"standing": "replaced"},
        {"name_hidden_on": clock.real_today()},
        {"valid_until": clock.real_today() - timedelta(days=30_000)},
        {"status_place": None},
    ],
    ids=["revoked", "replaced", "name hidden", "expired", "from before badges"],
)
def test_what_does_not_count_or_show_is_not_offered(held, values):
    change(held, **values)
    with pytest.raises(ConflictError):
        wallet.make_offer(held.certificate_id, by=make_actor(held.holder))


def test_a_new_offer_ends_the_one_before(held):
    first = make_offer(held)
    second = make_offer(held)
    assert refusal(redeem, first) == "invalid_grant"
    assert redeem(second)


# --- the token ---------------------------------------------------------------------------------


def test_both_codes_give_a_token_once(held):
    made = make_offer(held)
    assert redeem(made)
    assert refusal(redeem, made) == "invalid_grant"


def test_an_offer_ends_after_ten_minutes(held):
    made = make_offer(held)
    with unit_of_work():
        then = clock.real_now() - timedelta(minutes=11)
        moved = sa.update(WalletOffer).values(made_at=then, ends_at=then + timedelta(minutes=10))
        db.session.execute(moved)
    assert refusal(redeem, made) == "invalid_grant"


def test_an_unknown_code_and_a_wrong_one_are_refused_alike(held):
    made = make_offer(held)
    assert refusal(redeem, made, tx_code=other_than(made.digits)) == "invalid_grant"
    assert refusal(redeem, made, **{"pre-authorized_code": "elders"}) == "invalid_grant"


@pytest.mark.trust("T19")
def test_after_three_wrong_codes_the_right_one_is_worth_nothing(held):
    made = make_offer(held)
    for _try in range(3):
        assert refusal(redeem, made, tx_code=other_than(made.digits)) == "invalid_grant"
    assert refusal(redeem, made) == "invalid_grant"


def test_two_wrong_codes_are_forgiven(held):
    made = make_offer(held)
    for _try in range(2):
        assert refusal(redeem, made, tx_code=other_than(made.digits)) == "invalid_grant"
    assert redeem(made)


def test_an_address_that_guesses_is_stopped_and_one_that_succeeds_is_not(held):
    for _time in range(3):
        collect(redeem(make_offer(held)), Wallet())
    made = make_offer(held)
    for _try in range(30):
        assert refusal(redeem, made, **{"pre-authorized_code": "elders"}) == "invalid_grant"
    with pytest.raises(TooManyError):
        redeem(made)


def test_what_was_revoked_since_the_offer_gives_no_token(held):
    made = make_offer(held)
    change(held, standing="revoked")
    assert refusal(redeem, made) == "invalid_grant"


# --- the copy ----------------------------------------------------------------------------------


def test_a_copy_is_bound_to_the_key_and_keeps_the_name_apart(held):
    own = Wallet()
    copy = collect(redeem(make_offer(held)), own)
    said = claims_of(copy)
    assert said["cnf"] == {"jwk": own.jwk}
    assert said["status"]["status_list"]["idx"] == PLACE
    assert said["title"] == "Buurtaanjager"
    assert "Samira" not in str(said)
    assert disclosed(copy) == {"name": "Samira El Haddou", "number": "SLHZ-B-2026-00001-03"}
    assert len(said["_sd"]) == 2


def test_a_token_gives_one_copy(held):
    token = redeem(make_offer(held))
    collect(token, Wallet())
    assert refusal(collect, token, Wallet()) == "invalid_token"
    assert copies(held.certificate_id).times == 1


def test_a_token_ends_after_five_minutes(held):
    token = redeem(make_offer(held))
    with unit_of_work():
        ended = sa.update(WalletOffer).values(token_ends_at=clock.real_now())
        db.session.execute(ended)
    assert refusal(collect, token, Wallet()) == "invalid_token"


def test_a_made_up_token_gives_nothing(held):
    assert refusal(collect, "elders", Wallet()) == "invalid_token"


def test_a_nonce_works_once(held):
    nonce = wallet_nonce.fresh()
    collect(redeem(make_offer(held)), Wallet(), nonce=nonce)
    assert refusal(collect, redeem(make_offer(held)), Wallet(), nonce=nonce) == "invalid_nonce"


def test_a_refused_proof_costs_no_token(held):
    token = redeem(make_offer(held))
    elsewhere = "https://elders.example"
    assert refusal(collect, token, Wallet(), issuer=elsewhere) == "invalid_proof"
    assert refusal(collect, token, Wallet(), signs_with=Wallet().key) == "invalid_proof"
    assert refusal(collect, token, Wallet(), nonce="made.up.nonce") == "invalid_nonce"
    assert collect(token, Wallet())


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "....", "\ud800.é.x", "e30.e30.e30"])
def test_what_is_no_proof_is_refused(held, text):
    token = redeem(make_offer(held))
    with unit_of_work():
        said = refusal(wallet.collect, token, asked(text), address=HERE, by=NOBODY)
    assert said == "invalid_proof"


def test_what_was_revoked_since_the_token_gives_no_copy(held):
    token = redeem(make_offer(held))
    change(held, standing="revoked")
    assert refusal(collect, token, Wallet()) == "invalid_token"


def test_the_key_that_was_replaced_signs_no_more(held):
    first = key_of(collect(redeem(make_offer(held)), Wallet()))
    add_wallet_key(current())
    assert key_of(collect(redeem(make_offer(held)), Wallet())) != first


def key_of(copy: str) -> str:
    return str(jws.extract_compact(copy.partition("~")[0].encode()).protected["kid"])


def test_eight_at_once_get_one_token_and_eight_more_get_one_copy(held, app):
    """Whoever asks at the same moment, with the same codes or the same token."""
    made = make_offer(held)
    tokens = [one for one in at_once(app, lambda: redeem(made), times=8) if one]
    assert len(tokens) == 1
    given = [one for one in at_once(app, lambda: collect(tokens[0], Wallet()), times=8) if one]
    assert len(given) == 1
    assert copies(held.certificate_id).times == 1


def at_once(app: Flask, act: Callable[[], str], *, times: int) -> list[str]:
    """Do the same in as many threads at once; return what each got, nothing for a refusal."""
    got: list[str] = []
    start = threading.Barrier(times)

    def one() -> None:
        with app.app_context():
            start.wait()
            with contextlib.suppress(WalletRefusedError):
                got.append(act())

    threads = [threading.Thread(target=one) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


# --- a nonce -----------------------------------------------------------------------------------


def test_a_nonce_is_ours_for_five_minutes(app, monkeypatch):
    nonce = wallet_nonce.fresh()
    assert wallet_nonce.is_ours(nonce)
    for other in ("", "a", nonce[:-1], f"0{nonce}", nonce.replace(".", "é", 1)):
        assert not wallet_nonce.is_ours(other)
    later = clock.real_now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    assert not wallet_nonce.is_ours(nonce)


# --- what stays --------------------------------------------------------------------------------


def test_the_life_of_a_certificate_tells_of_a_copy(held):
    collect(redeem(make_offer(held)), Wallet())
    (moment,) = [one for one in timeline(held.certificate_id) if one.kind == "put_in_wallet"]
    assert moment.who
    assert moment.event_id is None


def test_the_audit_tells_of_offer_and_copy_and_holds_no_code(held):
    made = make_offer(held)
    copy = collect(redeem(made), Wallet())
    rows = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action.startswith("certificates:wallet"))
    ).all()
    assert [row.action for row in rows] == [
        "certificates:wallet:offered",
        "certificates:wallet:taken",
    ]
    assert {row.object_id for row in rows} == {held.certificate_id}
    said = str([row.data for row in rows])
    assert not any(secret in said for secret in (made.code, made.digits, copy, "Samira"))


def test_the_list_moves_with_the_register(held):
    by = make_actor(held.holder)
    assert dict(statuses(1)) == {}
    with unit_of_work():
        life.hide_name(held.certificate_id, by=by)
    assert dict(statuses(1)) == {PLACE: SUSPENDED}
    with unit_of_work():
        life.show_name(held.certificate_id, by=by)
    assert dict(statuses(1)) == {}
    with clock.at(clock.local(clock.today().replace(year=2040), 9)):
        assert dict(statuses(1)) == {PLACE: INVALID}
    with unit_of_work():
        life.withdraw(held.certificate_id, by=by)
    assert dict(statuses(1)) == {PLACE: INVALID}
    with pytest.raises(NotFoundError):
        statuses(2)


def test_without_a_key_wallets_are_not_let_in(app, tmp_path, monkeypatch):
    settings = let_wallets_in(app, tmp_path, monkeypatch)
    assert is_open()
    for path in settings.keys.glob("wallet-*"):
        path.unlink()
    assert not is_open()
