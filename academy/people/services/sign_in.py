"""Coming in by mail code or password, staying in, going out.

Unknown mailboxes take the same steps as known ones: a code row, a mail job (which then finds
nobody), one password check. Nothing tells them apart.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, ids, limits, mail, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.i18n import chosen_language
from academy.kernel.limits import Limit
from academy.kernel.policy import Actor, Reach
from academy.kernel.settings import current
from academy.people import rules
from academy.people.adapters.guessable import is_guessable
from academy.people.adapters.passwords import hash_password, password_fits
from academy.people.models import Account, Person, SignIn, SignInCode
from academy.people.policies import MANAGE_GRANTS, OWN_DATA
from academy.people.queries.accounts import (
    MailboxPerson,
    languages_of_mailbox,
    open_codes,
    people_of_code,
    people_of_mailbox,
)
from academy.people.queries.actors import grants_of
from academy.people.queries.second_factor import is_needed

WINDOW = timedelta(minutes=5)
TRY_MAILBOX = Limit("try-mailbox", 10, WINDOW)
TRY_MAILBOX_DAY = Limit("try-mailbox-day", 50, timedelta(days=1))
TRY_ADDRESS = Limit("try-address", 10, WINDOW)
ASK_MAILBOX = Limit("ask-code", 6, timedelta(hours=1))
ASK_ADDRESS = Limit("ask-code-address", 30, timedelta(hours=1))
TRY_DEVICE = Limit("try-device", 10, WINDOW)
ASK_DEVICE = Limit("ask-code-device", 6, timedelta(hours=1))
CODE_MAIL = "people/code"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who stands at the door.

    The network address, and the browser's own name if it came in with this mailbox before. A known
    browser has tries of its own; strangers cannot use them up.
    """

    address: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh sign-in: the token for the cookie and how long it can hold.

    `waits_for_second_factor`: until that is given, none of the person's grants counts.
    """

    token: str
    lasts: timedelta
    waits_for_second_factor: bool


def ask_code(mailbox: str, *, asker: Asker) -> None:
    """Send a six-digit code to `mailbox`, if somebody signs in with it.

    Raises InvalidInputError for what is no mailbox, TooManyError after six codes an hour.
    """
    mailbox = rules.clean_mailbox(mailbox)
    if not rules.looks_like_mailbox(mailbox):
        sentence = _("Dit lijkt geen e-mailadres. Het ziet er zo uit: naam@voorbeeld.nl")
        raise InvalidInputError(sentence, fields={"mailbox": sentence})
    if asker.device:
        limits.spend(ASK_DEVICE, asker.device)
    else:
        limits.spend(ASK_ADDRESS, asker.address)
        limits.spend(ASK_MAILBOX, mailbox)
    now = clock.real_now()
    code = SignInCode(
        mailbox=mailbox,
        nonce=ids.nonce(),
        created_at=now,
        expires_at=now + rules.CODE_LASTS,
    )
    db.session.add(code)
    db.session.flush()  # the mail needs the id
    speaks = _language_for(mailbox)
    mail.send(CODE_MAIL, to=mailbox, language=speaks, key=f"code-{code.id}", code_id=code.id)


def _language_for(mailbox: str) -> str:
    """Return what this browser chose, else what everybody with this mailbox chose."""
    chosen = chosen_language()
    if chosen:
        return chosen
    spoken = languages_of_mailbox(mailbox)
    return spoken.pop() if len(spoken) == 1 else "nl"


def code_text(code: SignInCode) -> str:
    """Return the six digits that belong to a code row."""
    return ids.keyed_number(
        current().secret_key, f"code:{code.id}:{code.nonce}", digits=rules.CODE_DIGITS
    )


def forget_codes() -> None:
    """Delete the codes that ended a day ago, and with them the mailboxes that strangers typed."""
    ended = SignInCode.expires_at < clock.real_now() - timedelta(days=1)
    db.session.execute(sa.delete(SignInCode).where(ended))


def mail_values(code_id: int) -> dict[str, str] | None:
    """Return what the code mail prints, or None when nobody signs in with that mailbox."""
    code = db.session.get(SignInCode, code_id)
    if code is None or not people_of_mailbox(code.mailbox):
        return None
    return {"code": code_text(code)}


@dataclass(frozen=True, slots=True)
class FittingCode:
    """A code that fits, and who may come in with it. `use_code` uses it up."""

    code_id: int
    people: tuple[MailboxPerson, ...]


def _count_try(mailbox: str, asker: Asker, *of_mailbox: Limit) -> None:
    """Count one try before it is judged. Raises TooManyError."""
    if asker.device:
        limits.spend(TRY_DEVICE, asker.device)
        return
    limits.spend(TRY_ADDRESS, asker.address)
    for limit in of_mailbox:
        limits.spend(limit, mailbox)


def _count_success(mailbox: str, asker: Asker) -> None:
    """Forget the tries that led to coming in."""
    if asker.device:
        limits.forgive(TRY_DEVICE, asker.device)
        return
    limits.forgive(TRY_MAILBOX, mailbox)
    limits.forgive(TRY_MAILBOX_DAY, mailbox)
    limits.give_back(TRY_ADDRESS, asker.address)


def check_code(mailbox: str, typed: str, *, asker: Asker) -> FittingCode:
    """Return whose code this is; it stays open until somebody uses it.

    Raises InvalidInputError when it does not fit, TooManyError after ten tries in five minutes or
    fifty wrong ones in a day.
    """
    mailbox = rules.clean_mailbox(mailbox)
    _count_try(mailbox, asker, TRY_MAILBOX, TRY_MAILBOX_DAY)
    digits = rules.clean_code(typed)
    now = clock.real_now()
    people = people_of_mailbox(mailbox)
    fitting = None
    for code in open_codes(mailbox, now):
        if hmac.compare_digest(code_text(code), digits):
            fitting = code
    if fitting is None or not people:
        raise WrongCodeError
    _count_success(mailbox, asker)
    return FittingCode(fitting.id, tuple(people))


def use_code(code_id: int, person_id: int) -> MailboxPerson:
    """Use up a code that fitted, for one of its people.

    Raises InvalidInputError when it was used, is too old, or belongs to somebody else.
    """
    code = db.session.get(SignInCode, code_id, with_for_update=True, populate_existing=True)
    people = people_of_code(code_id, clock.real_now())
    person = next((one for one in people if one.person_id == person_id), None)
    if code is None or person is None:
        raise WrongCodeError
    code.used_at = clock.real_now()
    return person


class WrongCodeError(InvalidInputError):
    """The code does not fit."""

    slug = "wrong-code"

    def __init__(self) -> None:
        """Say it kindly, at the field."""
        sentence = _("Je code klopt niet. Kijk nog eens in je mail, of vraag een nieuwe.")
        super().__init__(sentence, fields={"code": sentence})


def check_password(
    mailbox: str, password: str, *, asker: Asker, person_id: int | None = None
) -> MailboxPerson:
    """Return who has this mailbox and password; with `person_id` nobody but that person.

    Raises InvalidInputError or TooManyError.
    """
    mailbox = rules.clean_mailbox(mailbox)
    _count_try(mailbox, asker, TRY_MAILBOX)
    people = people_of_mailbox(mailbox)
    asked = [one for one in people if person_id in (None, one.person_id)]
    with_password = [one for one in asked if one.password_hash]
    if not with_password:
        password_fits(None, password)  # a stranger's no takes as long as a wrong password
    for one in with_password:
        if password_fits(one.password_hash, password):
            _count_success(mailbox, asker)
            return one
    sentence = _("Dit e-mailadres en wachtwoord horen niet bij elkaar.")
    raise InvalidInputError(sentence, fields={"password": sentence})


def open_sign_in(person_id: int, *, device: str) -> Opened:
    """Sign a person in on a device. Raises NotFoundError when they may not come in."""
    account = db.session.get(Account, person_id)
    if account is None or account.disabled_at is not None:
        raise NotFoundError
    now = clock.real_now()
    grants = grants_of(person_id, clock.today())
    life = rules.lifetime(is_staff=bool(grants))
    token = ids.token()
    row = SignIn(
        person_id=person_id,
        token_hash=ids.digest(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + life.lasts,
        idle_until=rules.idle_until(now, now + life.lasts, life.idle),
        stepped_up_at=now,
        device=device[:60],
    )
    db.session.add(row)
    db.session.flush()  # the audit names the row
    by = Actor(person_id=person_id)
    audit.record("people:sign-in:opened", ("sign_in", row.id), by=by, subject_id=person_id)
    return Opened(token, life.lasts, is_needed(grants))


def close_sign_in(sign_in_id: int, *, by: Actor) -> None:
    """Go out on one device: this one, or another of one's own. Raises NotFoundError."""
    row = db.session.get(SignIn, sign_in_id)
    if row is None or row.person_id != by.person_id:
        raise NotFoundError
    row.ended_at = row.ended_at or clock.real_now()
    audit.record("people:sign-in:closed", ("sign_in", row.id), by=by, subject_id=row.person_id)


