"""The words for states, and how they look. One place, so that every page says the same."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from courses.queries.cohorts import COUNTED_UP_TO
from courses.queries.practice import HandIn

EVIDENCE_SHOWN = {
    "kort-verslag": lazy_gettext("Opgeschreven"),
    "observaties": lazy_gettext("Opgeschreven"),
    "leerlogboek": lazy_gettext("Leerlogboek"),
    "plan": lazy_gettext("Plan"),
    "foto": lazy_gettext("Foto"),
    "tekening": lazy_gettext("Foto van een tekening"),
    "ingesproken": lazy_gettext("Ingesproken"),
    "gesproken": lazy_gettext("Verteld aan de trainer"),
    "bevestiging": lazy_gettext("Bevestigd door iemand anders"),
}
"""How it was shown, as others read it."""


@dataclass(frozen=True, slots=True)
class Badge:
    """How something stands: a kind that the badge component knows, and a word."""

    kind: str
    word: str


def enrolment_badge(state: str) -> Badge:
    """Return how an enrolment stands."""
    return {
        "applied": Badge("waiting", _("aangemeld")),
        "intake_planned": Badge("waiting", _("gesprek gepland")),
        "waitlisted": Badge("waiting", _("op de wachtlijst")),
        "admitted": Badge("done", _("heeft een plaats")),
        "not_now": Badge("unknown", _("nu niet")),
        "other_track": Badge("unknown", _("andere leergang")),
        "active": Badge("open", _("doet mee")),
        "paused": Badge("waiting", _("heeft pauze")),
        "completed": Badge("done", _("gehaald")),
        "not_passed": Badge("attention", _("niet gehaald")),
        "withdrawn": Badge("unknown", _("gestopt")),
        "transferred": Badge("replaced", _("naar een andere groep")),
    }[state]


def cohort_badge(state: str) -> Badge:
    """Return how a cohort stands."""
    return {
        "draft": Badge("unknown", _("in voorbereiding")),
        "open": Badge("open", _("open voor aanmelden")),
        "full": Badge("waiting", _("vol")),
        "running": Badge("done", _("bezig")),
        "finishing": Badge("waiting", _("bijna klaar")),
        "completed": Badge("unknown", _("afgelopen")),
        "cancelled": Badge("revoked", _("gaat niet door")),
    }[state]


def chairs_taken(seated: int, chairs: int) -> str:
    """Return how full a cohort is; above a few hundred nobody counts."""
    taken: str = (
        _("Meer dan %(seated)d stoelen zijn bezet.", seated=COUNTED_UP_TO - 1)
        if seated >= COUNTED_UP_TO
        else _("%(seated)d van de %(chairs)d stoelen zijn bezet.", seated=seated, chairs=chairs)
    )
    return taken


def session_badge(state: str) -> Badge:
    """Return how a session stands."""
    return {
        "planned": Badge("open", _("gepland")),
        "moved": Badge("attention", _("verzet")),
        "cancelled": Badge("revoked", _("gaat niet door")),
        "held": Badge("done", _("geweest")),
    }[state]


def assignment_badge(state: str, *, is_own: bool = True) -> Badge:
    """Return how a practice assignment stands; an empty state is: nothing was handed in."""
    return {
        "": Badge("open", _("nog te doen")),
        "submitted": Badge(
            "waiting", _("je trainer kijkt ernaar") if is_own else _("wacht op de trainer")
        ),
        "add_something": Badge("attention", _("er moet nog iets bij")),
        "done": Badge("done", _("klaar")),
    }[state]


def module_word(track: str) -> str:
    """Return what this track calls a module."""
    words: dict[str, str] = {"professionals": _("dagdeel"), "governors": _("bijeenkomst")}
    return words.get(track, str(_("les")))


def waiting_words(days: int) -> str:
    """Return how long a hand-in waits for the trainer."""
    if not days:
        return str(_("vandaag ingeleverd"))
    return str(ngettext("wacht %(num)d dag", "wacht %(num)d dagen", days))


def answer_sentence(hand_in: HandIn) -> str:
    """Return what the trainer said; of a refused photo the house says why."""
    if hand_in.file is not None and hand_in.file.removed_why == "recognisable":
        return str(_("Er staan mensen herkenbaar op de foto. Wij hebben de foto gewist."))
    return hand_in.sentence
