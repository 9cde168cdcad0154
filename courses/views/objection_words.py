"""The words for objections, and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel.i18n import short_day
from courses.queries.objections import ObjectionRow, ToldObjection
from courses.rules.objection import About
from courses.views.words import Badge

Told = ObjectionRow | ToldObjection


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the road to an answer, as the progress component shows it."""

    label: str
    state: str
    why: str = ""


def badge_of(one: Told) -> Badge:
    """Return how an objection stands, for who handles it."""
    if one.state == "decided":
        return Badge("done", outcome_word(one.outcome or ""))
    if one.state == "withdrawn":
        return Badge("withdrawn", _("ingetrokken"))
    if one.days_late:
        late = ngettext("%(num)d dag te laat", "%(num)d dagen te laat", one.days_late)
        return Badge("overdue", late)
    if one.waits_for_yes:
        return Badge("attention", _("kwam te laat binnen"))
    if one.state == "received":
        return Badge("attention", _("kies wie er kijkt"))
    return Badge("waiting", _("iemand kijkt"))


def outcome_word(outcome: str) -> str:
    """Return in a few words what was decided."""
    word: str = {
        "upheld": _("gelijk gekregen"),
        "reassess": _("anderen kijken opnieuw"),
        "rejected": _("uitslag blijft staan"),
        "too_late": _("te laat"),
    }[outcome]
    return word


def about(what: About, on: date) -> str:
    """Return what it is against, in a sentence; `on` is the day of the result."""
    when = short_day(on)
    sentence: str = _("Tegen het einde zonder certificaat van %(day)s.", day=when)
    if what == "practical":
        sentence = _("Tegen de uitslag van de proeve van %(day)s.", day=when)
    return sentence


def way(one: ToldObjection) -> str:
    """Return how it came in, when somebody else wrote it down."""
    told: str = {
        "self": "",
        "phone": _("Aan de telefoon verteld."),
        "talk": _("In een gesprek verteld."),
        "letter": _("Op papier of per mail gekregen."),
    }[one.way]
    return told


def steps(one: ToldObjection) -> list[Step]:
    """Return the road to the answer; empty once it is there or nobody waits for it."""
    if not one.is_open:
        return []
    if one.waits_for_yes:
        looks = _("We kijken of het nog kan")
    elif one.reviewer:
        looks = _("%(name)s kijkt opnieuw", name=one.reviewer)
    else:
        looks = _("We zoeken iemand die opnieuw kijkt")
    promised = _("op %(day)s of eerder", day=short_day(one.due_on))
    return [
        Step(_("Het bezwaar is binnen"), "done", short_day(one.received_on)),
        Step(looks, "now"),
        Step(_("Er komt een antwoord"), "next", "" if one.waits_for_yes else promised),
    ]


def answer(one: ToldObjection) -> tuple[str, str, str]:
    """Return how an answer reads: its tone, what was decided, and what follows from it."""
    if one.outcome == "rejected":
        return "told", _("De uitslag blijft staan."), ""
    if one.outcome == "too_late":
        return "told", _("Het bezwaar kwam te laat."), ""
    if one.about == "result":
        return "good", _("Het bezwaar klopt."), _("Meedoen kan weer. De trainer hoort dit ook.")
    if one.outcome == "reassess":
        follows = _("De uitslag telt niet meer. Andere mensen kijken naar de nieuwe proeve.")
        return "good", _("Er wordt opnieuw gekeken."), follows
    follows = _("De uitslag telt niet meer. De proeve mag opnieuw.")
    return "good", _("Het bezwaar klopt."), follows
