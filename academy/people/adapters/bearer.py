"""The key in the Authorization header: who asks the API, and what the key lets them do."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from flask import Request, current_app

from academy.kernel import clock, ids
from academy.kernel.db import db, side_write_if_room
from academy.kernel.policy import Actor
from academy.people.models import ApiToken
from academy.people.queries.actors import grants_of
from academy.people.queries.tokens import LiveToken, find_live_token


def actor_of_bearer(request: Request) -> Actor | None:
    """Return who sends this request to the API, for Flask-Login; None when no key holds.

    The grants are those of now, and only the rights of the key's scopes count.
    """
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        return None
    found = find_live_token(ids.digest(given.token), clock.real_today())
    if found is None:
        return None
    grants = grants_of(found.person_id, clock.today())
    if found.last_used_on != clock.real_today():
        _note_last_used(found)
    return Actor(
        person_id=found.person_id,
        display_name=found.display_name,
        grants=grants,
        language=found.ui_language,
        origin="api",
        limited_to=_rights_of(found.scopes),
    )


def _rights_of(scopes: Collection[str]) -> frozenset[str]:
    features = current_app.extensions["academy.features"]
    return frozenset(
        right.name
        for feature in features
        for scope in feature.api_scopes
        if scope.name in scopes
        for right in scope.rights
    )


def _note_last_used(found: LiveToken) -> None:
    """Write the last-seen of a key, which is the sign-in of a program: at most once a day."""
    db.session.rollback()  # end the read, so that SQLite's single writer can be us
    side_write_if_room(
        sa.update(ApiToken).where(ApiToken.id == found.id).values(last_used_on=clock.real_today())
    )
