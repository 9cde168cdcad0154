"""The port through which a file is sealed: our own leaf, or a seal bought elsewhere.

Everything that seals takes a `Signer`; where its private key lies is nobody else's business. Runs
in the document child; keys stay open there, for opening an RSA key costs more than signing with it.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from academy.kernel.settings import Settings
from certificates.adapters import keys
from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import KeyInfo

External = Mapping[str, str]
"""Where a seal from elsewhere lies: `kind` and what that kind needs, plain for the pipe."""


class Signer(Protocol):
    """A certificate with its chain, and a private key that signs for it somewhere."""

    @property
    def info(self) -> KeyInfo:
        """The leaf, as it may be published."""

    @property
    def others(self) -> tuple[bytes, ...]:
        """The rest of the chain that goes into the file, DER; the root last."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data` with SHA-256: RSA (PKCS#1 v1.5), or ECDSA (low s, DER)."""


def external_seal(settings: Settings) -> dict[str, str] | None:
    """Return where the seal from elsewhere lies, or None: then our own key seals."""
    if settings.seal_pkcs12:
        file, passphrase = settings.seal_pkcs12, settings.seal_passphrase
        return {"kind": "pkcs12", "file": file, "passphrase": passphrase}
    if settings.seal_pkcs11_module:
        return {
            "kind": "pkcs11",
            "module": settings.seal_pkcs11_module,
            "token": settings.seal_pkcs11_token,
            "label": settings.seal_pkcs11_key_label,
            "pin": settings.seal_pkcs11_pin,
            "environment": settings.seal_pkcs11_environment,
        }
    return None


def open_signer(
    folder: Path, passphrase: str, *, now: datetime, external: External | None = None
) -> Signer:
    """Return what seals certificates at `now`: the external seal if there is one, or our own leaf.

    Never our own when the external one fails. Raises KeysError with the reason.
    """
    if not external:
        return keys.load_signer(folder, "certificates", passphrase, now=now)
    signer = _opened(folder, tuple(sorted(external.items())))
    if not signer.info.valid_from <= now < signer.info.valid_until:
        raise KeysError(f"Het zegel {signer.info.key_id} geldt niet of niet meer.")
    return signer


def pins(signer: Signer) -> dict[str, Any]:
    """Return what `signature.read_intact` must trust to accept what this signer seals."""
    leaf = signer.info.certificate
    if keys.is_for_certificates(leaf):
        return {"leaves": [leaf], "root": signer.others[-1]}
    return {"leaves": [leaf], "root": b"", "chains": [[leaf, *signer.others]]}


@lru_cache(maxsize=2)
def _opened(folder: Path, external: tuple[tuple[str, str], ...]) -> Signer:
    where = dict(external)
    if where["kind"] == "pkcs12":
        from certificates.adapters.pkcs12 import open_pkcs12  # noqa: PLC0415

        return open_pkcs12(folder, Path(where["file"]), where["passphrase"])
    if where["kind"] == "pkcs11":
        try:
            from certificates.adapters.device import open_device  # noqa: PLC0415
        except ImportError:
            raise KeysError("Zet eerst python-pkcs11 erbij (docs/operations.md).") from None

        return open_device(folder, where)
    raise KeysError(f"Een zegel van de soort {where['kind']} kennen wij niet.")
