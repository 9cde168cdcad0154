"""The sealing keys: one root that the operator takes away, and a leaf for each purpose.

A leaf for coaching documents has another policy and is never on the list for certificates, so a
coaching log does not validate as a certificate.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from academy.kernel.durable import write_new
from certificates.adapters import badge_keys
from certificates.adapters.key_files import (
    KeysError,
    make_folder,
    open_private,
    private_pem,
    require_passphrase,
)
from certificates.adapters.signed import lower_form

__all__ = [
    "PURPOSES",
    "KeyInfo",
    "KeysError",
    "NewKeys",
    "Purpose",
    "SealKey",
    "add_key",
    "fingerprint_in_groups",
    "init_keys",
    "is_for_certificates",
    "key_id_of",
    "list_keys",
    "load_signer",
    "lost_keys",
    "root_certificate",
    "trusted_leaves",
]

Purpose = Literal["certificates", "coaching"]
PURPOSES: tuple[Purpose, ...] = ("certificates", "coaching")

ROOT_YEARS = 10
LEAF_YEARS = 3

# Private policies below 2.25 (a UUID as an OID arc): nobody hands these out, nobody else has them.
_ARC = "2.25.262618727119117809519145079130299071894"
_POLICIES: dict[Purpose, x509.ObjectIdentifier] = {
    "certificates": x509.ObjectIdentifier(f"{_ARC}.1"),
    "coaching": x509.ObjectIdentifier(f"{_ARC}.2"),
}
_TITLES: dict[Purpose, str] = {"certificates": "certificaten", "coaching": "begeleiding"}
_ROOT = "root"
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A sealing key as it may be published. `fingerprint` is the certificate's SHA-256."""

    key_id: str
    purpose: Purpose
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    has_private_key: bool
    certificate: bytes
    """The certificate, DER."""


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What `init_keys` made. `root_private_key` is the file to take away and to delete here."""

    root_private_key: Path
    root_fingerprint: str
    keys: tuple[KeyInfo, ...]


@dataclass(frozen=True)
class SealKey:
    """An opened leaf with its chain, ready to seal; keep it in the document child only."""

    info: KeyInfo
    private_key: ec.EllipticCurvePrivateKey
    root_certificate: bytes

    @property
    def others(self) -> tuple[bytes, ...]:
        """The rest of the chain: our root."""
        return (self.root_certificate,)

    def sign(self, data: bytes) -> bytes:
        """Return the ECDSA signature of `data` with SHA-256, DER, in its lower form."""
        return lower_form(self.private_key.sign(data, ec.ECDSA(hashes.SHA256())))


def init_keys(
    folder: Path, passphrase: str, *, now: datetime, issuer: str = "Samen Lukt Het Zelf Academie"
) -> NewKeys:
    """Make a root for ten years and a leaf for each purpose for three, in a new `folder`.

    With them come the keys of credentials, which have no certificate (`badge_keys`).
    Every file is readable by its owner only; private keys are encrypted with `passphrase` (at least
    12 characters). Raises KeysError if there are keys already.
    """
    require_passphrase(passphrase)
    if folder.exists() and any(folder.glob("*.pem")):
        raise KeysError(f"In {folder} staan al sleutels. Die blijven zoals ze zijn.")
    make_folder(folder)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _sign(
        _builder(_name(issuer, "basis"), root_key.public_key(), now=now, years=ROOT_YEARS)
        .issuer_name(_name(issuer, "basis"))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True),
        root_key,
    )
    private = folder / f"{_ROOT}.key.pem"
    write_new(private, private_pem(root_key, passphrase))
    write_new(folder / f"{_ROOT}.cert.pem", _certificate_pem(root))
    made = tuple(
        add_key(folder, purpose, passphrase, now=now, root_private_key=private)
        for purpose in PURPOSES
    )
    badge_keys.add_missing(folder, passphrase, now=now)
    return NewKeys(private, _fingerprint(root), made)


def add_key(
    folder: Path,
    purpose: Purpose,
    passphrase: str,
    *,
    now: datetime,
    root_private_key: Path,
) -> KeyInfo:
    """Make one more leaf for `purpose`, signed by the root; new documents are sealed with it.

    Older certificates stay in the folder and on the list: what they sealed must stay verifiable.
    """
    root = _read_certificate(folder / f"{_ROOT}.cert.pem")
    root_key = _open_private(root_private_key, passphrase)
    key = ec.generate_private_key(ec.SECP256R1())
    organisation = root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    subject = _name(str(organisation), _TITLES[purpose])
    policy = x509.PolicyInformation(_POLICIES[purpose], None)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = _sign(
        _builder(subject, key.public_key(), now=now, years=LEAF_YEARS)
        .issuer_name(root.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.CertificatePolicies([policy]), critical=False)
        .add_extension(authority, critical=False),
        root_key,
    )
    stem = folder / f"{purpose}-{_key_id(leaf)}"
    write_new(stem.with_suffix(".key.pem"), private_pem(key, passphrase))
    write_new(stem.with_suffix(".cert.pem"), _certificate_pem(leaf))
    return _info(leaf, purpose, folder)


def list_keys(folder: Path) -> list[KeyInfo]:
    """Return every leaf in `folder`, retired ones too, oldest first."""
    found = [
        _info(_read_certificate(path), purpose, folder)
        for purpose in PURPOSES
        for path in folder.glob(f"{purpose}-*.cert.pem")
    ]
    return sorted(found, key=lambda info: (info.valid_from, info.purpose, info.key_id))


def trusted_leaves(folder: Path) -> list[bytes]:
    """Return the certificates (DER) whose seal makes a certificate: those for that purpose only."""
    return [info.certificate for info in list_keys(folder) if info.purpose == "certificates"]


def root_certificate(folder: Path) -> bytes:
    """Return the pinned root certificate (DER). Raises KeysError if there are no keys."""
    return _der(_read_certificate(folder / f"{_ROOT}.cert.pem"))


def load_signer(folder: Path, purpose: Purpose, passphrase: str, *, now: datetime) -> SealKey:
    """Open the newest leaf for `purpose` that is valid at `now`.

    Raises KeysError if there is none, if its file can be read by others, or if the passphrase is
    wrong. Kept opened per process: opening takes some tens of milliseconds.
    """
    usable = [
        info
        for info in list_keys(folder)
        if info.purpose == purpose
        and info.has_private_key
        and info.valid_from <= now < info.valid_until
    ]
    if not usable:
        raise KeysError(
            f"Er is geen geldige sleutel voor {_TITLES[purpose]}. "
            "Maak er een met: academy keys init"
        )
    return _opened(folder, usable[-1], passphrase)


@lru_cache(maxsize=8)
def _opened(folder: Path, info: KeyInfo, passphrase: str) -> SealKey:
    key = _open_private(_private_path(folder, info.purpose, info.key_id), passphrase)
    return SealKey(info, key, root_certificate(folder))


def require_own_root(folder: Path, root_private_key: Path, passphrase: str) -> None:
    """Raise KeysError unless a file holds the private half of our root."""
    open_root(folder, root_private_key, passphrase)


def open_root(folder: Path, root_private_key: Path, passphrase: str) -> ec.EllipticCurvePrivateKey:
    """Open the private half of our root. Raises KeysError when the file holds another one."""
    root = _read_certificate(folder / f"{_ROOT}.cert.pem")
    key = _open_private(root_private_key, passphrase)
    if key.public_key() != root.public_key():
        raise KeysError(f"{root_private_key.name} is niet de basis van deze academie.")
    return key


def lost_path(folder: Path, key_id: str) -> Path:
    """Return the file whose presence says that a key is in other hands."""
    return folder / f"{key_id}.lost"


def lost_keys(folder: Path) -> set[str]:
    """Return the ids of the keys that are marked here as in other hands."""
    return {path.stem for path in folder.glob("*.lost")}


def is_for_certificates(certificate: bytes) -> bool:
    """Say whether a certificate (DER) carries the policy of the certificates' seal."""
    return _has_policy(certificate, "certificates")


