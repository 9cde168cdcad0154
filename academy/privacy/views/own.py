"""Taking my data along, and asking to be forgotten."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel.i18n import pick
from academy.kernel.web.blueprint import actor
from academy.privacy.forms import SureForm
from academy.privacy.policies import OWN, OWN_ERASURE, OWN_EXPORT
from academy.privacy.queries.standing import (
    HeldCertificate,
    counts_of,
    export_rows,
    find_open_erasure,
    has_rights,
    held_certificates,
)
from academy.privacy.rules.answers import COOLING_OFF_DAYS, EXPORT_DAYS, LATEST_DAYS, WISHES, Wish
from academy.privacy.services import exports, requests
from academy.privacy.views.blueprint import bp
from academy.privacy.views.words import WISH_LABELS, goes_and_stays


def _me() -> int:
    return actor().person_id or 0


@bp.page("/gegevens/meenemen", needs=OWN)
def take_along() -> str:
    """Say what one can take along, and show what was asked."""
    return render_template(
        "privacy/take_along.html",
        rows_asked=export_rows(_me(), viewer_id=_me()),
        days=EXPORT_DAYS,
    )


@bp.action("/gegevens/meenemen", needs=OWN_EXPORT)
def ask_export() -> AnyResponse:
    """Ask for one's own data."""
    exports.ask_export(_me(), by=actor())
    flash(_("We zoeken alles bij elkaar. Kom over een paar minuten terug."), "success")
    return redirect(url_for("privacy.take_along"), 303)


@bp.action("/gegevens/meenemen/<int:export_id>", needs=OWN_EXPORT)
def fetch_export(export_id: int) -> Response:
    """Fetch the file."""
    return zip_answer(exports.fetch_export(export_id, by=actor()))


def zip_answer(content: bytes) -> Response:
    """Answer with the file; nothing on the way keeps it."""
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{exports.FILE_NAME}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- being forgotten ---------------------------------------------------------------------------


@bp.page("/gegevens/weghalen", needs=OWN)
def forget_me() -> str:
    """Show what goes, what stays and why, and let the holder choose for each certificate."""
    return render_template("privacy/forget_me.html", **shown(_me()))


def shown(person_id: int) -> dict[str, Any]:
    """Return what a page about an erasure shows."""
    goes, stays = goes_and_stays(counts_of(person_id))
    return {
        "waiting": find_open_erasure(person_id),
        "goes": goes,
        "stays": stays,
        "certificates": held_certificates(person_id),
        "options": options,
        "has_rights": has_rights(person_id),
        "days": COOLING_OFF_DAYS,
        "latest": LATEST_DAYS,
        "wish_labels": WISH_LABELS,
        "pick": pick,
        "keep": Wish.KEEP,
    }


def options(one: HeldCertificate) -> list[dict[str, Any]]:
    """Return what a holder may choose for a certificate; a name that nobody sees is not hidden."""
    offered = WISHES if one.has_name else (Wish.KEEP, Wish.WITHDRAW)
    return [
        {"value": wish, "label": WISH_LABELS[wish][0], "hint": WISH_LABELS[wish][1]}
        for wish in offered
    ]


def typed_wishes(person_id: int) -> dict[str, str]:
    """Return what was chosen in the form, by certificate number."""
    return {
        one.number: request.form.get(f"wish-{one.id}", Wish.KEEP)
        for one in held_certificates(person_id)
    }


@bp.action("/gegevens/weghalen", needs=OWN_ERASURE)
def ask_erasure() -> Any:
    """Show once more what was chosen; with the second yes note that it will happen."""
    wishes = typed_wishes(_me())
    form = SureForm()
    if "confirm" not in request.form:
        return _confirm_page(SureForm(formdata=None), wishes)
    if not form.validate():
        return make_response(_confirm_page(form, wishes), 422)
    requests.ask_erasure(_me(), wishes, by=actor())
    flash(_("We hebben je vraag. Je kunt je nog bedenken."), "success")
    return redirect(url_for("privacy.forget_me"), 303)


def _confirm_page(form: SureForm, wishes: dict[str, str]) -> str:
    return render_template("privacy/forget_sure.html", form=form, wishes=wishes, **shown(_me()))


@bp.action("/gegevens/weghalen/toch-niet", needs=OWN)
def undo_erasure() -> AnyResponse:
    """Leave everything as it is."""
    requests.undo_erasure(_me(), by=actor())
    flash(_("Goed. Alles blijft zoals het is."), "success")
    return redirect(url_for("privacy.forget_me"), 303)
