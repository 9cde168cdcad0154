"""The refresher on boundaries and safety: what one reads, and the questions after it.

Source: the lesson on boundaries of the residents' course, and domain.md, section 4d.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired


@dataclass(frozen=True, slots=True)
class Part:
    """A piece to read: a heading and a few sentences."""

    title: Any
    text: Any


PARTS = (
    Part(
        _("Jij helpt mee. Je lost het niet alleen op."),
        _(
            "Bewoners dragen samen. Jij bent buur, geen hulpverlener. Word je moe of slaap je"
            " slecht? Doe dan minder, en zeg het tegen je begeleider."
        ),
    ),
    Part(
        _("Nee is een heel antwoord."),
        _(
            "Je hoeft niet uit te leggen waarom je nee zegt. Geef je nummer alleen als jij dat"
            " wilt. Ga niet alleen naar binnen als het niet goed voelt. Leen geen geld uit."
        ),
    ),
    Part(
        _("Wat iemand vertelt, is van die ander."),
        _(
            "Vertel het niet door en zet het niet in een appgroep. Beloof ook nooit dat je"
            " alles geheimhoudt. Is er gevaar, dan haal je hulp. Zeg dat vooraf."
        ),
    ),
    Part(
        _("Maak je je zorgen? Drie stappen."),
        _(
            "Eén: zeg wat je ziet, zonder oordeel. Twee: bespreek het met je begeleider of de"
            " coördinator. Drie: samen kies je wat er gebeurt. Je kunt ook zelf bellen met"
            " Veilig Thuis: 0800-2000. Dat is gratis."
        ),
    ),
    Part(
        _("Is er nu gevaar? Bel 112."),
        _("Doe dat eerst. Breng jezelf niet in gevaar. Bel daarna je begeleider of coördinator."),
    ),
)

RIGHT = {
    "tired": "less",
    "secret": "promise",
    "worry": "share",
    "danger": "call",
    "inside": "outside",
}
"""What is right for each question, by the name of its field."""

WHY = {
    "tired": _("Je mag altijd minder doen. Je begeleider denkt mee."),
    "secret": _("Zo weet de ander vooraf waar hij aan toe is. Bij gevaar haal je hulp."),
    "worry": _("Een zorg draag je niet alleen. Samen zie je meer."),
    "danger": _("Bij gevaar gaat 112 altijd voor."),
    "inside": _("Buiten praten mag ook. Je gevoel telt."),
}


def _ask(question: Any, **options: Any) -> RadioField:
    return RadioField(
        question,
        choices=[SelectChoice(value, label) for value, label in options.items()],
        validators=[InputRequired(_("Kies een antwoord."))],
    )


class RefresherForm(FlaskForm):  # type: ignore[misc]
    """Five questions; every one can be tried again."""

    tired = _ask(
        _("Je slaapt slecht door alle vragen van buren. Wat doe je?"),
        more=_("Ik ga door: zij hebben mij nodig."),
        less=_("Ik doe minder en bel mijn begeleider."),
        stop=_("Ik zeg niets en kom niet meer."),
    )
    secret = _ask(
        _("Iemand zegt: beloof dat je niets doorvertelt. Wat zeg jij?"),
        yes=_("Dat beloof ik, wat het ook is."),
        promise=_("Ik vertel niets door, maar bij gevaar haal ik hulp."),
        app=_("Ik vraag het even in de appgroep."),
    )
    worry = _ask(
        _("Je maakt je zorgen om een kind in de straat. Wat doe je eerst?"),
        wait=_("Ik wacht tot ik het zeker weet."),
        alone=_("Ik ga alleen met de ouders praten."),
        share=_("Ik bespreek het met mijn begeleider of de coördinator."),
    )
    danger = _ask(
        _("Je hoort geschreeuw en glas dat breekt. Wat doe je?"),
        call=_("Ik bel 112."),
        between=_("Ik ga ertussen staan."),
        log=_("Ik schrijf het in mijn logboek."),
    )
    inside = _ask(
        _("Een man vraagt je binnen. Het voelt niet goed. Wat doe je?"),
        polite=_("Ik ga toch, anders is hij boos."),
        outside=_("Ik blijf buiten en maak een andere afspraak."),
        quick=_("Ik ga heel even naar binnen."),
    )

    def wrong(self) -> list[str]:
        """Return the names of the questions that were not answered right."""
        return [name for name, right in RIGHT.items() if self[name].data != right]
