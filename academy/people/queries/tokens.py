"""Keys for the API: which one holds, and somebody's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from academy.kernel.db import db
from academy.people.models import Account, ApiToken, Person


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A key that holds on a day, and whose it is."""

    id: int
    person_id: int
    display_name: str
    ui_language: str
    scopes: tuple[str, ...]
    last_used_on: date | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One of somebody's own keys."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_on: date
    last_used_on: date | None


def _holds(day: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (ApiToken.revoked_at.is_(None), ApiToken.expires_on >= day)


def find_live_token(token_hash: str, day: date) -> LiveToken | None:
    """Return the key with this hash if it holds on `day` and its owner may still come in."""
    row = db.session.execute(
        sa.select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .join(Account, Account.person_id == ApiToken.person_id)
        .where(ApiToken.token_hash == token_hash, Account.disabled_at.is_(None), *_holds(day))
    ).first()
    if row is None:
        return None
    token, person = row
    return LiveToken(
        id=token.id,
        person_id=person.id,
        display_name=person.display_name,
        ui_language=person.ui_language,
        scopes=tuple(token.scopes),
        last_used_on=token.last_used_on,
    )


def token_rows(person_id: int, day: date) -> list[TokenRow]:
    """Return the keys of a person that hold on `day`, the newest first."""
    rows = db.session.scalars(
        sa.select(ApiToken)
        .where(ApiToken.person_id == person_id, *_holds(day))
        .order_by(ApiToken.id.desc())
    )
    return [
        TokenRow(
            id=row.id,
            name=row.name,
            scopes=tuple(row.scopes),
            created_at=row.created_at,
            expires_on=row.expires_on,
            last_used_on=row.last_used_on,
        )
        for row in rows
    ]
