"""What the board fills in for an extract of the register."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from academy.kernel.web.fields import DayField


class ExtractForm(FlaskForm):  # type: ignore[misc]
    """From which day to which day, both included."""

    first = DayField(_("Eerste dag"), validators=[InputRequired(_("Vul de eerste dag in."))])
    last = DayField(_("Laatste dag"), validators=[InputRequired(_("Vul de laatste dag in."))])
