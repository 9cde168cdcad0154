"""The door: come in by mail code or password, show again who you are, go out."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug import Response

from academy.kernel import clock
from academy.kernel.errors import DomainError, InvalidInputError
from academy.kernel.policy import PUBLIC, SIGNED_IN, Actor
from academy.kernel.web.addresses import asker, safe_next
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.people import rules
from academy.people.adapters.cookie import clear_cookie, set_cookie
from academy.people.adapters.device import device_name, known_device, remember_device
from academy.people.forms import CodeForm, DoorForm, LetterForm, PasswordDoorForm, StepUpForm
from academy.people.queries.accounts import (
    MailboxPerson,
    has_password,
    mailbox_of,
    people_of_code,
)
from academy.people.queries.second_factor import kinds_of
from academy.people.services import letter
from academy.people.services import sign_in as services
from academy.people.views import held

bp = FeatureBlueprint("sign_in", __name__)

WAITING = "waiting_at_the_door"
FITTING = "code_that_fitted"
STEP_UP_LETTER = "people/step_up_letter.html"


def next_page() -> str:
    """Return where to go on: a page of ours that was asked for, or Vandaag."""
    wanted = request.form.get("next") or request.args.get("next")
    return safe_next(wanted, url_for("people.today"))


def _again(template: str, form: Any, error: DomainError | None = None, **values: Any) -> Any:
    """Show the form again with what went wrong at its field; nothing typed is lost."""
    if error is not None and error.fields:
        put_at_fields(form, error)
    status = error.status if error else 422
    return make_response(render_template(template, form=form, **values), status)


@bp.page("/binnenkomen", needs=PUBLIC)
def door() -> str | Response:
    """Ask where the code should go."""
    if actor().is_authenticated:
        return redirect(next_page(), 303)
    return render_template("people/door.html", form=DoorForm(next=next_page()))


@bp.action("/binnenkomen", needs=PUBLIC)
def ask_code() -> Any:
    """Send a code, and answer the same for everybody."""
    form = DoorForm()
    if not form.validate():
        return _again("people/door.html", form)
    mailbox = form.mailbox.data or ""
    try:
        services.ask_code(mailbox, asker=_asker(mailbox))
    except InvalidInputError as error:
        return _again("people/door.html", form, error)
    session[WAITING] = rules.clean_mailbox(mailbox)
    return redirect(url_for("sign_in.code", next=next_page()), 303)


@bp.page("/binnenkomen/code", needs=PUBLIC)
def code() -> str:
    """Ask for the six digits; the link in the mail only fills them in."""
    form = CodeForm(
        mailbox=session.get(WAITING, ""),
        code=rules.clean_code(request.args.get("code", ""))[: rules.CODE_DIGITS],
        next=next_page(),
    )
    return render_template("people/code.html", form=form, mailbox=session.get(WAITING))


@bp.action("/binnenkomen/code", needs=PUBLIC)
def enter_with_code() -> Any:
    """Let in whoever has the code."""
    form = CodeForm()
    waiting = session.get(WAITING)
    if not form.validate():
        return _again("people/code.html", form, mailbox=waiting)
    mailbox = form.mailbox.data or ""
    try:
        fitting = services.check_code(mailbox, form.code.data or "", asker=_asker(mailbox))
    except InvalidInputError as error:
        return _again("people/code.html", form, error, mailbox=waiting)
    if len(fitting.people) > 1:
        session[FITTING] = fitting.code_id
        return redirect(url_for("sign_in.who", next=next_page()), 303)
    return _let_in(services.use_code(fitting.code_id, fitting.people[0].person_id))


@bp.page("/binnenkomen/wie", needs=PUBLIC)
def who() -> Any:
    """Ask who of the people with this mailbox is here."""
    people = _choosers()
    if not people:
        return redirect(url_for("sign_in.door"), 303)
    return render_template("people/who.html", people=people, next=next_page())


@bp.action("/binnenkomen/wie", needs=PUBLIC)
def choose_who() -> Any:
    """Let in the one who was chosen."""
    chosen = request.form.get("person", "")
    for one in _choosers():
        if str(one.person_id) == chosen:
            return _let_in(services.use_code(session[FITTING], one.person_id))
    return redirect(url_for("sign_in.door"), 303)


def _choosers() -> list[MailboxPerson]:
    """Return the people of the code that fitted, for as long as it is open and unused."""
    code_id = session.get(FITTING)
    return people_of_code(code_id, clock.real_now()) if code_id is not None else []


@bp.page("/binnenkomen/wachtwoord", needs=PUBLIC)
def password() -> str:
    """Ask for e-mail and password."""
    return render_template("people/password_door.html", form=PasswordDoorForm(next=next_page()))


@bp.action("/binnenkomen/wachtwoord", needs=PUBLIC)
def enter_with_password() -> Any:
    """Let in whoever has the password."""
    form = PasswordDoorForm()
    if not form.validate():
        return _again("people/password_door.html", form)
    mailbox = form.mailbox.data or ""
    try:
        person = services.check_password(mailbox, form.password.data or "", asker=_asker(mailbox))
    except InvalidInputError as error:
        return _again("people/password_door.html", form, error)
    return _let_in(person)


def _let_in(person: MailboxPerson) -> Response:
    """Open a fresh sign-in; whatever the browser brought along is forgotten."""
    target = next_page()
    old = actor()
    if old.sign_in_id is not None:
        services.close_sign_in(old.sign_in_id, by=old)
    held.forget_all_else()
    opened = services.open_sign_in(person.person_id, device=device_name(request))
    if opened.waits_for_second_factor:
        target = url_for("second_factor.give", next=target)
    else:
        target = held.onward(target, person.person_id)
    answer = redirect(target, 303)
    set_cookie(answer, opened.token, lasts=opened.lasts)
    remember_device(answer, mailbox_of(person.person_id))
    return answer


def _asker(mailbox: str) -> services.Asker:
    """Say who stands at the door with this mailbox."""
    return services.Asker(asker(), known_device(request, mailbox))


@bp.page("/bevestig", needs=SIGNED_IN)
def step_up() -> str | Response:
    """Ask to show again who you are, before something that weighs."""
    person_id = actor().person_id
    assert person_id is not None  # noqa: S101 - SIGNED_IN
    if kinds_of(person_id):
        return _to_second_factor()
    if not mailbox_of(person_id):
        return render_template(STEP_UP_LETTER, form=LetterForm(next=next_page()))
    return render_template(
        "people/step_up.html",
        form=StepUpForm(next=next_page()),
        by_password=has_password(person_id),
        sent=request.args.get("sent") == "1",
    )


@bp.action("/bevestig/stuur", needs=SIGNED_IN)
def send_step_up_code() -> Response:
    """Send a code to one's own mailbox."""
    person_id = actor().person_id or 0
    if kinds_of(person_id):
        return _to_second_factor()
    mailbox = mailbox_of(person_id)
    if not mailbox:
        return redirect(url_for("sign_in.step_up", next=next_page()), 303)
    services.ask_code(mailbox, asker=_asker(mailbox))
    return redirect(url_for("sign_in.step_up", sent=1, next=next_page()), 303)


