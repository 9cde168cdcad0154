"""What a board member fills in to dress a design."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, ColorField, IntegerField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from certificates.rules.look import EDITABLE, LANGUAGES, LONGEST, Look

_LABELS = {
    "brand": _("Naam bovenaan"),
    "brand_line": _("Regel onder de naam"),
    "owner_label": _("Boven de naam van de eigenaar"),
    "valid_until_label": _("Bij de laatste dag"),
    "check_label": _("Bij het adres om te controleren"),
}
_TOO_LONG = _("Dit is te lang voor deze plek.")


class DesignForm(FlaskForm):  # type: ignore[misc]
    """The words, two colours and the logo of one design, and how to look at it."""

    ink = ColorField(_("Donkere kleur"), description=_("Voor de naam, de rand en het zegel."))
    accent = ColorField(_("Lichte kleur"), description=_("Voor de vlakken, zonder letters."))
    logo = FileField(
        _("Logo"),
        description=_("Een PNG of JPEG van hoogstens 2 MB. Zonder logo staat ons eigen teken er."),
        validators=[Optional()],
        render_kw={"accept": "image/png,image/jpeg"},
    )
    without_logo = BooleanField(_("Haal het logo weg"))
    seen_version = IntegerField(widget=HiddenInput(), validators=[NumberRange(0, 100_000)])
    language = RadioField(
        _("Taal van het voorbeeld"),
        choices=[SelectChoice("nl", _("Nederlands")), SelectChoice("en", _("Engels"))],
        default="nl",
    )
    long_name = BooleanField(_("Met een heel lange naam"))
    grey = BooleanField(_("Zoals een printer zonder kleur het drukt"))

    def word_fields(self, language: str) -> Iterator[StringField]:
        """Yield the fields of one language that this design has."""
        for name in EDITABLE:
            if f"{name}_{language}" in self:
                yield self[f"{name}_{language}"]

    def look(self, logo: bytes | None) -> Look:
        """Return what was filled in, with `logo` made anew; empty words are the design's own."""
        texts = {
            language: {
                name: (self[f"{name}_{language}"].data or "").strip()
                for name in EDITABLE
                if f"{name}_{language}" in self
            }
            for language in LANGUAGES
        }
        said = {
            language: {name: word for name, word in words.items() if word}
            for language, words in texts.items()
        }
        return Look(
            ink=(self.ink.data or "").lower(),
            accent=(self.accent.data or "").lower(),
            texts=said,
            logo=logo,
        )


for _language in LANGUAGES:
    for _name in EDITABLE:
        setattr(
            DesignForm,
            f"{_name}_{_language}",
            StringField(
                _LABELS[_name],
                validators=[Optional(), Length(max=LONGEST[_name], message=_TOO_LONG)],
                render_kw={"autocomplete": "off", "lang": _language},
            ),
        )
