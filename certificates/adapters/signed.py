"""Whether a certificate signed something: with RSA or ECDSA, the kinds of key that seal."""

from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

_SHA256 = hashes.SHA256()


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
