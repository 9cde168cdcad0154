"""The look of certificates: words, colours and a logo, with a picture of what comes of it."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel import limits
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.limits import Limit
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.kernel.web.files import count_print
from certificates import policies
from certificates.forms.designs import DesignForm
from certificates.queries.designs import (
    Dressed,
    dressed_designs,
    get_dressed,
    usual_texts,
)
from certificates.rules.look import LANGUAGES, Look
from certificates.services import designs

bp = FeatureBlueprint("certificate_designs", __name__)

RULE = "/certificaten/vormgeving/<design>"
LARGEST_BODY = designs.LARGEST_LOGO + 100_000
LOOKS = Limit("design-looks", times=300, window=timedelta(hours=1))


def _name(design: str) -> str:
    names: dict[str, str] = {
        "residents": _("Leergang voor inwoners"),
        "professionals": _("Leergang voor professionals"),
        "governors": _("Leergang voor bestuurders en toezichthouders"),
    }
    return names[design]


@bp.page("/certificaten/vormgeving", needs=policies.DRESS)
def index() -> str:
    """Show the designs and who dressed them last."""
    return render_template("certificates/designs.html", designs=dressed_designs(), name=_name)


@bp.page(RULE, needs=policies.DRESS)
def show(design: str) -> Response:
    """Show one design as it is worn now, and what can be chosen."""
    dressed = get_dressed(design)
    return _page(dressed, _filled(dressed), dressed.look)


@bp.action(f"{RULE}/voorbeeld", needs=policies.DRESS, largest_body=LARGEST_BODY)
def look_at(design: str) -> Response:
    """Show what comes of it; nothing is kept."""
    dressed, form = get_dressed(design), _form(design)
    try:
        look = _chosen(form, dressed)
        return _page(dressed, form, look)
    except InvalidInputError as error:
        put_at_fields(form, error)
        return _page(dressed, form, None, status=422)


@bp.action(RULE, needs=policies.DRESS, largest_body=LARGEST_BODY)
def keep(design: str) -> AnyResponse:
    """Keep it as the next version; certificates of before stay as they are."""
    dressed, form = get_dressed(design), _form(design)
    try:
        look = _chosen(form, dressed)
        designs.require_printable(design, look)
        designs.keep_look(design, look, seen_version=form.seen_version.data or 0, by=actor())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return _page(dressed, form, None, status=422)
    except ConflictError as error:
        put_at_fields(form, error)
        dressed = get_dressed(design)
        # With the sentence above the form, whoever keeps it once more has seen the other version.
        form.seen_version.raw_data, form.seen_version.data = None, dressed.version
        return _page(dressed, form, None, status=error.status)
    flash(
        _("Bewaard. Nieuwe certificaten zien er zo uit. De oude blijven zoals ze zijn."), "success"
    )
    return redirect(url_for("certificate_designs.show", design=design), 303)


@bp.page(f"{RULE}/proefdruk.pdf", needs=policies.DRESS)
def print_proof(design: str) -> Response:
    """Hand over a specimen as it is worn now, to print; `?taal=en&naam=lang&kleur=zonder`."""
    dressed = get_dressed(design)
    count_print()
    response = make_response(
        designs.proof(
            design,
            dressed.look,
            language="en" if request.args.get("taal") == "en" else "nl",
            long_name=request.args.get("naam") == "lang",
            grey=request.args.get("kleur") == "zonder",
        )
    )
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="proefdruk.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _chosen(form: DesignForm, dressed: Dressed) -> Look:
    """Return what was filled in. Raises InvalidInputError; a logo is read apart from any data."""
    if not form.validate():
        raise InvalidInputError(_("Kijk nog even naar wat hieronder rood is."))
    limits.spend(LOOKS, str(actor().person_id))
    logo = None if form.without_logo.data else dressed.look.logo
    if form.logo.data:
        logo = designs.remake_logo(form.logo.data.stream.read(designs.LARGEST_LOGO + 1))
    look = form.look(logo)
    designs.require_fit(look)
    return look


def _form(design: str) -> DesignForm:
    return _without_absent_words(DesignForm(), design)


def _without_absent_words(form: DesignForm, design: str) -> DesignForm:
    """Take out the words that this design does not print: a proof has no last day."""
    usual = usual_texts(design)
    for language in LANGUAGES:
        for field in list(form.word_fields(language)):
            if field.name.removesuffix(f"_{language}") not in usual[language]:
                del form[field.name]
    return form


def _filled(dressed: Dressed) -> DesignForm:
    usual, look = usual_texts(dressed.design), dressed.look
    form = DesignForm(
        formdata=None,
        ink=look.ink,
        accent=look.accent,
        seen_version=dressed.version,
        **{
            f"{name}_{language}": look.text(language, name, words)
            for language in LANGUAGES
            for name, words in usual[language].items()
        },
    )
    return _without_absent_words(form, dressed.design)


def _page(dressed: Dressed, form: DesignForm, look: Look | None, *, status: int = 200) -> Response:
    shown = ""
    if look is not None:
        picture = designs.picture(
            dressed.design,
            look,
            language="en" if form.language.data == "en" else "nl",
            long_name=bool(form.long_name.data),
            grey=bool(form.grey.data),
        )
        shown = "data:image/png;base64," + b64encode(picture).decode("ascii")
    values: dict[str, Any] = {
        "dressed": dressed,
        "form": form,
        "picture": shown,
        "name": _name(dressed.design),
        "in_languages": LANGUAGES,
    }
    return make_response(render_template("certificates/design.html", **values), status)
