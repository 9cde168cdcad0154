"""Seals from elsewhere that we trust: each a file in the keys folder with its whole chain.

Pinned means: this leaf under this root, and no other leaf of that authority.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from academy.kernel.durable import write_new
from certificates.adapters import badge_keys, keys
from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import KeyInfo
from certificates.adapters.signed import is_issued_by
from certificates.adapters.verify import ReadSeal, read_seal_in_child

SHORTEST_RSA = 2048
_STEM = "extern"


def pin_seal(folder: Path, pem: bytes) -> KeyInfo:
    """Pin the chain in `pem`, in any order, and return its leaf; a pinned one stays as it is.

    Raises KeysError when it is no whole chain, or when its key is not one that we can check.
    """
    keys.root_certificate(folder)
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise KeysError("In dit bestand staan geen certificaten (PEM).") from None
    chain = in_order(found)
    leaf = chain[0]
    _require_usable(leaf)
    info = _info(leaf)
    path = folder / f"{_STEM}-{info.key_id}.cert.pem"
    if not path.exists():
        write_new(path, b"".join(map(_pem, chain)))
    return info


def pinned_chains(folder: Path) -> list[list[bytes]]:
    """Return the pinned chains (DER), each from its leaf to its root."""
    return [
        [_der(one) for one in x509.load_pem_x509_certificates(path.read_bytes())]
        for path in sorted(folder.glob(f"{_STEM}-*.cert.pem"))
    ]


def reader(
    folder: Path, *, with_badge: bool = False, more_chains: Iterable[Sequence[bytes]] = ()
) -> ReadSeal:
    """Return how seals are read in the document child here: our own, and those pinned.

    `with_badge`: the credential inside is looked at too, by the keys in `folder`. `more_chains` are
    seals from elsewhere that something we signed vouches for.
    """
    known = _believed(folder) if with_badge else None
    here = pinned_chains(folder)
    chains = [*here, *(list(one) for one in more_chains if list(one) not in here)]
    return partial(read_seal_in_child, chains=chains, badge_keys=known)


def _believed(folder: Path) -> dict[str, bytes]:
    """Return the public keys (DER) behind credentials that can be believed, by their ids."""
    return {
        key.key_id: key.public_key
        for key in badge_keys.list_keys(folder)
        if key.purpose == "credential" and key.compromised_at is None
    }


def list_pinned(folder: Path) -> list[KeyInfo]:
    """Return the pinned leaves, as they may be published."""
    return [_info(x509.load_der_x509_certificate(chain[0])) for chain in pinned_chains(folder)]


def find_pinned(folder: Path, leaf: bytes) -> tuple[KeyInfo, tuple[bytes, ...]]:
    """Return a pinned leaf with the rest of its chain. Raises KeysError if it was not pinned."""
    for chain in pinned_chains(folder):
        if chain[0] == leaf:
            return _info(x509.load_der_x509_certificate(leaf)), tuple(chain[1:])
    raise KeysError("Dit zegel is nog niet bekend. Maak het bekend met: academy keys pin")


def in_order(found: list[x509.Certificate]) -> list[x509.Certificate]:
    """Return a chain from its leaf to its self-signed root. Raises KeysError for anything else."""
    issuers = {one.issuer for one in found if one.issuer != one.subject}
    leaves = [one for one in found if one.subject not in issuers]
    if len(leaves) != 1:
        raise KeysError("Dit is geen keten met één zegel. Geef het zegel en alles erboven.")
    chain = [leaves[0]]
    while chain[-1].issuer != chain[-1].subject:
        above = [one for one in found if is_issued_by(chain[-1], one)]
        if not above or above[0] in chain:
            raise KeysError("De keten is niet heel. Geef het zegel en alles erboven, met de basis.")
        chain.append(above[0])
    if not is_issued_by(chain[-1], chain[-1]) or len(chain) != len(found):
        raise KeysError("Deze certificaten horen niet bij elkaar.")
    return chain


def _require_usable(leaf: x509.Certificate) -> None:
    key = leaf.public_key()
    is_p256 = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    is_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size >= SHORTEST_RSA
    if not (is_p256 or is_rsa):
        raise KeysError("Het zegel moet een sleutel P-256 hebben, of RSA van 2048 bits of meer.")
    if _is_authority(leaf):
        raise KeysError("Dit is een keten zonder zegel: het onderste certificaat zegelt niet zelf.")
    if keys.is_for_coaching(_der(leaf)):
        raise KeysError("Dit is het zegel voor begeleiding. Dat zegelt geen certificaten.")


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _info(leaf: x509.Certificate) -> KeyInfo:
    return KeyInfo(
        key_id=keys.key_id_of(_der(leaf)),
        purpose="certificates",
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
        valid_from=leaf.not_valid_before_utc,
        valid_until=leaf.not_valid_after_utc,
        has_private_key=False,
        certificate=_der(leaf),
    )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
