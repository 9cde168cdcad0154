"""The public front door with its form, and the inbox behind it."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from academy.contact import queries, rules, services
from academy.contact.forms import (
    HISTORY_LABELS,
    KIND_LABELS,
    STATE_LABELS,
    ApplicationForm,
    AssignForm,
    ContactForm,
    HandOverForm,
    SortForm,
    TalkForm,
)
from academy.contact.policies import ASSIGN, HANDLE
from academy.kernel.db import MAX_INTEGER
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.i18n import parse_day
from academy.kernel.policy import PUBLIC
from academy.kernel.web.addresses import asker
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.people.rules import looks_like_mailbox, name_parts
from academy.people.services.persons import NewPerson
from courses.policies import APPLY
from courses.queries.content import track_cards
from courses.queries.known import Known, all_seen, as_seen, find_in_reach, known_people

bp = FeatureBlueprint("contact", __name__)


@bp.page("/", needs=PUBLIC)
def home() -> str:
    """Show what the academy is, its three tracks and the form."""
    return render_template(
        "contact/home.html", tracks=track_cards(), form=ContactForm(formdata=None)
    )


@bp.page("/contact", needs=PUBLIC)
def write() -> str:
    """Show the form."""
    return render_template("contact/write.html", form=ContactForm(formdata=None))


@bp.action("/contact", needs=PUBLIC)
def send() -> Any:
    """Store the message and say thanks."""
    form = ContactForm()
    if not form.validate():
        return make_response(render_template("contact/write.html", form=form), 422)
    if form.website.data:  # a program filled in the field that people do not see
        return redirect(url_for("contact.thanks"), 303)
    written = services.Message(
        name=form.name.data or "",
        reach=form.reach.data or "",
        place_words=form.place_words.data or "",
        message=form.message.data or "",
    )
    try:
        services.send_message(written, address=asker())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(render_template("contact/write.html", form=form), 422)
    return redirect(url_for("contact.thanks"), 303)


@bp.page("/contact/bedankt", needs=PUBLIC)
def thanks() -> str:
    """Say that the message arrived and what happens next."""
    return render_template("contact/thanks.html")


# --- the inbox -------------------------------------------------------------------------------


@bp.page("/berichten", needs=HANDLE)
def inbox() -> str:
    """Show the messages that wait, or the settled ones."""
    waiting = request.args.get("toon") != "klaar"
    page = queries.request_rows(actor(), waiting=waiting, cursor=request.args.get("na"))
    return render_template(
        "contact/inbox.html",
        page=page,
        waiting=waiting,
        given_away=queries.given_away(actor()) if waiting and actor().may(ASSIGN) else [],
        kinds=KIND_LABELS,
        states=STATE_LABELS,
    )


@bp.page("/berichten/<int:request_id>", needs=HANDLE)
def show(request_id: int) -> str:
    """Show one message and the next step."""
    return _page(request_id)


def _page(
    request_id: int,
    *,
    sort: SortForm | None = None,
    talk: TalkForm | None = None,
    assign: AssignForm | None = None,
    hand_over: HandOverForm | None = None,
) -> str:
    row = queries.get_row(request_id, by=actor())
    if actor().may(ASSIGN):
        assign = assign or _assign_form(row.handled_by_id, bound=False)
        hand_over = hand_over or _hand_over_form(bound=False)
    return render_template(
        "contact/request.html",
        row=row,
        steps=queries.step_rows(request_id),
        sort=sort or _sort_form(row.kind, row.place_id, bound=False),
        talk=talk or TalkForm(formdata=None),
        assign=assign,
        takes_up=_takes_up(row),
        hand_over=hand_over,
        kinds=KIND_LABELS,
        states=STATE_LABELS,
        history=HISTORY_LABELS,
        may_sort=actor().may(ASSIGN),
        next_states=rules.STEPS[row.state],
        reach_is_mail=looks_like_mailbox(row.reach),
    )


def _takes_up(row: queries.RequestRow) -> int | None:
    """Return the reader's own id where a message from elsewhere waits for them to take it up."""
    own = actor().person_id
    if row.handed_at is None or own is None or not actor().may(ASSIGN):
        return None
    return own if queries.answers_requests(own, by=actor()) else None


