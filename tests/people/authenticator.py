"""An authenticator made of software: it makes a passkey and signs, truly or not."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, MADE = 0x01, 0x40


@dataclass
class Authenticator:
    """One device with one passkey; `origin` is the page that the browser says it is on."""

    origin: str
    rp_id: str
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = b"one passkey of sixteen"

    def make(self, options: str) -> str:
        """Return what `navigator.credentials.create` would answer to these options."""
        client = self._client("webauthn.create", json.loads(options)["challenge"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        size = struct.pack(">H", len(self.credential_id))
        credential = bytes(16) + size + self.credential_id + cbor2.dumps(cose)
        data = self._data(PRESENT | MADE) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def sign(self, options: str) -> str:
        """Return what `navigator.credentials.get` would answer to these options."""
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        self.count += 1
        data = self._data(PRESENT)
        message = data + hashlib.sha256(client).digest()
        signature = self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        rp = hashlib.sha256(self.rp_id.encode()).digest()
        return rp + struct.pack(">BI", flags, self.count)

    def _answer(self, **response: bytes) -> str:
        name = bytes_to_base64url(self.credential_id)
        answer: dict[str, Any] = {"id": name, "rawId": name, "type": "public-key"}
        answer["response"] = {key: bytes_to_base64url(part) for key, part in response.items()}
        return json.dumps(answer)


def challenge_of(options: str) -> bytes:
    """Return what the options ask to sign."""
    return base64url_to_bytes(json.loads(options)["challenge"])
