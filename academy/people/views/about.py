"""What people say of themselves, and the page *Doe iets namens* of who helps them.

What can be done for somebody is told by every feature; where somebody lies too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug import Response

from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.feature import Feature, ForAnother
from academy.kernel.policy import Reach
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.people.forms import CHANNEL_LABELS, CONSENT_LABELS, ContactForm, NameForm, NamesForm
from academy.people.policies import ACT_FOR, OWN_DATA
from academy.people.queries.about import AboutPerson, Act, acts_for, get_about
from academy.people.services import about
from academy.people.services.about import Contact, Names

bp = FeatureBlueprint("about", __name__)

HELP = "/namens/<int:person_id>"


@dataclass(frozen=True, slots=True)
class _Whom:
    """Whose data it is, where they lie, and whether it is the asker's own."""

    person_id: int
    reaches: Sequence[Reach] = ()

    @property
    def is_own(self) -> bool:
        return self.person_id == actor().person_id


def _features() -> Iterable[Feature]:
    features: Iterable[Feature] = current_app.extensions["academy.features"]
    return features


def _helped(person_id: int) -> _Whom:
    """Return somebody whom the asker may help. Raises NotFoundError for everybody else."""
    reaches = [
        reach for one in _features() if one.lies_at is not None for reach in one.lies_at(person_id)
    ]
    if not about.may_help(actor(), person_id, reaches):
        raise NotFoundError
    return _Whom(person_id, reaches)


def _own() -> _Whom:
    return _Whom(actor().person_id or 0)


def done_for(person_id: int, *, by_id: int | None = None) -> list[tuple[str, Act]]:
    """Return what others, or only `by_id`, did on behalf of somebody, with the words for it."""
    words = {action: text for one in _features() for action, text in one.acts.items()}
    return [(str(words[act.action]), act) for act in acts_for(person_id, words, by_id=by_id)]


# --- the pages -------------------------------------------------------------------------------


@bp.page(HELP, needs=ACT_FOR)
def help_with(person_id: int) -> str:
    """Show all that can be done on behalf of somebody, in one place."""
    _helped(person_id)
    return render_template(
        "people/help.html",
        data=get_about(person_id),
        items=[item for one in _features() for item in _items(one, person_id)],
        done=done_for(person_id, by_id=actor().person_id),
    )


def _items(feature: Feature, person_id: int) -> list[ForAnother]:
    return feature.for_another(actor(), person_id) if feature.for_another is not None else []


@bp.page(f"{HELP}/gegevens", needs=ACT_FOR)
def data_of(person_id: int) -> str:
    """Show what we know of somebody, and let who helps change it."""
    return _page(_helped(person_id))


@bp.page("/gegevens/over-mij", needs=OWN_DATA)
def own() -> str:
    """Show one's names, how to reach one and the consents, and let them be changed."""
    return _page(_own())


def _page(whom: _Whom, **wrong: FlaskForm) -> str:
    data = get_about(whom.person_id)
    return render_template(
        "people/about.html",
        data=data,
        is_own=whom.is_own,
        to=_addresses(whom),
        forms=_forms(data) | wrong,
        wrong=list(wrong.values()),
        channels=CHANNEL_LABELS,
        consents=CONSENT_LABELS,
    )


def _forms(data: AboutPerson) -> dict[str, FlaskForm]:
    return {
        "names": NamesForm(formdata=None, obj=data),
        "name": NameForm(formdata=None, name_on_certificate=data.name_on_certificate),
        "contact": ContactForm(formdata=None, obj=data),
    }


def _addresses(whom: _Whom) -> dict[str, str]:
    if whom.is_own:
        return {
            "names": url_for("about.set_names"),
            "name": url_for("people.set_name"),
            "contact": url_for("about.set_contact"),
            "language": url_for("people.set_language"),
            "consent": url_for("about.set_consent"),
        }
    whose = whom.person_id
    return {
        "names": url_for("about.set_names_for", person_id=whose),
        "name": url_for("about.set_name_for", person_id=whose),
        "contact": url_for("about.set_contact_for", person_id=whose),
        "language": url_for("about.set_language_for", person_id=whose),
        "consent": url_for("about.set_consent_for", person_id=whose),
    }