def is_for_coaching(certificate: bytes) -> bool:
    """Say whether a certificate (DER) carries the policy of the seal for coaching documents."""
    return _has_policy(certificate, "coaching")


def _has_policy(certificate: bytes, purpose: Purpose) -> bool:
    extensions = x509.load_der_x509_certificate(certificate).extensions
    try:
        policies = extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return False
    return [p.policy_identifier for p in policies] == [_POLICIES[purpose]]


def key_id_of(certificate: bytes) -> str:
    """Return the key id of a certificate (DER): the start of its SHA-256."""
    return _key_id(x509.load_der_x509_certificate(certificate))


def _builder(
    subject: x509.Name, public_key: ec.EllipticCurvePublicKey, *, now: datetime, years: int
) -> x509.CertificateBuilder:
    start = now.astimezone(UTC).replace(microsecond=0) - _CLOCK_SKEW
    identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=round(365.25 * years)))
        .add_extension(identifier, critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _name(organisation: str, what: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation}, {what}"[:64]),
        ]
    )


def _info(certificate: x509.Certificate, purpose: Purpose, folder: Path) -> KeyInfo:
    key_id = _key_id(certificate)
    return KeyInfo(
        key_id=key_id,
        purpose=purpose,
        fingerprint=_fingerprint(certificate),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        has_private_key=_private_path(folder, purpose, key_id).exists()
        and not lost_path(folder, key_id).exists(),
        certificate=_der(certificate),
    )


def _private_path(folder: Path, purpose: Purpose, key_id: str) -> Path:
    return folder / f"{purpose}-{key_id}.key.pem"


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _key_id(certificate: x509.Certificate) -> str:
    return _fingerprint(certificate)[:16]


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _certificate_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError:
        raise KeysError("Er zijn nog geen sleutels. Maak ze met: academy keys init") from None


def _open_private(path: Path, passphrase: str) -> ec.EllipticCurvePrivateKey:
    key = open_private(path, passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysError(f"De sleutel {path.name} is van een andere soort.")
    return key


def fingerprint_in_groups(fingerprint: str) -> str:
    """Return a fingerprint as people compare it: four characters at a time."""
    shown = fingerprint.upper()
    return " ".join(shown[at : at + 4] for at in range(0, len(shown), 4))
