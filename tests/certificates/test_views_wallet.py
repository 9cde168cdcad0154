"""Zet in je wallet: the page, and what wallets and verifiers ask, over HTTP."""

from __future__ import annotations

import html
import json
import re
import shutil
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from academy.kernel import clock, documents
from academy.kernel.db import db, unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.settings import SettingsError, current
from certificates.adapters import badge_keys
from certificates.cli import keys
from certificates.models import Certificate
from certificates.rules.token_status import INVALID, SUSPENDED, VALID
from certificates.rules.wallet import GRANT
from certificates.services import life
from certificates.views import wallet_issuer
from tests.access.test_pages import faults_of
from tests.certificates.ready import Scene, commit_scene, issue, make_keys
from tests.certificates.wallets import (
    PLACE,
    Held,
    Wallet,
    add_wallet_key,
    asked,
    disclosed,
    let_wallets_in,
    make_held,
    status_in,
)
from tests.conftest import make_settings
from tests.factories import make_actor

PUBLIC = (
    "/.well-known/jwt-vc-issuer",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-credential-issuer",
    "/api/wallet/status/1",
    "/api/wallet/type",
)
ASKED = ("/api/wallet/credential", "/api/wallet/nonce", "/api/wallet/token")


@pytest.fixture
def settings(app, tmp_path, monkeypatch):
    return let_wallets_in(app, tmp_path, monkeypatch)


@pytest.fixture
def held(settings) -> Held:
    return make_held()


def offered(page: Any) -> tuple[str, str]:
    """Return both codes that a page shows."""
    assert page.status_code == 200, page.text
    address = html.unescape(re.search(r'href="(openid-credential-offer:[^"]+)"', page.text)[1])
    offer = json.loads(parse_qs(urlsplit(address).query)["credential_offer"][0])
    digits = re.findall(r"<span>(\d{3})</span>", page.text)
    return offer["grants"][GRANT]["pre-authorized_code"], "".join(digits)


def ask_token(client: Any, code: str, digits: str) -> Any:
    form = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": digits}
    return client.post("/api/wallet/token", data=form)


def ask_copy(client: Any, token: str, own: Wallet, **changes: Any) -> Any:
    nonce = client.post("/api/wallet/nonce").json["c_nonce"]
    proof = own.proof(**{"nonce": nonce, "issuer": current().public_url, **changes})
    headers = {"Authorization": f"Bearer {token}"}
    return client.post("/api/wallet/credential", json=asked(proof), headers=headers)


def make_copy(sign_in: Any, client: Any, held: Held, own: Wallet) -> Any:
    page = sign_in(held.holder).post(f"/certificaat/{held.certificate_id}/wallet")
    token = ask_token(client, *offered(page)).json["access_token"]
    return ask_copy(client, token, own)


# --- the setting -------------------------------------------------------------------------------


def test_as_it_comes_nothing_of_it_is_there(app, sign_in, client):
    make_keys()
    held = make_held()
    holder = sign_in(held.holder)
    assert "wallet" not in holder.get("/certificaat").text
    path = f"/certificaat/{held.certificate_id}/wallet"
    assert holder.get(path).status_code == holder.post(path).status_code == 404
    assert {client.get(one).status_code for one in PUBLIC} == {404}
    assert {client.post(one).status_code for one in ASKED} == {404}


def test_a_wrong_setting_stops_the_start(tmp_path):
    with pytest.raises(SettingsError, match="ACADEMY_WALLET"):
        make_settings("sqlite://", tmp_path, WALLET="yes")


# --- the holder's page -------------------------------------------------------------------------


def test_the_holder_finds_the_page_and_reads_what_it_does(held, sign_in):
    client = sign_in(held.holder)
    path = f"/certificaat/{held.certificate_id}/wallet"
    assert f'href="{path}"' in client.get("/certificaat").text
    page = client.get(path)
    assert "Een wallet is een app op je telefoon." in page.text
    assert "openid-credential-offer" not in page.text


def test_the_codes_are_shown_once_apart_and_kept_by_nobody(held, sign_in):
    client = sign_in(held.holder)
    path = f"/certificaat/{held.certificate_id}/wallet"
    page = client.post(path)
    code, digits = offered(page)
    assert len(digits) == 6
    assert page.headers["Cache-Control"] == "no-store"
    before, _fold, inside = page.text.partition("<details")
    assert digits[:3] not in re.sub(r'"[^"]*"', "", before)
    assert f"<span>{digits[:3]}</span>" in inside
    assert 'src="data:image/svg' in page.text
    assert code not in client.get(path).text


def test_an_offer_holds_nothing_about_its_holder(held, sign_in):
    page = sign_in(held.holder).post(f"/certificaat/{held.certificate_id}/wallet").text
    address = re.search(r'href="(openid-credential-offer:[^"]+)"', page)[1]
    assert not any(word in address for word in ("Samira", "SLHZ", "Buurt"))


