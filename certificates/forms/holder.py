"""What holders fill in about their own certificate."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

NAME_LENGTH = 200


class PrintedNameForm(FlaskForm):  # type: ignore[misc]
    """The name as its owner wants it on paper."""

    printed_name = StringField(
        _("De naam op het certificaat"),
        description=_("Typ de naam zelf. Plakken kan onzichtbare tekens meenemen."),
        validators=[
            InputRequired(_("Vul de naam in.")),
            Length(max=NAME_LENGTH, message=_("Deze naam is te lang.")),
        ],
        render_kw={"autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )


class ShareForm(FlaskForm):  # type: ignore[misc]
    """How long a link works."""

    days = RadioField(
        _("Hoe lang werkt de link?"),
        choices=[
            SelectChoice("7", _("Een week")),
            SelectChoice("14", _("Twee weken")),
            SelectChoice("30", _("Dertig dagen")),
        ],
        validators=[InputRequired(_("Kies hoe lang de link werkt."))],
        default="14",
    )


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """The holder's own wish, which cannot be undone."""

    sure = BooleanField(
        _("Ja, ik weet het zeker"),
        validators=[InputRequired(_("Zet een vinkje als je het zeker weet."))],
    )
