"""The forms of opening a log in need, and the words for its codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

from academy.coaching.forms import DAY_FORMATS, DateField

OPENING_REASONS = {
    "safety": _("Er is gevaar voor iemand"),
    "complaint": _("Er is een klacht of een bezwaar"),
    "coach_away": _("De begeleider is er opeens niet meer"),
    "asked": _("De deelnemer vraagt het zelf"),
}
OPENING_STATES = {
    "asked": _("wacht op een tweede ja"),
    "lapsed": _("niet beantwoord"),
    "refused": _("nee gezegd"),
    "withdrawn": _("ingetrokken"),
    "open": _("open"),
    "ended": _("dicht"),
}


class OpeningForm(FlaskForm):  # type: ignore[misc]
    """Why somebody must read a log who is not the coach."""

    reason = RadioField(
        _("Waarom is het nodig?"),
        choices=[SelectChoice(value, label) for value, label in OPENING_REASONS.items()],
        validators=[InputRequired(_("Kies waarom het nodig is."))],
    )
    line = StringField(
        _("Wat is er aan de hand?"),
        description=_("Eén korte zin. De deelnemer leest dit ook."),
        validators=[
            InputRequired(_("Schrijf in één zin waarom het nodig is.")),
            Length(max=200, message=_("Schrijf één korte zin.")),
        ],
    )
    held_back = BooleanField(
        _("Vertel het later, voor de veiligheid"),
        description=_("Hooguit dertig dagen. Iemand anders kijkt er dan opnieuw naar."),
    )


class HoldBackForm(FlaskForm):  # type: ignore[misc]
    """Until when the participant does not hear of it yet."""

    until = DateField(
        _("Vertel het op"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Kies een dag."))],
    )
