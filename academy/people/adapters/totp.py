"""The six digits of an authenticator app (RFC 6238): the secret and its code."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

import pyotp

from academy.kernel import ids
from academy.people import rules


def fresh_secret() -> str:
    """Return 160 random bits in base32, as apps take them."""
    return base64.b32encode(ids.salt()[:20]).decode()


def code_at(secret: str, step: int) -> str:
    """Return what an app with this secret shows in a step of 30 seconds."""
    return pyotp.TOTP(
        secret, digits=rules.APP_DIGITS, interval=rules.APP_STEP_SECONDS
    ).generate_otp(step)


def fitting_step(secret: str, digits: str, *, after: int, now: datetime) -> int | None:
    """Return the step whose code this is, later than `after` and near `now`; else None."""
    found = None
    for step in rules.app_steps(now):
        if hmac.compare_digest(code_at(secret, step), digits) and step > after:
            found = step
    return found


def address(secret: str, *, name: str, issuer: str) -> str:
    """Return the address that an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)
