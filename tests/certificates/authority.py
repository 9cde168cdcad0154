"""An authority elsewhere that sells a seal: root, intermediate and leaf, in a PKCS#12 file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID

WORD = "the passphrase of the seal"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Bought:
    """A seal as it was bought."""

    key: Key
    leaf: x509.Certificate
    above: tuple[x509.Certificate, ...]
    file: Path

    @property
    def pem(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.leaf, *self.above))

    @property
    def root_pem(self) -> bytes:
        return (self.above or (self.leaf,))[-1].public_bytes(Encoding.PEM)

    @property
    def external(self) -> dict[str, str]:
        return {"kind": "pkcs12", "file": str(self.file), "passphrase": WORD}


def new_key(kind: str) -> Key:
    if kind == "rsa":
        return rsa.generate_private_key(65537, 3072)
    return ec.generate_private_key(ec.SECP256R1())


def buy(folder: Path, kind: str = "p256", *, days: int = 900, alone: bool = False) -> Bought:
    """Return a seal with a key of a kind; `alone` is a self-signed one."""
    key = new_key(kind)
    if alone:
        leaf = _certificate("Zegel", key, None, days=days)
        above: tuple[x509.Certificate, ...] = ()
    else:
        root_key, middle_key = new_key("p256"), new_key("p256")
        root = _certificate("Basis elders", root_key, None, is_authority=True)
        middle = _certificate("Tussen elders", middle_key, (root, root_key), is_authority=True)
        leaf = _certificate("Zegel", key, (middle, middle_key), days=days)
        above = (middle, root)
    file = folder / f"seal-{kind}-{leaf.serial_number}.p12"
    file.touch(mode=0o600)
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"zegel", key, leaf, above, BestAvailableEncryption(WORD.encode())
        )
    )
    return Bought(key, leaf, above, file)


def _certificate(
    title: str,
    key: Key,
    issuer: tuple[x509.Certificate, Key] | None,
    *,
    is_authority: bool = False,
    days: int = 900,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    path_length = None
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0].subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(is_authority, path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer[1] if issuer else key, hashes.SHA256())
    )
