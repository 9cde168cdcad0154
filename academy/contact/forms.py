"""What comes in through the contact form and the inbox."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

KIND_LABELS = {
    "resident": _("bewoner"),
    "group": _("groep bewoners"),
    "professional": _("professional"),
    "organisation": _("organisatie"),
    "press": _("pers"),
    "elsewhere": _("klacht voor iemand anders"),
    "spam": _("reclame"),
    "unknown": _("weet ik nog niet"),
}
STATE_LABELS = {
    "new": _("nieuw"),
    "contacted": _("contact gehad"),
    "talk_planned": _("gesprek gepland"),
    "talk_done": _("gesprek gehad"),
    "application": _("aangemeld"),
    "guidance_request": _("wil begeleiding voor een groep"),
    "referred": _("doorverwezen"),
    "no_fit": _("past niet bij ons"),
    "closed": _("klaar"),
    "spam": _("reclame"),
    "no_answer": _("niet bereikt"),
    "withdrawn": _("ingetrokken"),
}
HISTORY_LABELS = STATE_LABELS | {
    "handed_over": _("doorgegeven aan een andere regio"),
    "picked_up": _("opgepakt"),
    "taken_back": _("teruggehaald"),
}


class ContactForm(FlaskForm):  # type: ignore[misc]
    """Four questions, two of which may stay empty."""

    name = StringField(
        _("Hoe heet je?"),
        validators=[Optional(), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )
    reach = StringField(
        _("Telefoon of e-mail"),
        description=_("Zo kunnen we je bereiken. Eén van de twee is genoeg."),
        validators=[
            InputRequired(
                _("Vul je telefoonnummer of je e-mailadres in. Dan kunnen we je bereiken.")
            ),
            Length(max=254, message=_("Dit is te lang voor een nummer of adres.")),
        ],
    )
    place_words = StringField(
        _("Jouw buurt, wijk of flat"), validators=[Optional(), Length(max=200)]
    )
    message = TextAreaField(
        _("Wat wil je vertellen?"),
        description=_("Eén zin is genoeg. Foutjes geven niet."),
        validators=[
            InputRequired(_("Vertel kort wat je wilt. Eén zin is genoeg.")),
            Length(max=4000, message=_("Maak je bericht iets korter. De rest vertel je straks.")),
        ],
        render_kw={"rows": 4},
    )
    website = StringField(
        _("Laat dit vak leeg"), validators=[Optional()], render_kw={"autocomplete": "off"}
    )
    """Only programs fill this in; people do not see it."""


class SortForm(FlaskForm):  # type: ignore[misc]
    """What kind of message, and from where."""

    kind = RadioField(
        _("Wat voor bericht is het?"),
        choices=[SelectChoice(value, label) for value, label in KIND_LABELS.items()],
    )
    place = SelectField(_("Bij welke plek hoort het?"), coerce=int, validators=[Optional()])


class AssignForm(FlaskForm):  # type: ignore[misc]
    """Who answers a message from now on."""

    person = SelectField(_("Wie pakt het op?"), coerce=int, validators=[InputRequired()])


class HandOverForm(FlaskForm):  # type: ignore[misc]
    """Which other region answers a message from now on."""

    region = SelectField(
        _("Welke regio?"),
        coerce=int,
        validators=[InputRequired(_("Kies een regio waar een andere coördinator werkt."))],
    )


class TalkForm(FlaskForm):  # type: ignore[misc]
    """When the introduction talk is."""

    talk_on = StringField(
        _("Dag van het gesprek (dag-maand-jaar)"),
        validators=[InputRequired(_("Kies een dag voor het gesprek: vandaag of later."))],
        render_kw={"inputmode": "numeric"},
    )


class ApplicationForm(FlaskForm):  # type: ignore[misc]
    """Who wants to take part, and in which group."""

    call_name = StringField(
        _("Voornaam of roepnaam"),
        description=_("Heeft iemand één naam? Dat is goed. Alle letters en talen mogen."),
        validators=[Optional(), Length(max=200, message=_("Deze naam is te lang. Klopt het?"))],
    )
    prefix = StringField(
        _("Tussenvoegsel"),
        description=_("Bijvoorbeeld: van de, el, ten."),
        validators=[Optional(), Length(max=40, message=_("Deze naam is te lang. Klopt het?"))],
    )
    last_name = StringField(
        _("Achternaam"),
        validators=[Optional(), Length(max=200, message=_("Deze naam is te lang. Klopt het?"))],
    )
    phone = StringField(_("Telefoon"), validators=[Optional(), Length(max=40)])
    email = StringField(_("E-mail"), validators=[Optional(), Length(max=254)])
    cohort = SelectField(_("Groep"), coerce=int, validators=[InputRequired(_("Kies een groep."))])
    seen = HiddenField()
    """Whom the page showed as people we may know already."""
