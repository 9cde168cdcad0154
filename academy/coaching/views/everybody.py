"""Everybody with guidance in the region: a list by name, and finding somebody."""

from __future__ import annotations

from flask import request

from academy.coaching.policies import OVERSEE
from academy.coaching.queries.everybody import guidance_rows, is_enough
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.web.blueprint import actor

LONGEST_NAME = 100


@bp.page("/begeleiding/iedereen", needs=OVERSEE)
def everybody() -> str:
    """Show whose guidance lies in the region, by name."""
    after = request.args.get("na")
    page = guidance_rows(actor(), clock.today(), after=after)
    return show("everybody", page=page, words_sought="", is_first=not after)


@bp.action("/begeleiding/iedereen/zoek", needs=OVERSEE)
def find_guided() -> str:
    """Find somebody; a name that is searched for is in no address."""
    words = request.form.get("name", "").strip()[:LONGEST_NAME]
    after = request.form.get("na")
    page = None
    if is_enough(words):
        page = guidance_rows(actor(), clock.today(), after=after, words=words)
    return show("everybody", page=page, words_sought=words, is_first=not after)
