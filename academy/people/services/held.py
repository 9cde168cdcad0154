"""Keeping what somebody typed while they show who they are, for an hour."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from academy.kernel import clock, ids
from academy.kernel.db import db
from academy.people.models import HeldForm
from academy.people.rules import FORM_LASTS


def hold(
    person_id: int,
    *,
    path: str,
    page: str,
    fields: Sequence[tuple[str, str]],
    is_whole: bool,
) -> str:
    """Keep a form for somebody in place of an earlier one; return what its browser must show."""
    token = ids.token()
    db.session.execute(sa.delete(HeldForm).where(HeldForm.person_id == person_id))
    db.session.add(
        HeldForm(
            person_id=person_id,
            token_hash=ids.digest(token),
            path=path,
            page=page,
            fields=json.dumps(fields, ensure_ascii=False),
            is_whole=is_whole,
            held_at=clock.real_now(),
        )
    )
    return token


def forget() -> None:
    """Delete the forms that nobody can get back any more."""
    ended = HeldForm.held_at < clock.real_now() - FORM_LASTS
    db.session.execute(sa.delete(HeldForm).where(ended))
