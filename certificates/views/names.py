"""Klopt je naam? The name as it will be printed, and the yes to it: one's own or for another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Response as Answer
from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from academy.kernel import limits
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.feature import Feature, ForAnother
from academy.kernel.i18n import language
from academy.kernel.limits import Limit
from academy.kernel.policy import Actor, Reach
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.people.policies import ACT_FOR
from academy.people.services.about import may_help
from certificates.forms.holder import PrintedNameForm
from certificates.policies import OWN_CERTIFICATE
from certificates.queries.name_picture import get_name_on_paper
from certificates.queries.names import NameToApprove, get_name
from certificates.rules.spelling import spell
from certificates.services import names
from certificates.services.name_picture import name_picture

bp = FeatureBlueprint("printed_name", __name__)

HELP_RULE = "/namens/<int:person_id>/naam-op-certificaat"
PICTURES = Limit("name-pictures", 200, timedelta(hours=1))

ACTS = {
    "certificates:name:approved": lazy_gettext("Namens jou ja gezegd tegen je naam op papier"),
    "certificates:certificate:reprinted": lazy_gettext("Je certificaat voor je herdrukt"),
}


@dataclass(frozen=True, slots=True)
class _Whom:
    person_id: int
    reaches: Sequence[Reach] = ()
    is_own: bool = True


def _own() -> _Whom:
    return _Whom(actor().person_id or 0)


def _helped(person_id: int) -> _Whom:
    """Return somebody whom the asker may help. Raises NotFoundError for everybody else."""
    features: tuple[Feature, ...] = current_app.extensions["academy.features"]
    reaches = [reach for one in features if one.lies_at for reach in one.lies_at(person_id)]
    if not may_help(actor(), person_id, reaches):
        raise NotFoundError
    return _Whom(person_id, reaches, is_own=False)


@bp.page("/certificaat/naam", needs=OWN_CERTIFICATE)
def own() -> str:
    """Show my name as it will be printed, and ask."""
    return _page(_own())


@bp.action("/certificaat/naam", needs=OWN_CERTIFICATE)
def approve() -> Response | tuple[str, int]:
    """Say yes to my name, or to another spelling of it."""
    return _approve(_own())


@bp.page(HELP_RULE, needs=ACT_FOR)
def of_another(person_id: int) -> str:
    """Show somebody's name as it will be printed, to read it aloud."""
    return _page(_helped(person_id))


@bp.action(HELP_RULE, needs=ACT_FOR)
def approve_for(person_id: int) -> Response | tuple[str, int]:
    """Note somebody's yes to their name."""
    return _approve(_helped(person_id))


@bp.page("/certificaat/naam/papier.png", needs=OWN_CERTIFICATE)
def own_picture() -> Answer:
    """Show my name as it will stand on the paper."""
    return _picture(_own())


@bp.page(f"{HELP_RULE}/papier.png", needs=ACT_FOR)
def picture_of_another(person_id: int) -> Answer:
    """Show somebody's name as it will stand on the paper."""
    return _picture(_helped(person_id))


def _picture(whom: _Whom) -> Answer:
    sentence = _("Je keek dit uur al vaak naar namen. Wacht even en probeer het dan weer.")
    limits.spend_here(PICTURES, str(actor().person_id), sentence=sentence)
    answer = Answer(name_picture(get_name_on_paper(whom.person_id)), mimetype="image/png")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _approve(whom: _Whom) -> Response | tuple[str, int]:
    """Note the yes to the spelling that was shown, or to the one that was typed."""
    form = PrintedNameForm()
    if not form.validate():
        return _page(whom, form), 422
    typed = form.printed_name.data or ""
    try:
        made = names.approve_name(whom.person_id, typed, by=actor(), reaches=whom.reaches)
    except (InvalidInputError, ConflictError) as error:
        put_at_fields(form, error)
        return _page(whom, form), error.status
    flash(_said(whom, made=made), "success")
    if whom.is_own:
        return redirect(url_for("printed_name.own"), 303)
    return redirect(url_for("printed_name.of_another", person_id=whom.person_id), 303)


def _said(whom: _Whom, *, made: int) -> str:
    if made:
        return str(_("De naam is goed. Het certificaat wordt nu gemaakt."))
    if whom.is_own:
        return str(_("Dank je wel. Zo komt je naam op het certificaat."))
    return str(_("Opgeslagen. Er staat bij dat jij dit deed, namens iemand anders."))


def _page(whom: _Whom, form: PrintedNameForm | None = None) -> str:
    name = get_name(whom.person_id)
    return render_template(
        "certificates/name.html",
        name=name,
        is_own=whom.is_own,
        form=form or PrintedNameForm(formdata=None, printed_name=name.printed_name),
        is_changing=form is not None or "anders" in request.args,
        waits_for_another=_waits_for_another(name, whom),
        spelled=_spelled(name),
        refused=_refused(name),
        picture=_picture_address(whom),
    )


def _picture_address(whom: _Whom) -> str:
    if whom.is_own:
        return url_for("printed_name.own_picture")
    return url_for("printed_name.picture_of_another", person_id=whom.person_id)


def _refused(name: NameToApprove) -> str:
    """Say why the name cannot be printed as it is now; empty when it can."""
    try:
        names.printable(name.printed_name)
    except InvalidInputError as error:
        return error.sentence
    return ""


def _waits_for_another(name: NameToApprove, whom: _Whom) -> bool:
    """Whether the holder changed the name after the decision, so that a helper must look too."""
    return whom.is_own and bool(name.granted_name) and name.is_approved


def _spelled(name: NameToApprove) -> list[tuple[str, str]]:
    in_english = language() == "en"
    words = name.printed_name.split()
    letters = (
        ", ".join(one.en if in_english else one.nl for one in word)
        for word in spell(name.printed_name)
    )
    return list(zip(words, letters, strict=True))


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return what may be done around the certificate of somebody: read the name aloud."""
    name = get_name(person_id)
    if not by.may(ACT_FOR) or not name.is_wanted or (name.is_approved and not name.granted_name):
        return []
    return [
        ForAnother(
            title=_("Klopt de naam voor het certificaat?"),
            why=_("Lees de naam voor, of spel hem aan de telefoon."),
            action=_("Lees voor"),
            href=url_for("printed_name.of_another", person_id=person_id),
            icon="speak",
        )
    ]
