"""Forms about one enrolment: the introduction talk, an answer with a word, another cohort."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

NOTE_LENGTH = 300


class IntakeForm(FlaskForm):  # type: ignore[misc]
    """The introduction talk was held."""

    agreed = BooleanField(_("Wij lazen de gedragscode samen, en het is akkoord."))


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """The academy's answer when there is no chair, or not now."""

    answer = RadioField(
        _("Wat is het antwoord?"),
        choices=[
            SelectChoice("waitlist", _("Op de wachtlijst")),
            SelectChoice("not_now", _("Nu niet")),
            SelectChoice("other_track", _("Een andere leergang past beter")),
        ],
        validators=[InputRequired(_("Kies een antwoord."))],
    )
    note = StringField(
        _("Wat zeggen wij erbij?"),
        description=_("Een paar woorden over de plaats. Schrijf niets over de persoon zelf."),
        validators=[Length(max=NOTE_LENGTH, message=_("Dit is te lang."))],
    )


class EndForm(FlaskForm):  # type: ignore[misc]
    """The course ends without a certificate."""

    note = StringField(
        _("Wat zeggen wij erbij?"),
        description=_("Bijvoorbeeld: de proeve is nog niet gelukt, het mag later opnieuw."),
        validators=[Length(max=NOTE_LENGTH, message=_("Dit is te lang."))],
    )


class TransferForm(FlaskForm):  # type: ignore[misc]
    """Move somebody to another cohort."""

    to_cohort_id = SelectField(_("Naar welke groep?"), coerce=int, choices=[])
