"""What a visitor can read about the courses."""

from __future__ import annotations

from flask import render_template

from academy.kernel.policy import PUBLIC
from academy.kernel.web.blueprint import FeatureBlueprint
from courses.queries.content import get_track, track_cards

bp = FeatureBlueprint("public", __name__)


@bp.page("/opleidingen", needs=PUBLIC)
def tracks() -> str:
    """Show the tracks."""
    return render_template("courses/courses.html", tracks=track_cards())


@bp.page("/opleidingen/<key>", needs=PUBLIC)
def track(key: str) -> str:
    """Show one track: what it is, how it goes, what you get."""
    return render_template("courses/course.html", track=get_track(key))
