"""Form of coordinators: the host of a cohort, and the name on the paper."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length


class HostForm(FlaskForm):  # type: ignore[misc]
    """How the host's name is printed, and that the host wants it so."""

    printed_name = StringField(
        _("Naam op het bewijs"),
        description=_("Met de eigen letters en accenten."),
        validators=[
            InputRequired(_("Schrijf de naam zoals hij op het bewijs moet staan.")),
            Length(
                max=200,
                message=_("Deze naam is te lang voor het papier. Kies samen een kortere."),
            ),
        ],
    )
    agreed = BooleanField(
        _("Ja, deze bewoner wil tekenen en vindt de naam zo goed."),
        validators=[InputRequired(_("Vraag eerst of de naam zo goed is."))],
    )
