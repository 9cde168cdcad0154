"""What an Open Badges 3.0 credential says, from the frozen facts of a certificate.

Pure: no key, no clock. Never an e-mail address, nor anything else that is not on the paper. Source:
1EdTech Open Badges 3.0, W3C VC Data Model 2.0 and Bitstring Status List 1.0.
"""

from __future__ import annotations

import base64
import gzip
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from certificates.rules.printed import Language
from courses.rules.words import Text

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
LIST_LENGTH = 131_072
"""Places in a status list: the least that the standard allows, so that one hides in the crowd."""
STATUS_PURPOSE = "revocation"
ENDED = frozenset({"revoked", "withdrawn", "replaced", "ended"})
"""Standings whose bit is set. A renewed certificate was good until its own end."""

_SKEW = timedelta(minutes=1)
_CRITERIA = Text(
    "Alle onderdelen van de opleiding zijn gedaan. Een trainer droeg voor en het bestuur besloot.",
    "All parts of the course were done. A trainer proposed it and the board decided.",
)
_CHECK_PAGE = Text("Controlepagina", "Page to check this certificate")
_TYPES = {"competence": "Certificate", "participation": "CertificateOfCompletion"}
_HEADER = {"alg": "RS256", "typ": "JWT"}


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What the credential of one certificate says. Texts are in `language`.

    `place` is its place among all certificates' statuses; `valid_from` and `valid_until` are
    instants. `code_url` opens the page that checks it.
    """

    credential_id: str
    place: int
    number: str
    language: Language
    printed_name: str
    title: str
    statement: str
    kind: str
    course_id: str
    course_version: str
    public_url: str
    academy: str
    code_url: str
    valid_from: datetime
    valid_until: datetime | None

    def as_plain(self) -> dict[str, Any]:
        """Return plain values, as they may cross into the document child."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> CredentialFacts:
        """Read back what `as_plain` wrote. Raises TypeError for a missing or unknown value."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A public key in the did document: as multibase for the proof, or as JWK for the JWT."""

    key_id: str
    multibase: str = ""
    jwk: Mapping[str, str] | None = None
    compromised_at: datetime | None = None


def issuer_did(public_url: str) -> str:
    """Return the `did:web` of the academy at `public_url`."""
    parts = urlsplit(public_url)
    host = parts.netloc.rpartition("@")[2]
    return f"did:web:{quote(host, safe='')}"


def key_url(did: str, key_id: str) -> str:
    """Return the address of a key in the did document."""
    return f"{did}#{key_id}"


def moment(at: datetime) -> str:
    """Return an instant as XML Schema writes it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def begins(made_at: datetime, *, now: datetime) -> datetime:
    """Return from when a credential counts: a minute back, for verifiers whose clock is behind."""
    return min(made_at, now) - _SKEW


def make_credential(facts: CredentialFacts) -> dict[str, Any]:
    """Return the credential, without its proof."""
    did = issuer_did(facts.public_url)
    dates = {"validFrom": moment(facts.valid_from)}
    if facts.valid_until is not None:
        dates["validUntil"] = moment(facts.valid_until)
    return {
        "@context": list(CONTEXTS),
        "id": f"urn:uuid:{facts.credential_id}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {
            "id": did,
            "type": ["Profile"],
            "name": facts.academy,
            "url": facts.public_url,
        },
        **dates,
        "name": facts.title,
        "credentialSubject": {
            "id": _urn(facts.credential_id, "subject"),
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": facts.printed_name,
                    "identityType": "name",
                }
            ],
            "licenseNumber": facts.number,
            "achievement": _achievement(facts, did),
        },
        "evidence": [
            {
                "id": facts.code_url,
                "type": ["Evidence"],
                "name": _said(_CHECK_PAGE, facts.language),
            }
        ],
        "credentialStatus": _status(facts),
    }


def _achievement(facts: CredentialFacts, did: str) -> dict[str, Any]:
    course = f"{did}#{facts.course_id}/{facts.course_version}"
    return {
        "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, course)}",
        "type": ["Achievement"],
        "achievementType": _TYPES.get(facts.kind, "Certificate"),
        "name": facts.title,
        "description": facts.statement.rstrip(" .:") + ".",
        "inLanguage": facts.language,
        "criteria": {"narrative": _said(_CRITERIA, facts.language)},
    }


def _status(facts: CredentialFacts) -> dict[str, str]:
    number, index = divmod(facts.place, LIST_LENGTH)
    address = status_list_url(facts.public_url, number + 1)
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": STATUS_PURPOSE,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def status_list_url(public_url: str, number: int) -> str:
    """Return where status list `number` (from 1) is published."""
    return f"{public_url}/status/{number}"


def make_status_list(
    public_url: str, number: int, *, ended: Iterable[int], valid_from: datetime
) -> dict[str, Any]:
    """Return status list `number` as a credential, without its proof.

    `ended` are the indices in this list, below LIST_LENGTH, whose bit is set.
    """
    bits = bytearray(LIST_LENGTH // 8)
    for index in ended:
        bits[index >> 3] |= 0x80 >> (index & 7)
    packed = gzip.compress(bytes(bits), 9, mtime=0)
    address = status_list_url(public_url, number)
    return {
        "@context": [CONTEXTS[0]],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_did(public_url),
        "validFrom": moment(valid_from),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": STATUS_PURPOSE,
            "encodedList": "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii"),
        },
    }


def did_document(public_url: str, keys: Sequence[PublishedKey]) -> dict[str, Any]:
    """Return the did document with every key. A compromised one vouches for nothing any more."""
    did = issuer_did(public_url)
    good = [key_url(did, key.key_id) for key in keys if key.compromised_at is None]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/suites/jws-2020/v1",
        ],
        "id": did,
        "verificationMethod": [_method(did, key) for key in keys],
        "assertionMethod": good,
    }


def _method(did: str, key: PublishedKey) -> dict[str, Any]:
    method: dict[str, Any] = {"id": key_url(did, key.key_id), "controller": did}
    if key.jwk is None:
        method |= {"type": "Multikey", "publicKeyMultibase": key.multibase}
    else:
        method |= {"type": "JsonWebKey2020", "publicKeyJwk": dict(key.jwk)}
    if key.compromised_at is not None:
        method["revoked"] = moment(key.compromised_at)
    return method


def jwt_parts(credential: Mapping[str, Any], key_id: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return header and claims of a credential as a JWT (Open Badges 3.0, section 8.2.3)."""
    plain = {name: value for name, value in credential.items() if name != "proof"}
    did: str = plain["issuer"]["id"]
    header = {**_HEADER, "kid": key_url(did, key_id)}
    claims: dict[str, Any] = {
        **plain,
        "iss": did,
        "jti": plain["id"],
        "nbf": _seconds(plain["validFrom"]),
        "sub": plain["credentialSubject"]["id"],
    }
    if "validUntil" in plain:
        claims["exp"] = _seconds(plain["validUntil"])
    return header, claims


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _urn(credential_id: str, what: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.UUID(credential_id), what)}"


def _said(text: Text, language: Language) -> str:
    return text.nl if language == "nl" else text.en