def _sort_form(kind: str, place_id: int | None, *, bound: bool) -> SortForm:
    form = SortForm() if bound else SortForm(formdata=None, kind=kind, place=place_id or 0)
    places = [SelectChoice(place.id, place.name) for place in queries.place_choices(actor())]
    form.place.choices = [SelectChoice(0, _("nog geen plek")), *places]
    return form


@bp.action("/berichten/<int:request_id>/soort", needs=ASSIGN)
def sort_out(request_id: int) -> Any:
    """Say what kind of message it is and where it comes from."""
    row = queries.get_row(request_id, by=actor())
    form = _sort_form(row.kind, row.place_id, bound=True)
    if not form.validate():
        return make_response(_page(request_id, sort=form), 422)
    services.sort_out(request_id, by=actor(), kind=form.kind.data, place_id=form.place.data or None)
    return _back(request_id, _("Opgeslagen."))


def _assign_form(person_id: int | None, *, bound: bool) -> AssignForm:
    form = AssignForm() if bound else AssignForm(formdata=None, person=person_id)
    form.person.choices = [
        SelectChoice(one.id, one.name) for one in queries.handler_choices(actor())
    ]
    return form


@bp.action("/berichten/<int:request_id>/wie", needs=ASSIGN)
def assign(request_id: int) -> Any:
    """Hand the message to somebody."""
    row = queries.get_row(request_id, by=actor())
    form = _assign_form(row.handled_by_id, bound=True)
    if not form.validate():
        return make_response(_page(request_id, assign=form), 422)
    services.assign(request_id, form.person.data, by=actor())
    names = {one.id: one.name for one in queries.handler_choices(actor())}
    return _back(request_id, _("%(name)s pakt dit op.", name=names[form.person.data]))


def _hand_over_form(*, bound: bool) -> HandOverForm:
    form = HandOverForm() if bound else HandOverForm(formdata=None)
    form.region.choices = [
        SelectChoice(one.id, one.name) for one in queries.region_choices(actor())
    ]
    return form


@bp.action("/berichten/<int:request_id>/andere-regio", needs=ASSIGN)
def hand_over(request_id: int) -> Any:
    """Hand the message over to the coordinators of another region."""
    queries.get_row(request_id, by=actor())
    form = _hand_over_form(bound=True)
    if not form.validate():
        return make_response(_page(request_id, hand_over=form), 422)
    services.hand_over(request_id, form.region.data, by=actor())
    names = {one.id: one.name for one in queries.region_choices(actor())}
    region = names[form.region.data]
    flash(_("Doorgegeven aan %(region)s. Je kunt het nog terughalen.", region=region), "success")
    return redirect(url_for("contact.inbox"), 303)


@bp.action("/berichten/<int:request_id>/terughalen", needs=ASSIGN)
def take_back(request_id: int) -> Response:
    """Take back a message that nobody in the other region picked up."""
    services.take_back(request_id, by=actor())
    return _back(request_id, _("Het bericht is weer bij jou."))


@bp.action("/berichten/<int:request_id>/gesprek", needs=HANDLE)
def plan_talk(request_id: int) -> Any:
    """Plan the introduction talk."""
    form = TalkForm()
    day = parse_day(form.talk_on.data or "")
    if day is None:
        form.talk_on.errors = [_("Schrijf de dag zo: 23-11-2026.")]
        return make_response(_page(request_id, talk=form), 422)
    try:
        services.take_step(request_id, "talk_planned", by=actor(), talk_on=day)
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_page(request_id, talk=form), 422)
    return _back(request_id, _("Het gesprek staat gepland."))


@bp.action("/berichten/<int:request_id>/stap", needs=HANDLE)
def step(request_id: int) -> Response:
    """Take the next step."""
    wanted = request.form.get("step", "")
    if wanted in ("talk_planned", "application"):
        raise ConflictError(_("Gebruik het formulier op de pagina van het bericht."))
    services.take_step(request_id, wanted, by=actor())
    return _back(request_id, _("Opgeslagen: %(state)s.", state=STATE_LABELS[wanted]))


