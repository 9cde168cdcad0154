"""Reads the seal of a file that anyone may have made or changed.

Runs in the document child; importing it loads pyHanko. Altered files raise nearly every exception
there is (trust.md, section 0, finding 3), so here any exception means: the seal is not intact.
"""

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from asn1crypto import cms as asn1_cms  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.adapters import keys
from certificates.adapters.added import NotOursError, end_of_sealed, read_added
from certificates.adapters.der import (
    OCTETS,
    SEQUENCE,
    SET,
    SIGNED_DATA,
    VERSION_1,
    der,
)
from certificates.adapters.seal import ROOM_FOR_STAMP
from certificates.adapters.signed import has_one_form
from certificates.adapters.token import read_token

# The parts of a signature container that never vary, DER.
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")
_NO_CONTENT = bytes.fromhex("300b06092a864886f70d010701")
_TIME_STAMP = bytes.fromhex("060b2a864886f70d010910020e")


class NotIntactError(Exception):
    """The seal is not what we make; the message is a stable code."""


def read_signature(
    data: bytes, *, leaves: list[bytes], root: bytes, chains: Sequence[list[bytes]] = ()
) -> dict[str, Any]:
    """Return the fields of `rules.verdict.SealReading` for a file, whatever it holds.

    `leaves` and `root` are our pinned certificates (DER); `chains` are those of seals from
    elsewhere, each from its leaf to its root.
    """
    carries = carries_seal(data, leaves=[*leaves, *(chain[0] for chain in chains)])
    try:
        found = read_intact(data, leaves=leaves, root=root, chains=chains)
    except Exception as error:  # noqa: BLE001 (hostile input: see the module's docstring)
        is_said = isinstance(error, NotIntactError | NotOursError)
        problem = str(error) if is_said else type(error).__name__
        return {"carries_seal": carries, "intact": False, "problem": problem}
    return {"carries_seal": True, "intact": True, **found}


def read_intact(
    data: bytes, *, leaves: list[bytes], root: bytes, chains: Sequence[list[bytes]] = ()
) -> dict[str, Any]:
    """Return the key id, the number, the level and the form of a seal that is ours and intact.

    Raises NotIntactError, or nearly anything else, for any other file.
    """
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    signatures = reader.embedded_signatures
    if signatures and (end := end_of_sealed(signatures[0])) < len(data):
        found = read_intact(data[:end], leaves=leaves, root=root, chains=chains)
        return found | {"level": read_added(data, reader).level, "one_form": False}
    if len(signatures) != 1:
        raise NotIntactError("not_one_signature")
    (signature,) = signatures
    leaf = signature.signer_cert.dump()
    chain = chain_of(leaf, leaves=leaves, root=root, chains=chains)
    token = token_in(signature.signer_info)
    status = validate_pdf_signature(
        signature, _context(chain), _stamp_context(signature.signer_info, token)
    )
    _require(status.bottom_line, "not_valid")
    _require(status.coverage == SignatureCoverageLevel.ENTIRE_FILE, "not_whole_file")
    _require(status.modification_level == ModificationLevel.NONE, "modified")
    _require(signature.docmdp_level == MDPPerm.NO_CHANGES, "not_certifying")
    _require_canonical(data, signature, chain, token)
    info = reader.trailer["/Info"]
    return {
        "key_id": keys.key_id_of(leaf),
        "number": str(info.get("/Keywords", "")),
        "level": "B-T" if token else "B-B",
        "one_form": token is None and _has_one_form(signature, leaf),
    }


def _has_one_form(signature: Any, leaf: bytes) -> bool:
    """Say whether nobody else can write the container anew.

    Anybody can fill the room for a time stamp with one of their own, or take ours out again.
    """
    _start, length, end, _rest = signature.byte_range
    has_room = end - length - len(b"<>") >= ROOM_FOR_STAMP
    return not has_room and has_one_form(leaf, signature.signer_info["signature"].native)


def carries_seal(data: bytes, *, leaves: list[bytes]) -> bool:
    """Say whether the public key of one of our leaves stands in the bytes, however broken."""
    lowered = data.lower()
    return any(half in lowered for leaf in leaves for half in _key_halves(leaf))


def chain_of(
    leaf: bytes, *, leaves: list[bytes], root: bytes, chains: Sequence[list[bytes]]
) -> list[bytes]:
    """Return the pinned chain of a leaf: our own leaf for certificates, or a seal from elsewhere.

    A coaching leaf is neither, whoever pins it.
    """
    if leaf in leaves and keys.is_for_certificates(leaf):
        return [leaf, root]
    for chain in chains:
        if chain[0] == leaf and not keys.is_for_coaching(leaf):
            return chain
    raise NotIntactError("not_our_key")


