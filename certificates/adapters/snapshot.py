"""Signs a snapshot of the register with the key of the certificates, and believes one or not.

A library: no web, no database.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from academy.kernel import documents
from certificates.adapters import keys
from certificates.rules.snapshot import Leaf, Snapshot, SnapshotError, read, signed_bytes, write


def sign(snapshot: Snapshot, *, keys_folder: Path, passphrase: str, now: datetime) -> bytes:
    """Return the signed envelope of `snapshot`; the key is opened in the document child only.

    Raises DocumentError without a key.
    """
    signed: dict[str, Any] = documents.call(
        "certificates.adapters.snapshot:sign_digest",
        digest=hashlib.sha256(signed_bytes(snapshot)).digest(),
        keys_folder=str(keys_folder),
        passphrase=passphrase,
        now=now,
    )
    return write(snapshot, **signed)


def sign_digest(
    *, digest: bytes, keys_folder: str, passphrase: str, now: datetime
) -> dict[str, Any]:
    """Return the key id and the signature of a SHA-256. Runs in the document child."""
    key = keys.load_signer(Path(keys_folder), "certificates", passphrase, now=now)
    signature = key.private_key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    return {"key_id": key.info.key_id, "signature": signature}


def open_snapshot(
    data: bytes, *, root_fingerprint: str, lost_keys: Collection[str] = ()
) -> Snapshot:
    """Return a snapshot that is signed by a key of ours for certificates.

    `root_fingerprint` is the SHA-256 (hexadecimal) of the root that the reader trusts, `lost_keys`
    are the ids of the keys that the reader knows to be in other hands: those sign nothing, whatever
    the snapshot says. Raises SnapshotError, and nothing else, for any other file.
    """
    signed = read(data)
    if hashlib.sha256(signed.snapshot.root).hexdigest() != root_fingerprint:
        raise SnapshotError("another_root")
    try:
        leaf = _signer(signed.snapshot.leaves, signed.key_id, lost_keys)
        _require_our_leaves(signed.snapshot)
        public = x509.load_der_x509_certificate(leaf.certificate).public_key()
        cast("ec.EllipticCurvePublicKey", public).verify(
            signed.signature, signed.signed_bytes, ec.ECDSA(hashes.SHA256())
        )
    except Exception:  # noqa: BLE001 (hostile certificates raise nearly anything)
        raise SnapshotError("bad_signature") from None
    return signed.snapshot


def trusted_leaves(snapshot: Snapshot) -> list[bytes]:
    """Return the certificates (DER) whose seal makes a certificate."""
    return [leaf.certificate for leaf in snapshot.leaves]


def _signer(leaves: Iterable[Leaf], key_id: str, lost_keys: Collection[str]) -> Leaf:
    """Return the leaf that signed; one that is known to be in other hands signs nothing."""
    for leaf in leaves:
        is_lost = leaf.compromised_at is not None or leaf.key_id in lost_keys
        if leaf.key_id == key_id and not is_lost:
            return leaf
    raise SnapshotError("bad_signature")


def _require_our_leaves(snapshot: Snapshot) -> None:
    root = x509.load_der_x509_certificate(snapshot.root)
    for leaf in snapshot.leaves:
        certificate = x509.load_der_x509_certificate(leaf.certificate)
        certificate.verify_directly_issued_by(root)
        if leaf.key_id != keys.key_id_of(leaf.certificate):
            raise SnapshotError("bad_signature")
        if not keys.is_for_certificates(leaf.certificate):
            raise SnapshotError("bad_signature")
