"""What a wallet sends us, read strictly: the token request, the credential request, the proof.

Pure. Every refusal carries the code that OpenID4VCI 1.0 (6.3, 8.3.1) and RFC 6750 name for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from certificates.rules.wallet import ALGORITHM, CONFIGURATION, GRANT

PROOF_TYPE = "openid4vci-proof+jwt"
PROOF_LASTS = timedelta(minutes=5)
"""How far the clock of a wallet may be off, either way."""
LONGEST_PROOF = 4_000
_OTHER_KEYS = ("kid", "x5c", "trust_chain", "crit")


class WalletRefusedError(Exception):
    """A wallet gets nothing; `code` says why, in the words of the protocol."""

    def __init__(self, code: str, *, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


def read_token_request(form: Mapping[str, str]) -> tuple[str, str]:
    """Return the pre-authorized code and the transaction code. Raises WalletRefusedError."""
    grant = form.get("grant_type")
    if grant and grant != GRANT:
        raise WalletRefusedError("unsupported_grant_type")
    code, digits = form.get("pre-authorized_code"), form.get("tx_code")
    if not (grant and code and digits):
        raise WalletRefusedError("invalid_request")
    return code, digits


def read_credential_request(body: Any) -> str:
    """Return the one proof in a request for our one kind of credential.

    Raises WalletRefusedError.
    """
    if not isinstance(body, dict):
        raise WalletRefusedError("invalid_credential_request")
    if "credential_response_encryption" in body:
        raise WalletRefusedError("invalid_encryption_parameters")
    if "credential_identifier" in body:
        raise WalletRefusedError("unknown_credential_identifier")
    wanted = body.get("credential_configuration_id")
    if not isinstance(wanted, str):
        raise WalletRefusedError("invalid_credential_request")
    if wanted != CONFIGURATION:
        raise WalletRefusedError("unknown_credential_configuration")
    return _only_proof(body.get("proofs"))


def _only_proof(proofs: Any) -> str:
    given = proofs.get("jwt") if isinstance(proofs, dict) and set(proofs) == {"jwt"} else None
    if not isinstance(given, list) or len(given) != 1:
        raise WalletRefusedError("invalid_proof")
    (proof,) = given
    if not isinstance(proof, str) or len(proof) > LONGEST_PROOF:
        raise WalletRefusedError("invalid_proof")
    return proof


def key_in_header(header: Mapping[str, Any]) -> dict[str, str]:
    """Return the public key (P-256) that a proof says it is made with.

    Raises WalletRefusedError for another kind of proof or key, and for a private key.
    """
    jwk = header.get("jwk")
    if (
        header.get("typ") != PROOF_TYPE
        or header.get("alg") != ALGORITHM
        or any(name in header for name in _OTHER_KEYS)
        or not isinstance(jwk, dict)
        or "d" in jwk
    ):
        raise WalletRefusedError("invalid_proof")
    key = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    if (key["kty"], key["crv"]) != ("EC", "P-256"):
        raise WalletRefusedError("invalid_proof")
    return {name: str(value) for name, value in key.items()}


def nonce_in_proof(claims: Any, *, issuer: str, now: datetime) -> str:
    """Return the nonce of a proof that is made for us and of now. Raises WalletRefusedError."""
    if not isinstance(claims, dict):
        raise WalletRefusedError("invalid_proof")
    made, nonce = claims.get("iat"), claims.get("nonce")
    if claims.get("aud") not in (issuer, [issuer]):
        raise WalletRefusedError("invalid_proof")
    if isinstance(made, bool) or not isinstance(made, int | float):
        raise WalletRefusedError("invalid_proof")
    # Compared and not subtracted: a number may be too large for that.
    if not (now - PROOF_LASTS).timestamp() <= made <= (now + PROOF_LASTS).timestamp():
        raise WalletRefusedError("invalid_proof")
    if not isinstance(nonce, str):
        raise WalletRefusedError("invalid_nonce")
    return nonce
