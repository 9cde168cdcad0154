"""Copies as wallets take and show them, judged over HTTP by a wallet and a verifier not ours."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock, documents
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from certificates.adapters import badge_keys
from certificates.models import Certificate, WalletOffer
from certificates.rules import wallet as rules
from certificates.rules.wallet import offer_address
from certificates.services import life, wallet
from certificates.views import wallet_issuer
from tests.certificates.wallets import (
    Held,
    Wallet,
    add_wallet_key,
    let_wallets_in,
    listening,
    make_held,
)
from tests.factories import make_actor
from tests.judges import on_node

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Open:
    """An academy that listens, with a certificate to copy."""

    app: Flask
    held: Held

    def offer(self) -> dict[str, str]:
        """Make an offer, as its holder hands it to a wallet."""
        with unit_of_work():
            made = wallet.make_offer(self.held.certificate_id, by=make_actor(self.held.holder))
        address = offer_address(current().public_url, made.code)
        return {"offer": address, "digits": made.digits}


@pytest.fixture
def academy(app, tmp_path, monkeypatch) -> Iterator[Open]:
    with listening(app) as url:
        let_wallets_in(app, tmp_path, monkeypatch, public_url=url)
        yield Open(app, make_held())
    documents.close()


def follow(offer: dict[str, str], **lies: Any) -> dict[str, Any]:
    """Return what the wallet made of an offer."""
    return on_node.ask("wallet.mjs", {"collect": {**offer, "lies": lies}})


def show(held: dict[str, Any], *names: str, copy: str = "", **changes: Any) -> dict[str, Any]:
    """Return what the verifier says of a copy that a wallet shows with these claims."""
    shown = {"copy": copy or held["copy"], "key": held["key"], "names": names, **changes}
    return on_node.ask("wallet.mjs", {"show": shown})


def error_of(said: dict[str, Any]) -> str:
    """Return the error in the last answer that the wallet got."""
    assert said["refused"]
    return str(json.loads(said["last"]["body"])["error"])


# --- taken -------------------------------------------------------------------------------------


@pytest.fixture
def taken(academy) -> dict[str, Any]:
    said = follow(academy.offer())
    assert said["refused"] is None, said
    return said


def test_a_wallet_reads_us_as_version_1_and_takes_a_copy(taken):
    assert taken["version"] == "V1"
    assert taken["last"]["path"] == "/api/wallet/credential"


def test_the_holder_shows_the_name_or_leaves_it_out(academy, taken):
    all_shown = show(taken, "name", "number")
    assert all_shown["refused"] is None, all_shown
    assert all_shown["payload"]["name"] == "Samira El Haddou"
    assert all_shown["header"]["typ"] == "dc+sd-jwt"
    assert all_shown["type"]["vct"] == all_shown["payload"]["vct"]

    none_shown = show(taken)
    assert none_shown["refused"] is None, none_shown
    assert not {"name", "number"} & set(none_shown["payload"])
    assert none_shown["payload"]["title"] == "Buurtaanjager"


def test_a_copy_of_before_a_new_key_still_holds(academy, taken):
    old, *_rest = badge_keys.list_keys(current().keys, badge_keys.WALLET)
    add_wallet_key(current())
    badge_keys.end_key(current().keys, old.key_id, now=clock.real_now())
    said = show(taken, "name")
    assert said["refused"] is None, said


# --- refused to a wallet -----------------------------------------------------------------------


def test_a_wrong_code_gives_nothing(academy):
    offer = academy.offer()
    wrong = f"{(int(offer['digits']) + 1) % 10**6:06d}"
    said = follow({**offer, "digits": wrong})
    assert (said["last"]["path"], error_of(said)) == ("/api/wallet/token", "invalid_grant")


def test_an_offer_that_was_used_gives_nothing(academy):
    offer = academy.offer()
    assert follow(offer)["refused"] is None
    assert error_of(follow(offer)) == "invalid_grant"


def test_an_offer_that_ended_gives_nothing(academy):
    offer = academy.offer()
    with unit_of_work():
        then = clock.real_now() - timedelta(minutes=20)
        moved = sa.update(WalletOffer).values(made_at=then, ends_at=then + timedelta(minutes=10))
        db.session.execute(moved)
    assert error_of(follow(offer)) == "invalid_grant"


@pytest.mark.parametrize(
    ("lies", "error"),
    [
        ({"claims": {"aud": "https://elders.example"}}, "invalid_proof"),
        ({"claims": {"iat": 1_700_000_000}}, "invalid_proof"),
        ({"claims": {"nonce": "made.up.here"}}, "invalid_nonce"),
        ({"otherKey": True}, "invalid_proof"),
        ({"twice": True}, "invalid_token"),
    ],
    ids=["audience", "moment", "nonce", "key", "twice"],
)
def test_a_proof_that_is_not_right_gives_nothing(academy, lies, error):
    said = follow(academy.offer(), **lies)
    assert (said["last"]["path"], error_of(said)) == ("/api/wallet/credential", error)


# --- refused to a verifier ---------------------------------------------------------------------


def by_revoking(held: Held) -> None:
    certificate = db.session.get_one(Certificate, held.certificate_id)
    life.set_standing(certificate, "revoked", by=make_actor(held.stranger), ground="fraud")


def by_taking_back(held: Held) -> None:
    life.withdraw(held.certificate_id, by=make_actor(held.holder))


def by_hiding_the_name(held: Held) -> None:
    life.hide_name(held.certificate_id, by=make_actor(held.holder))


@pytest.mark.trust("T18")
@pytest.mark.parametrize("end", [by_revoking, by_taking_back, by_hiding_the_name])
def test_a_copy_ends_with_its_certificate(academy, taken, end):
    with unit_of_work():
        end(academy.held)
    assert show(taken, "name")["refused"] == "Status is not valid"


def test_a_hidden_name_that_is_shown_again_counts_again(academy, taken):
    by = make_actor(academy.held.holder)
    with unit_of_work():
        life.hide_name(academy.held.certificate_id, by=by)
    with unit_of_work():
        life.show_name(academy.held.certificate_id, by=by)
    assert show(taken, "name")["refused"] is None


@pytest.mark.trust("T18")
def test_nobody_shows_the_copy_of_another(taken):
    thief = Wallet().key.as_dict(private=True)
    assert show(taken, "name", boundTo=thief)["refused"]


# --- planted faults ----------------------------------------------------------------------------


def with_other_name(copy: str) -> str:
    """Return a copy in which the holder wrote another name over their own."""
    signed, *disclosures, end = copy.split("~")

    def changed(one: str) -> str:
        said = json.loads(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)))
        said[2] = "Iemand Anders" if said[1] == "name" else said[2]
        return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()

    return "~".join([signed, *map(changed, disclosures), end])


@pytest.mark.trust("T18", planted=True)
def test_another_name_is_never_shown(taken):
    said = show(taken, "name", copy=with_other_name(taken["copy"]))
    assert "Iemand Anders" not in json.dumps(said.get("payload", ""))


@pytest.mark.trust("T18", planted=True)
def test_one_other_sign_is_found(taken):
    signed, _dot, rest = taken["copy"].partition("~")
    header, claims, signature = signed.split(".")
    swapped = claims[:40] + ("A" if claims[40] != "A" else "B") + claims[41:]
    assert show(taken, copy=f"{header}.{swapped}.{signature}~{rest}")["refused"]


def test_a_copy_by_a_key_that_is_not_published_is_found(academy, taken):
    (key,) = badge_keys.list_keys(current().keys, badge_keys.WALLET)
    badge_keys.end_key(current().keys, key.key_id, now=clock.real_now(), compromised=True)
    add_wallet_key(current())
    assert show(taken, "name")["refused"]


@pytest.mark.trust("T18", planted=True)
def test_a_status_list_of_somebody_else_is_found(academy, taken, tmp_path, monkeypatch):
    """The list is signed with a key that is not published."""
    elsewhere = tmp_path / "elsewhere"
    now = clock.real_now()
    badge_keys.add_key(elsewhere, "wallet", current().keys_passphrase, now=now)
    real = wallet_issuer.status_list
    monkeypatch.setattr(
        wallet_issuer,
        "status_list",
        lambda *values, **named: real(*values, **{**named, "keys_folder": elsewhere}),
    )
    assert "Status List" in show(taken, "name")["refused"]


def test_an_issuer_that_calls_itself_otherwise_is_found(academy, monkeypatch):
    real = rules.issuer_metadata
    monkeypatch.setattr(
        rules,
        "issuer_metadata",
        lambda url, name: {**real(url, name), "credential_issuer": "https://elders.example"},
    )
    assert follow(academy.offer())["refused"]


def test_an_issuer_whose_keys_of_proof_are_others_is_found(academy, monkeypatch):
    monkeypatch.setattr(rules, "ALGORITHM", "EdDSA")
    said = follow(academy.offer())
    assert "alg" in said["refused"]
