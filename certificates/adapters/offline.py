"""Judges files without database and network: with a snapshot of the register, or by the seal alone.

What is trusted is a root: that of the keys folder here, or one that the asker names.
"""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from academy.kernel import clock
from certificates.adapters import keys
from certificates.adapters.keys import KeysError
from certificates.adapters.pinning import reader
from certificates.adapters.snapshot import open_snapshot, trusted_leaves
from certificates.adapters.verify import ReadSeal, check_file
from certificates.rules.snapshot import Snapshot
from certificates.rules.verdict import Finding

_FINGERPRINT = re.compile("[0-9a-f]{64}")


class NoRootError(Exception):
    """Nothing says whose certificates these must be; `nl` and `en` say what to do."""

    nl = "Zeg van wie de certificaten zijn, met --root en de vingerafdruk van de basis."
    en = "Say whose certificates these are, with --root and the fingerprint of the root."


@dataclass(frozen=True, slots=True)
class Judge:
    """What files are judged by. Without a snapshot nothing is known of how they stand now.

    `lost_keys` are the ids of keys in other hands.
    """

    leaves: Sequence[bytes]
    root: bytes
    snapshot: Snapshot | None = None
    lost_keys: Collection[str] = ()
    read_seal: ReadSeal | None = None

    def judge(self, data: bytes, *, read_seal: ReadSeal | None = None) -> Finding:
        """Return the verdict on a file, as of the snapshot.

        What ended since then has ended here too: the last day of validity is in the snapshot.
        """
        now = self.snapshot.as_of if self.snapshot else clock.real_now()
        return check_file(
            data,
            leaves=self.leaves,
            root=self.root,
            now=now,
            today=max(now.astimezone(clock.AMSTERDAM).date(), clock.real_today()),
            lookup=self.snapshot.find if self.snapshot else None,
            read_seal=read_seal or self.read_seal,
            if_absent="not_in_snapshot",
            lost_keys=self.lost_keys,
        )


def with_snapshot(data: bytes, *, root_fingerprint: str, lost_keys: Collection[str] = ()) -> Judge:
    """Return a judge that knows a snapshot. Raises SnapshotError for one not to be trusted.

    `lost_keys` are those that the asker knows to be in other hands, beside what the snapshot says.
    """
    snapshot = open_snapshot(data, root_fingerprint=root_fingerprint, lost_keys=lost_keys)
    told = {leaf.key_id for leaf in snapshot.leaves if leaf.compromised_at is not None}
    return Judge(trusted_leaves(snapshot), snapshot.root, snapshot, {*told, *lost_keys})


def by_seal_alone(keys_folder: Path) -> Judge:
    """Return a judge that knows our public keys only; without keys nothing is ours."""
    try:
        leaves, root = keys.trusted_leaves(keys_folder), keys.root_certificate(keys_folder)
    except KeysError:
        return Judge([], b"")
    return Judge(
        leaves,
        root,
        lost_keys=keys.lost_keys(keys_folder),
        read_seal=reader(keys_folder, with_badge=True),
    )


def find_root(named: str | None, *, keys_folder: Path) -> str:
    """Return the fingerprint of the root to trust: `named`, or that of the keys folder.

    `named` is a fingerprint, with or without spaces and colons, or a certificate's file. Raises
    NoRootError when there is neither.
    """
    if named is None:
        return _folder_root(keys_folder)
    bare = re.sub(r"[\s:]", "", named).lower()
    if _FINGERPRINT.fullmatch(bare):
        return bare
    try:
        return _fingerprint(Path(named).read_bytes())
    except (OSError, ValueError):
        raise NoRootError from None


def _folder_root(folder: Path) -> str:
    try:
        return hashlib.sha256(keys.root_certificate(folder)).hexdigest()
    except (KeysError, ValueError):
        raise NoRootError from None


def _fingerprint(data: bytes) -> str:
    is_text = data.lstrip().startswith(b"-----")
    read = x509.load_pem_x509_certificate if is_text else x509.load_der_x509_certificate
    return hashlib.sha256(read(data).public_bytes(Encoding.DER)).hexdigest()
