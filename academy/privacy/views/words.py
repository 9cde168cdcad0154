"""The words of privacy: what goes, what stays, how long, and what a holder may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from academy.kernel.periods import OUTSIDE, Period
from academy.privacy.queries.plan import plan_of
from academy.privacy.queries.standing import group_of
from academy.privacy.rules.answers import Wish

GOES: Mapping[str, Any] = {
    "people": lazy_gettext("Je naam, hoe we je bereiken en hoe je binnenkomt."),
    "courses": lazy_gettext(
        "Je opdrachten, foto's, antwoorden, en wat anderen daarover opschreven."
    ),
    "coaching": lazy_gettext("Alle woorden uit je begeleiding: gesprekken, afspraken en je plan."),
    "signals": lazy_gettext("Als er ooit een signaal over jou was: wat er is afgesproken."),
    "community": lazy_gettext("Wat je meebracht of nodig had, en de verhalen die jij vertelde."),
    "contact": lazy_gettext("De berichten die je ons stuurde."),
    "kernel": lazy_gettext("Je adres bij de mails die wij je stuurden."),
}
STAYS: Mapping[str, Any] = {
    "courses": lazy_gettext("Dat er iemand was, zonder je naam. Zo kloppen onze aantallen."),
    "certificates": lazy_gettext("In ons register: het nummer, de dag en of het geldig is."),
    "coaching": lazy_gettext("Dat er een gesprek was, zonder woorden en zonder je naam."),
    "kernel": lazy_gettext("Wie wat deed in ons systeem, met een getal in plaats van je naam."),
}
WISH_LABELS: Mapping[str, tuple[Any, Any]] = {
    Wish.KEEP: (
        lazy_gettext("Laat het controleerbaar"),
        lazy_gettext("Wie de code of het bestand heeft, ziet dat het echt is, met de naam."),
    ),
    Wish.HIDE: (
        lazy_gettext("Verberg de naam"),
        lazy_gettext("Wie controleert, ziet dat het echt is. De naam ziet niemand meer."),
    ),
    Wish.WITHDRAW: (
        lazy_gettext("Neem het terug"),
        lazy_gettext("Het bestand en de naam gaan weg. Het telt dan niet meer."),
    ),
}
WAY_LABELS: Mapping[str, Any] = {
    "self": lazy_gettext("zelf"),
    "phone": lazy_gettext("gebeld"),
    "letter": lazy_gettext("op papier"),
}
KINDS: Mapping[str, tuple[Any, Any]] = {
    "contact": (lazy_gettext("Je bericht aan ons"), lazy_gettext("na het laatste contact")),
    "spam": (lazy_gettext("Reclame en lege berichten"), lazy_gettext("nadat het binnenkwam")),
    "application": (
        lazy_gettext("Een aanmelding waar geen leergang op volgde"),
        lazy_gettext("na de laatste stap"),
    ),
    "learning": (
        lazy_gettext("Aanwezigheid, opdrachten en beoordeling"),
        lazy_gettext("na het einde van je groep"),
    ),
    "evidence": (lazy_gettext("Foto's en opnames bij opdrachten"), lazy_gettext("na de uitslag")),
    "decisions": (
        lazy_gettext("Waarom je wel of geen certificaat kreeg, in woorden"),
        lazy_gettext("na het besluit; het besluit zelf blijft"),
    ),
    "register": (
        lazy_gettext("Je certificaat in ons register"),
        lazy_gettext("nadat het niet meer geldig is"),
    ),
    "coaching": (
        lazy_gettext("Gesprekken met je begeleider"),
        lazy_gettext("nadat de begeleiding stopt"),
    ),
    "entries": (
        lazy_gettext("Oude gesprekken, ook als de begeleiding loopt"),
        lazy_gettext("na het gesprek"),
    ),
    "signals": (lazy_gettext("Een signaal over jou"), lazy_gettext("nadat het is afgerond")),
    "meet_ups": (
        lazy_gettext("Wat je meebracht of nodig had bij een terugkommiddag"),
        lazy_gettext("na die middag; dat je er was, blijft"),
    ),
    "self_scan": (
        lazy_gettext("Antwoorden op de zelfscan, zonder naam"),
        lazy_gettext("na het einde van de groep"),
    ),
    "audit": (
        lazy_gettext("Wie wat deed in ons systeem, zonder woorden"),
        lazy_gettext("nadat het gebeurde; stappen van een certificaat blijven"),
    ),
    "sign_ins": (
        lazy_gettext("Waar en wanneer je binnenkwam"),
        lazy_gettext("na het laatste gebruik"),
    ),
    "backups": (
        lazy_gettext("Kopieën voor als er iets stukgaat"),
        lazy_gettext("nadat ze zijn gemaakt"),
    ),
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
    quotes = KeptRow("quotes", _("Een citaat dat je terugneemt"), _("gaat meteen weg"))
    return [*rows, quotes]


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
    goes, stays = {"people", "signals"}, {"kernel"}  # of a signal nobody learns here that it is
    for plan in map(plan_of, counts):
        if group_of(plan) == "signals":
            continue
        (goes if plan.erased in ("blanked", "deleted") else stays).add(group_of(plan))
        if plan.erased == "blanked":
            stays.add(group_of(plan))
    return (
        [str(words) for group, words in GOES.items() if group in goes],
        [str(words) for group, words in STAYS.items() if group in stays],
    )
