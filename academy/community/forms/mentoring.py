"""What comes in about mentoring and feedback, and the words for it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, NumberRange, Optional

from academy.community.rules import MOST_FEEDBACK
from academy.kernel.web.fields import DayField, NumberField

KIND_LABELS = {
    "walk_along": _("meelopen met iemand die begint"),
    "train": _("helpen bij een les"),
    "assess": _("meekijken bij een proeve"),
}
KIND_HINTS = {
    "walk_along": _("Jullie zien elkaar een paar keer. Waar en wanneer kiezen jullie samen."),
    "train": _("Je geeft de les samen met de trainer."),
    "assess": _("Je beoordeelt mee, als bewoner. Nooit bij iemand die je kent."),
}
HELPED_LABELS = {"train": _("Helpen bij een les"), "assess": _("Meekijken bij een proeve")}
SEASON_LABELS = {
    "winter": _("Winter %(year)d"),
    "spring": _("Lente %(year)d"),
    "summer": _("Zomer %(year)d"),
    "autumn": _("Herfst %(year)d"),
}


class HelpOfferForm(FlaskForm):  # type: ignore[misc]
    """What do you want to do? Nothing is an answer too."""

    kinds = SelectMultipleField(
        _("Wat wil je doen?"),
        choices=[SelectChoice(value, label) for value, label in KIND_LABELS.items()],
        validators=[Optional()],
    )


class MetForm(FlaskForm):  # type: ignore[misc]
    """On which day did you meet?"""

    happened_on = DayField(
        _("Op welke dag zagen jullie elkaar?"),
        validators=[InputRequired(_("Vul de dag in."))],
    )


class HelpedForm(FlaskForm):  # type: ignore[misc]
    """With what did somebody help, and on which day?"""

    helped_with = RadioField(
        _("Waarbij?"),
        choices=[],
        validators=[InputRequired(_("Kies waarbij."))],
    )
    happened_on = DayField(_("Op welke dag?"), validators=[InputRequired(_("Vul de dag in."))])


class FeedbackForm(FlaskForm):  # type: ignore[misc]
    """How many residents told something back, on which day?"""

    happened_on = DayField(_("Op welke dag?"), validators=[InputRequired(_("Vul de dag in."))])
    number = NumberField(
        _("Hoeveel bewoners gaven terugkoppeling?"),
        description=_("Alleen het aantal. Schrijf geen namen op. Met 0 haal je de dag weg."),
        validators=[
            InputRequired(_("Vul een aantal in.")),
            NumberRange(0, MOST_FEEDBACK, _("Kies een aantal van 0 tot 20.")),
        ],
    )
