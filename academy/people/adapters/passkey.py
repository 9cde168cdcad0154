"""Passkeys (WebAuthn): what the browser is asked, and whether its answer is true."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from academy.kernel import ids
from academy.kernel.settings import current
from academy.people.rules import passkey_host

MOST_SIGNS = 20_000
UNREADABLE = (
    WebAuthnException,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)
"""What the library raises about an answer that is none."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """What we keep of a passkey, as text."""

    credential_id: str
    public_key: str
    counter: int


def is_possible() -> bool:
    """Say whether passkeys can be used at the academy's address."""
    return bool(passkey_host(current().public_url))


def fresh_challenge() -> str:
    """Return 256 random bits for the device to sign."""
    return str(bytes_to_base64url(ids.salt()))


def to_add(person_id: int, name: str, challenge: str, *, known: Collection[str]) -> str:
    """Return as JSON what the browser needs to make a passkey for this person."""
    settings = current()
    handle = hashlib.sha256(f"{settings.secret_key}:passkey:{person_id}".encode()).digest()
    options = generate_registration_options(
        rp_id=passkey_host(settings.public_url),
        rp_name=settings.name,
        user_id=handle,
        user_name=name,
        challenge=base64url_to_bytes(challenge),
        exclude_credentials=_described(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return str(options_to_json(options))


def to_give(challenge: str, *, known: Collection[str]) -> str:
    """Return as JSON what the browser needs to sign with one of the known passkeys."""
    options = generate_authentication_options(
        rp_id=passkey_host(current().public_url),
        challenge=base64url_to_bytes(challenge),
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return str(options_to_json(options))


def _described(known: Collection[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]


def read_added(answer: str, challenge: str) -> Passkey | None:
    """Return the passkey that the browser made for our question at our address; else None."""
    if len(answer) > MOST_SIGNS:
        return None
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=passkey_host(current().public_url),
            expected_origin=_origin(),
        )
    except UNREADABLE:
        return None
    return Passkey(
        bytes_to_base64url(made.credential_id),
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
    )


def read_given(answer: str, challenge: str, *, known: Collection[Passkey]) -> Passkey | None:
    """Return which known passkey signed our question, with its new counter; else None."""
    for one in known:
        if one.credential_id not in answer[:MOST_SIGNS]:
            continue
        try:
            given = verify_authentication_response(
                credential=answer[:MOST_SIGNS],
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=passkey_host(current().public_url),
                expected_origin=_origin(),
                credential_public_key=base64url_to_bytes(one.public_key),
                credential_current_sign_count=one.counter,
            )
        except UNREADABLE:
            continue
        if bytes_to_base64url(given.credential_id) == one.credential_id:
            return Passkey(one.credential_id, one.public_key, given.new_sign_count)
    return None


def _origin() -> str:
    url = urlsplit(current().public_url)
    is_usual = url.port in (None, {"http": 80, "https": 443}[url.scheme])
    return f"{url.scheme}://{url.hostname}" + ("" if is_usual else f":{url.port}")
