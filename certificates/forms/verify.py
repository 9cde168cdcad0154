"""What a stranger fills in to check a certificate."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import InputRequired, Length


class CheckForm(FlaskForm):  # type: ignore[misc]
    """A number or a code, typed over from paper."""

    number = StringField(
        _("Nummer of code op het certificaat"),
        description=_("Bijvoorbeeld SLHZ-B-2026-00042-74. Hoofdletters en streepjes hoeven niet."),
        validators=[
            InputRequired(_("Vul het nummer of de code in.")),
            Length(max=60, message=_("Dit is te lang voor een nummer of code.")),
        ],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )


class CheckFileForm(FlaskForm):  # type: ignore[misc]
    """The file itself."""

    file = FileField(
        _("Het bestand (pdf)"),
        description=_("Hooguit 2 MB. Wij bewaren het niet."),
        render_kw={"accept": "application/pdf"},
    )
