"""Pages of stories: the public story bank, telling one, confirming and publishing."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from academy.community import forms, services
from academy.community.forms import CountForm, StoryForm
from academy.community.policies import PUBLISH, TELL
from academy.community.queries import stories as queries
from academy.community.services import NewStory
from academy.community.views.blueprint import bp
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.feature import ForAnother
from academy.kernel.policy import PUBLIC, Actor
from academy.kernel.web.blueprint import actor
from academy.people.queries.rights import place_choices

TELL_RULE = "/verhalen/vertel"
FOR_RULE = "/namens/<int:person_id>/verhaal"


@bp.page("/verhalen", needs=PUBLIC)
def stories() -> str:
    """Show the story bank."""
    me = actor()
    return render_template(
        "community/stories.html",
        page=queries.story_rows(cursor=request.args.get("na")),
        assets=forms.ASSET_LABELS,
        may_tell=me.may(TELL),
        may_publish=me.may(PUBLISH),
    )


@bp.page("/verhalen/<int:story_id>", needs=PUBLIC)
def story(story_id: int) -> str:
    """Show one story."""
    return render_template(
        "community/story.html", story=queries.get_story(story_id), assets=forms.ASSET_LABELS
    )


# --- telling ---------------------------------------------------------------------------------


@bp.page(TELL_RULE, needs=TELL)
def tell() -> str:
    """Ask for a story, and show how one's own stand."""
    return _tell_page(actor().person_id or 0, _blank(actor().person_id or 0))


@bp.action(TELL_RULE, needs=TELL)
def add_story() -> Any:
    """Write down one's own story."""
    return _add(actor().person_id or 0, url_for("community.tell"))


@bp.page(FOR_RULE, needs=TELL)
def tell_for(person_id: int) -> str:
    """Ask for the story of somebody, for who writes it down for them."""
    _refuse_oneself(person_id)
    return _tell_page(person_id, _blank(person_id))


@bp.action(FOR_RULE, needs=TELL)
def add_story_for(person_id: int) -> Any:
    """Write down the story of somebody."""
    _refuse_oneself(person_id)
    return _add(person_id, url_for("about.help_with", person_id=person_id))


def _refuse_oneself(person_id: int) -> None:
    if person_id == actor().person_id:
        raise NotFoundError


def _blank(person_id: int) -> StoryForm:
    _name, place_id = queries.get_teller(person_id, by=actor())
    return StoryForm(formdata=None, place_id=place_id)


def _tell_page(person_id: int, form: StoryForm) -> str:
    me = actor()
    name, _place_id = queries.get_teller(person_id, by=me)
    is_own = person_id == me.person_id
    form.place_id.choices = _places()
    return render_template(
        "community/tell.html",
        form=form,
        name="" if is_own else name,
        person_id=person_id,
        told=queries.own_rows(person_id) if is_own else queries.shared_rows(person_id),
    )


def _add(person_id: int, back: str) -> Any:
    me = actor()
    queries.get_teller(person_id, by=me)
    form = StoryForm()
    form.place_id.choices = _places()
    if not form.validate():
        return make_response(_tell_page(person_id, form), 422)
    new = NewStory(
        title=form.title.data or "",
        text=form.text.data or "",
        place_id=form.place_id.data,
        asset=form.asset.data,
        may_share=bool(form.may_share.data),
        told_by_id=person_id,
    )
    services.tell_story(new, by=me)
    if new.may_share:
        sentence = _(
            "Het verhaal staat erin. Zeggen drie bewoners dat het klopt? Dan delen we het."
        )
    else:
        sentence = _("Het verhaal staat erin. Niemand anders leest het.")
    flash(sentence, "success")
    return redirect(back, 303)


def _places() -> list[SelectChoice]:
    return [SelectChoice(str(number), name) for number, name in place_choices()]


@bp.action("/verhalen/<int:story_id>/terugnemen", needs=TELL)
def withdraw(story_id: int) -> Response:
    """Let nobody else read a story any more: one's own, or one of the region that is not right."""
    services.withdraw_story(story_id, by=actor())
    flash(_("Niemand anders kan dit verhaal nu lezen."), "success")
    where = "community.told_stories" if actor().may(PUBLISH) else "community.tell"
    return redirect(url_for(where), 303)


@bp.action(f"{FOR_RULE}/<int:story_id>/terugnemen", needs=TELL)
def withdraw_for(person_id: int, story_id: int) -> Response:
    """Take somebody's story back for them: their own act, not that of who publishes."""
    services.take_back_for(story_id, person_id, by=actor())
    flash(
        _("Het verhaal is teruggenomen. Er staat bij dat jij dit deed, namens iemand anders."),
        "success",
    )
    return redirect(url_for("community.tell_for", person_id=person_id), 303)


# --- confirming and publishing ---------------------------------------------------------------


@bp.page("/verhalen/beheer", needs=PUBLISH)
def told_stories() -> str:
    """Show the stories of the region: who confirms them, and which are public."""
    return _told_page()


def _told_page(*, wrong: tuple[int, CountForm] | None = None) -> str:
    page = queries.region_rows(actor(), cursor=request.args.get("na"))
    return render_template(
        "community/told.html",
        page=page,
        forms={
            one.id: wrong[1]
            if wrong and wrong[0] == one.id
            else CountForm(formdata=None, prefix=f"s{one.id}-", number=one.confirmed_by)
            for one in page.rows
        },
        assets=forms.ASSET_LABELS,
    )


@bp.action("/verhalen/<int:story_id>/bevestigd", needs=PUBLISH)
def confirm(story_id: int) -> Any:
    """Note how many residents say that a story is true."""
    queries.require_told(story_id, by=actor())
    form = CountForm(prefix=f"s{story_id}-")
    if not form.validate():
        return make_response(_told_page(wrong=(story_id, form)), 422)
    services.count_confirmations(story_id, form.number.data or 0, by=actor())
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("community.told_stories"), 303)


@bp.action("/verhalen/<int:story_id>/deel", needs=PUBLISH)
def publish(story_id: int) -> Response:
    """Let everybody read a story."""
    try:
        services.publish_story(story_id, by=actor())
    except ConflictError as error:
        flash(error.sentence, "error")
    else:
        flash(_("Iedereen kan dit verhaal nu lezen."), "success")
    return redirect(url_for("community.told_stories"), 303)


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return that one may write down somebody's story."""
    return (
        [
            ForAnother(
                title=_("Een verhaal uit de buurt"),
                why=_("Wat deden bewoners zelf, en wat hielp?"),
                action=_("Schrijf het verhaal op"),
                href=url_for("community.tell_for", person_id=person_id),
                icon="speak",
            )
        ]
        if queries.may_tell_for(person_id, by=by)
        else []
    )
