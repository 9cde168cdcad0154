"""What a wallet reads of us, what it must send, and how a copy stands."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from certificates.rules import wallet
from certificates.rules.credential import LIST_LENGTH
from certificates.rules.token_status import (
    INVALID,
    SUSPENDED,
    VALID,
    list_claims,
    status_claim,
    status_of,
)
from certificates.rules.wallet_request import (
    LONGEST_PROOF,
    PROOF_TYPE,
    WalletRefusedError,
    key_in_header,
    nonce_in_proof,
    read_credential_request,
    read_token_request,
)
from tests.certificates.wallets import asked, status_in

URL = "https://academie.example"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)
KEY = {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}
FACTS = wallet.CopyFacts(
    place=LIST_LENGTH + 5,
    number="SLHZ-B-2026-00001-03",
    language="nl",
    printed_name="Samira El Haddou",
    title="Buurtaanjager",
    statement="rondde de leergang af",
    issued_on=TODAY,
    valid_until=NOW + timedelta(days=900),
    public_url=URL,
    academy="Academie",
)


# --- what we publish ---------------------------------------------------------------------------


def test_every_address_is_ours_and_the_issuer_is_the_same_everywhere():
    issuer = wallet.issuer_metadata(URL, "Academie")
    assert issuer["credential_issuer"] == wallet.server_metadata(URL)["issuer"] == URL
    for said in (issuer, wallet.server_metadata(URL), wallet.type_metadata(URL)):
        addresses = [text for text in json.dumps(said).split('"') if text.startswith("http")]
        assert addresses
        assert all(one == URL or one.startswith(f"{URL}/") for one in addresses)


def test_we_offer_one_kind_of_credential_bound_to_a_key():
    found = wallet.issuer_metadata(URL, "Academie")["credential_configurations_supported"]
    assert list(found) == ["certificate"]
    kind = found["certificate"]
    assert (kind["format"], kind["vct"]) == ("dc+sd-jwt", wallet.type_metadata(URL)["vct"])
    assert kind["cryptographic_binding_methods_supported"] == ["jwk"]
    assert kind["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"] == ["ES256"]


def test_every_claim_of_a_copy_is_explained_and_nothing_else():
    open_to_all, hidden = wallet.copy_claims(FACTS, KEY, {}, now=NOW)
    ours = {"iss", "iat", "exp", "vct", "cnf", "status"}
    explained = {one["path"][0]: one["sd"] for one in wallet.type_metadata(URL)["claims"]}
    assert {name for name, sd in explained.items() if sd == "never"} == set(open_to_all) - ours
    assert {name for name, sd in explained.items() if sd == "always"} == set(hidden)


def test_an_offer_holds_one_code_and_not_the_other():
    address = wallet.offer_address(URL, "the-code")
    assert address.startswith("openid-credential-offer://?credential_offer=")
    offer = json.loads(parse_qs(urlsplit(address).query)["credential_offer"][0])
    assert offer["credential_issuer"] == URL
    assert offer["grants"][wallet.GRANT] == {
        "pre-authorized_code": "the-code",
        "tx_code": {"length": 6, "input_mode": "numeric"},
    }


def test_the_name_and_the_number_are_for_the_holder_to_show():
    open_to_all, hidden = wallet.copy_claims(FACTS, KEY, {"status_list": {}}, now=NOW)
    assert hidden == {"name": "Samira El Haddou", "number": "SLHZ-B-2026-00001-03"}
    assert "Samira" not in str(open_to_all)
    assert open_to_all["cnf"] == {"jwk": KEY}
    assert open_to_all["exp"] == int((NOW + timedelta(days=900)).timestamp())


def test_what_does_not_end_says_no_end():
    facts = wallet.CopyFacts(**{**FACTS.as_plain(), "valid_until": None})
    assert "exp" not in wallet.copy_claims(facts, KEY, {}, now=NOW)[0]


# --- how a copy stands -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "hides_name", "until", "status"),
    [
        ("valid", False, None, VALID),
        ("valid", False, TODAY, VALID),
        ("renewed", False, TODAY, VALID),
        ("valid", True, TODAY, SUSPENDED),
        ("valid", False, TODAY - timedelta(days=1), INVALID),
        ("valid", True, TODAY - timedelta(days=1), INVALID),
        ("revoked", False, TODAY, INVALID),
        ("revoked", True, TODAY, INVALID),
        ("replaced", False, TODAY, INVALID),
        ("withdrawn", False, TODAY, INVALID),
        ("ended", False, TODAY, INVALID),
    ],
)
def test_a_copy_stands_as_its_certificate(standing, hides_name, until, status):
    assert status_of(standing, hides_name=hides_name, valid_until=until, today=TODAY) == status


def test_a_copy_stands_where_its_badge_stands():
    assert status_claim(URL, FACTS.place) == {
        "status_list": {"idx": 5, "uri": f"{URL}/api/wallet/status/2"}
    }


def test_a_list_holds_every_status_at_its_place():
    given = {0: INVALID, 1: SUSPENDED, 5: SUSPENDED, LIST_LENGTH - 1: INVALID}
    said = list_claims(URL, 1, statuses=given.items(), now=NOW)
    assert said["sub"] == f"{URL}/api/wallet/status/1"
    assert said["exp"] > said["iat"] + said["ttl"]
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    for place in (0, 1, 2, 4, 5, 6, LIST_LENGTH - 2, LIST_LENGTH - 1):
        assert status_in(f".{body}.", place) == given.get(place, VALID)


def test_the_example_of_the_standard_has_the_bytes_of_the_standard():
    """Token Status List, section 4.1: twelve states of two bits each."""
    states = enumerate((1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3))
    said = list_claims(URL, 1, statuses=states, now=NOW)["status_list"]["lst"]
    packed = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
    assert zlib.decompress(packed)[:3] == bytes.fromhex("c944f9")


# --- what a wallet sends -----------------------------------------------------------------------

FORM = {"grant_type": wallet.GRANT, "pre-authorized_code": "c", "tx_code": "123456"}


def refused(read, *values, **named) -> str:
    with pytest.raises(WalletRefusedError) as caught:
        read(*values, **named)
    return caught.value.code


def test_a_token_request_brings_both_codes():
    assert read_token_request(FORM) == ("c", "123456")
    for name in FORM:
        assert refused(read_token_request, {**FORM, name: ""}) == "invalid_request"
    other = {**FORM, "grant_type": "authorization_code"}
    assert refused(read_token_request, other) == "unsupported_grant_type"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "invalid_credential_request"),
        (["certificate"], "invalid_credential_request"),
        ({}, "invalid_credential_request"),
        ({"credential_configuration_id": 7}, "invalid_credential_request"),
        ({"credential_configuration_id": "diploma"}, "unknown_credential_configuration"),
        ({"credential_identifier": "certificate"}, "unknown_credential_identifier"),
        (asked("p") | {"credential_response_encryption": {}}, "invalid_encryption_parameters"),
        ({"credential_configuration_id": "certificate"}, "invalid_proof"),
        (asked("p") | {"proofs": "p"}, "invalid_proof"),
        (asked("p") | {"proofs": {"jwt": []}}, "invalid_proof"),
        (asked("p") | {"proofs": {"jwt": ["p", "q"]}}, "invalid_proof"),
        (asked("p") | {"proofs": {"jwt": [7]}}, "invalid_proof"),
        (asked("p") | {"proofs": {"jwt": ["p"], "di_vp": ["q"]}}, "invalid_proof"),
        (asked("p" * (LONGEST_PROOF + 1)), "invalid_proof"),
    ],
)
def test_a_credential_request_is_read_strictly(body, code):
    assert refused(read_credential_request, body) == code


def test_a_credential_request_brings_one_proof():
    assert read_credential_request(asked("p")) == "p"


HEADER = {"typ": PROOF_TYPE, "alg": "ES256", "jwk": KEY}


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "JWT"},
        {"alg": "HS256"},
        {"alg": "none"},
        {"jwk": None},
        {"jwk": "a"},
        {"jwk": {**KEY, "d": "secret"}},
        {"jwk": {**KEY, "crv": "P-384"}},
        {"jwk": {"kty": "oct", "k": "a"}},
        {"kid": "did:example:1"},
        {"x5c": []},
        {"crit": ["b64"]},
    ],
)
def test_only_a_public_key_on_our_curve_stands_in_a_proof(changes):
    assert refused(key_in_header, {**HEADER, **changes}) == "invalid_proof"


def test_the_key_is_taken_over_without_what_it_says_besides():
    assert key_in_header({**HEADER, "jwk": {**KEY, "kid": "x", "use": "sig"}}) == KEY


CLAIMS = {"aud": URL, "iat": NOW.timestamp(), "nonce": "n"}


def test_a_proof_for_us_and_of_now_brings_its_nonce():
    for claims in (CLAIMS, {**CLAIMS, "aud": [URL]}, {**CLAIMS, "iat": NOW.timestamp() - 299}):
        assert nonce_in_proof(claims, issuer=URL, now=NOW) == "n"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "https://elders.example"}, "invalid_proof"),
        ({"aud": [URL, "https://elders.example"]}, "invalid_proof"),
        ({"aud": None}, "invalid_proof"),
        ({"iat": NOW.timestamp() - 301}, "invalid_proof"),
        ({"iat": NOW.timestamp() + 301}, "invalid_proof"),
        ({"iat": "now"}, "invalid_proof"),
        ({"iat": True}, "invalid_proof"),
        ({"iat": float("nan")}, "invalid_proof"),
        ({"iat": 10**400}, "invalid_proof"),
        ({"iat": -(10**400)}, "invalid_proof"),
        ({"nonce": None}, "invalid_nonce"),
        ({"nonce": 7}, "invalid_nonce"),
    ],
)
def test_a_proof_for_another_or_of_another_moment_is_refused(changes, code):
    assert refused(nonce_in_proof, {**CLAIMS, **changes}, issuer=URL, now=NOW) == code


def test_claims_are_an_object():
    assert refused(nonce_in_proof, ["aud"], issuer=URL, now=NOW) == "invalid_proof"
