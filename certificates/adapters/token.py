"""A time stamp (RFC 3161): who made it, when, over what; in one form only. Runs in the child.

The seal cannot cover a stamp that comes after it. So each byte of a stamp in our files is bound
otherwise: signed by the authority, in a certificate whose signature holds, or the only way to
write it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import algos as asn1_algos  # type: ignore[import-untyped]
from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from academy.kernel.documents import DocumentError
from certificates.adapters.der import (
    NULL,
    OCTETS,
    SEQUENCE,
    SET,
    SIGNED_DATA,
    VERSION_1,
    VERSION_3,
    der,
    digest,
)
from certificates.adapters.signed import is_issued_by, require_signed

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class BadStampError(DocumentError):
    """A time stamp is not what we asked for; `kind` says what is wrong with it."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "De tijdstempel klopt niet. Het certificaat wacht.",
            sentence_en="The time stamp is not right. The certificate waits.",
            kind=f"BadStamp:{code}",
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp that holds: when, and the chain of its authority (DER), the leaf first."""

    token: bytes
    at: datetime
    nonce: int | None
    chain: tuple[bytes, ...]

    @property
    def until(self) -> datetime:
        """The end of the certificate that made it."""
        return x509.load_der_x509_certificate(self.chain[0]).not_valid_after_utc


def read_token(token: bytes, *, imprint: bytes) -> Stamp:
    """Return the stamp in a file of ours, over a SHA-256.

    Raises BadStampError, or nearly anything else, unless it holds and is written in our one way.
    """
    found = take_token(asn1_cms.ContentInfo.load(token, strict=True), imprint=imprint)
    require(found.token == token, "form")
    return found


def take_token(answered: Any, *, imprint: bytes, authorities: Sequence[bytes] = ()) -> Stamp:
    """Return the stamp that an authority answered, in our one way of writing it.

    `authorities` are certificates (DER) one of which must stand in the chain, if there are any.
    """
    signed = answered["content"]
    require(len(signed["signer_infos"]) == 1, "signers")
    (signer,) = signed["signer_infos"]
    content = signed["encap_content_info"]
    require(content["content_type"].native == "tst_info", "content")
    info_bytes = bytes(content["content"])
    info = content["content"].parsed
    attributes = _attributes(signer)
    name = signer["digest_algorithm"]["algorithm"].native
    require(attributes["content_type"].native == "tst_info", "content")
    require(attributes["message_digest"].native == digest(name, info_bytes), "digest")
    given = [choice.chosen.dump() for choice in signed["certificates"]]
    leaf = _signed_by(given, attributes)
    _require_signature(leaf, signer, name)
    chain = _bound_chain(leaf, [*given, *authorities])
    if authorities:
        require(set(chain) & set(authorities), "another_authority")
    said = info["message_imprint"]
    require(said["hash_algorithm"]["algorithm"].native == "sha256", "imprint")
    require(said["hashed_message"].native == imprint, "imprint")
    at = info["gen_time"].native
    _require_stamper(leaf, at)
    written = _written(chain, signer, info_bytes, attributes)
    return Stamp(written, at, info["nonce"].native, chain)


def _attributes(signer: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        kind = attribute["type"].native
        require(kind not in found and len(attribute["values"]) == 1, "attributes")
        found[kind] = attribute["values"][0]
    return found


def _signed_by(given: list[bytes], attributes: dict[str, Any]) -> bytes:
    """Return the certificate that the signed attributes name by its hash."""
    if "signing_certificate_v2" in attributes:
        named = attributes["signing_certificate_v2"]["certs"][0]
        name = named["hash_algorithm"]["algorithm"].native
    else:
        named, name = attributes["signing_certificate"]["certs"][0], "sha1"
    wanted = named["cert_hash"].native
    for one in given:
        fingerprint = hashes.SHA1() if name == "sha1" else _HASHES[name]  # noqa: S303 (RFC 3161)
        if x509.load_der_x509_certificate(one).fingerprint(fingerprint) == wanted:
            return one
    raise BadStampError("no_certificate")


def _require_signature(leaf: bytes, signer: Any, name: str) -> None:
    signed = der(SET, signer["signed_attrs"].contents)
    try:
        require_signed(leaf, signer["signature"].native, signed, hashing=_HASHES[name])
    except TypeError:
        raise BadStampError("algorithm") from None
    except InvalidSignature:
        raise BadStampError("signature") from None


def _bound_chain(leaf: bytes, given: list[bytes]) -> tuple[bytes, ...]:
    """Return the chain above a leaf as far as signatures bind every byte of it."""
    known = [x509.load_der_x509_certificate(one) for one in dict.fromkeys(given)]
    chain = [x509.load_der_x509_certificate(leaf)]
    while not is_issued_by(chain[-1], chain[-1]):
        above = next(
            (one for one in known if one not in chain and is_issued_by(chain[-1], one)), None
        )
        if above is None:
            del chain[max(1, len(chain) - 1) :]  # nothing binds the signature on the last one
            break
        chain.append(above)
    return tuple(one.public_bytes(serialization.Encoding.DER) for one in chain)


def _require_stamper(leaf: bytes, at: datetime) -> None:
    certificate = x509.load_der_x509_certificate(leaf)
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    require(ExtendedKeyUsageOID.TIME_STAMPING in uses, "no_stamper")
    require(
        certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc,
        "certificate_ended",
    )


def _written(chain: Sequence[bytes], signer: Any, info: bytes, attributes: dict[str, Any]) -> bytes:
    """Return the one way in which a stamp stands in our files (RFC 5652)."""
    leaf = asn1_x509.Certificate.load(chain[0])
    hashing, signing = _algorithms(leaf, signer, attributes)
    signer_info = der(
        SEQUENCE,
        VERSION_1,
        der(SEQUENCE, leaf.issuer.dump(), leaf["tbs_certificate"]["serial_number"].dump()),
        hashing,
        der(0xA0, signer["signed_attrs"].contents),
        signing,
        der(OCTETS, signer["signature"].native),
    )
    kind = asn1_cms.ContentType("tst_info").dump()
    signed_data = der(
        SEQUENCE,
        VERSION_3,
        der(SET, hashing),
        der(SEQUENCE, kind, der(0xA0, der(OCTETS, info))),
        der(0xA0, *sorted(chain)),
        der(SET, signer_info),
    )
    return der(SEQUENCE, SIGNED_DATA, der(0xA0, signed_data))


def _algorithms(leaf: Any, signer: Any, attributes: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return the two algorithms: as the authority signed them, or else in their usual form."""
    protected = attributes.get("cms_algorithm_protection")
    if protected is not None:
        signing = der(SEQUENCE, protected["signature_algorithm"].contents)
        return protected["digest_algorithm"].dump(), signing
    name = signer["digest_algorithm"]["algorithm"].native
    hashing = asn1_algos.DigestAlgorithmId(name).dump()
    is_rsa = leaf.public_key.algorithm == "rsa"
    algorithm = asn1_algos.SignedDigestAlgorithmId(f"{name}_{'rsa' if is_rsa else 'ecdsa'}").dump()
    return der(SEQUENCE, hashing, NULL), der(SEQUENCE, algorithm, NULL if is_rsa else b"")


def require(condition: object, code: str) -> None:
    """Raise BadStampError unless a condition holds."""
    if not condition:
        raise BadStampError(code)
