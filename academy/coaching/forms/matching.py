"""Forms of matching, and the words for what counts for and against a coach."""

from __future__ import annotations

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from academy.coaching import rules
from academy.coaching.forms import CHANNELS, DAY_FORMATS, DateField, IntegerField
from academy.kernel.i18n import language

LANGUAGES = {
    "nl": _("Nederlands"),
    "tr": _("Turks"),
    "ar": _("Arabisch"),
    "rif": _("Berbers"),
    "en": _("Engels"),
    "fr": _("Frans"),
    "fy": _("Fries"),
    "pap": _("Papiaments"),
    "pl": _("Pools"),
    "pt": _("Portugees"),
    "so": _("Somalisch"),
    "es": _("Spaans"),
    "srn": _("Surinaams"),
    "ti": _("Tigrinya"),
    "uk": _("Oekraïens"),
    "vi": _("Vietnamees"),
    "zh": _("Chinees"),
}
DAY_WORDS = {
    "mon": _("maandag"),
    "tue": _("dinsdag"),
    "wed": _("woensdag"),
    "thu": _("donderdag"),
    "fri": _("vrijdag"),
    "sat": _("zaterdag"),
    "sun": _("zondag"),
}
PART_WORDS = {
    "morning": _("ochtend"),
    "afternoon": _("middag"),
    "evening": _("avond"),
}
HOW_FAR = {
    "here": _("Alleen in de buurt"),
    "municipality": _("In de hele gemeente"),
    "anywhere": _("Overal"),
}
ENDINGS = {
    "open": _("wacht op een ja"),
    "begun": _("begonnen"),
    "declined": _("werd het niet"),
    "withdrawn": _("niet meer gevraagd"),
}
NOBODY = "0"
"""The choice for no one in particular."""


def day_part_label(code: str) -> str:
    """Return a part of a day in words: dinsdagochtend, Tuesday morning."""
    day, _dash, part = code.partition("-")
    between = "" if language() == "nl" else " "
    return f"{DAY_WORDS[day]}{between}{PART_WORDS[part]}"


def language_label(code: str) -> str:
    """Return the name of a language, or its code where we have no word for it."""
    return str(LANGUAGES.get(code, code))


def _languages() -> list[SelectChoice]:
    return [SelectChoice(code, label) for code, label in LANGUAGES.items()]


def _day_parts() -> list[SelectChoice]:
    return [SelectChoice(code, code) for code in rules.DAY_PARTS]


class WishForm(FlaskForm):  # type: ignore[misc]
    """What somebody wants of a coach. Everything but one language may stay empty."""

    first_language = SelectField(
        _("Welke taal spreek je het liefst?"),
        choices=_languages(),
        validators=[InputRequired(_("Kies een taal."))],
    )
    other_languages = SelectMultipleField(
        _("Welke taal kan ook?"), choices=_languages(), validators=[Optional()]
    )
    day_parts = SelectMultipleField(
        _("Wanneer kun je meestal?"), choices=_day_parts(), validators=[Optional()]
    )
    wished_coach_id = RadioField(
        _("Wil je graag iemand die je al kent?"), choices=[], validators=[Optional()]
    )
    words = StringField(
        _("Heb je nog een wens?"),
        description=_(
            "Bijvoorbeeld: samen wandelen, of liever geen huisbezoek. Schrijf niets over je"
            " gezondheid of je geloof."
        ),
        validators=[Optional(), Length(max=200, message=_("Schrijf één of twee zinnen."))],
    )

    def languages(self) -> tuple[str, ...]:
        """Return the languages, the first one first."""
        chosen = [self.first_language.data, *(self.other_languages.data or ())]
        return tuple(dict.fromkeys(chosen))


