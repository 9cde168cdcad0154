"""A seal in a device that never gives its key away, spoken to by PKCS#11. Runs in the child.

The child has no network: the device is in or on this machine, or its library reaches a service
here.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.exceptions import InvalidSignature
from pkcs11.util.ec import encode_ecdsa_signature

from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import KeyInfo
from certificates.adapters.pinning import find_pinned, list_pinned
from certificates.adapters.signed import lower_form, require_signed

PIN_REFUSED = "SealPinRefused"
_PROBE = b"whose key is this"
_PIN_ERRORS = (
    pkcs11.exceptions.PinIncorrect,
    pkcs11.exceptions.PinInvalid,
    pkcs11.exceptions.PinLocked,
    pkcs11.exceptions.PinExpired,
    pkcs11.exceptions.PinLenRange,
)


@dataclass(frozen=True)
class DeviceSeal:
    """A `Signer` whose private key lies in a device; the session stays open."""

    info: KeyInfo
    others: tuple[bytes, ...]
    key: Any

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data` with SHA-256."""
        return _sign(self.key, data)


def open_device(folder: Path, where: Mapping[str, str]) -> DeviceSeal:
    """Open the key with a label on a token; its certificate is the pinned one that it fits.

    Raises KeysError if the device does not answer, refuses the PIN, or has no such key.
    """
    key = _find_key(where)
    signature = _sign(key, _PROBE)
    newest_first = sorted(list_pinned(folder), key=lambda one: one.valid_until, reverse=True)
    for info in newest_first:
        if _is_by(info.certificate, signature):
            return DeviceSeal(*find_pinned(folder, info.certificate), key)
    raise KeysError("Dit zegel is nog niet bekend. Maak het bekend met: academy keys pin")


def _find_key(where: Mapping[str, str]) -> Any:
    name, _, value = where["environment"].partition("=")
    if name:
        os.environ[name] = value  # this process seals and does nothing else
    try:
        token = pkcs11.lib(where["module"]).get_token(token_label=where["token"])
        session = _session(token, where["pin"])
        return session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=where["label"])
    except _PIN_ERRORS:
        raise KeysError(
            "Het apparaat weigert de pincode. Wij proberen het niet nog eens.", kind=PIN_REFUSED
        ) from None
    except (pkcs11.exceptions.NoSuchToken, pkcs11.exceptions.NoSuchKey):
        raise KeysError(
            f"Op het apparaat is geen zegel {where['token']}, {where['label']}."
        ) from None
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        kind = type(error).__name__
        raise KeysError(f"Het apparaat met het zegel antwoordt niet ({kind}).") from None


def _session(token: Any, pin: str) -> Any:
    try:
        return token.open(user_pin=pin)
    except pkcs11.exceptions.UserAlreadyLoggedIn:  # one sign-in holds for the whole process
        return token.open()


def _sign(key: Any, data: bytes) -> bytes:
    try:
        if key.key_type == pkcs11.KeyType.RSA:
            return bytes(key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
        raw = key.sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        return lower_form(bytes(encode_ecdsa_signature(raw)))
    except pkcs11.PKCS11Error as error:
        kind = type(error).__name__
        raise KeysError(f"Het apparaat zegelt niet ({kind}).") from None


def _is_by(leaf: bytes, signature: bytes) -> bool:
    try:
        require_signed(leaf, signature, _PROBE)
    except (InvalidSignature, TypeError):
        return False
    return True
