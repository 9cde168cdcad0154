"""What a wallet reads of us, and what a copy of a certificate in it says.

Pure: no key, no clock. Source: OpenID for Verifiable Credential Issuance 1.0 (pre-authorized code
with a transaction code), SD-JWT VC, RFC 8414.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from certificates.rules.printed import Language
from courses.rules.words import Text

CONFIGURATION = "certificate"
"""The one kind of credential that we offer."""
FORMAT = "dc+sd-jwt"
ALGORITHM = "ES256"
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CODE_DIGITS = 6
API = "/api/wallet"

_CERTIFICATE = Text("Certificaat", "Certificate")
_ABOUT = Text(
    "Een certificaat van de academie. De eigenaar kiest of de naam te zien is.",
    "A certificate of the academy. The holder chooses whether the name can be seen.",
)
_CLAIMS: Mapping[str, tuple[Text, bool]] = {
    "title": (Text("Opleiding", "Course"), False),
    "statement": (Text("Verklaring", "Statement"), False),
    "issued_on": (Text("Uitgereikt op", "Issued on"), False),
    "issuer_name": (Text("Uitgereikt door", "Issued by"), False),
    "name": (Text("Naam", "Name"), True),
    "number": (Text("Nummer", "Number"), True),
}
"""Every claim about a certificate: how it is called, and whether the holder may leave it out."""


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What the copy of one certificate says. Texts are in `language`.

    `place` is its place among all certificates' statuses. `valid_until` is an instant.
    """

    place: int
    number: str
    language: Language
    printed_name: str
    title: str
    statement: str
    issued_on: date
    valid_until: datetime | None
    public_url: str
    academy: str

    def as_plain(self) -> dict[str, Any]:
        """Return plain values, as they may cross into the document child."""
        return asdict(self)


# --- what we publish ---------------------------------------------------------------------------


def type_url(public_url: str) -> str:
    """Return the name of our type of credential (`vct`), which is where it is explained."""
    return f"{public_url}{API}/type"


def statuses_url(public_url: str, number: int) -> str:
    """Return where token status list `number` (from 1) is published."""
    return f"{public_url}{API}/status/{number}"


def issuer_metadata(public_url: str, academy: str) -> dict[str, Any]:
    """Return what `/.well-known/openid-credential-issuer` says."""
    return {
        "credential_issuer": public_url,
        "credential_endpoint": f"{public_url}{API}/credential",
        "nonce_endpoint": f"{public_url}{API}/nonce",
        "display": [{"name": academy, "locale": "nl-NL"}],
        "credential_configurations_supported": {
            CONFIGURATION: {
                "format": FORMAT,
                "vct": type_url(public_url),
                "scope": CONFIGURATION,
                "cryptographic_binding_methods_supported": ["jwk"],
                "credential_signing_alg_values_supported": [ALGORITHM],
                "proof_types_supported": {
                    "jwt": {"proof_signing_alg_values_supported": [ALGORITHM]}
                },
                "credential_metadata": {
                    "display": _shown(_CERTIFICATE),
                    "claims": [
                        {"path": [name], "display": _shown(words)}
                        for name, (words, _hidden) in _CLAIMS.items()
                    ],
                },
            }
        },
    }


def server_metadata(public_url: str) -> dict[str, Any]:
    """Return what `/.well-known/oauth-authorization-server` says. Nobody signs in at our server."""
    return {
        "issuer": public_url,
        "token_endpoint": f"{public_url}{API}/token",
        "grant_types_supported": [GRANT],
        "response_types_supported": ["none"],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def key_metadata(public_url: str, keys: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return what `/.well-known/jwt-vc-issuer` says: every key that vouches for copies."""
    return {"issuer": public_url, "jwks": {"keys": [dict(key) for key in keys]}}


def type_metadata(public_url: str) -> dict[str, Any]:
    """Return what our type of credential means, claim by claim."""
    return {
        "vct": type_url(public_url),
        "name": _CERTIFICATE.en,
        "description": _ABOUT.en,
        "display": [
            {"locale": locale, "name": name, "description": about}
            for locale, name, about in (
                ("nl-NL", _CERTIFICATE.nl, _ABOUT.nl),
                ("en-GB", _CERTIFICATE.en, _ABOUT.en),
            )
        ],
        "claims": [
            {
                "path": [name],
                "display": [
                    {"locale": one["locale"], "label": one["name"]} for one in _shown(words)
                ],
                "sd": "always" if is_hidden else "never",
            }
            for name, (words, is_hidden) in _CLAIMS.items()
        ],
    }


def _shown(words: Text) -> list[dict[str, str]]:
    return [{"name": words.nl, "locale": "nl-NL"}, {"name": words.en, "locale": "en-GB"}]


# --- an offer ----------------------------------------------------------------------------------


def offer_address(public_url: str, code: str) -> str:
    """Return what a wallet opens or scans. The transaction code is not in it."""
    offer = {
        "credential_issuer": public_url,
        "credential_configuration_ids": [CONFIGURATION],
        "grants": {
            GRANT: {
                "pre-authorized_code": code,
                "tx_code": {"length": CODE_DIGITS, "input_mode": "numeric"},
            }
        },
    }
    said = json.dumps(offer, separators=(",", ":"))
    # What a query may hold stays as it is: a shorter address is a coarser QR code.
    return f"openid-credential-offer://?{urlencode({'credential_offer': said}, safe=':,/')}"


# --- a copy ------------------------------------------------------------------------------------


def copy_claims(
    facts: CopyFacts, holder_key: Mapping[str, str], status: Mapping[str, Any], *, now: datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what everybody reads in a copy, and what its holder may leave out.

    `holder_key` is the public key of the wallet; only who has the other half can show the copy.
    """
    said = {
        "title": facts.title,
        "statement": facts.statement,
        "issued_on": facts.issued_on.isoformat(),
        "issuer_name": facts.academy,
        "name": facts.printed_name,
        "number": facts.number,
    }
    ends = {} if facts.valid_until is None else {"exp": int(facts.valid_until.timestamp())}
    open_to_all = {
        "iss": facts.public_url,
        "iat": int(now.timestamp()),
        **ends,
        "vct": type_url(facts.public_url),
        "cnf": {"jwk": dict(holder_key)},
        "status": dict(status),
        **{name: text for name, text in said.items() if not _CLAIMS[name][1]},
    }
    return open_to_all, {name: text for name, text in said.items() if _CLAIMS[name][1]}
