"""What comes in on the pages of coaching, and the words for its codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from academy.kernel.pdf.paper import address_fits

DAY_FORMATS = ["%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"]

ENTRY_KINDS = {
    "phone": _("Bellen"),
    "visit": _("Bezoek"),
    "message": _("App"),
    "peer": _("Intervisie"),
    "meetup": _("Terugkommiddag"),
    "yearly_review": _("Jaargesprek"),
}
KIND_ICONS = {
    "phone": "phone",
    "visit": "door",
    "message": "message",
    "peer": "group",
    "meetup": "table",
    "yearly_review": "calendar",
}
CHANNELS = {
    "phone": _("Bellen"),
    "visit": _("Bezoek"),
    "message": _("App"),
    "email": _("E-mail"),
    "letter": _("Brief"),
}
PLAN_STATES = {
    "to_match": _("zoekt een begeleider"),
    "proposed": _("wacht op een ja"),
    "active": _("loopt"),
    "paused": _("pauze"),
    "stopped": _("gestopt"),
}
SIGNAL_KINDS = {
    "overload": _("Het wordt te veel"),
    "conflict": _("Ruzie of een conflict"),
    "boundary": _("Een grens"),
    "safety": _("Veiligheid"),
    "broken_promise": _("Een afspraak is niet nagekomen"),
}
SEVERITIES = {
    "high": _("Vandaag nog"),
    "middle": _("Binnen een week"),
    "low": _("Binnen een maand"),
}
OUTCOMES = {
    "talk_held": _("We hebben erover gepraat"),
    "tasks_shared": _("De taken zijn verdeeld"),
    "agreement_made": _("We hebben iets afgesproken"),
    "date_received": _("Er is een datum"),
    "handed_over_outside": _("Iemand buiten de academie heeft het overgenomen"),
}
REPORTED_BACK = {
    "yes": _("Ja"),
    "no": _("Nee, nog niet"),
    "may_not": _("Dat mag niet"),
}
OWNERS = {
    "participant": _("De buurtaanjager"),
    "coach": _("Ik, de begeleider"),
    "coordinator": _("De coördinator"),
    "client": _("De opdrachtgever"),
}
ENERGY = {str(figure): str(figure) for figure in range(1, 6)}


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class DateField(wtforms.DateField):
    """A day as people type it; what is no day says how to write one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError with a sentence for people."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            sentence = _("Schrijf de dag als dag-maand-jaar, bijvoorbeeld 23-11-2026.")
            raise ValueError(str(sentence)) from error


class IntegerField(wtforms.IntegerField):
    """A whole number; what is none says so."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError with a sentence for people."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_("Vul een heel getal in."))) from error


class TalkForm(FlaskForm):  # type: ignore[misc]
    """A contact in at most six inputs: the day, the minutes and the two below have a value."""

    form_key = HiddenField()
    kind = RadioField(
        _("Hoe spraken jullie elkaar?"),
        choices=_choices(ENTRY_KINDS),
        validators=[InputRequired(_("Kies hoe jullie elkaar spraken."))],
    )
    discussed = TextAreaField(
        _("Waar ging het over?"),
        description=_("Eén of twee zinnen. Geen namen van anderen."),
        validators=[InputRequired(_("Schrijf in één zin waar het over ging."))],
    )
    went_well = TextAreaField(_("Wat ging goed?"), validators=[Optional()])
    is_hard = TextAreaField(_("Wat is lastig?"), validators=[Optional()])
    energy = RadioField(
        _("Hoeveel energie?"),
        choices=_choices(ENERGY),
        validators=[Optional()],
        validate_choice=False,
    )
    action = StringField(
        _("Eén afspraak: wie doet wat?"),
        validators=[Optional(), Length(max=300, message=_("Schrijf de afspraak in één zin."))],
    )
    happened_on = DateField(
        _("Dag van het gesprek"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul de dag van het gesprek in."))],
    )
    minutes = IntegerField(
        _("Minuten"),
        validators=[
            Optional(),
            NumberRange(0, 600, message=_("Vul 0 tot 600 minuten in.")),
        ],
    )
    action_owner = RadioField(
        _("Wie doet de afspraak?"), choices=_choices(OWNERS), validate_choice=False
    )
    action_due_on = DateField(_("Vóór welke dag?"), format=DAY_FORMATS, validators=[Optional()])


class MatchForm(FlaskForm):  # type: ignore[misc]
    """Which coach."""

    coach_id = RadioField(
        _("Wie wordt de begeleider?"),
        choices=[],
        validators=[InputRequired(_("Kies een begeleider."))],
    )


class PauseForm(FlaskForm):  # type: ignore[misc]
    """Until when. Nobody asks why."""

    until = DateField(
        _("Tot welke dag?"),
        format=DAY_FORMATS,
        description=_("Tot die dag komt er geen herinnering. Niemand vraagt waarom."),
        validators=[InputRequired(_("Vul een dag in."))],
    )


class SignalForm(FlaskForm):  # type: ignore[misc]
    """I worry: three questions and no details."""

    kind = RadioField(
        _("Waar gaat het over?"),
        choices=_choices(SIGNAL_KINDS),
        validators=[InputRequired(_("Kies waar het over gaat."))],
    )
    severity = RadioField(
        _("Wanneer moet iemand kijken?"),
        choices=_choices(SEVERITIES),
        validators=[InputRequired(_("Kies wanneer iemand moet kijken."))],
    )
    note = StringField(
        _("Wat spraken we af?"),
        description=_("Eén korte zin. Schrijf hier geen details."),
        validators=[Optional(), Length(max=200, message=_("Schrijf één korte zin."))],
    )


class CloseSignalForm(FlaskForm):  # type: ignore[misc]
    """What came of it."""

    outcome = RadioField(
        _("Wat kwam eruit?"),
        choices=_choices(OUTCOMES),
        validators=[InputRequired(_("Kies wat eruit kwam."))],
    )
    reported_back = RadioField(
        _("Weet de melder hoe het afliep?"),
        choices=_choices(REPORTED_BACK),
        validators=[InputRequired(_("Kies of de melder het weet."))],
    )


class WordsForm(FlaskForm):  # type: ignore[misc]
    """The participant's own words."""

    words = TextAreaField(
        _("Wat wil jij erbij zetten?"),
        validators=[InputRequired(_("Schrijf wat jij erbij wilt zetten."))],
    )


class LetterForm(FlaskForm):  # type: ignore[misc]
    """A letter to come in with. The address is printed and not kept."""

    address = TextAreaField(
        _("Adres"),
        description=_(
            "Straat, postcode en plaats. Wij bewaren het niet. Laat je het leeg? Dan schrijf je het"
            " zelf op de brief."
        ),
        validators=[Optional()],
        render_kw={"rows": 3, "autocomplete": "off"},
    )
    large = BooleanField(_("Grote letters"))

    def validate_address(self, field: TextAreaField) -> None:
        """Refuse what does not fit the window of the envelope."""
        if not address_fits(field.data):
            raise ValidationError(
                _("Dit adres past niet in het venster. Gebruik drie korte regels.")
            )