# --- names -----------------------------------------------------------------------------------


@bp.action("/gegevens/namen", needs=OWN_DATA)
def set_names() -> Response:
    """Set one's own names."""
    return _save_names(_own())


@bp.action(f"{HELP}/namen", needs=ACT_FOR)
def set_names_for(person_id: int) -> Response:
    """Set somebody's names on their behalf."""
    return _save_names(_helped(person_id))


def _save_names(whom: _Whom) -> Response:
    form = NamesForm()
    names = Names(form.call_name.data or "", form.prefix.data or "", form.last_name.data or "")
    return _save(
        whom,
        "names",
        form,
        lambda: about.set_names(whom.person_id, names, by=actor(), reaches=whom.reaches),
    )


@bp.action(f"{HELP}/naam", needs=ACT_FOR)
def set_name_for(person_id: int) -> Response:
    """Set how somebody's name stands on the certificate, on their behalf."""
    whom, form = _helped(person_id), NameForm()
    return _save(
        whom,
        "name",
        form,
        lambda: about.set_name_on_certificate(
            person_id, form.name_on_certificate.data or "", by=actor(), reaches=whom.reaches
        ),
    )


# --- reach, language, consent ----------------------------------------------------------------


@bp.action("/gegevens/contact", needs=OWN_DATA)
def set_contact() -> Response:
    """Set how to reach oneself."""
    return _save_contact(_own())


@bp.action(f"{HELP}/contact", needs=ACT_FOR)
def set_contact_for(person_id: int) -> Response:
    """Set how to reach somebody, on their behalf."""
    return _save_contact(_helped(person_id))


def _save_contact(whom: _Whom) -> Response:
    form = ContactForm()
    contact = Contact(
        phone=form.phone.data or "",
        email=form.email.data or "",
        preferred_channel=form.preferred_channel.data or "",
        support=form.support.data or "",
    )
    return _save(
        whom,
        "contact",
        form,
        lambda: about.set_contact(whom.person_id, contact, by=actor(), reaches=whom.reaches),
    )


@bp.action(f"{HELP}/taal", needs=ACT_FOR)
def set_language_for(person_id: int) -> Response:
    """Choose Dutch or English on behalf of somebody."""
    whom = _helped(person_id)
    language = request.form.get("language", "")
    about.set_language(person_id, language, by=actor(), reaches=whom.reaches)
    return _saved(whom)


@bp.action("/gegevens/toestemming", needs=OWN_DATA)
def set_consent() -> Response:
    """Give or take back a consent."""
    return _save_consent(_own())


@bp.action(f"{HELP}/toestemming", needs=ACT_FOR)
def set_consent_for(person_id: int) -> Response:
    """Give or take back a consent on behalf of somebody who said so."""
    return _save_consent(_helped(person_id))


def _save_consent(whom: _Whom) -> Response:
    about.set_consent(
        whom.person_id,
        request.form.get("kind", ""),
        given=request.form.get("given") == "yes",
        by=actor(),
        reaches=whom.reaches,
    )
    return _saved(whom)


# --- shared ----------------------------------------------------------------------------------


def _save(whom: _Whom, name: str, form: FlaskForm, change: Callable[[], Any]) -> Response:
    """Make one change; a form with mistakes comes back with all that was typed."""
    if not form.validate():
        return make_response(_page(whom, **{name: form}), 422)
    try:
        change()
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_page(whom, **{name: form}), 422)
    return _saved(whom)


def _saved(whom: _Whom) -> Response:
    if whom.is_own:
        flash(_("Opgeslagen."), "success")
        return redirect(url_for("about.own"), 303)
    flash(_("Opgeslagen. Er staat bij dat jij dit deed, namens iemand anders."), "success")
    return redirect(url_for("about.data_of", person_id=whom.person_id), 303)
