"""The sentences about a day on which somebody plans a session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _

from academy.kernel import clock
from courses.queries.sessions import SessionRow
from courses.rules.days import EVERYWHERE, Remark, remarks

AHEAD = ("planned", "moved")


def said_of(day: date) -> list[str]:
    """Return what to weigh before a group meets on this day, in sentences."""
    return [_sentence(one) for one in remarks(day, today=clock.today())]


def said_of_sessions(sessions: Iterable[SessionRow]) -> dict[int, list[str]]:
    """Return the same of every session that is still to be, by its id; not of the others."""
    found = {
        one.id: said_of(one.starts_at.astimezone(clock.AMSTERDAM).date())
        for one in sessions
        if one.state in AHEAD
    }
    return {id_: said for id_, said in found.items() if said}


def _sentence(remark: Remark) -> str:
    if remark.kind == "school":
        return _school(remark.regions)
    sentences: dict[str, str] = {
        "past": _("Deze dag is al geweest."),
        "holiday": _("Het is dan een feestdag of herdenking. Dan komt er meestal geen groep."),
        "ramadan": _("Het is dan ramadan. Wie vast, eet pas na zonsondergang."),
        "eid_al_fitr": _("Rond deze dag is het Suikerfeest."),
        "eid_al_adha": _("Rond deze dag is het Offerfeest."),
        "keti_koti": _("Het is dan Keti Koti."),
    }
    return sentences[remark.kind]


def _school(regions: tuple[str, ...]) -> str:
    if not regions:
        return str(_("Het is dan schoolvakantie in een deel van het land."))
    if regions == EVERYWHERE:
        return str(_("Het is dan schoolvakantie."))
    names: dict[str, str] = {"north": _("Noord"), "middle": _("Midden"), "south": _("Zuid")}
    words = [names[one] for one in regions]
    if len(words) == 1:
        return str(_("Het is dan schoolvakantie in regio %(one)s.", one=words[0]))
    return str(
        _("Het is dan schoolvakantie in %(one)s en %(other)s.", one=words[0], other=words[1])
    )
