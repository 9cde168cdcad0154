"""The words of privacy: what goes, what stays, how long, and what a holder may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from academy.privacy.queries.plan import plan_of
from academy.privacy.queries.standing import group_of
from academy.privacy.rules.answers import Wish
from academy.privacy.rules.periods import OUTSIDE, Period

GOES: Mapping[str, Any] = {
    "people": _l("Je naam, hoe we je bereiken en hoe je binnenkomt."),
    "courses": _l("Je opdrachten, foto's, antwoorden, en wat anderen daarover opschreven."),
    "coaching": _l("Alle woorden uit je begeleiding: gesprekken, afspraken en je plan."),
    "signals": _l("Wat er bij een signaal over jou is afgesproken."),
    "community": _l("Wat je meebracht of nodig had, en de verhalen die jij vertelde."),
    "contact": _l("De berichten die je ons stuurde."),
    "kernel": _l("Je adres bij de mails die wij je stuurden."),
}
STAYS: Mapping[str, Any] = {
    "courses": _l("Dat er iemand was, zonder je naam. Zo kloppen onze aantallen."),
    "certificates": _l("In ons register: het nummer, de dag en of het geldig is."),
    "coaching": _l("Dat er een gesprek was, zonder woorden en zonder je naam."),
    "kernel": _l("Wie wat deed in ons systeem, met een getal in plaats van je naam."),
}
WISH_LABELS: Mapping[str, tuple[Any, Any]] = {
    Wish.KEEP: (
        _l("Laat het controleerbaar"),
        _l("Wie de code of het bestand heeft, ziet dat het echt is, met je naam."),
    ),
    Wish.HIDE: (
        _l("Verberg mijn naam"),
        _l("Wie controleert, ziet dat het echt is. Je naam ziet niemand meer."),
    ),
    Wish.WITHDRAW: (
        _l("Neem het terug"),
        _l("Het bestand en je naam gaan weg. Het telt dan niet meer."),
    ),
}
WAY_LABELS: Mapping[str, Any] = {
    "self": _l("zelf"),
    "phone": _l("gebeld"),
    "letter": _l("op papier"),
}
KINDS: Mapping[str, tuple[Any, Any]] = {
    "contact": (_l("Je bericht aan ons"), _l("na het laatste contact")),
    "spam": (_l("Reclame en lege berichten"), _l("nadat het binnenkwam")),
    "application": (_l("Een aanmelding waar geen leergang op volgde"), _l("na de laatste stap")),
    "learning": (_l("Aanwezigheid, opdrachten en beoordeling"), _l("na het einde van je groep")),
    "evidence": (_l("Foto's en opnames bij opdrachten"), _l("na de uitslag")),
    "register": (_l("Je certificaat in ons register"), _l("nadat het niet meer geldig is")),
    "coaching": (_l("Gesprekken met je begeleider"), _l("nadat de begeleiding stopt")),
    "entries": (_l("Oude gesprekken, ook als de begeleiding loopt"), _l("na het gesprek")),
    "signals": (_l("Een signaal over jou"), _l("nadat het is afgerond")),
    "self_scan": (_l("Antwoorden op de zelfscan, zonder naam"), _l("na het einde van de groep")),
    "sign_ins": (_l("Waar en wanneer je binnenkwam"), _l("na het laatste gebruik")),
    "audit": (_l("Wie wat deed in ons systeem, zonder woorden"), _l("nadat het gebeurde")),
    "backups": (_l("Kopieën voor als er iets stukgaat"), _l("nadat ze zijn gemaakt")),
}


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One line of the table of how long: what, and for how long."""

    kind: str
    what: str
    how_long: str


def kept_rows(chosen: Mapping[str, Period]) -> list[KeptRow]:
    """Return the table of how long everything is kept, as people read it."""
    rows = [_row(kind, period) for kind, period in (*chosen.items(), *OUTSIDE.items())]
    at_once = KeptRow("quotes", _("Een citaat dat je terugneemt"), _("gaat meteen weg"))
    return [*rows, at_once]


def _row(kind: str, period: Period) -> KeptRow:
    what, since = KINDS[kind]
    return KeptRow(kind, str(what), f"{in_words(period)} {since}")


def in_words(period: Period) -> str:
    """Return a period as people say it."""
    if period.unit == "days":
        return str(ngettext("%(num)d dag", "%(num)d dagen", period.number))
    if period.unit == "months":
        return str(ngettext("%(num)d maand", "%(num)d maanden", period.number))
    return str(ngettext("%(num)d jaar", "%(num)d jaar", period.number))


def goes_and_stays(counts: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Return what goes and what stays of somebody, from what they have in each table."""
    goes, stays = {"people"}, {"kernel"}
    for name in counts:
        plan = plan_of(name)
        (goes if plan.erased in ("blanked", "deleted") else stays).add(group_of(plan))
        if plan.erased == "blanked":
            stays.add(group_of(plan))
    return (
        [str(words) for group, words in GOES.items() if group in goes],
        [str(words) for group, words in STAYS.items() if group in stays],
    )
