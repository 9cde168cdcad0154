"""What was typed before somebody showed who they are, and whose sign-in a browser carried."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from academy.kernel import ids
from academy.kernel.db import db
from academy.people.models import HeldForm, SignIn
from academy.people.rules import FORM_LASTS, is_written


@dataclass(frozen=True, slots=True)
class Held:
    """A form that waits: where it goes, on which page it stands, its fields."""

    path: str
    page: str
    fields: tuple[tuple[str, str], ...]
    is_whole: bool

    @property
    def words(self) -> tuple[str, ...]:
        """What somebody wrote, without what only programs read."""
        return tuple(value.strip() for _name, value in self.fields if is_written(value))


def find_held(person_id: int, token: str, now: datetime) -> Held | None:
    """Return the form of this person that this browser may have back at `now`."""
    row = db.session.scalars(
        sa.select(HeldForm).where(
            HeldForm.person_id == person_id,
            HeldForm.token_hash == ids.digest(token),
            HeldForm.held_at > now - FORM_LASTS,
        )
    ).one_or_none()
    if row is None:
        return None
    fields = tuple((name, value) for name, value in json.loads(row.fields))
    return Held(row.path, row.page, fields, row.is_whole)


def owner_of(token: str) -> int | None:
    """Return whose sign-in this is or was; None when its owner ended it."""
    return db.session.scalar(
        sa.select(SignIn.person_id).where(
            SignIn.token_hash == ids.digest(token), SignIn.ended_at.is_(None)
        )
    )
