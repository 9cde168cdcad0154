"""Making an objection, naming who looks anew, and answering it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from academy.kernel.web.fields import DayField
from courses.queries.choices import Choice
from courses.rules.objection import About, outcomes_for
from courses.services.objections.case import MAX_REASON, MAX_WORDS

WAY_WORDS = {
    "phone": _("Aan de telefoon"),
    "talk": _("In een gesprek"),
    "letter": _("Op papier of per mail"),
}
RULING_WORDS = {
    "rejected": _("De uitslag blijft staan"),
    "upheld": _("De deelnemer heeft gelijk: de uitslag telt niet meer"),
    "reassess": _("Andere beoordelaars kijken opnieuw"),
}


def _at_most(most: int) -> Length:
    return Length(max=most, message=_("Dit is te lang. Er passen %(count)d tekens in.", count=most))


class ObjectionForm(FlaskForm):  # type: ignore[misc]
    """Why somebody does not agree, in their own words."""

    way = RadioField(
        _("Hoe kwam het bezwaar binnen?"),
        choices=[SelectChoice(value, label) for value, label in WAY_WORDS.items()],
        validators=[InputRequired(_("Kies hoe het bezwaar binnenkwam."))],
    )
    words = TextAreaField(
        _("Waarom ben je het er niet mee eens?"),
        description=_("Schrijf het in je eigen woorden. Foutjes geven niet."),
        validators=[
            InputRequired(_("Schrijf op waarom je het er niet mee eens bent.")),
            _at_most(MAX_WORDS),
        ],
        render_kw={"rows": 8},
    )

    def __init__(self, *, own: bool, **values: Any) -> None:
        """Ask how it came in only of who writes it down for somebody."""
        super().__init__(**values)
        if own:
            del self.way


class ReviewerForm(FlaskForm):  # type: ignore[misc]
    """Who looks anew."""

    reviewer_id = RadioField(
        _("Wie kijkt er opnieuw?"),
        description=_("Iemand die niet bij deze uitslag betrokken was."),
        coerce=int,
        validators=[InputRequired(_("Kies wie er opnieuw kijkt."))],
    )

    def __init__(self, people: Sequence[Choice], **values: Any) -> None:
        """Offer who had no part in it."""
        super().__init__(**values)
        self.reviewer_id.choices = [SelectChoice(one.id, one.label) for one in people]


class TooLateForm(FlaskForm):  # type: ignore[misc]
    """Why an objection that came too late is not looked at."""

    reason = TextAreaField(
        _("Waarom kan het niet meer?"),
        description=_("De deelnemer leest dit. Schrijf korte zinnen."),
        validators=[
            InputRequired(_("Schrijf op waarom. De deelnemer leest dit.")),
            _at_most(MAX_REASON),
        ],
        render_kw={"rows": 4},
    )


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What who looked anew decides, and why."""

    heard_on = DayField(
        _("Wanneer sprak je de deelnemer?"),
        description=_("Laat leeg als de deelnemer geen gesprek wilde."),
        validators=[Optional()],
    )
    ruling = RadioField(_("Wat besluit je?"), validators=[InputRequired(_("Kies wat je besluit."))])
    reason = TextAreaField(
        _("Waarom?"),
        description=_("De deelnemer leest dit. Schrijf korte zinnen, in gewone woorden."),
        validators=[
            InputRequired(_("Schrijf op waarom. De deelnemer leest dit.")),
            _at_most(MAX_REASON),
        ],
        render_kw={"rows": 8},
    )

    def __init__(self, about: About, **values: Any) -> None:
        """Offer what can be decided on this kind of result."""
        super().__init__(**values)
        self.ruling.choices = [
            SelectChoice(value, RULING_WORDS[value]) for value in outcomes_for(about)
        ]