def imprint_of(pdf: bytes) -> bytes:
    """Return the SHA-256 of the signature in a file of ours: what a time stamp covers."""
    (signature,) = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures
    return hashlib.sha256(signature.signer_info["signature"].native).digest()


def with_token(container: bytes, token: bytes) -> bytes:
    """Return the container of a seal of ours with a time stamp over its signature."""
    signed = asn1_cms.ContentInfo.load(container)["content"]
    certificates = [choice.chosen.dump() for choice in signed["certificates"]]
    signer = signed["signer_infos"][0]
    leaf = next(one for one in certificates if _is_of(one, signer))
    return _container(certificates, signer, leaf=leaf, token=token)


def _is_of(certificate: bytes, signer: Any) -> bool:
    found = asn1_x509.Certificate.load(certificate)
    sid = signer["sid"].chosen
    return bool(
        found.issuer == sid["issuer"] and found.serial_number == sid["serial_number"].native
    )


def token_in(signer: Any) -> bytes | None:
    """Return the time stamp beside a signature; nothing else may stand there."""
    if signer["unsigned_attrs"].native is None:
        return None
    (attribute,) = signer["unsigned_attrs"]
    (value,) = attribute["values"]
    _require(attribute["type"].native == "signature_time_stamp_token", "beside")
    token: bytes = value.dump()
    return token


def _require_canonical(
    data: bytes, signature: Any, chain: list[bytes], token: bytes | None
) -> None:
    """Refuse a change in the part that no signature covers: the container of the signature itself.

    A third of a small file is that container; of 500 random changes there pyHanko accepts half.
    """
    container = bytes(signature.pkcs7_content)
    start, length, end, _rest = signature.byte_range
    _require(data[start + length : end] == b"<" + container.hex().upper().encode() + b">", "case")
    signed = asn1_cms.ContentInfo.load(container)["content"]
    certificates = [choice.chosen.dump() for choice in signed["certificates"]]
    _require(sorted(certificates) == sorted(chain), "chain")
    expected = _container(certificates, signed["signer_infos"][0], leaf=chain[0], token=token)
    _require(container.rstrip(b"\0") == expected.rstrip(b"\0"), "container")


def _container(
    certificates: list[bytes], signer: Any, *, leaf: bytes, token: bytes | None
) -> bytes:
    """Return the one way in which our seal writes these certificates and this signer (RFC 5652)."""
    own = asn1_x509.Certificate.load(leaf)
    sid = der(SEQUENCE, own.issuer.dump(), own["tbs_certificate"]["serial_number"].dump())
    beside = der(0xA1, der(SEQUENCE, _TIME_STAMP, der(SET, token))) if token else b""
    signer_info = der(
        SEQUENCE,
        VERSION_1,
        sid,
        _SHA256,
        der(0xA0, signer["signed_attrs"].contents),
        _RSA_SHA256 if own.public_key.algorithm == "rsa" else _ECDSA_SHA256,
        der(OCTETS, signer["signature"].native),
        beside,
    )
    signed_data = der(
        SEQUENCE,
        VERSION_1,
        der(SET, _SHA256),
        _NO_CONTENT,
        der(0xA0, *certificates),
        der(SET, signer_info),
    )
    return der(SEQUENCE, SIGNED_DATA, der(0xA0, signed_data))


def _key_halves(leaf: bytes) -> list[bytes]:
    """Return the two halves of what makes a public key, as they stand in the container."""
    key = x509.load_der_x509_certificate(leaf).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        modulus = key.public_numbers().n.to_bytes(key.key_size // 8, "big")
        half = len(modulus) // 2
        return [modulus[:half].hex().encode(), modulus[half:].hex().encode()]
    point = key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return [point[1:33].hex().encode(), point[33:].hex().encode()]


def _context(chain: list[bytes]) -> ValidationContext:
    """Trust the root of a pinned chain only, fetch nothing, and look at the time it was made.

    A seal outlives its leaf: whether a file is older than the end of its key is for the register.
    """
    made = max(x509.load_der_x509_certificate(one).not_valid_before_utc for one in chain)
    return ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(chain[-1])],
        other_certs=[asn1_x509.Certificate.load(one) for one in chain[1:-1]],
        moment=made,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _stamp_context(signer: Any, token: bytes | None) -> ValidationContext | None:
    """Check a time stamp ourselves, to the byte, and let pyHanko check it under its own chain.

    Whose stamp it is was looked at when it was asked for; later the register knows the file.
    """
    if token is None:
        return None
    imprint = hashlib.sha256(signer["signature"].native).digest()
    found = read_token(token, imprint=imprint)
    return ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(found.chain[-1])],
        other_certs=[asn1_x509.Certificate.load(one) for one in found.chain],
        moment=found.at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _require(condition: object, code: str) -> None:
    if not condition:
        raise NotIntactError(code)