class OfferForm(FlaskForm):  # type: ignore[misc]
    """When, where, how and how many people a coach wants to guide."""

    languages = SelectMultipleField(
        _("Welke talen spreek je?"),
        choices=_languages(),
        validators=[InputRequired(_("Kies minstens één taal."))],
    )
    day_parts = SelectMultipleField(
        _("Wanneer kun je meestal?"), choices=_day_parts(), validators=[Optional()]
    )
    channels = SelectMultipleField(
        _("Hoe spreek je mensen?"),
        choices=[SelectChoice(code, label) for code, label in CHANNELS.items()],
        validators=[Optional()],
    )
    place_id = SelectField(_("In welke buurt ben je?"), choices=[], validators=[Optional()])
    how_far = RadioField(
        _("Hoe ver wil je gaan?"),
        choices=[SelectChoice(code, label) for code, label in HOW_FAR.items()],
        validators=[InputRequired(_("Kies hoe ver je wilt gaan."))],
    )
    most = IntegerField(
        _("Hoeveel mensen wil je begeleiden?"),
        description=_("De academie raadt aan: niet meer dan vijftien."),
        validators=[
            InputRequired(_("Vul een aantal in.")),
            NumberRange(0, rules.MOST_OFFERED, message=_("Kies een aantal van 0 tot 40.")),
        ],
    )
    about = TextAreaField(
        _("Wie ben je? Vertel het in twee zinnen."),
        description=_("Wie jou als begeleider krijgt, leest dit vóór het ja of nee."),
        validators=[Optional(), Length(max=300, message=_("Schrijf één of twee zinnen."))],
        render_kw={"rows": 3},
    )


class HandoverForm(FlaskForm):  # type: ignore[misc]
    """When the old coach, the new one and the participant speak with each other."""

    talk_on = DateField(
        _("Wanneer is het overdrachtsgesprek?"),
        format=DAY_FORMATS,
        validators=[Optional()],
    )


# --- reasons in words ------------------------------------------------------------------------


def reason_sentence(reason: rules.Reason) -> str:
    """Return why a coach suits, or does not, as people say it."""
    values = reason.values
    if reason.code == "language":
        spoken = _and([language_label(str(one)) for one in values])
        return str(gettext("Spreekt ook %(languages)s.", languages=spoken))
    if reason.code == "times":
        return str(gettext("Kan ook op %(times)s.", times=_and([*map(_time, values[:3])])))
    if reason.code == "guides":
        count = int(values[0])
        if not count:
            return str(gettext("Begeleidt nu nog niemand."))
        said = ngettext("Begeleidt nu %(num)d mens.", "Begeleidt nu %(num)d mensen.", count)
        return str(said)
    if reason.code == "own_limit":
        return str(gettext("Wil er niet meer dan %(most)s begeleiden.", most=values[0]))
    return str(_SENTENCES[reason.code])


def _time(code: str | int) -> str:
    return day_part_label(str(code))


def _and(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    listed = gettext("%(first)s en %(last)s", first=", ".join(parts[:-1]), last=parts[-1])
    return str(listed)


_SENTENCES = {
    "same_place": _("Woont of werkt in dezelfde buurt."),
    "next_door": _("Woont of werkt vlakbij."),
    "same_municipality": _("Woont of werkt in dezelfde gemeente."),
    "elsewhere": _("Woont of werkt in een andere gemeente, maar gaat overal heen."),
    "too_far": _("Wil niet zo ver gaan."),
    "place_unknown": _("We weten niet hoe ver het is."),
    "language_unknown": _("We weten niet welke talen."),
    "no_language": _("Spreekt geen taal die past."),
    "times_unknown": _("We weten niet of de tijden passen."),
    "no_time": _("Kan niet op dezelfde tijden."),
    "wished": _("Er is om deze begeleider gevraagd."),
    "channel": _("Spreekt mensen graag op dezelfde manier."),
    "above_limit": _("Let op: dit worden er meer dan vijftien."),
    "said_no": _("Werd al eens voorgesteld. Dat werd het toen niet."),
}
