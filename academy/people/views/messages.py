"""What goes out by itself: one's own choices, and a region's months ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from academy.kernel import clock
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.feature import Feature, ForAnother, TodayItem
from academy.kernel.messages import engine, texts, tokens
from academy.kernel.messages.declared import Message, message_named
from academy.kernel.policy import PUBLIC, Actor, Reach
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.people.forms import ChoicesForm, SilenceForm
from academy.people.policies import OWN_MESSAGES, SEE_MESSAGES, SILENCE
from academy.people.queries import messages as queries
from academy.people.queries.actors import actor_for
from academy.people.services import silence

bp = FeatureBlueprint("messages", __name__)

SOON = timedelta(days=91)
STOP_WITHIN = timedelta(days=400)
STOP_RULE = "/mijn-berichten/stop/<token>"
PERSON_RULE = "/namens/<int:person_id>/berichten"
FIRST_WEEKS = 6


# --- one's own -------------------------------------------------------------------------------


@bp.page("/mijn-berichten", needs=OWN_MESSAGES)
def own() -> str:
    """Show what we send you, and let you choose."""
    return _own_page()


def _own_page(silence_form: SilenceForm | None = None) -> str:
    me = actor().person_id or 0
    standing = queries.standing(me)
    kinds = queries.choices_for(actor())
    chosen = [one.name for one in kinds if one.name not in standing.declined]
    return render_template(
        "people/own_messages.html",
        standing=standing,
        coming=queries.coming(me, ahead=SOON),
        sent=queries.sent_rows(me, cursor=request.args.get("na")),
        silence_form=silence_form or SilenceForm(formdata=None),
        choices_form=ChoicesForm.of(kinds, chosen) if kinds else None,
    )


@bp.action("/mijn-berichten/stilte", needs=OWN_MESSAGES)
def begin_own_silence() -> Response:
    """Put myself in silence."""
    me = actor()
    form = SilenceForm()
    if not _begin(form, me.person_id or 0, by=me):
        return make_response(_own_page(form), 422)
    flash(_("Het is nu stil. Je krijgt niets meer vanzelf van ons."), "success")
    return redirect(url_for("messages.own"), 303)


@bp.action("/mijn-berichten/stilte-voorbij", needs=OWN_MESSAGES)
def end_own_silence() -> Response:
    """End my silence."""
    silence.end_silence(actor().person_id or 0, by=actor())
    flash(_("Je krijgt weer berichten van ons."), "success")
    return redirect(url_for("messages.own"), 303)


@bp.action("/mijn-berichten/keuze", needs=OWN_MESSAGES)
def choose() -> Response:
    """Choose which kinds of message I get."""
    me = actor()
    kinds = queries.choices_for(me)
    form = ChoicesForm.of(kinds)
    if not form.validate():
        raise NotFoundError
    wanted = set(form.wanted.data or ())
    declined = [one.name for one in kinds if one.name not in wanted]
    silence.choose_messages(me.person_id or 0, declined, by=me)
    flash(_("Opgeslagen. Zo schrijven we je voortaan."), "success")
    return redirect(url_for("messages.own"), 303)


def _begin(form: SilenceForm, person_id: int, *, by: Actor, reaches: Sequence[Reach] = ()) -> bool:
    if not form.validate():
        return False
    try:
        silence.begin_silence(person_id, until=form.until.data, by=by, reaches=reaches)
    except InvalidInputError as error:
        form.until.errors = [error.sentence]
        return False
    return True


@bp.page(STOP_RULE, needs=PUBLIC)
def ask_stop(token: str) -> str:
    """Ask whether one kind of message shall stop; the link in the mail leads here."""
    _person_id, message = _of_token(token)
    return render_template("people/stop_message.html", message=message, is_done=False)


@bp.action(STOP_RULE, needs=PUBLIC)
def stop(token: str) -> str:
    """Let one kind of message stop, without signing in."""
    person_id, message = _of_token(token)
    silence.decline(person_id, message.name, by=actor_for(person_id, origin="link"))
    return render_template("people/stop_message.html", message=message, is_done=True)


def _of_token(token: str) -> tuple[int, Message]:
    ids = tokens.read(texts.STOP, token, within=STOP_WITHIN)
    message = message_named(ids["name"])
    if message is None or message.necessary:
        raise NotFoundError
    return ids["person"], message


# --- a region --------------------------------------------------------------------------------


@bp.page("/berichten-vooruit", needs=SEE_MESSAGES)
def ahead() -> str:
    """Show what goes out in the region in the coming year, and what waits for a human."""
    weeks = queries.weeks_ahead(actor())
    return render_template(
        "people/messages_ahead.html",
        calls=queries.task_rows(actor(), "phone", cursor=request.args.get("na")),
        letters=queries.task_rows(actor(), "letter"),
        weeks=weeks[:FIRST_WEEKS],
        later=weeks[FIRST_WEEKS:],
    )


@bp.page("/berichten-vooruit/brieven", needs=SEE_MESSAGES)
def letters() -> str:
    """Show the letters that wait, one per sheet, to print."""
    page = queries.task_rows(actor(), "letter")
    return render_template("people/letters.html", page=page, today=clock.today())


@bp.action("/berichten-vooruit/<int:message_id>/gedaan", needs=SEE_MESSAGES)
def done(message_id: int) -> Response:
    """Say that somebody was called, or that a letter was posted."""
    queries.require_task(message_id, actor())
    engine.task_done(message_id, by=actor())
    flash(_("Gedaan. Dank je wel."), "success")
    return redirect(url_for("messages.ahead"), 303)


@bp.page(PERSON_RULE, needs=SILENCE)
def person(person_id: int) -> str:
    """Show what went and will go to somebody in reach."""
    return _person_page(person_id)


def _person_page(person_id: int, silence_form: SilenceForm | None = None) -> str:
    reaches = _reaches(person_id)
    silence.require_reach(person_id, by=actor(), reaches=reaches)
    hidden = queries.hidden_from(actor(), [*reaches, Reach(person_id=person_id)])
    standing = queries.standing(person_id)
    return render_template(
        "people/messages_person.html",
        standing=standing,
        coming=queries.coming(person_id, hidden=hidden),
        sent=queries.sent_rows(person_id, cursor=request.args.get("na"), hidden=hidden),
        silence_form=silence_form or SilenceForm(formdata=None),
    )


def _reaches(person_id: int) -> list[Reach]:
    """Return where somebody lies, as every feature knows it."""
    features: tuple[Feature, ...] = current_app.extensions["academy.features"]
    return [reach for one in features if one.lies_at for reach in one.lies_at(person_id)]


@bp.action(f"{PERSON_RULE}/stilte", needs=SILENCE)
def begin_silence(person_id: int) -> Response:
    """Put somebody in silence on their behalf."""
    form = SilenceForm()
    if not _begin(form, person_id, by=actor(), reaches=_reaches(person_id)):
        return make_response(_person_page(person_id, form), 422)
    flash(_("Het is nu stil. Er gaat niets meer vanzelf heen."), "success")
    return redirect(url_for("messages.person", person_id=person_id), 303)


@bp.action(f"{PERSON_RULE}/stilte-voorbij", needs=SILENCE)
def end_silence(person_id: int) -> Response:
    """End somebody's silence on their behalf."""
    silence.end_silence(person_id, by=actor(), reaches=_reaches(person_id))
    flash(_("Er gaan weer berichten heen."), "success")
    return redirect(url_for("messages.person", person_id=person_id), 303)


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return the way to what goes to somebody by itself."""
    if not by.may(SILENCE):
        return []
    item = ForAnother(
        title=_("Berichten en stilte"),
        why=_("Wat wij sturen, en even niets meer sturen."),
        action=_("Bekijk de berichten"),
        href=url_for("messages.person", person_id=person_id),
        icon="message",
    )
    return [item]


def today_items(who: Actor) -> list[TodayItem]:
    """Return the calls and letters that wait in the region, as one line."""
    if not who.may(SEE_MESSAGES):
        return []
    waiting, since = queries.count_tasks(who)
    return [_task_item(waiting, since)] if waiting else []


def _task_item(waiting: int, since: date | None) -> TodayItem:
    return TodayItem(
        title=ngettext("%(num)d bericht zonder mail", "%(num)d berichten zonder mail", waiting),
        why=_("Bel even, of doe een brief op de post."),
        action=_("Bekijk de lijst"),
        href=url_for("messages.ahead"),
        icon="phone",
        urgency=1,
        due_on=since,
        badge_kind="waiting",
        badge_word=_("wacht op jou"),
    )