def test_nobody_opens_the_page_of_another(held, sign_in):
    client = sign_in(held.stranger)
    path = f"/certificaat/{held.certificate_id}/wallet"
    assert client.get(path).status_code == client.post(path).status_code == 404


def test_what_does_not_count_says_so_and_has_no_button(held, sign_in):
    with unit_of_work():
        life.hide_name(held.certificate_id, by=make_actor(held.holder))
    client = sign_in(held.holder)
    path = f"/certificaat/{held.certificate_id}/wallet"
    assert path not in client.get("/certificaat").text
    assert "kan nu niet in een wallet" in client.get(path).text
    assert client.post(path).status_code == 409


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_form_of_the_page_is_well_formed(held, sign_in, language):
    client = sign_in(held.holder)
    client.get(f"/taal/{language}")
    path = f"/certificaat/{held.certificate_id}/wallet"
    pages = [client.get(path), client.post(path)]
    with unit_of_work():
        life.hide_name(held.certificate_id, by=make_actor(held.holder))
    for page in (*pages, client.get(path)):
        assert faults_of(page.text) == []


def test_the_keys_command_makes_the_key_and_only_with_the_setting(app, tmp_path, monkeypatch):
    make_keys()
    shutil.copytree(current().keys, tmp_path / "keys")
    changed = replace(current(), keys=tmp_path / "keys")
    run = app.test_cli_runner().invoke
    monkeypatch.setitem(app.extensions, "academy.settings", changed)
    assert run(keys, ["init"]).exit_code == 1  # there is nothing to add
    monkeypatch.setitem(app.extensions, "academy.settings", replace(changed, wallet="on"))
    answer = run(keys, ["init"])
    assert (answer.exit_code, answer.output.partition(":")[0]) == (0, "wallet")
    first, *_none = badge_keys.list_keys(changed.keys, badge_keys.WALLET)
    assert run(keys, ["rotate", "--purpose", "wallet"]).exit_code == 0
    able = {one.key_id: one.may_sign for one in badge_keys.list_keys(changed.keys, ("wallet",))}
    assert sorted(able.values()) == [False, True]
    assert able[first.key_id] is False


# --- what is published -------------------------------------------------------------------------


def test_what_is_published_is_for_every_site_and_holds_no_name(held, client):
    for path in PUBLIC:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert not any(word in answer.text for word in ("Samira", "SLHZ"))


def test_every_key_is_published_but_a_lost_one(settings, client):
    def ids() -> list[str]:
        return [one["kid"] for one in client.get("/.well-known/jwt-vc-issuer").json["jwks"]["keys"]]

    (first,) = ids()
    badge_keys.end_key(settings.keys, first, now=clock.real_now())
    second = add_wallet_key(settings).key_id
    assert ids() == [first, second]
    badge_keys.end_key(settings.keys, first, now=clock.real_now(), compromised=True)
    assert ids() == [second]
    assert "private" not in client.get("/.well-known/jwt-vc-issuer").text
    assert first not in client.get("/.well-known/did.json").text


def test_a_status_list_is_signed_by_a_published_key_and_moves(held, client):
    def status() -> int:
        answer = client.get("/api/wallet/status/1")
        assert answer.mimetype == "application/statuslist+jwt"
        (key,) = client.get("/.well-known/jwt-vc-issuer").json["jwks"]["keys"]
        read = jws.deserialize_compact(answer.data, ECKey.import_key(key), ["ES256"])
        assert read.protected["typ"] == "statuslist+jwt"
        assert json.loads(read.payload)["sub"] == f"{current().public_url}/api/wallet/status/1"
        return status_in(answer.text, PLACE)

    assert status() == VALID
    by = make_actor(held.holder)
    with unit_of_work():
        life.hide_name(held.certificate_id, by=by)
    assert status() == SUSPENDED
    with unit_of_work():
        life.withdraw(held.certificate_id, by=by)
    assert status() == INVALID


def test_a_status_list_is_read_once_per_step(held, client, monkeypatch):
    read, statuses = [], wallet_issuer.queries.statuses
    monkeypatch.setattr(
        wallet_issuer.queries, "statuses", lambda number: read.append(number) or statuses(number)
    )
    for _try in range(9):
        assert client.get("/api/wallet/status/1").status_code == 200
    assert len(read) in (1, 2)  # a new minute may begin


@pytest.mark.parametrize("number", [0, 2, 10**9])
def test_a_list_in_which_nothing_stands_is_not_there(held, client, number):
    assert client.get(f"/api/wallet/status/{number}").status_code == 404


# --- what a wallet asks ------------------------------------------------------------------------


def test_a_wallet_gets_its_copy(held, sign_in, client):
    answer = make_copy(sign_in, client, held, Wallet())
    assert answer.headers["Cache-Control"] == "no-store"
    (one,) = answer.json["credentials"]
    assert disclosed(one["credential"])["name"] == "Samira El Haddou"
    holder = sign_in(held.holder)
    page = holder.get(f"/certificaat/{held.certificate_id}/wallet").text
    assert "Je zette 1 keer een kopie in een wallet." in page
    life_page = holder.get(f"/certificaat/{held.certificate_id}/verloop").text
    assert "Je zette een kopie in je wallet." in life_page


