"""The library for who goes on after the certificate: cards, stories and refreshers."""

from __future__ import annotations

from flask import render_template

from academy.community import forms
from academy.community.policies import READ_MEET_UPS
from academy.community.queries import meetups, stories
from academy.community.views.blueprint import bp
from academy.kernel.web.blueprint import actor
from courses.queries.paper import get_method, method_rows

NEWEST = 4


@bp.page("/bibliotheek", needs=READ_MEET_UPS)
def library() -> str:
    """Show what can be read again: cards, the newest stories, the refreshers that come."""
    return render_template(
        "community/library.html",
        methods=method_rows(),
        stories=stories.story_rows(limit=NEWEST).rows,
        refreshers=meetups.refresher_rows(actor()),
        kinds=forms.KIND_LABELS,
    )


@bp.page("/bibliotheek/<method>", needs=READ_MEET_UPS)
def card(method: str) -> str:
    """Show the card of one working method, to read or to listen to."""
    return render_template("community/card.html", method=get_method(method))
