"""The few pages of no feature: style guide, accessibility, language, health."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response, jsonify, redirect, render_template, request
from werkzeug import Response as AnyResponse

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import LANGUAGE_COOKIE, LANGUAGES
from academy.kernel.policy import PUBLIC
from academy.kernel.settings import current
from academy.kernel.web.addresses import safe_next
from academy.kernel.web.blueprint import FeatureBlueprint

bp = FeatureBlueprint("pages", __name__)

YEAR = 31_536_000


@bp.page("/styleguide", needs=PUBLIC)
def styleguide() -> str:
    """Show every component in every state."""
    return render_template("styleguide.html")


@bp.page("/toegankelijkheid", needs=PUBLIC)
def accessibility() -> str:
    """Say for whom the pages work, and what to do when they do not."""
    return render_template("pages/accessibility.html")


@bp.page("/taal/<code>", needs=PUBLIC)
def choose_language(code: str) -> AnyResponse:
    """Remember the language in this browser and go back."""
    if code not in LANGUAGES:
        raise NotFoundError
    answer = redirect(safe_next(request.args.get("next"), "/"), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=YEAR,
        secure=current().is_https,
        httponly=True,
        samesite="Lax",
    )
    return answer


@bp.page("/healthz", needs=PUBLIC)
def health() -> Response:
    """Say that the web process answers."""
    return jsonify(status="ok")


@bp.page("/readyz", needs=PUBLIC)
def ready() -> Response:
    """Say that the database answers too; 503 otherwise."""
    db.session.execute(sa.select(1))
    return jsonify(status="ok")
