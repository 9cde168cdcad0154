"""Making and taking back one's own keys for the API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import audit, clock, ids
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, require_right
from academy.people import rules
from academy.people.models import ApiToken
from academy.people.policies import API_TOKENS
from academy.people.queries.tokens import token_rows

PREFIX = "slhz_"
"""So that programs that look for leaked secrets recognise one."""


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A fresh key, to be shown once."""

    id: int
    token: str
    name: str
    expires_on: date


def make_token(
    name: str, *, scopes: Collection[str], offered: Collection[str], days: int, by: Actor
) -> MadeToken:
    """Make a key of one's own. `offered` are the scopes that this person may give away.

    Raises ForbiddenError for who has no grant, InvalidInputError with `fields`, ConflictError
    when there are ten already.
    """
    require_right(by, API_TOKENS)
    name = rules.clean_name(name)
    _refuse_wrong(name, scopes=scopes, offered=offered, days=days)
    today = clock.real_today()
    if len(token_rows(by.person_id or 0, today)) >= rules.MOST_TOKENS:
        raise ConflictError(
            ngettext(
                "Je hebt al %(num)d sleutel. Neem er eerst een terug.",
                "Je hebt al %(num)d sleutels. Neem er eerst een terug.",
                rules.MOST_TOKENS,
            )
        )
    token = PREFIX + ids.token()
    row = ApiToken(
        person_id=by.person_id,
        name=name,
        token_hash=ids.digest(token),
        scopes=sorted(scopes),
        created_at=clock.real_now(),
        expires_on=today + timedelta(days=days),
    )
    db.session.add(row)
    db.session.flush()  # the audit names the row
    audit.record(
        "people:token:made",
        ("api_token", row.id),
        by=by,
        subject_id=by.person_id,
        scopes=" ".join(row.scopes),
        days=days,
    )
    return MadeToken(row.id, token, name, row.expires_on)


def _refuse_wrong(
    name: str, *, scopes: Collection[str], offered: Collection[str], days: int
) -> None:
    wrong: dict[str, str] = {}
    if not 1 <= len(name) <= rules.TOKEN_NAME_LENGTH:
        wrong["name"] = _("Geef de sleutel een korte naam.")
    if not scopes or not set(scopes) <= set(offered):
        wrong["scopes"] = _("Kies wat het programma mag.")
    if days not in rules.TOKEN_DAYS:
        wrong["days"] = _("Kies hoe lang de sleutel werkt.")
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)


def revoke_token(token_id: int, *, by: Actor) -> None:
    """Take one of one's own keys back, at once. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(ApiToken).where(ApiToken.id == token_id, ApiToken.person_id == by.person_id)
    )
    if row is None or row.revoked_at is not None:
        raise NotFoundError
    row.revoked_at = clock.real_now()
    audit.record("people:token:revoked", ("api_token", row.id), by=by, subject_id=by.person_id)
