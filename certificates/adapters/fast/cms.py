"""The container of a seal, PAdES B-B, from pieces that are fixed once per key.

Only the digest and the signature differ. `signature.read_intact` accepts exactly this order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import cms, core, tsp, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import rsa

from certificates.adapters.signed import public_key, require_signed
from certificates.adapters.signer import Signer

_DIGEST = b"\xaa" * 32
_MARK = b"\xbb"
_LENGTHS_OF_ECDSA = range(64, 73)


@dataclass(frozen=True)
class Container:
    """Fixed pieces: around the digest in what is signed, and around both in the container."""

    leaf: bytes
    before: bytes
    after: bytes
    pieces: dict[int, tuple[bytes, bytes, bytes]]
    """By length of the signature: before the digest, up to the signature, after it."""

    def sign(self, digest: bytes, signer: Signer) -> bytes:
        """Return the container for a file with this SHA-256."""
        signature = signer.sign(self.before + digest + self.after)
        return self.around(digest, signature)

    def around(self, digest: bytes, signature: bytes) -> bytes:
        """Return the container that holds this digest and this signature."""
        start, middle, end = self.pieces[len(signature)]
        return start + digest + middle + signature + end

    def require(self, container: bytes, digest: bytes) -> None:
        """Raise ValueError unless `container` is ours for `digest`, and its signature is right."""
        for length, (start, middle, end) in self.pieces.items():
            at = len(start) + len(digest) + len(middle)
            if len(container) == at + length + len(end):
                signature = container[at : at + length]
                if container == self.around(digest, signature):
                    require_signed(self.leaf, signature, self.before + digest + self.after)
                    return
        raise ValueError("not our container")


@lru_cache(maxsize=4)
def container_of(leaf: bytes, others: tuple[bytes, ...]) -> Container:
    """Return the pieces for a leaf and the rest of its chain (DER)."""
    certificate = x509.Certificate.load(leaf)
    chain = [certificate, *(x509.Certificate.load(one) for one in others)]
    key = public_key(leaf)
    if isinstance(key, rsa.RSAPublicKey):
        algorithm, lengths = "sha256_rsa", range(key.key_size // 8, key.key_size // 8 + 1)
    else:
        algorithm, lengths = "sha256_ecdsa", _LENGTHS_OF_ECDSA
    attributes = _attributes(certificate, leaf)
    signed = attributes.dump(force=True)
    before, after = signed.split(_DIGEST)
    pieces = {}
    for length in lengths:
        signature = _MARK * length
        whole = _container(chain, attributes, signature, algorithm)
        start, rest = whole.split(_DIGEST)
        middle, end = rest.split(signature)
        pieces[length] = (start, middle, end)
    return Container(leaf, before, after, pieces)


def _attributes(certificate: x509.Certificate, leaf: bytes) -> cms.CMSAttributes:
    serial = {
        "issuer": [x509.GeneralName("directory_name", certificate.issuer)],
        "serial_number": certificate["tbs_certificate"]["serial_number"],
    }
    reference = tsp.ESSCertIDv2(
        {"cert_hash": hashlib.sha256(leaf).digest(), "issuer_serial": serial}
    )
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [_DIGEST]}),
            cms.CMSAttribute(
                {
                    "type": "signing_certificate_v2",
                    "values": [tsp.SigningCertificateV2({"certs": [reference]})],
                }
            ),
        ]
    )


def _container(
    chain: list[x509.Certificate], attributes: cms.CMSAttributes, signature: bytes, algorithm: str
) -> bytes:
    own = chain[0]
    sid = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
            "digest_algorithm": cms.DigestAlgorithm(
                {"algorithm": "sha256", "parameters": core.Null()}
            ),
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": algorithm},
            "signature": signature,
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": chain,
            "signer_infos": [signer_info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())
