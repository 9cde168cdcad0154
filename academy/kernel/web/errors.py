"""How an error answers: a friendly page, or `application/problem+json` below `/api`.

A page says what happened, whether anything was saved, and what to do next.
"""

from __future__ import annotations

from traceback import extract_tb

import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug import Response as AnyResponse
from werkzeug.exceptions import HTTPException

from academy.kernel import disk
from academy.kernel.db import db
from academy.kernel.errors import (
    ConflictError,
    DomainError,
    SecondFactorRequiredError,
    StepUpRequiredError,
)
from academy.kernel.policy import NOBODY
from academy.kernel.web.addresses import is_for_programs, is_page, path_of_page, safe_next
from academy.kernel.web.blueprint import SignInRequiredError
from academy.kernel.web.held import keep_typed

log = structlog.get_logger()

KEPT_HEADERS = ("Allow", "Retry-After")
"""What an error of the web itself tells programs: which methods there are, how long to wait."""


def init_errors(app: Flask) -> None:
    """Let every error of `app` answer in words."""
    app.register_error_handler(SignInRequiredError, _to_the_door)
    app.register_error_handler(StepUpRequiredError, _to_step_up)
    app.register_error_handler(SecondFactorRequiredError, _to_second_factor)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _integrity_error)
    app.register_error_handler(StaleDataError, _stale)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(OSError, _system_error)
    app.register_error_handler(Exception, _unexpected)


def _sentence(status: int) -> tuple[str, str]:
    """Return title and sentence for a status that carries no sentence of its own."""
    known = {
        400: (
            _("Dit lukte niet"),
            _("Wij snapten de vraag niet. Ga terug en probeer het nog eens."),
        ),
        401: (_("Wie ben je?"), _("Kom eerst binnen.")),
        403: (_("Deze pagina is niet voor jou"), _("Je mag dit niet zien of doen.")),
        404: (
            _("Deze pagina is er niet"),
            _("Misschien is het adres niet goed, of is de pagina weg."),
        ),
        405: (_("Dit kan hier niet"), _("Ga terug en gebruik de knop op de pagina.")),
        409: (_("Dit kan nu niet"), _("Kijk nog eens hoe het nu staat.")),
        412: (_("Iemand was je voor"), _("Kijk nog eens hoe het nu staat.")),
        413: (_("Dit bestand is te groot"), _("Kies een kleiner bestand.")),
        415: (_("Zo kunnen wij het niet lezen"), _("Stuur het als application/json.")),
        422: (_("Er klopt iets niet"), _("Kijk nog eens naar wat je invulde.")),
        428: (_("Er ontbreekt iets"), _("Stuur de ETag mee als “If-Match”.")),
        429: (_("Even wachten"), _("Dit ging te vaak achter elkaar.")),
        503: (
            _("De academie is even weg"),
            _("Onze gegevens zijn nu niet te bereiken. Probeer het over vijf minuten."),
        ),
    }
    return known.get(
        status,
        (_("Het ging mis bij ons"), _("Er is niets opgeslagen. Probeer het over vijf minuten.")),
    )


def answer(
    status: int, slug: str, sentence: str = "", fields: dict[str, str] | None = None
) -> Response:
    """Build the answer for an error: a page, or problem+json below `/api`."""
    title, default = _sentence(status)
    detail = sentence or default
    if is_for_programs(request.path):
        problem = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}
        response = jsonify(problem | ({"errors": fields} if fields else {}))
        response.mimetype = "application/problem+json"
    else:
        response = Response(
            render_template(
                "errors/error.html",
                status=status,
                title=title,
                sentence=detail,
                saved=_("Er is niets veranderd.") if request.method != "GET" else None,
                next_step=_way_back() or {"label": _("Ga naar het begin"), "href": "/"},
                request_id=g.get("request_id", ""),
            )
        )
    response.status_code = status
    return response


def _way_back() -> dict[str, str] | None:
    """Return the page whose button was pressed; a page that is not there leads to the start."""
    page = path_of_page() if request.method != "GET" else ""
    return {"label": _("Ga terug"), "href": safe_next(page, "/")} if page else None


def _to_the_door(error: SignInRequiredError) -> AnyResponse:
    if is_for_programs(request.path):
        response = answer(401, error.slug, _("Stuur een sleutel mee die nog werkt."))
        response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
        return response
    back = _back_to()
    keep_typed(back)
    return redirect(url_for("sign_in.door", next=back), 303)


def _to_step_up(error: StepUpRequiredError) -> AnyResponse:
    if is_for_programs(request.path):
        return answer(403, error.slug, _("Laat eerst nog eens zien wie je bent."))
    back = _back_to()
    keep_typed(back)
    return redirect(url_for("sign_in.step_up", next=back), 303)


def _to_second_factor(_error: SecondFactorRequiredError) -> AnyResponse:
    back = _back_to()
    keep_typed(back)
    return redirect(url_for("second_factor.give", next=back), 303)


def _back_to() -> str:
    """Return where to go on after showing who one is: this page, or the one with the button."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    page = path_of_page()
    return page if is_page(page) else url_for("people.today")


def _domain_error(error: DomainError) -> Response:
    return answer(error.status, error.slug, error.sentence, error.fields)


def _csrf_error(_error: CSRFError) -> Response:
    return answer(
        400, "form-expired", _("Deze pagina stond te lang open. Ga terug en probeer het nog eens.")
    )


def _http_error(error: HTTPException) -> AnyResponse:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    response = answer(code, (error.name or "error").lower().replace(" ", "-"))
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name in KEPT_HEADERS
    )
    return response


def _integrity_error(error: IntegrityError) -> Response:
    """A unique constraint decided a race: somebody else was first. Anything else is our fault."""
    db.session.rollback()
    text = str(error.orig).lower()
    if "unique" in text or "duplicate key" in text:
        return _domain_error(ConflictError(_("Dit is al gedaan, misschien door iemand anders.")))
    return _unexpected(error)


def _stale(_error: StaleDataError) -> Response:
    db.session.rollback()
    return _domain_error(
        ConflictError(_("Iemand anders veranderde dit net. Kijk eerst hoe het nu staat."))
    )


def _database_away(error: OperationalError | InterfaceError | PoolTimeout) -> Response:
    db.session.rollback()
    g.database_is_away = True
    g._login_user = NOBODY  # noqa: SLF001 - or the page asks the same database who this is
    if disk.failed(error):
        return _no_room(error)
    log.error("database away", request_id=g.get("request_id"), kind=type(error).__name__)
    return answer(503, "database-away")


def _system_error(error: OSError) -> Response:
    return _no_room(error) if disk.failed(error) else _unexpected(error)


def _no_room(error: Exception) -> Response:
    db.session.rollback()
    log.error("disk full or failing", request_id=g.get("request_id"), kind=type(error).__name__)
    return answer(
        503, "no-room", _("Onze computer kan nu niets bewaren. Probeer het over een uur nog eens.")
    )


def _unexpected(error: Exception) -> Response:
    """Log what broke and where, never what it said: a message may hold a name or a text."""
    db.session.rollback()
    log.error(
        "unexpected error",
        request_id=g.get("request_id"),
        endpoint=request.endpoint,
        kind=type(error).__name__,
        where=[
            f"{one.filename}:{one.lineno} {one.name}" for one in extract_tb(error.__traceback__)
        ],
    )
    return answer(500, "unexpected")