@bp.action("/bevestig", needs=SIGNED_IN)
def confirm_step_up() -> Any:
    """Accept a fresh code or the password, for ten minutes."""
    form = StepUpForm()
    me = actor()
    person_id = me.person_id or 0
    if kinds_of(person_id):
        return _to_second_factor()
    mailbox, by_password = mailbox_of(person_id), has_password(person_id)
    if not mailbox:
        return _step_up_with_letter(me)
    try:
        if form.password.data:
            services.check_password(
                mailbox, form.password.data, asker=_asker(mailbox), person_id=person_id
            )
        else:
            fitting = services.check_code(mailbox, form.code.data or "", asker=_asker(mailbox))
            services.use_code(fitting.code_id, person_id)
    except InvalidInputError as error:
        return _again("people/step_up.html", form, error, by_password=by_password, sent=True)
    services.step_up(me.sign_in_id or 0, by=me)
    return redirect(held.onward(next_page(), me.person_id), 303)


def _step_up_with_letter(me: Actor) -> Any:
    """Accept the code of a new letter from who came in by letter."""
    form = LetterForm()
    if not form.validate():
        return _again(STEP_UP_LETTER, form)
    try:
        letter.use_letter(form.code.data or "", address=asker(), own=me.person_id)
    except InvalidInputError as error:
        return _again(STEP_UP_LETTER, form, error)
    services.step_up(me.sign_in_id or 0, by=me)
    return redirect(held.onward(next_page(), me.person_id), 303)


def _to_second_factor() -> Response:
    """Who has a second factor shows that; the mailbox was shown before."""
    return redirect(url_for("second_factor.give", next=next_page()), 303)


@bp.page("/uitloggen/wacht", needs=SIGNED_IN)
def leave_unsent() -> str:
    """Ask whether what waits on this device is sent first. Only the device knows: js/leave.js."""
    return render_template("people/leave_unsent.html")


@bp.action("/uitloggen", needs=SIGNED_IN)
def leave() -> Response:
    """Go out on this device."""
    me = actor()
    if me.sign_in_id is not None:
        services.close_sign_in(me.sign_in_id, by=me)
    session.clear()
    answer = redirect("/", 303)
    answer.headers["Clear-Site-Data"] = '"storage"'  # what lies on the device: drafts, forms
    clear_cookie(answer)
    return answer
