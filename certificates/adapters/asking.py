"""Where the certificates of a chain say that one can ask whether they were revoked.

Pure, on certificates whose signatures were checked before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

Kind = Literal["ocsp", "crl"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: at which address, with which body."""

    kind: Kind
    url: str
    body: bytes = b""

    def as_plain(self) -> dict[str, Any]:
        """Return it as it goes through the pipe of the document child."""
        return asdict(self)


def questions_about(chain: Sequence[bytes]) -> Iterator[tuple[Question, ...]]:
    """Yield per certificate (DER) below the root of a chain what one can ask, the best first.

    One answer is enough; nothing to ask where it says no address. OCSP comes before a list: its
    answer is small.
    """
    for lower, upper in pairwise(chain):
        yield tuple(_questions(lower, upper))


def _questions(lower: bytes, upper: bytes) -> Iterator[Question]:
    one, issuer = x509.load_der_x509_certificate(lower), x509.load_der_x509_certificate(upper)
    for url in _responders(one):
        # SHA-1 only names the issuer here: it is what every responder knows (RFC 5019).
        request = ocsp.OCSPRequestBuilder().add_certificate(one, issuer, hashes.SHA1())  # noqa: S303
        yield Question("ocsp", url, request.build().public_bytes(Encoding.DER))
    for url in _lists(one):
        yield Question("crl", url)


def _responders(one: x509.Certificate) -> Iterator[str]:
    try:
        access = one.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return
    for entry in access:
        if entry.access_method == AuthorityInformationAccessOID.OCSP:
            yield from _web(entry.access_location)


def _lists(one: x509.Certificate) -> Iterator[str]:
    try:
        points = one.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        for name in point.full_name or ():
            yield from _web(name)


def _web(name: x509.GeneralName) -> Iterator[str]:
    if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith("http"):
        yield name.value