def close_all(person_id: int, *, by: Actor, but: int | None = None) -> int:
    """End every sign-in of a person, except the one with id `but`. Returns how many."""
    ended = db.session.execute(
        sa.update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
        .values(ended_at=clock.real_now())
    )
    audit.record("people:sign-in:closed-all", ("person", person_id), by=by, subject_id=person_id)
    return int(ended.rowcount)  # type: ignore[attr-defined]


def step_up(sign_in_id: int, *, by: Actor) -> None:
    """Note that the person showed again who they are."""
    row = db.session.get(SignIn, sign_in_id)
    if row is None or row.person_id != by.person_id:
        raise NotFoundError
    row.stepped_up_at = clock.real_now()


def make_account(person_id: int, mailbox: str, *, by: Actor) -> Account:
    """Let a person sign in with `mailbox`; who came by letter until now may do both.

    Raises InvalidInputError for what is no mailbox.
    """
    mailbox = rules.clean_mailbox(mailbox)
    if not rules.looks_like_mailbox(mailbox):
        raise InvalidInputError(_("Dit lijkt geen e-mailadres."))
    account = db.session.get(Account, person_id) or Account(person_id=person_id)
    if account.mailbox != mailbox:  # whoever came in before, by letter, starts anew
        account.password_hash = account.password_changed_at = None
        close_all(person_id, by=by)
    account.mailbox = mailbox
    db.session.add(account)
    audit.record("people:account:made", ("person", person_id), by=by, subject_id=person_id)
    return account


