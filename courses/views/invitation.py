"""The text with which a trainer invites the group: the system writes it and does not send it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.i18n import LANGUAGES, clock_time, day
from academy.kernel.settings import current
from courses.queries.cohorts import CohortHead
from courses.queries.invitation import TrainerToCall
from courses.queries.sessions import SessionRow

AHEAD = ("planned", "moved")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A text to copy, in one language."""

    language: str
    text: str


def invitations(
    head: CohortHead, sessions: Sequence[SessionRow], trainers: Sequence[TrainerToCall]
) -> tuple[Invitation, ...]:
    """Return the text in every language; none when no session is to come.

    It goes round and may be passed on, so it holds no name of a participant.
    """
    now = clock.now()
    ahead = sorted(
        (one for one in sessions if one.state in AHEAD and one.ends_at > now),
        key=lambda one: one.starts_at,
    )
    if not ahead:
        return ()
    found = []
    for language in LANGUAGES:
        with force_locale(language):
            found.append(Invitation(language, _text(head, ahead, trainers)))
    return tuple(found)


def _text(head: CohortHead, ahead: Sequence[SessionRow], trainers: Sequence[TrainerToCall]) -> str:
    lead = trainers[0] if trainers else None
    name, phone = current().help_name, current().help_phone
    if lead is not None and lead.phone:
        name, phone = lead.call_name, lead.phone
    lines = [
        _("Dag allemaal,"),
        "",
        _("Jullie zijn welkom bij de groep %(cohort)s.", cohort=head.name),
        "",
        _("Waar: %(location)s, %(place)s", location=head.location, place=head.place),
        *_stairs(head),
        _("Wanneer:"),
        *(f"- {_when(one, head)}" for one in ahead),
        "",
        _("Kun je een keer niet? Bel %(name)s: %(phone)s.", name=name, phone=phone),
        "",
        _("Tot dan!"),
        lead.call_name if lead is not None else name,
    ]
    return "\n".join(str(line) for line in lines)


def _stairs(head: CohortHead) -> list[str]:
    if head.step_free is None:
        return []
    if head.step_free:
        return [_("Je kunt er zonder trap naar binnen.")]
    return [_("Er is een trap. Is dat lastig? Bel ons even.")]


def _when(one: SessionRow, head: CohortHead) -> str:
    hours = _(
        "%(day)s, %(begin)s tot %(end)s uur",
        day=day(one.starts_at),
        begin=clock_time(one.starts_at),
        end=clock_time(one.ends_at),
    )
    return f"{hours} ({one.location})" if one.location != head.location else str(hours)
