"""The key that lists which of our own seals were revoked (CRL, RFC 5280).

Who validates a seal in later years asks for a list that is newer than the seal. The root is kept
elsewhere, so it lets this key sign lists under its own name. It can seal nothing.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from academy.kernel.durable import write_new
from certificates.adapters import keys
from certificates.adapters.key_files import KeysError, open_private, private_pem

STEM = "status"
LIST_HOLDS = timedelta(days=1)


class _Status(NamedTuple):
    certificate: x509.Certificate
    private_key: ec.EllipticCurvePrivateKey


def add_status_key(folder: Path, root_private_key: Path, passphrase: str, *, now: datetime) -> str:
    """Make the key, which lasts as long as the root, and return its id.

    The newest one signs. Raises KeysError when that root is not ours.
    """
    root_key = keys.open_root(folder, root_private_key, passphrase)
    root = x509.load_der_x509_certificate(keys.root_certificate(folder))
    key = ec.generate_private_key(ec.SECP256R1())
    start = now.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=5)
    found = (
        x509.CertificateBuilder()
        .subject_name(root.subject)
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(start, root.not_valid_before_utc))
        .not_valid_after(root.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    key_id = keys.key_id_of(found.public_bytes(Encoding.DER))
    stem = folder / f"{STEM}-{key_id}"
    write_new(stem.with_suffix(".key.pem"), private_pem(key, passphrase))
    write_new(stem.with_suffix(".cert.pem"), found.public_bytes(Encoding.PEM))
    return key_id


def find_status_key(folder: Path) -> x509.Certificate | None:
    """Return the certificate of the key that signs lists here; None without its private half."""
    found = _newest(folder)
    return found[1] if found else None


def list_of_revoked(folder: Path, passphrase: str, *, now: datetime) -> tuple[bytes, bytes]:
    """Return the signed list (DER) of leaves of ours that are revoked at `now`, and who signed it.

    On it are the leaves that are in other hands. Raises KeysError without a key that may sign.
    """
    status = _opened(folder, passphrase)
    at = now.astimezone(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(status.certificate.subject)
        .last_update(at)
        .next_update(at + LIST_HOLDS)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(status.private_key.public_key()),
            critical=False,
        )
    )
    for leaf in keys.list_keys(folder):
        since = _lost_since(folder, leaf.key_id)
        if since is not None:
            builder = builder.add_revoked_certificate(_revoked(leaf.certificate, since))
    found = builder.sign(status.private_key, hashes.SHA256())
    return found.public_bytes(Encoding.DER), status.certificate.public_bytes(Encoding.DER)


def _revoked(certificate: bytes, since: datetime) -> x509.RevokedCertificate:
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(x509.load_der_x509_certificate(certificate).serial_number)
        .revocation_date(since)
        .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        .build()
    )


def _newest(folder: Path) -> tuple[Path, x509.Certificate] | None:
    found = [
        (path, x509.load_pem_x509_certificate(path.read_bytes()))
        for path in sorted(folder.glob(f"{STEM}-*.cert.pem"))
        if path.with_name(_key_name(path)).exists()
    ]
    return max(found, key=lambda one: one[1].not_valid_before_utc) if found else None


def _opened(folder: Path, passphrase: str) -> _Status:
    found = _newest(folder)
    if found is None:
        raise KeysError("Er is geen sleutel voor de stand van sleutels. Doe: academy keys status")
    path, certificate = found
    return _Status(certificate, _private(path.with_name(_key_name(path)), passphrase))


@lru_cache(maxsize=2)
def _private(path: Path, passphrase: str) -> ec.EllipticCurvePrivateKey:
    key = open_private(path, passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysError(f"De sleutel {path.name} is van een andere soort.")
    return key


def _key_name(path: Path) -> str:
    return path.name.removesuffix(".cert.pem") + ".key.pem"


def _lost_since(folder: Path, key_id: str) -> datetime | None:
    path = keys.lost_path(folder, key_id)
    if not path.exists():
        return None
    return datetime.fromisoformat(path.read_text(encoding="ascii").strip()).astimezone(UTC)


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_cert_sign=False,
        crl_sign=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
