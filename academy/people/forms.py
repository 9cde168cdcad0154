"""What comes in through the door and the page with one's own data."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from academy.people.rules import TOKEN_DAYS, TOKEN_NAME_LENGTH

MAILBOX_LENGTH = 254


class DoorForm(FlaskForm):  # type: ignore[misc]
    """Where shall the code go?"""

    mailbox = StringField(
        _("Je e-mailadres"),
        validators=[
            InputRequired(_("Vul je e-mailadres in.")),
            Length(max=MAILBOX_LENGTH, message=_("Dit e-mailadres is te lang.")),
        ],
        render_kw={"autocomplete": "email", "inputmode": "email", "type": "email"},
    )
    next = HiddenField()


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The six digits."""

    mailbox = StringField(
        _("Je e-mailadres"),
        validators=[InputRequired(_("Vul je e-mailadres in.")), Length(max=MAILBOX_LENGTH)],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    code = StringField(
        _("Je code"),
        description=_("Zes cijfers. Ze staan in de mail van de academie."),
        validators=[InputRequired(_("Vul je code in.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    next = HiddenField()


class PasswordDoorForm(FlaskForm):  # type: ignore[misc]
    """E-mail and password."""

    mailbox = StringField(
        _("Je e-mailadres"),
        validators=[InputRequired(_("Vul je e-mailadres in.")), Length(max=MAILBOX_LENGTH)],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    password = PasswordField(
        _("Je wachtwoord"),
        validators=[InputRequired(_("Vul je wachtwoord in.")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class StepUpForm(FlaskForm):  # type: ignore[misc]
    """Show once more who you are."""

    code = StringField(
        _("Je code"),
        description=_("Zes cijfers. Ze staan in de mail van de academie."),
        validators=[Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    password = PasswordField(
        _("Je wachtwoord"),
        validators=[Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class NameForm(FlaskForm):  # type: ignore[misc]
    """How the name stands on the certificate."""

    name_on_certificate = StringField(
        _("Je naam op het certificaat"),
        description=_("Met jouw eigen letters en accenten."),
        validators=[
            InputRequired(_("Schrijf je naam zoals hij op het certificaat moet staan.")),
            Length(max=200, message=_("Deze naam is langer dan 200 letters. Klopt het?")),
        ],
        render_kw={"autocomplete": "name"},
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password."""

    password = PasswordField(
        _("Nieuw wachtwoord"),
        description=_("Minstens 10 tekens. Een zin is makkelijk te onthouden."),
        validators=[
            InputRequired(_("Vul een wachtwoord in.")),
            Length(max=200, message=_("Dit wachtwoord is te lang.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


ROLE_LABELS = {
    "trainer": _("trainer"),
    "assessor": _("beoordelaar"),
    "resident_assessor": _("bewoner-beoordelaar"),
    "coach": _("begeleider"),
    "coordinator": _("coördinator"),
    "board": _("certificeringscommissie"),
    "client_contact": _("contactpersoon van een opdrachtgever"),
    "admin": _("beheerder"),
    "certifier": _("beslisser over certificaten"),
    "privacy_officer": _("privacycontact"),
}
SCOPE_LABELS = {
    "everything": _("alles"),
    "organisation": _("organisatie"),
    "place": _("plek"),
    "cohort": _("groep"),
    "person": _("persoon"),
}


class GrantForm(FlaskForm):  # type: ignore[misc]
    """What somebody may do, over what, from when to when."""

    role = SelectField(
        _("Wat mag deze persoon?"),
        choices=[SelectChoice(value, label) for value, label in ROLE_LABELS.items()],
    )
    scope = SelectField(_("Waarover?"))
    valid_from = StringField(
        _("Eerste dag (dag-maand-jaar)"), validators=[InputRequired(_("Vul de eerste dag in."))]
    )
    valid_to = StringField(_("Laatste dag (dag-maand-jaar)"), validators=[Optional()])
    reason = StringField(
        _("Waarom?"),
        validators=[InputRequired(_("Schrijf kort op waarom.")), Length(max=200)],
    )


class TokenForm(FlaskForm):  # type: ignore[misc]
    """A new key for a program: what it is called, what it may, how long it works."""

    name = StringField(
        _("Voor welk programma?"),
        description=_("Dan weet je later welke sleutel dit is."),
        validators=[
            InputRequired(_("Geef de sleutel een korte naam.")),
            Length(max=TOKEN_NAME_LENGTH, message=_("Deze naam is langer dan 60 letters.")),
        ],
        render_kw={"autocomplete": "off"},
    )
    scopes = SelectMultipleField(_("Wat mag het programma?"), choices=[])
    days = RadioField(
        _("Hoe lang werkt de sleutel?"),
        choices=[
            SelectChoice(str(days), label)
            for days, label in zip(
                TOKEN_DAYS, (_("Een maand"), _("Drie maanden"), _("Een jaar")), strict=True
            )
        ],
        default=str(TOKEN_DAYS[0]),
    )


class SecondCodeForm(FlaskForm):  # type: ignore[misc]
    """A code of the app or the card."""

    code = StringField(
        _("Je code"),
        validators=[InputRequired(_("Vul je code in.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    next = HiddenField()


RESET_LABELS = {
    "lost": _("De telefoon of de kaart is kwijt"),
    "broken": _("De telefoon is stuk"),
    "new_phone": _("Er is een nieuwe telefoon"),
    "misuse": _("Misschien heeft een ander hem"),
}


class ResetForm(FlaskForm):  # type: ignore[misc]
    """Why somebody's second factors are taken away."""

    reason = RadioField(
        _("Waarom?"),
        choices=[SelectChoice(value, label) for value, label in RESET_LABELS.items()],
    )
