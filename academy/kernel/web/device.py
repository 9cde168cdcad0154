"""What a device that somebody writes on is given, so that nobody else reads what it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from academy.kernel import ids
from academy.kernel.settings import current

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many keys the curve has, FIPS 186-5."""


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """What locks somebody's drafts on any device, and what opens them; as hexadecimal text.

    `mark` says whose they are. A page that a device keeps for when there is no internet holds
    `locks` only: what is written on it can be read by nobody, until its writer signs in again.
    """

    mark: str
    locks: str
    opens: str = ""


def mark_of(person_id: int | None) -> str:
    """Return, as hexadecimal text, the mark of a person's things on any device.

    It says nothing about who that is, and opens nothing.
    """
    return ids.keyed_digest(current().secret_key, f"mark on the device of {person_id}")[:16]


def device_keys(person_id: int | None) -> DeviceKeys:
    """Return both keys, for a page that only this person opens. They are stored nowhere."""
    key = _private_key(person_id)
    opens = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DeviceKeys(mark_of(person_id), _public(key), opens.hex())


def device_lock(person_id: int | None) -> DeviceKeys:
    """Return what locks and not what opens, for a page that stays on the device."""
    return DeviceKeys(mark_of(person_id), _public(_private_key(person_id)))


def _private_key(person_id: int | None) -> ec.EllipticCurvePrivateKey:
    secret = current().secret_key
    parts = (f"drafts on the device of {person_id}, {part}" for part in (1, 2))
    number = int("".join(ids.keyed_digest(secret, part) for part in parts), 16)
    return ec.derive_private_key(number % (ORDER - 1) + 1, CURVE)


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point.hex()