def test_a_token_is_said_as_oauth_says_it(held, sign_in, client):
    page = sign_in(held.holder).post(f"/certificaat/{held.certificate_id}/wallet")
    answer = ask_token(client, *offered(page))
    assert set(answer.json) == {"access_token", "token_type", "expires_in"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 300)
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_refusal_is_said_in_the_words_of_the_protocol(held, sign_in, client):
    page = sign_in(held.holder).post(f"/certificaat/{held.certificate_id}/wallet")
    code, digits = offered(page)
    answers = [
        (client.post("/api/wallet/token"), 400, "invalid_request"),
        (client.post("/api/wallet/token", data={"grant_type": "x"}), 400, "unsupported_grant_type"),
        (ask_token(client, "elders", digits), 400, "invalid_grant"),
        (ask_token(client, code, "12345"), 400, "invalid_grant"),
        (client.post("/api/wallet/credential", json={}), 401, "invalid_token"),
        (ask_copy(client, "elders", Wallet()), 401, "invalid_token"),
    ]
    token = ask_token(client, code, digits).json["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    answers += [
        (
            client.post("/api/wallet/credential", data=body, headers=bearer, content_type=kind),
            400,
            "invalid_credential_request",
        )
        for body, kind in (
            ("", "application/json"),
            ("{", "application/json"),
            ("[" * 9_000, "application/json"),
            ("a=b", "application/x-www-form-urlencoded"),
        )
    ]
    answers.append(
        (ask_copy(client, token, Wallet(), issuer="https://x.example"), 400, "invalid_proof")
    )
    answers.append((ask_copy(client, token, Wallet(), nonce="elders"), 400, "invalid_nonce"))
    answers.append((ask_copy(client, token, Wallet(), iat=10**400), 400, "invalid_proof"))
    answers += [
        (
            client.post("/api/wallet/credential", json=asked(proof), headers=bearer),
            400,
            "invalid_proof",
        )
        for proof in ("WyJhbGciXQ.e30.AA", "Nw.e30.AA", "a.b", "")  # ["alg"] and 7 as header
    ]
    for answer, status, error in answers:
        assert (answer.status_code, answer.json) == (status, {"error": error})
        assert answer.headers["Cache-Control"] == "no-store"
        challenge = answer.headers.get("WWW-Authenticate")
        assert challenge == ('Bearer error="invalid_token"' if status == 401 else None)
    assert ask_copy(client, token, Wallet()).status_code == 200


def test_a_cookie_of_the_holder_is_no_token(held, sign_in):
    answer = sign_in(held.holder).post("/api/wallet/credential", json={})
    assert (answer.status_code, answer.json) == (401, {"error": "invalid_token"})


def test_a_large_request_is_not_read(held, client):
    answer = client.post("/api/wallet/credential", data=b"x" * 40_000)
    assert answer.status_code in (401, 413)
    assert client.post("/api/wallet/token", data={"tx_code": "1" * 40_000}).status_code == 413


def test_too_many_are_told_to_wait(held, client):
    answers = [ask_token(client, "elders", "123456") for _try in range(31)]
    assert (answers[-1].status_code, answers[-1].json) == (
        429,
        {"error": "temporarily_unavailable"},
    )
    nonces = [client.post("/api/wallet/nonce").status_code for _try in range(61)]
    assert (nonces[59], nonces[60]) == (200, 429)


def test_what_could_not_be_signed_may_be_asked_again(held, sign_in, client, monkeypatch):
    page = sign_in(held.holder).post(f"/certificaat/{held.certificate_id}/wallet")
    token = ask_token(client, *offered(page)).json["access_token"]

    def fail(*_values: Any, **_named: Any) -> None:
        raise DocumentError("Het lukte niet.")

    with monkeypatch.context() as patched:
        patched.setattr(documents, "call", fail)
        assert ask_copy(client, token, Wallet()).status_code == 503
    assert ask_copy(client, token, Wallet()).status_code == 200


@pytest.mark.slow
def test_a_certificate_as_it_is_really_issued_goes_into_a_wallet(
    app, tmp_path, monkeypatch, sign_in, client
):
    let_wallets_in(app, tmp_path, monkeypatch)
    scene: Scene = commit_scene()
    certificate_id = issue(scene)
    with unit_of_work():
        assert db.session.get_one(Certificate, certificate_id).status_place is not None
    answer = make_copy(sign_in, client, Held(certificate_id, scene.holder, scene.trainer), Wallet())
    assert disclosed(answer.json["credentials"][0]["credential"])["name"] == "Samira El Haddou"
    assert f"/certificaat/{certificate_id}/wallet" in sign_in(scene.holder).get("/certificaat").text
