"""What staff fill in around a decision and what may end a certificate."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from academy.kernel.web.fields import DayField

REASON_LENGTH = 500
NAME_LENGTH = 200


class ProposeForm(FlaskForm):  # type: ignore[misc]
    """Propose somebody; without everything in order it takes a written reason."""

    hardship = TextAreaField(
        _("Waarom toch een voorstel?"),
        description=_("Alleen nodig als er nog iets mist. Het bestuur leest dit."),
        validators=[Optional(), Length(max=REASON_LENGTH, message=_("Dit is te lang."))],
    )


class DecideForm(FlaskForm):  # type: ignore[misc]
    """Grant, hold or refuse."""

    outcome = RadioField(
        _("Wat besluit je?"),
        choices=[
            SelectChoice("grant", _("Toekennen")),
            SelectChoice("hold", _("Aanhouden: er moet eerst nog iets gebeuren")),
            SelectChoice("refuse", _("Afwijzen")),
        ],
        validators=[InputRequired(_("Kies wat je besluit."))],
    )
    reason = TextAreaField(
        _("Waarom?"),
        description=_("Nodig bij aanhouden en afwijzen. De deelnemer krijgt dit te horen."),
        validators=[Optional(), Length(max=REASON_LENGTH, message=_("Dit is te lang."))],
    )


class ReplaceForm(FlaskForm):  # type: ignore[misc]
    """The new spelling of a name."""

    printed_name = StringField(
        _("Naam op het nieuwe certificaat"),
        description=_("Precies zoals de eigenaar hem schrijft, met alle accenten."),
        validators=[
            InputRequired(_("Vul de naam in.")),
            Length(max=NAME_LENGTH, message=_("Deze naam is te lang.")),
        ],
        render_kw={"autocomplete": "off"},
    )


class RevokeForm(FlaskForm):  # type: ignore[misc]
    """Why a certificate should not count any more; never shown to strangers."""

    ground = RadioField(
        _("Op welke grond?"),
        choices=[
            SelectChoice("own_request", _("De eigenaar vraagt het zelf")),
            SelectChoice("fraud", _("Fraude")),
            SelectChoice("conduct", _("Ernstig in strijd met de gedragscode")),
        ],
        validators=[InputRequired(_("Kies een grond."))],
    )


class HearingForm(FlaskForm):  # type: ignore[misc]
    """How the holder could speak before a certificate is revoked, and when."""

    hearing = RadioField(
        _("Hoe is de eigenaar gehoord?"),
        choices=[
            SelectChoice("heard", _("In een gesprek")),
            SelectChoice("in_writing", _("Schriftelijk")),
            SelectChoice("did_not_come", _("Niet: de eigenaar kwam niet")),
        ],
        validators=[InputRequired(_("Kies hoe de eigenaar is gehoord."))],
    )
    heard_on = DayField(
        _("Op welke dag?"),
        description=_("Schrijf niet op wat er is gezegd."),
        validators=[InputRequired(_("Schrijf de dag als dag-maand-jaar."))],
    )


class EndForm(FlaskForm):  # type: ignore[misc]
    """Why a certificate ends for good."""

    cause = RadioField(
        _("Waarom?"),
        choices=[
            SelectChoice("death", _("De eigenaar is overleden")),
            SelectChoice("erasure", _("De eigenaar wil dat wij de gegevens wissen")),
        ],
        validators=[InputRequired(_("Kies waarom."))],
    )
