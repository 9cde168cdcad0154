"""Answers that are files."""

from __future__ import annotations

from datetime import timedelta

from flask import Response
from flask_babel import gettext as _

from academy.kernel import limits
from academy.kernel.limits import Limit
from academy.kernel.web.blueprint import actor

PRINTS = Limit("prints", 60, timedelta(hours=1))
"""How many papers one person lets us make; a group of 25 needs some ten in an evening."""


def count_print() -> str:
    """Count a paper for who is signed in, before it is made; return the name of its maker.

    Raises TooManyError after sixty in an hour.
    """
    who = actor()
    sentence = _("Je maakte dit uur al 60 keer papier. Wacht even en probeer het dan weer.")
    limits.spend_here(PRINTS, str(who.person_id), sentence=sentence)
    return who.display_name


def pdf_answer(pdf: bytes, name: str) -> Response:
    """Answer with a PDF to keep or print; `name` holds no person's name, and nothing is stored."""
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
