"""What comes in about meet-ups and stories, and the words for kinds and answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from academy.kernel.web.fields import DayField, NumberField, TimeField

KIND_LABELS = {
    "follow_up": _("Terugkommiddag"),
    "refresher": _("Opfrisles"),
    "exchange": _("Ervaringsuitwisseling"),
    "peer_consultation": _("Intervisie"),
}
COUNTS_LABELS = {
    "follow_up": _("Telt mee voor verlengen: een terugkommiddag."),
    "refresher": _("Telt mee voor verlengen: de opfrisles, en de opfrisdag van professionals."),
    "exchange": "",
    "peer_consultation": _("Telt mee voor verlengen bij professionals: intervisie."),
}
ANSWER_LABELS = {"yes": _("ik kom"), "maybe": _("misschien"), "no": _("ik kom niet")}
HELP_LABELS = {"transport": _("vervoer"), "child_care": _("oppas voor mijn kinderen")}
GUEST_LABELS = {"yes": _("komt"), "maybe": _("misschien"), "no": _("komt niet")}
ASSET_LABELS = {
    "people": _("mensen"),
    "groups": _("een groep"),
    "places": _("een plek"),
    "organisations": _("een organisatie"),
    "stories": _("een verhaal"),
    "habits": _("een gewoonte"),
}
LONGEST_NAME = 100
_TOO_LONG = _("Maak het korter: hoogstens 200 letters.")


class ReplyForm(FlaskForm):  # type: ignore[misc]
    """Do you come?"""

    answer = RadioField(
        _("Kom je?"),
        choices=[
            SelectChoice("yes", _("Ik kom")),
            SelectChoice("maybe", _("Misschien")),
            SelectChoice("no", _("Ik kom niet")),
        ],
        validators=[InputRequired(_("Kies of je komt."))],
    )
    brings = StringField(
        _("Neem je iets of iemand mee?"),
        description=_("Bijvoorbeeld soep, een verhaal of een buurvrouw."),
        validators=[Optional(), Length(max=200, message=_TOO_LONG)],
    )
    help_needed = SelectMultipleField(
        _("Wat heb je nodig om te kunnen komen?"),
        choices=[SelectChoice(value, label) for value, label in HELP_LABELS.items()],
        validators=[Optional()],
    )
    needs = StringField(
        _("Heb je nog iets anders nodig?"),
        description=_("Bijvoorbeeld een plek bij de deur, of iemand die vertaalt."),
        validators=[Optional(), Length(max=200, message=_TOO_LONG)],
    )


class MeetUpForm(FlaskForm):  # type: ignore[misc]
    """A meet-up: what, when, where and for how many."""

    kind = RadioField(
        _("Wat voor middag is het?"),
        choices=[SelectChoice(value, label) for value, label in KIND_LABELS.items()],
        validators=[InputRequired(_("Kies wat voor middag het is."))],
    )
    title = StringField(
        _("Waar gaat het over?"),
        description=_("Bijvoorbeeld: Terugkommiddag lente: nieuwe buren."),
        validators=[InputRequired(_("Schrijf waar het over gaat.")), Length(max=200)],
    )
    held_on = DayField(_("Op welke dag?"), validators=[InputRequired(_("Vul de dag in."))])
    starts = TimeField(
        _("Hoe laat begint het?"),
        description=_("Bijvoorbeeld 14.00."),
        validators=[InputRequired(_("Vul een tijd in zoals 14.00."))],
    )
    location = StringField(
        _("Waar?"),
        description=_("Bijvoorbeeld: Buurthuis De Krokus."),
        validators=[InputRequired(_("Schrijf waar het is.")), Length(max=200)],
    )
    capacity = NumberField(
        _("Voor hoeveel mensen is er plaats?"),
        validators=[
            InputRequired(_("Vul een aantal in.")),
            NumberRange(1, 500, _("Kies een aantal van 1 tot 500.")),
        ],
    )


class StoryForm(FlaskForm):  # type: ignore[misc]
    """A story: what residents did, where, and what made it work."""

    title = StringField(
        _("Hoe heet het verhaal?"),
        description=_("Bijvoorbeeld: Soep op de stoep."),
        validators=[InputRequired(_("Geef het verhaal een naam.")), Length(max=200)],
    )
    text = TextAreaField(
        _("Wat deden jullie, en wat hielp?"),
        description=_("Een paar zinnen. Schrijf geen namen van anderen op."),
        validators=[
            InputRequired(_("Vertel in een paar zinnen wat jullie deden.")),
            Length(max=3000, message=_("Maak het korter: hoogstens 3000 letters.")),
        ],
    )
    place_id = SelectField(_("Waar was dat?"), coerce=int, choices=[])
    asset = RadioField(
        _("Wat hielp het meest?"),
        choices=[SelectChoice(value, label) for value, label in ASSET_LABELS.items()],
        validators=[InputRequired(_("Kies wat het meest hielp."))],
    )
    may_share = BooleanField(
        _("Anderen mogen dit lezen"),
        description=_("Wie het vertelde, staat er nooit bij. Een ja mag altijd een nee worden."),
    )


class CountForm(FlaskForm):  # type: ignore[misc]
    """How many residents say that a story is true."""

    number = NumberField(
        _("Hoeveel bewoners zeggen dat het klopt?"),
        validators=[
            InputRequired(_("Vul een aantal in.")),
            NumberRange(0, 500, _("Kies een aantal van 0 tot 500.")),
        ],
    )
