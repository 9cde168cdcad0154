"""Which letter, how large, and where it goes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional, ValidationError

from academy.kernel.pdf.paper import address_fits

SIGN_IN = "sign_in"
INVITATION = "invitation"


class LetterForm(FlaskForm):  # type: ignore[misc]
    """One letter for one person. The address is printed and not kept."""

    kind = RadioField(
        _("Welke brief?"),
        choices=[
            SelectChoice(SIGN_IN, _("Een brief om binnen te komen op de site")),
            SelectChoice(INVITATION, _("Een uitnodiging voor de volgende bijeenkomst")),
        ],
        default=SIGN_IN,
        validators=[InputRequired(_("Kies een brief."))],
    )
    address = TextAreaField(
        _("Adres"),
        description=_(
            "Straat, postcode en plaats. Wij bewaren het niet. Laat je het leeg? Dan schrijf je het"
            " zelf op de brief."
        ),
        validators=[Optional()],
        render_kw={"rows": 3, "autocomplete": "off"},
    )
    large = BooleanField(_("Grote letters"))

    def validate_address(self, field: TextAreaField) -> None:
        """Refuse what does not fit the window of the envelope."""
        if not address_fits(field.data):
            raise ValidationError(
                _("Dit adres past niet in het venster. Gebruik drie korte regels.")
            )
