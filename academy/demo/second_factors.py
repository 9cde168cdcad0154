"""The second factor in the fictional academy: an app for all who need one, read on this machine."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.people import rules
from academy.people.adapters import totp
from academy.people.models import Account, SecondFactor, SignIn
from academy.people.queries.accounts import open_codes
from academy.people.queries.actors import grants_of
from academy.people.queries.second_factor import is_needed
from academy.people.services.sign_in import code_text


def give_second_factors(day: date) -> None:
    """Give an app to everybody who may come in and whose rights on `day` ask for one."""
    now = clock.real_now()
    for person_id in db.session.scalars(sa.select(Account.person_id).order_by(Account.person_id)):
        if is_needed(grants_of(person_id, day)):
            db.session.add(
                SecondFactor(
                    person_id=person_id,
                    kind="app",
                    secret=totp.fresh_secret(),
                    made_at=now,
                    confirmed_at=now,
                )
            )
    db.session.flush()


def code_now(mailbox: str, now: datetime) -> str | None:
    """Return the code that somebody with this mailbox has to type now; None when there is none.

    It is the newest mailed one, unless they came in after it was asked for; then the app's.
    """
    mailed = open_codes(mailbox, now)
    last = db.session.execute(
        sa.select(SignIn.person_id, SignIn.created_at)
        .join(Account, Account.person_id == SignIn.person_id)
        .where(Account.mailbox == mailbox)
        .order_by(SignIn.id.desc())
        .limit(1)
    ).first()
    if mailed and (last is None or last.created_at < mailed[0].created_at):
        return code_text(mailed[0])
    app = db.session.scalars(
        sa.select(SecondFactor)
        .join(Account, Account.person_id == SecondFactor.person_id)
        .where(
            Account.mailbox == mailbox,
            SecondFactor.kind == "app",
            SecondFactor.confirmed_at.is_not(None),
        )
        .order_by(SecondFactor.person_id != (last.person_id if last else 0), SecondFactor.id)
    ).first()
    return _unused(app, now) if app else None


def _unused(app: SecondFactor, now: datetime) -> str:
    """Return the app's code, or the next one when it was used: the house takes that too."""
    step = max(rules.app_step(now), app.counter + 1)
    return totp.code_at(app.secret, step)
