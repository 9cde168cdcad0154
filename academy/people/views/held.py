"""What was typed before somebody showed who they are: kept, and given back to them alone."""

from __future__ import annotations

import structlog
from flask import redirect, render_template, request, session, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug import Response

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SIGNED_IN
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.held import Typed
from academy.people.adapters.cookie import cookie_name
from academy.people.queries.held import Held, find_held, owner_of
from academy.people.services.held import hold

bp = FeatureBlueprint("held", __name__)

WAITING = "form_that_waits"
SHOWN = "form_that_is_shown"
"""In the browser's own signed cookie: the token of its form, never a word of it."""

log = structlog.get_logger()


@bp.page("/verder", needs=SIGNED_IN)
def resume() -> str | Response:
    """Show what somebody typed, with the button that sends it after all."""
    held = _find(SHOWN, actor().person_id)
    if held is None:
        return redirect(url_for("people.today"), 303)
    return render_template("people/held.html", held=held)


def keep(typed: Typed) -> None:
    """Keep a form for who sends it, or for whose sign-in this browser carried till it ran out.

    Should that fail, who typed goes on without it.
    """
    db.session.rollback()
    try:
        person_id = actor().person_id or owner_of(request.cookies.get(cookie_name(), ""))
        if person_id is None:
            return
        with unit_of_work():
            token = hold(
                person_id,
                path=typed.path,
                page=typed.page,
                fields=typed.fields,
                is_whole=typed.is_whole,
            )
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("form not kept", kind=type(error).__name__)
        return
    session[WAITING] = token


def onward(target: str, person_id: int | None) -> str:
    """Return where to go on after showing who one is: `target`, or first what was typed there.

    Once only: what waits is shown after this, and not again for another reason.
    """
    held = _find(WAITING, person_id)
    if held is None or held.page != target:
        return target
    session[SHOWN] = session.pop(WAITING)
    return url_for("held.resume")


def forget_all_else() -> None:
    """Empty the browser's own cookie, but for the token of the form that waits."""
    waiting = session.get(WAITING)
    session.clear()
    if waiting is not None:
        session[WAITING] = waiting


def _find(where: str, person_id: int | None) -> Held | None:
    token = session.get(where)
    if token is None or person_id is None:
        return None
    return find_held(person_id, token, clock.real_now())
