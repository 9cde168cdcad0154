"""What comes in through the door and the page with one's own data."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from academy.kernel.messages.declared import Message
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


class LetterForm(FlaskForm):  # type: ignore[misc]
    """The code of a printed letter."""

    code = StringField(
        _("De code uit je brief"),
        description=_("Zestien cijfers, in vier groepjes."),
        validators=[InputRequired(_("Vul de code uit je brief in.")), Length(max=40)],
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


class NamesForm(FlaskForm):  # type: ignore[misc]
    """What somebody is called, in parts. One is enough."""

    call_name = StringField(
        _("Voornaam of roepnaam"),
        description=_("Heeft iemand één naam? Dat is goed. Alle letters en talen mogen."),
        validators=[Optional(), Length(max=200, message=_("Deze naam is te lang. Klopt het?"))],
        render_kw={"autocomplete": "off"},
    )
    prefix = StringField(
        _("Tussenvoegsel"),
        description=_("Bijvoorbeeld: van de, el, ten."),
        validators=[Optional(), Length(max=40, message=_("Deze naam is te lang. Klopt het?"))],
        render_kw={"autocomplete": "off"},
    )
    last_name = StringField(
        _("Achternaam"),
        validators=[Optional(), Length(max=200, message=_("Deze naam is te lang. Klopt het?"))],
        render_kw={"autocomplete": "off"},
    )


CHANNEL_LABELS = {
    "phone": _("Bellen"),
    "message": _("Een bericht op de telefoon"),
    "email": _("E-mail"),
    "letter": _("Een brief"),
}


class ContactForm(FlaskForm):  # type: ignore[misc]
    """How to reach somebody, and what helps."""

    phone = StringField(
        _("Telefoon"),
        validators=[Optional(), Length(max=40, message=_("Dit nummer is te lang."))],
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )
    email = StringField(
        _("E-mail"),
        validators=[
            Optional(),
            Length(max=MAILBOX_LENGTH, message=_("Dit e-mailadres is te lang.")),
        ],
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    preferred_channel = RadioField(
        _("Hoe horen wij het liefst van elkaar?"),
        choices=[SelectChoice(value, label) for value, label in CHANNEL_LABELS.items()],
        validators=[InputRequired(_("Kies een van de knoppen."))],
    )
    support = StringField(
        _("Wat helpt bij het meedoen?"),
        description=_("Bijvoorbeeld: graag voorlezen. Schrijf niets over gezondheid."),
        validators=[Optional(), Length(max=200, message=_("Maak het korter dan 200 letters."))],
        render_kw={"autocomplete": "off"},
    )


CONSENT_LABELS = {
    "photo": (_("Op de foto"), _("Foto's van de groep, met jou erop, mogen gebruikt worden.")),
    "phone_list": (_("Op de telefoonlijst"), _("De groep krijgt je naam en nummer.")),
}


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
    "reviewer": _("bezwaarbehandelaar"),
}
GIVEN_ELSEWHERE = ("reviewer",)
"""A coordinator gives these with the one case they are about."""

SCOPE_LABELS = {
    "everything": _("alles"),
    "organisation": _("organisatie"),
    "place": _("plek"),
    "cohort": _("groep"),
    "person": _("persoon"),
    "objection": _("bezwaar"),
}


class GrantForm(FlaskForm):  # type: ignore[misc]
    """What somebody may do, over what, from when to when."""

    role = SelectField(
        _("Wat mag deze persoon?"),
        choices=[
            SelectChoice(value, label)
            for value, label in ROLE_LABELS.items()
            if value not in GIVEN_ELSEWHERE
        ],
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
    "misuse": _("Misschien gebruikt iemand anders hem"),
}


class ResetForm(FlaskForm):  # type: ignore[misc]
    """Why somebody's second factors are taken away."""

    why = RadioField(
        _("Waarom?"),
        choices=[SelectChoice(value, label) for value, label in RESET_LABELS.items()],
    )


class SilenceForm(FlaskForm):  # type: ignore[misc]
    """Until when nothing shall go out by itself; no day: for good."""

    until = DateField(
        _("Tot en met welke dag?"),
        format=["%d-%m-%Y", "%Y-%m-%d"],
        description=_("Laat leeg als je zelf zegt wanneer het weer mag."),
        validators=[Optional()],
    )


class ChoicesForm(FlaskForm):  # type: ignore[misc]
    """Which kinds of message somebody wants."""

    wanted = SelectMultipleField(_("Deze berichten wil ik krijgen"), choices=[])

    @classmethod
    def of(cls, kinds: Sequence[Message], chosen: Sequence[str] | None = None) -> ChoicesForm:
        """Return the form for these kinds; `chosen` fills it, None reads what was sent."""
        form = cls() if chosen is None else cls(formdata=None, wanted=list(chosen))
        form.wanted.choices = [SelectChoice(one.name, one.title) for one in kinds]
        return form
