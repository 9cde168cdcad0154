"""Who reads what is written here, by name: for the forms on which it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from academy.coaching.queries.cover import other_guides, stands_in_until
from academy.coaching.queries.openings import OpeningRow, open_now, own_openings
from academy.coaching.queries.plans import PlanHead
from academy.coaching.views.blueprint import how_long
from academy.kernel import clock
from academy.kernel.i18n import moment, short_day
from academy.kernel.web.blueprint import actor


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads it and until when, and the same in one short sentence."""

    people: list[dict[str, str]]
    said: str


def readers_beside(head: PlanHead, *, of_log: bool = True) -> Readers:
    """Return who reads what somebody writes as a guide. `of_log`: a log opened in need shows it."""
    me = actor()
    others = other_guides(head.person_id, clock.today(), but=(me.person_id,))
    in_need = open_now(head.id, but=me.person_id) if of_log else ()
    people = [
        {"name": head.call_name, "how": _("altijd")},
        {"name": _("Jij"), "how": _how_long_oneself(head)},
        *({"name": one.name, "how": how_long(one)} for one in others),
        *opened_for(in_need),
    ]
    names = [head.call_name, *(one.name for one in others), *(one.asked_by for one in in_need)]
    return Readers(people, _said(names))


def own_readers(plan: PlanHead, opened: tuple[OpeningRow, ...] | None = None) -> Readers:
    """Return who reads one's own log. `opened`: when it was opened, if that is known already."""
    others = other_guides(plan.person_id, clock.today(), but=(plan.coach_id,))
    opened = own_openings(plan.person_id) if opened is None else opened
    in_need = [one for one in opened if one.state == "open"]
    people = [{"name": str(_("Jij")), "how": str(_("altijd"))}]
    if plan.is_live:
        people.append({"name": plan.coach_name, "how": _("zolang die jouw begeleider is")})
    people += [{"name": one.name, "how": how_long(one)} for one in others]
    return Readers(
        people + opened_for(in_need),
        _said([*(one["name"] for one in people[1:]), *(one.asked_by for one in in_need)]),
    )


def opened_for(in_need: Iterable[OpeningRow]) -> list[dict[str, str]]:
    """Return who reads along because the log was opened in need, and until when."""
    return [
        {"name": one.asked_by, "how": _("bij nood, tot %(moment)s", moment=moment(one.until))}
        for one in in_need
    ]


def _how_long_oneself(head: PlanHead) -> str:
    me = actor().person_id
    until = None
    if me != head.coach_id:
        until = stands_in_until(head.person_id, me, clock.today())
    if until is None:
        return str(_("zolang je begeleider bent"))
    return str(_("tot en met %(day)s. Wat daarna niet af is, gaat weg.", day=short_day(until)))


def _said(names: Iterable[str]) -> str:
    """Return who reads it beside oneself; it stays in sight while somebody writes."""
    *most, last = dict.fromkeys(names) or [""]
    if not last:
        return str(_("Alleen jij leest dit."))
    if not most:
        return str(_("Jij en %(name)s lezen dit.", name=last))
    return str(_("Jij, %(names)s en %(last)s lezen dit.", names=", ".join(most), last=last))