def set_password(person_id: int, password: str, *, by: Actor) -> None:
    """Set a person's own password and end their sign-ins elsewhere.

    Raises InvalidInputError when it is shorter than ten or longer than two hundred characters or
    one of the first that others would try, NotFoundError for anybody else's and for who comes in
    by letter only.
    """
    policy.require(by, OWN_DATA, Reach(person_id=person_id))
    if not rules.PASSWORD_MIN <= len(password) <= rules.PASSWORD_MAX:
        sentence = _(
            "Kies een wachtwoord van minstens %(least)d letters, cijfers of tekens.",
            least=rules.PASSWORD_MIN,
        )
        raise InvalidInputError(sentence, fields={"password": sentence})
    account = db.session.get(Account, person_id)
    if account is None or account.mailbox is None:
        raise NotFoundError
    if is_guessable(password, known=_known_of(person_id, account.mailbox)):
        sentence = _("Dit wachtwoord raadt een ander snel. Kies een zin die alleen jij bedenkt.")
        raise InvalidInputError(sentence, fields={"password": sentence})
    account.password_hash = hash_password(password)
    account.password_changed_at = clock.real_now()
    close_all(person_id, by=by, but=by.sign_in_id)
    audit.record("people:password:set", ("person", person_id), by=by, subject_id=person_id)


def _known_of(person_id: int, mailbox: str) -> tuple[str, ...]:
    """Return the words that others would try first for this person."""
    person = db.session.get_one(Person, person_id)
    house = current()
    names = (person.call_name, person.last_name, person.display_name)
    return (*names, mailbox, house.name, house.place, house.help_name)


def open_account(person_id: int, *, by: Actor) -> None:
    """Let a person sign in with the e-mail address we know of them.

    Raises NotFoundError for nobody and for who may not open it, InvalidInputError without an
    address, ConflictError when the account is there already.
    """
    policy.require(by, MANAGE_GRANTS, Reach())
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    account = db.session.get(Account, person_id)
    if account is not None and account.mailbox is not None:
        raise ConflictError(_("Deze persoon kan al binnenkomen."))
    if not person.email:
        raise InvalidInputError(_("We kennen geen e-mailadres van deze persoon."))
    make_account(person_id, person.email, by=by)