@bp.action("/berichten/<int:request_id>/geen-gehoor", needs=HANDLE)
def no_answer(request_id: int) -> Response:
    """Count a call that nobody answered."""
    services.note_no_answer(request_id, by=actor())
    return _back(request_id, _("Genoteerd. Probeer het op een ander moment nog eens."))


@bp.page("/berichten/<int:request_id>/aanmelden", needs=APPLY)
def application(request_id: int) -> str:
    """Show the form that makes an application of a message."""
    row = queries.get_row(request_id, by=actor())
    call_name, prefix, last_name = name_parts(row.name)
    is_mail = looks_like_mailbox(row.reach)
    form = ApplicationForm(
        formdata=None,
        data={
            "call_name": call_name,
            "prefix": prefix,  # as an argument it would be put before the name of every field
            "last_name": last_name,
            "email": row.reach if is_mail else "",
            "phone": "" if is_mail else row.reach,
        },
    )
    return _application_page(row, form)


def _fill_cohorts(form: ApplicationForm) -> None:
    cohorts = queries.cohort_choices(actor())
    form.cohort.choices = [SelectChoice(one.id, one.name) for one in cohorts]


def _application_page(
    row: queries.RequestRow, form: ApplicationForm, *, warns: bool = False
) -> str:
    _fill_cohorts(form)
    known = _known(row, form)
    form.seen.data = as_seen(known)
    return render_template(
        "contact/application.html",
        row=row,
        form=form,
        known=known,
        linked=find_in_reach(row.person_id, actor(), APPLY) if row.person_id else None,
        warns=warns,
    )


def _known(row: queries.RequestRow, form: ApplicationForm) -> tuple[Known, ...]:
    """Return whom we may know already, as long as nobody said who wrote the message."""
    if row.person_id is not None:
        return ()
    names = (form.call_name.data, form.prefix.data, form.last_name.data)
    return known_people(
        actor(),
        APPLY,
        name=" ".join(part for part in names if part),
        phone=form.phone.data or "",
        email=form.email.data or "",
    )


@bp.action("/berichten/<int:request_id>/persoon", needs=APPLY)
def link(request_id: int) -> Response:
    """Say which of the people we know wrote the message."""
    person_id = request.form.get("person_id", type=int)
    if person_id is None or person_id > MAX_INTEGER:
        raise NotFoundError
    services.link_person(request_id, person_id, by=actor())
    flash(_("Het bericht hoort nu bij deze persoon. Kies de groep."), "success")
    return redirect(url_for("contact.application", request_id=request_id), 303)


@bp.action("/berichten/<int:request_id>/iemand-anders", needs=APPLY)
def unlink(request_id: int) -> Response:
    """Take back who wrote the message."""
    services.unlink_person(request_id, by=actor())
    flash(_("Het bericht is weer van iemand die we niet kennen."), "success")
    return redirect(url_for("contact.application", request_id=request_id), 303)


@bp.action("/berichten/<int:request_id>/aanmelden", needs=APPLY)
def apply(request_id: int) -> Any:
    """Make an application of a message."""
    row = queries.get_row(request_id, by=actor())
    form = ApplicationForm()
    _fill_cohorts(form)
    if not form.validate():
        return make_response(_application_page(row, form), 422)
    if not all_seen(_known(row, form), form.seen.data or ""):
        return make_response(_application_page(row, form, warns=True), 422)
    new = NewPerson(
        call_name=form.call_name.data or "",
        prefix=form.prefix.data or "",
        last_name=form.last_name.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        place_id=row.place_id,
    )
    try:
        enrolment_id = services.make_application(request_id, new, form.cohort.data, by=actor())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_application_page(row, form), error.status)
    except ConflictError as error:
        form.cohort.errors = [*form.cohort.errors, error.sentence]
        return make_response(_application_page(row, form), error.status)
    name = new.call_name or new.last_name
    if name:
        flash(_("%(name)s staat nu bij de aanmeldingen.", name=name), "success")
    else:
        flash(_("De aanmelding staat erin. Spreek nu een kennismaking af."), "success")
    return redirect(url_for("enrolments.show", enrolment_id=enrolment_id), 303)


def _back(request_id: int, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("contact.show", request_id=request_id), 303)
