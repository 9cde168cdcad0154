"""The browser that asks: its name, and whether it came in before.

A signed cookie says for which mailbox it came in, and nothing else.

Whoever guesses at somebody's door from elsewhere uses up the tries of strangers; the owner, on
a browser that came in before, has tries of their own and is not locked out (trust.md, T11).
"""

from __future__ import annotations

from flask import Request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug import Response

from academy.kernel import ids
from academy.kernel.settings import current
from academy.people.rules import clean_mailbox

YEAR_SECONDS = 365 * 24 * 3600


def _name() -> str:
    return "__Host-known" if current().is_https else "known"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().secret_key, salt="known-device")


def _mark(mailbox: str) -> str:
    """Return what stands for a mailbox in the cookie; it does not tell which one."""
    return ids.digest(f"{current().secret_key}:known:{clean_mailbox(mailbox)}")


def remember_device(response: Response, mailbox: str) -> None:
    """Let this browser be known for `mailbox` from now on."""
    response.set_cookie(
        _name(),
        _signer().dumps([ids.nonce(), _mark(mailbox)]),
        max_age=YEAR_SECONDS,
        secure=current().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def known_device(request: Request, mailbox: str) -> str:
    """Return this browser's own name if it came in with `mailbox` before, else ''."""
    try:
        nonce, mark = _signer().loads(request.cookies.get(_name(), ""), max_age=YEAR_SECONDS)
    except (BadSignature, TypeError, ValueError):
        return ""
    return str(nonce) if mark == _mark(mailbox) else ""


def device_name(request: Request) -> str:
    """Name the device in words, from what the browser says of itself."""
    agent = request.headers.get("User-Agent", "").lower()
    kinds = (
        ("iphone", "iPhone"),
        ("ipad", "iPad"),
        ("android", "Android"),
        ("windows", "Windows"),
        ("mac os", "Mac"),
        ("linux", "Linux"),
    )
    return next((name for sign, name in kinds if sign in agent), _("onbekend apparaat"))
