"""The second factor by code: an app on the phone, or a printed card with ten codes.

A wrong code, a used one and a code of somebody else all get the same answer. What is set up counts
from the first code on, and replaces what was there of its kind.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, ids, limits, policy
from academy.kernel.db import db
from academy.kernel.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    SecondFactorRequiredError,
)
from academy.kernel.limits import Limit
from academy.kernel.policy import Actor, Reach
from academy.kernel.settings import current
from academy.people import rules
from academy.people.adapters import totp
from academy.people.models import Account, ApiToken, CardCode, SecondFactor, SignIn
from academy.people.policies import MANAGE_GRANTS, SECOND_FACTOR
from academy.people.queries.second_factor import is_needed_by, kinds_of
from academy.people.services.notices import tell
from academy.people.services.sign_in import close_all

TRY = Limit("second-factor", 5, timedelta(minutes=5))
TRY_HOUR = Limit("second-factor-hour", 20, timedelta(hours=1))
TRY_DAY = Limit("second-factor-day", 50, timedelta(days=1))
SET_UP_MAIL = "people/second_factor_added"
REMOVED_MAIL = "people/second_factor_removed"
RESET_MAIL = "people/second_factor_reset"
RESET_REASONS = ("lost", "broken", "new_phone", "misuse")


def start_app(*, by: Actor) -> None:
    """Make a secret for an app on the phone; it counts when `confirm` gets its first code."""
    person_id = may_change(by).person_id
    _drop(person_id, "app", confirmed=False)
    _add(SecondFactor(person_id=person_id, kind="app", secret=totp.fresh_secret()))


def start_card(*, by: Actor) -> tuple[str, ...]:
    """Make a card and return its ten codes as they are printed; nobody can read them later."""
    person_id = may_change(by).person_id
    _drop(person_id, "card", confirmed=False)
    card = _add(SecondFactor(person_id=person_id, kind="card"))
    codes: set[str] = set()
    while len(codes) < rules.CARD_CODES:
        codes.add(ids.digits(rules.CARD_DIGITS))
    shuffled = tuple(ids.shuffled(codes))
    db.session.add_all(
        CardCode(factor_id=card.id, code_hash=_hash(card.id, code)) for code in shuffled
    )
    return tuple(rules.card_code_in_words(code) for code in shuffled)


def _add(factor: SecondFactor) -> SecondFactor:
    factor.made_at = clock.real_now()
    db.session.add(factor)
    db.session.flush()  # its codes and the audit name the row
    return factor


def _hash(factor_id: int, digits: str) -> str:
    return ids.keyed_digest(current().secret_key, f"card:{factor_id}:{digits}")


def confirm(kind: str, typed: str, *, by: Actor) -> None:
    """Let a new app or card count from now on: its first code is used up. The old one is gone.

    Raises InvalidInputError when the code does not fit, TooManyError after five wrong ones.
    """
    person_id = may_change(by).person_id
    count_try(person_id)
    factor = _use_code(person_id, typed, kind=kind, confirmed=False)
    if factor is None:
        raise WrongSecondCodeError
    _drop(person_id, kind, confirmed=True)
    factor.confirmed_at = clock.real_now()
    note_set_up(factor, by=by)
    count_success(person_id)
    note_given(kind, by=by)


def give_code(typed: str, *, by: Actor) -> None:
    """Take a code of the app or the card: this device has given the second factor, freshly.

    Raises InvalidInputError when it does not fit or was used, TooManyError after five wrong ones
    in five minutes.
    """
    person_id = own_sign_in(by).person_id
    count_try(person_id)
    factor = _use_code(person_id, typed, confirmed=True)
    if factor is None:
        raise WrongSecondCodeError
    count_success(person_id)
    note_given(factor.kind, by=by)


class WrongSecondCodeError(InvalidInputError):
    """The code does not fit, or it was used."""

    slug = "wrong-second-code"

    def __init__(self) -> None:
        """Say it kindly, at the field."""
        sentence = _("Deze code klopt niet, of is al gebruikt. Neem de volgende.")
        super().__init__(sentence, fields={"code": sentence})


def _use_code(
    person_id: int, typed: str, *, confirmed: bool, kind: str = ""
) -> SecondFactor | None:
    """Use up a typed code and return the app or card that it came from."""
    digits = rules.clean_code(typed)
    rows = db.session.scalars(
        sa.select(SecondFactor)
        .where(
            SecondFactor.person_id == person_id,
            SecondFactor.kind.in_((kind,) if kind else ("app", "card")),
            SecondFactor.confirmed_at.is_not(None) if confirmed else _is_waiting(),
        )
        .order_by(SecondFactor.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for factor in rows:
        use = _use_app if factor.kind == "app" else _use_card
        if use(factor, digits):
            factor.last_used_at = clock.real_now()
            return factor
    return None


def _is_waiting() -> sa.ColumnElement[bool]:
    return SecondFactor.confirmed_at.is_(None)


def _use_app(factor: SecondFactor, digits: str) -> bool:
    step = totp.fitting_step(factor.secret, digits, after=factor.counter, now=clock.real_now())
    if step is None:
        return False
    factor.counter = step
    return True


def _use_card(factor: SecondFactor, digits: str) -> bool:
    wanted = _hash(factor.id, digits)
    found = False
    for code in db.session.scalars(
        sa.select(CardCode).where(CardCode.factor_id == factor.id, CardCode.used_at.is_(None))
    ):
        if hmac.compare_digest(code.code_hash, wanted):
            code.used_at = clock.real_now()
            found = True
    return found


def count_try(person_id: int) -> None:
    """Count one try before it is judged. Raises TooManyError."""
    for limit in (TRY, TRY_HOUR, TRY_DAY):
        limits.spend(limit, str(person_id))


def count_success(person_id: int) -> None:
    """Forget the wrong tries of these minutes, and the right one itself."""
    limits.forgive(TRY, str(person_id))
    for limit in (TRY_HOUR, TRY_DAY):  # what somebody else guessed goes on counting
        limits.give_back(limit, str(person_id))


def own_sign_in(by: Actor) -> SignIn:
    """Return the sign-in of who acts, for changing. Raises NotFoundError without one."""
    row = db.session.get(SignIn, by.sign_in_id or 0)
    if row is None or row.person_id != by.person_id:
        raise NotFoundError
    return row


def may_change(by: Actor) -> SignIn:
    """Return the sign-in on which somebody may change their second factors.

    Raises NotFoundError for whose work asks for none, and SecondFactorRequiredError as long as
    one is there that was not given on this device.
    """
    row = own_sign_in(by)
    policy.require(by, SECOND_FACTOR, Reach(person_id=row.person_id))
    if not is_needed_by(by):
        raise NotFoundError
    if row.second_factor_at is None and kinds_of(row.person_id):
        raise SecondFactorRequiredError
    return row


def note_given(kind: str, *, by: Actor) -> None:
    """Note that the second factor was given on this device, which also is a fresh proof."""
    row = own_sign_in(by)
    now = clock.real_now()
    row.second_factor_at = row.second_factor_at or now
    row.stepped_up_at = now
    audit.record(
        "people:second-factor:given",
        ("sign_in", row.id),
        by=by,
        subject_id=row.person_id,
        kind=kind,
    )


def note_set_up(factor: SecondFactor, *, by: Actor) -> None:
    """Record that a second factor counts from now on, and tell its owner by mail."""
    audit.record(
        "people:second-factor:set-up",
        ("second_factor", factor.id),
        by=by,
        subject_id=factor.person_id,
        kind=factor.kind,
    )
    tell(SET_UP_MAIL, factor.person_id)


def remove(factor_id: int, *, by: Actor) -> None:
    """Take away one of one's own. Raises NotFoundError, and ForbiddenError for the last one."""
    person_id = may_change(by).person_id
    db.session.get(Account, person_id, with_for_update=True)  # two at once would leave none
    factor = db.session.get(SecondFactor, factor_id)
    if factor is None or factor.person_id != person_id or factor.confirmed_at is None:
        raise NotFoundError
    if _count(person_id) == 1:
        raise ForbiddenError(_("Dit is je enige tweede stap. Maak eerst een andere."))
    db.session.delete(factor)
    audit.record(
        "people:second-factor:removed",
        ("second_factor", factor_id),
        by=by,
        subject_id=person_id,
        kind=factor.kind,
    )
    tell(REMOVED_MAIL, person_id)


