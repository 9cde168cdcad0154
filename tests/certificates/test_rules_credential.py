"""What a credential says, and what it never says."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from certificates.rules import credential as rules
from certificates.rules.credential import PublishedKey
from tests.certificates.papers import CODE_URL, NUMBER, make_facts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_credential_says_what_the_paper_says():
    made = rules.make_credential(make_facts())
    subject = made["credentialSubject"]
    assert made["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert made["issuer"]["id"] == "did:web:academie.example"
    assert (made["validFrom"], made["validUntil"]) == (
        "2026-11-22T12:00:00Z",
        "2029-11-22T22:59:59Z",
    )
    assert subject["licenseNumber"] == NUMBER
    assert subject["identifier"][0]["identityHash"] == "Samira El Haddou"
    assert subject["achievement"]["achievementType"] == "Certificate"
    assert made["evidence"][0]["id"] == CODE_URL
    assert made["id"] != subject["id"]
    assert subject["id"].startswith("urn:uuid:")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_proof_of_participation_has_its_own_kind_and_no_end(language):
    made = rules.make_credential(make_facts("governors", language, valid_until=None))
    achievement = made["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "CertificateOfCompletion"
    assert achievement["inLanguage"] == language
    assert not achievement["description"].endswith((":.", ".."))
    assert "validUntil" not in made


def test_the_place_tells_the_list_and_the_index():
    made = rules.make_credential(make_facts(place=rules.LIST_LENGTH * 2 + 5))
    assert made["credentialStatus"] == {
        "id": "https://academie.example/status/3#5",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "5",
        "statusListCredential": "https://academie.example/status/3",
    }


def test_the_same_course_is_the_same_achievement_and_no_two_holders_share_a_subject():
    one = rules.make_credential(make_facts())
    other = rules.make_credential(make_facts(credential_id="7d9c1b7e-2f0a-4a51-9a53-2f6ac1f0c7aa"))
    assert one["credentialSubject"]["achievement"] == other["credentialSubject"]["achievement"]
    assert one["credentialSubject"]["id"] != other["credentialSubject"]["id"]


@pytest.mark.parametrize(
    ("public_url", "did"),
    [
        ("https://academie.example", "did:web:academie.example"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
    ],
)
def test_the_issuer_is_where_the_academy_is(public_url, did):
    assert rules.issuer_did(public_url) == did


def test_it_counts_from_a_minute_back_and_never_from_the_future():
    assert rules.begins(NOW, now=NOW + timedelta(days=1)) == NOW - timedelta(minutes=1)
    assert rules.begins(NOW + timedelta(days=90), now=NOW) == NOW - timedelta(minutes=1)


def test_the_facts_go_to_the_child_and_back():
    facts = make_facts()
    assert rules.CredentialFacts.from_plain(facts.as_plain()) == facts


def test_a_status_list_sets_the_bits_from_the_left():
    made = rules.make_status_list("https://academie.example", 1, ended=[0, 9], valid_from=NOW)
    again = rules.make_status_list("https://academie.example", 1, ended=[9, 0], valid_from=NOW)
    assert made == again
    assert made["credentialSubject"]["encodedList"].startswith("u")
    assert len(json.dumps(made)) < 1000


def test_a_jwt_has_the_claims_of_open_badges_and_no_proof():
    made = {**rules.make_credential(make_facts()), "proof": {"x": 1}}
    header, claims = rules.jwt_parts(made, "k1")
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "did:web:academie.example#k1"}
    assert claims["iss"] == "did:web:academie.example"
    assert claims["jti"] == made["id"]
    assert claims["sub"] == made["credentialSubject"]["id"]
    assert claims["nbf"] == datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
    assert claims["exp"] == datetime(2029, 11, 22, 22, 59, 59, tzinfo=UTC).timestamp()
    assert "proof" not in claims
    assert "exp" not in rules.jwt_parts(rules.make_credential(make_facts(valid_until=None)), "k")[1]


def test_a_did_document_lists_every_key():
    keys = [
        PublishedKey("a", "zA"),
        PublishedKey("b", jwk={"kty": "RSA"}),
        PublishedKey("c", "zC", compromised_at=NOW),
    ]
    made = rules.did_document("https://academie.example", keys)
    assert [one["id"][-1] for one in made["verificationMethod"]] == ["a", "b", "c"]
    assert [one[-1] for one in made["assertionMethod"]] == ["a", "b"]
    assert made["verificationMethod"][2]["revoked"] == "2026-11-23T09:00:00Z"
