"""I cannot come: the page behind the link in a reminder, without signing in."""

from __future__ import annotations

from datetime import timedelta

from flask import make_response, render_template
from werkzeug import Response

from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.messages import tokens
from academy.kernel.policy import PUBLIC
from academy.kernel.web.blueprint import FeatureBlueprint
from academy.people.queries.actors import actor_for
from courses.queries.enrolment import person_of
from courses.queries.told import DECLINE, Meeting, find_meeting
from courses.services.attendance import apologise

bp = FeatureBlueprint("decline", __name__)

RULE = "/afmelden/<token>"
WITHIN = timedelta(days=14)


@bp.page(RULE, needs=PUBLIC)
def ask(token: str) -> str:
    """Ask whether somebody cannot come; nothing changes yet."""
    _enrolment_id, meeting = _of_token(token)
    return _page(meeting)


@bp.action(RULE, needs=PUBLIC)
def decline(token: str) -> str | Response:
    """Say that somebody cannot come."""
    enrolment_id, meeting = _of_token(token)
    by = actor_for(person_of(enrolment_id), origin="link")
    try:
        apologise(meeting.session_id, enrolment_id, by=by)
    except ConflictError as error:
        return make_response(_page(meeting, problem=error.sentence), error.status)
    return _page(meeting, is_done=True)


def _of_token(token: str) -> tuple[int, Meeting]:
    ids = tokens.read(DECLINE, token, within=WITHIN)
    meeting = find_meeting(ids["session"])
    if meeting is None or meeting.state == "cancelled":
        raise NotFoundError
    return ids["enrolment"], meeting


def _page(meeting: Meeting, *, problem: str = "", is_done: bool = False) -> str:
    return render_template(
        "courses/decline.html", meeting=meeting, problem=problem, is_done=is_done
    )