def _count(person_id: int) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(SecondFactor)
            .where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
        )
        or 0
    )


def _drop(person_id: int, kind: str, *, confirmed: bool) -> None:
    db.session.execute(
        sa.delete(SecondFactor).where(
            SecondFactor.person_id == person_id,
            SecondFactor.kind == kind,
            SecondFactor.confirmed_at.is_not(None) if confirmed else _is_waiting(),
        )
    )


def reset(person_id: int, *, reason: str, by: Actor) -> None:
    """Take away all second factors of somebody who lost theirs; their sign-ins and keys end.

    They set up a new one the next time, and hear of it by mail. Raises NotFoundError unless one
    administers everything and the person can come in, ForbiddenError for one's own,
    InvalidInputError without a known reason.
    """
    policy.require(by, MANAGE_GRANTS, Reach())
    if person_id == by.person_id:
        raise ForbiddenError(_("Je eigen tweede stap zet een andere beheerder terug."))
    _reset(person_id, reason=reason, by=by)


def reset_as_operator(person_id: int, *, by: Actor) -> None:
    """Reset from the command line, for the only administrator. Raises NotFoundError."""
    _reset(person_id, reason="lost", by=by)


def _reset(person_id: int, *, reason: str, by: Actor) -> None:
    if reason not in RESET_REASONS:
        raise InvalidInputError(_("Kies waarom."), fields={"reason": _("Kies waarom.")})
    if db.session.get(Account, person_id) is None:
        raise NotFoundError
    db.session.execute(sa.delete(SecondFactor).where(SecondFactor.person_id == person_id))
    close_all(person_id, by=by)
    db.session.execute(
        sa.update(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.real_now())
    )
    audit.record(
        "people:second-factor:reset",
        ("person", person_id),
        by=by,
        subject_id=person_id,
        reason=reason,
    )
    tell(RESET_MAIL, person_id)
