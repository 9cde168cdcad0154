"""Pages of matching: who could guide somebody and why, wishes, and what coaches offer."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from academy.coaching.forms import MatchForm
from academy.coaching.forms.matching import (
    DAY_WORDS,
    ENDINGS,
    NOBODY,
    PART_WORDS,
    HandoverForm,
    OfferForm,
    WishForm,
    day_part_label,
    language_label,
    reason_sentence,
)
from academy.coaching.policies import OFFER, OVERSEE, OWN_LOG
from academy.coaching.queries import matching as reads
from academy.coaching.queries import plans
from academy.coaching.queries.matching import Offer, Suggestion, Wish
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import matching
from academy.coaching.services import plans as plan_services
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.errors import DomainError, InvalidInputError, NotFoundError
from academy.kernel.policy import Reach
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields
from academy.people.policies import ACT_FOR
from academy.people.queries.about import get_about
from academy.people.services.about import may_help

FOR_RULE = "/namens/<int:person_id>/begeleiding"
OFFER_RULE = "/begeleiding/aanbod"


@bp.page("/begeleiding/<int:plan_id>/koppelen", needs=OVERSEE)
def choose_coach(plan_id: int) -> str:
    """Show who could guide this person, who suits best first, and why."""
    head = plans.get_overseen_plan(plan_id, actor())
    found = reads.suggestions(head, actor(), clock.today())
    return _match_page(head, _match_form(found), HandoverForm(formdata=None), found)


def _match_form(found: list[Suggestion]) -> MatchForm:
    form = MatchForm()
    form.coach_id.choices = [SelectChoice(str(one.person_id), one.name) for one in found]
    return form


def _match_page(
    head: PlanHead, form: MatchForm, handover: HandoverForm, found: list[Suggestion]
) -> str:
    return show(
        "match",
        plan=head,
        form=form,
        handover=handover,
        options=[_option(one) for one in found],
        has_gaps=[one for one in found if not one.has_offer],
        wish_facts=_wish_facts(reads.find_wish(head.person_id)),
        asked=reads.proposal_rows(head.id),
        endings=ENDINGS,
    )


def _wish_facts(wish: Wish) -> list[tuple[str, str]]:
    """Return a wish in words; nothing when nobody asked yet."""
    if not wish.is_asked:
        return []
    first, *others = map(language_label, wish.languages)
    times = ", ".join(map(day_part_label, wish.day_parts))
    facts = [
        (_("Taal"), first),
        (_("Kan ook"), ", ".join(others) or "–"),
        (_("Kan meestal op"), times or _("niet gezegd")),
        (_("Vraagt om"), wish.wished_name or _("niemand in het bijzonder")),
    ]
    return facts + ([(_("Wens"), wish.words)] if wish.words else [])


def _option(one: Suggestion) -> dict[str, Any]:
    in_order = sorted(one.reasons, key=lambda reason: not reason.is_good)
    sentences = [reason_sentence(reason) for reason in in_order]
    return {
        "value": one.person_id,
        "label": one.name,
        "hint": " ".join(sentences),
        "tone": "later" if one.is_full else "good",
    }


@bp.action("/begeleiding/<int:plan_id>/koppelen", needs=OVERSEE)
def save_match(plan_id: int) -> Any:
    """Propose the chosen coach; for guidance that runs it is a transfer."""
    me = actor()
    head = plans.get_overseen_plan(plan_id, me)
    found = reads.suggestions(head, me, clock.today())
    form, handover = _match_form(found), HandoverForm()
    valid = all([form.validate(), handover.validate()])
    if valid:
        try:
            if head.is_live:
                plan_services.transfer(
                    plan_id, int(form.coach_id.data), by=me, talk_on=handover.talk_on.data
                )
            else:
                plan_services.match(plan_id, int(form.coach_id.data), by=me)
        except DomainError as error:
            form.coach_id.errors = [error.sentence]
    if form.errors or handover.errors:
        return make_response(_match_page(head, form, handover, found), 422)
    flash(_("Voorgesteld. Nu zeggen ze allebei ja of nee."), "success")
    return redirect(url_for("coaching.standing", plan_id=plan_id), 303)


# --- wishes ----------------------------------------------------------------------------------


def _wish_form(person_id: int, wish: Wish | None = None) -> WishForm:
    """Return the form, filled with a wish or with what was sent."""
    if wish is None:
        form = WishForm()
    else:
        form = WishForm(
            formdata=None,
            first_language=wish.languages[0],
            other_languages=list(wish.languages[1:]),
            day_parts=list(wish.day_parts),
            wished_coach_id=str(wish.wished_coach_id or NOBODY),
            words=wish.words,
        )
    known = reads.known_coaches(person_id)
    form.wished_coach_id.choices = [
        SelectChoice(NOBODY, _("Nee, dat maakt niet uit")),
        *(SelectChoice(str(one.person_id), one.name) for one in known),
    ]
    if form.wished_coach_id.data is None:
        form.wished_coach_id.data = NOBODY
    return form


def _new_wish(form: WishForm) -> matching.NewWish:
    chosen = form.wished_coach_id.data
    return matching.NewWish(
        languages=form.languages(),
        day_parts=tuple(form.day_parts.data or ()),
        wished_coach_id=int(chosen) if chosen not in (None, "", NOBODY) else None,
        words=form.words.data or "",
    )


def _keep_wish(person_id: int, form: WishForm, reaches: list[Reach]) -> bool:
    if not form.validate():
        return False
    try:
        matching.save_wish(person_id, _new_wish(form), by=actor(), reaches=reaches)
    except InvalidInputError as error:
        put_at_fields(form, error)
        return False
    return True


@bp.page("/logboek/wensen", needs=OWN_LOG)
def own_wish() -> str:
    """Ask what one wants of a coach."""
    me = actor().person_id or 0
    return _wish_page(_wish_form(me, reads.find_wish(me)))


def _wish_page(form: WishForm, *, person_id: int | None = None, name: str = "") -> str:
    return show("wish", form=form, person_id=person_id, name=name, days=DAY_WORDS, parts=PART_WORDS)


@bp.action("/logboek/wensen", needs=OWN_LOG)
def save_own_wish() -> Any:
    """Keep what one wants of a coach."""
    me = actor().person_id or 0
    form = _wish_form(me)
    if not _keep_wish(me, form, []):
        return make_response(_wish_page(form), 422)
    flash(_("Opgeslagen. We letten erop bij het zoeken."), "success")
    return redirect(url_for("coaching.own_log"), 303)


def _helped(person_id: int) -> tuple[str, list[Reach]]:
    """Return the name of somebody whom the asker may help, and where they lie."""
    features = current_app.extensions["academy.features"]
    reaches = [reach for one in features if one.lies_at for reach in one.lies_at(person_id)]
    if not may_help(actor(), person_id, reaches):
        raise NotFoundError
    return get_about(person_id).display_name, reaches


@bp.page(FOR_RULE, needs=ACT_FOR)
def wish_of(person_id: int) -> str:
    """Ask what somebody wants of a coach, on their behalf: in the last lesson, or by phone."""
    name, _reaches = _helped(person_id)
    form = _wish_form(person_id, reads.find_wish(person_id))
    return _wish_page(form, person_id=person_id, name=name)


@bp.action(FOR_RULE, needs=ACT_FOR)
def save_wish_of(person_id: int) -> Any:
    """Keep what somebody wants of a coach."""
    name, reaches = _helped(person_id)
    form = _wish_form(person_id)
    if not _keep_wish(person_id, form, reaches):
        return make_response(_wish_page(form, person_id=person_id, name=name), 422)
    flash(_("Opgeschreven: de wensen van %(name)s.", name=name), "success")
    return redirect(url_for("about.help_with", person_id=person_id), 303)


# --- what coaches offer ----------------------------------------------------------------------


def _offer_form(offer: Offer | None = None) -> OfferForm:
    if offer is None:
        form = OfferForm()
    else:
        form = OfferForm(
            formdata=None,
            languages=list(offer.languages),
            day_parts=list(offer.day_parts),
            channels=list(offer.channels) or ["phone", "visit"],
            place_id=str(offer.place_id or ""),
            how_far=offer.how_far,
            most=offer.most if offer.most is not None else 5,
            about=offer.about,
        )
    form.place_id.choices = [
        SelectChoice("", _("Dat zeg ik liever niet")),
        *(SelectChoice(str(id_), name) for id_, name in reads.place_choices()),
    ]
    return form


def _keep_offer(person_id: int, form: OfferForm) -> bool:
    if not form.validate():
        return False
    offer = matching.NewOffer(
        languages=tuple(form.languages.data or ()),
        day_parts=tuple(form.day_parts.data or ()),
        channels=tuple(form.channels.data or ()),
        place_id=int(form.place_id.data) if form.place_id.data else None,
        how_far=form.how_far.data,
        most=form.most.data or 0,
        about=form.about.data or "",
    )
    try:
        matching.save_offer(person_id, offer, by=actor())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return False
    return True


def _offer_page(form: OfferForm, *, person_id: int | None = None, name: str = "") -> str:
    return show(
        "offer", form=form, person_id=person_id, name=name, days=DAY_WORDS, parts=PART_WORDS
    )


@bp.page(OFFER_RULE, needs=OFFER)
def own_offer() -> str:
    """Ask a coach when, where, how and how many."""
    return _offer_page(_offer_form(reads.find_offer(actor().person_id or 0)))


@bp.action(OFFER_RULE, needs=OFFER)
def save_own_offer() -> Any:
    """Keep what a coach offers."""
    form = _offer_form()
    if not _keep_offer(actor().person_id or 0, form):
        return make_response(_offer_page(form), 422)
    flash(_("Opgeslagen. Dank je wel."), "success")
    return redirect(url_for("coaching.own_offer"), 303)


@bp.page(f"{OFFER_RULE}/<int:person_id>", needs=OVERSEE)
def offer_of(person_id: int) -> str:
    """Ask a coach's offer for them, by phone."""
    name = _coach_name(person_id)
    return _offer_page(_offer_form(reads.find_offer(person_id)), person_id=person_id, name=name)


@bp.action(f"{OFFER_RULE}/<int:person_id>", needs=OVERSEE)
def save_offer_of(person_id: int) -> Any:
    """Keep what a coach told the coordinator."""
    name = _coach_name(person_id)
    form = _offer_form()
    if not _keep_offer(person_id, form):
        return make_response(_offer_page(form, person_id=person_id, name=name), 422)
    flash(_("Opgeschreven: wat %(name)s aanbiedt.", name=name), "success")
    return redirect(url_for("coaching.overview"), 303)


def _coach_name(person_id: int) -> str:
    if not reads.may_offer_for(actor(), person_id, clock.today()):
        raise NotFoundError
    return get_about(person_id).display_name


def words_for_own(plan: PlanHead) -> dict[str, Any]:
    """Return what the page of somebody without a coach says: who sees to it, and about whom."""
    sees = reads.responsible(plan.place_id, clock.today(), but=plan.person_id)
    return {"sees": sees, "about": reads.about_coach(plan.coach_id)}
