"""What comes in on the pages of privacy."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length


class SureForm(FlaskForm):  # type: ignore[misc]
    """The second yes to something that cannot be undone."""

    sure = BooleanField(
        _("Ja, ik weet het zeker"),
        validators=[InputRequired(_("Zet een vinkje als je het zeker weet."))],
    )


class WayForm(FlaskForm):  # type: ignore[misc]
    """How the question came, of somebody who could not ask it here."""

    way = RadioField(
        _("Hoe vroeg deze persoon erom?"),
        choices=[
            SelectChoice("phone", _("Aan de telefoon, of in een gesprek")),
            SelectChoice("letter", _("Op papier")),
        ],
        validators=[InputRequired(_("Kies hoe de vraag kwam."))],
    )


class FindForm(FlaskForm):  # type: ignore[misc]
    """Whom is it about?"""

    class Meta:
        """It only reads."""

        csrf = False

    name = StringField(_("Achternaam of roepnaam"), validators=[Length(max=80)])
