"""How a key lies on disk: encrypted, readable by its owner only, never written over."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from academy.kernel.documents import DocumentError

SHORTEST_PASSPHRASE = 12


class KeysError(DocumentError):
    """The keys cannot be made or opened; the sentence says why."""


def private_pem(key: PrivateKeyTypes, passphrase: str) -> bytes:
    """Return a private key as PEM, encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )


def open_private(path: Path, passphrase: str) -> PrivateKeyTypes:
    """Open a private key. Raises KeysError, also when others can read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeysError(f"{path.name} is leesbaar voor anderen. Zet de rechten op 0600.")
        return serialization.load_pem_private_key(path.read_bytes(), passphrase.encode())
    except FileNotFoundError:
        raise KeysError(f"De sleutel {path.name} is er niet.") from None
    except (ValueError, TypeError):
        raise KeysError(f"De sleutel {path.name} gaat niet open met dit wachtwoord.") from None


def require_passphrase(passphrase: str) -> None:
    """Raise KeysError for a passphrase that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeysError(
            f"Het wachtwoord van de sleutels heeft minstens {SHORTEST_PASSPHRASE} tekens nodig."
        )


def make_folder(folder: Path) -> None:
    """Make the folder of the keys, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
