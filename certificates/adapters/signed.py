"""Whether a certificate signed something: with RSA or ECDSA, the kinds of key that seal.

Of each ECDSA signature (r, s) anybody can write a second one, (r, n - s), that holds as well. We
sign with the lower s only, so that a seal has one form.
"""

from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

_SHA256 = hashes.SHA256()
_ORDER = ec.SECP256R1.group_order


def require_signed(
    leaf: bytes, signature: bytes, data: bytes, *, hashing: hashes.HashAlgorithm = _SHA256
) -> None:
    """Raise InvalidSignature unless a certificate (DER) signed `data`.

    Raises TypeError for another kind of key.
    """
    key = public_key(leaf)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), hashing)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashing))
    else:
        raise TypeError("not a kind of key that seals")


def lower_form(signature: bytes) -> bytes:
    """Return an ECDSA signature (P-256, DER) in the one of its two forms that we write."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _ORDER - s))


def has_one_form(leaf: bytes, signature: bytes) -> bool:
    """Say whether nobody but the signer can write this signature of a certificate's key anew."""
    is_ecdsa = isinstance(public_key(leaf), ec.EllipticCurvePublicKey)
    return not is_ecdsa or signature == lower_form(signature)


@lru_cache(maxsize=8)
def public_key(leaf: bytes) -> object:
    """Return the public key in a certificate (DER)."""
    return x509.load_der_x509_certificate(leaf).public_key()


def is_issued_by(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether `issuer` signed the certificate `one`."""
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
