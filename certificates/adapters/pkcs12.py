"""A seal in a PKCS#12 file, as an authority hands it out. Runs in the document child."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import KeyInfo
from certificates.adapters.pinning import find_pinned
from certificates.adapters.signed import lower_form

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class OpenedSeal:
    """A `Signer` whose private key lies open in this process."""

    info: KeyInfo
    others: tuple[bytes, ...]
    private_key: PrivateKey

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data` with SHA-256."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return lower_form(self.private_key.sign(data, ec.ECDSA(hashes.SHA256())))


def open_pkcs12(folder: Path, file: Path, passphrase: str) -> OpenedSeal:
    """Open the seal in `file`; its chain is the one that was pinned in the keys `folder`.

    Raises KeysError if the file can be read by others, does not open, or was not pinned.
    """
    key, certificate, _others = _load(file, passphrase)
    info, others = find_pinned(folder, certificate.public_bytes(Encoding.DER))
    return OpenedSeal(info, others, key)


def chain_in(file: Path, passphrase: str) -> bytes:
    """Return the certificates in a PKCS#12 file, PEM, to pin them. Raises KeysError."""
    _key, certificate, others = _load(file, passphrase)
    return b"".join(one.public_bytes(Encoding.PEM) for one in (certificate, *others))


def _load(
    file: Path, passphrase: str
) -> tuple[PrivateKey, x509.Certificate, list[x509.Certificate]]:
    try:
        if file.stat().st_mode & 0o077:
            raise KeysError(f"{file.name} is leesbaar voor anderen. Zet de rechten op 0600.")
        found = pkcs12.load_key_and_certificates(file.read_bytes(), passphrase.encode())
    except FileNotFoundError:
        raise KeysError(f"Het zegel {file.name} is er niet.") from None
    except (ValueError, TypeError):
        raise KeysError(f"Het zegel {file.name} gaat niet open met dit wachtwoord.") from None
    key, certificate, others = found
    if certificate is None or not isinstance(key, PrivateKey):
        raise KeysError(f"In {file.name} staat geen zegel met een sleutel die wij gebruiken.")
    return key, certificate, others
