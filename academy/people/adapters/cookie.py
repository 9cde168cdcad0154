"""The sign-in cookie: a random token in the browser, its hash in the table, nothing else."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Request
from werkzeug import Response

from academy.kernel import clock, ids
from academy.kernel.db import db, side_write_if_room
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from academy.people import rules
from academy.people.models import SignIn
from academy.people.queries.actors import LiveSignIn, find_live_sign_in, grants_of
from academy.people.queries.second_factor import is_needed

LAST_SEEN_EVERY = timedelta(minutes=1)


def cookie_name() -> str:
    """Return the cookie's name; `__Host-` binds it to this host over https."""
    return "__Host-academy" if current().is_https else "academy"


def set_cookie(response: Response, token: str, *, lasts: timedelta) -> None:
    """Put the token into the browser for as long as the sign-in can hold."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(lasts.total_seconds()),
        secure=current().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: Response) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(
        cookie_name(), secure=current().is_https, httponly=True, samesite="Lax", path="/"
    )


def actor_of_request(request: Request) -> Actor | None:
    """Return who sends this request, for Flask-Login; None when no sign-in holds.

    Until the second factor was given on this device, the grants of who needs one do not count.
    """
    token = request.cookies.get(cookie_name())
    if not token:
        return None
    now = clock.real_now()
    found = find_live_sign_in(ids.digest(token), now)
    if found is None:
        return None
    grants = grants_of(found.person_id, clock.today())
    life = rules.lifetime(is_staff=bool(grants))
    if not rules.still_holds(life, opened_at=found.created_at, seen_at=found.last_seen_at, now=now):
        return None  # who got a right since came in for longer than staff may
    if now - found.last_seen_at >= LAST_SEEN_EVERY:
        _note_last_seen(request, found, idle=life.idle)
    waits = found.second_factor_at is None and is_needed(grants)
    names = (found.call_name, found.prefix, found.last_name)
    return Actor(
        person_id=found.person_id,
        display_name=" ".join(part for part in names if part),
        call_name=found.call_name,
        grants=() if waits else grants,
        withheld=grants if waits else (),
        sign_in_id=found.id,
        stepped_up_at=found.stepped_up_at,
        language=found.ui_language,
    )


def _note_last_seen(request: Request, found: LiveSignIn, *, idle: timedelta) -> None:
    now = clock.real_now()
    statement = (
        sa.update(SignIn)
        .where(SignIn.id == found.id)
        .values(last_seen_at=now, idle_until=rules.idle_until(now, found.expires_at, idle))
    )
    if request.method in ("GET", "HEAD", "OPTIONS"):
        db.session.rollback()  # end the read, so that SQLite's single writer can be us
        side_write_if_room(statement)
    else:
        db.session.execute(statement)
