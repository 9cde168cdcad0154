"""What a talk says about the agreements from before."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from academy.coaching.forms import DAY_FORMATS, DateField

CARRIED_STEPS = {
    "done": _("Klaar"),
    "moved": _("Nieuwe dag"),
    "dropped": _("Gaat niet door"),
}


class CarriedForm(FlaskForm):  # type: ignore[misc]
    """What became of an agreement from before. Nothing chosen: it stays as it is."""

    class Meta:
        """The talk it is part of has the token."""

        csrf = False

    step = RadioField(
        _("Hoe staat het ermee?"),
        choices=[SelectChoice(value, label) for value, label in CARRIED_STEPS.items()],
        validators=[Optional()],
        validate_choice=False,
    )
    until = DateField(_("Nieuwe dag"), format=DAY_FORMATS, validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that a step is one of three, and that a new day is there when it is chosen."""
        super().validate(extra_validators)
        if self.step.data and self.step.data not in CARRIED_STEPS:
            self.step.errors = [_("Kies klaar, gaat niet door of een nieuwe dag.")]
        if self.step.data == "moved" and self.until.data is None and not self.until.errors:
            self.until.errors = [_("Kies een nieuwe dag voor de afspraak.")]
        return not self.errors
