"""Telling people by mail that something changed in how they come in."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel import mail
from academy.kernel.db import db
from academy.people.models import Account, Person


def tell(template: str, person_id: int) -> None:
    """Mail somebody in their language; who has no mailbox of their own gets nothing."""
    row = db.session.execute(
        sa.select(Account.mailbox, Person.ui_language)
        .join(Person, Person.id == Account.person_id)
        .where(Account.person_id == person_id, Account.mailbox.is_not(None))
    ).one_or_none()
    if row is not None:
        mail.send(template, to=row.mailbox, person_id=person_id, language=row.ui_language)
