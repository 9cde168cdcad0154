"""All groups of a region on one page, with one thing to do for each."""

from __future__ import annotations

from flask import render_template, request, url_for

from academy.kernel import clock
from academy.kernel.web.blueprint import actor
from academy.reporting.policies import SEE_REGION
from academy.reporting.queries.groups import group_rows
from academy.reporting.queries.waiting import tally
from academy.reporting.views import words
from academy.reporting.views.blueprint import bp
from academy.reporting.views.counts import shown_counts


@bp.page("/overzicht", needs=SEE_REGION)
def overview() -> str:
    """Show every group of the region: what needs somebody first, then what goes by itself."""
    who = actor()
    track = _known(request.args.get("leergang", ""), words.track_names())
    state = _known(request.args.get("stand", ""), words.state_names())
    found = group_rows(who, after=request.args.get("na"), track=track, state=state)
    rows = found.page.rows
    is_whole = not (request.args.get("na") or track or state or found.page.next_cursor)
    return render_template(
        "reporting/overview.html",
        todo=[(row, words.todo(row)) for row in rows if row.step != "nothing"],
        fine=[row for row in rows if row.step == "nothing"],
        counts=shown_counts(tally(who, clock.today(), found.judgement if is_whole else None)),
        tracks=words.track_names(),
        states=words.state_names(),
        track=track,
        state=state,
        words=words,
        next_href=_next(found.page.next_cursor, track, state),
    )


def _known(word: str, names: dict[str, str]) -> str:
    return word if word in names else ""


def _next(cursor: str | None, track: str, state: str) -> str | None:
    if cursor is None:
        return None
    return url_for("reporting.overview", na=cursor, leergang=track or None, stand=state or None)
