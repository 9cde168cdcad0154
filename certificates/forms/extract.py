"""What the board fills in for an extract of the register."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired

DAY_FORMATS = ["%d-%m-%Y", "%Y-%m-%d"]


class _DayField(DateField):
    """A day, typed as 1-12-2026, that says in Dutch what is wrong with it."""

    def __init__(self, label: Any, **values: Any) -> None:
        super().__init__(label, format=DAY_FORMATS, **values)
        self.type = "DateField"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError with the sentence the reader sees."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_("Vul een dag in zoals 1-12-2026."))) from error


class ExtractForm(FlaskForm):  # type: ignore[misc]
    """From which day to which day, both included."""

    first = _DayField(_("Eerste dag"), validators=[InputRequired(_("Vul de eerste dag in."))])
    last = _DayField(_("Laatste dag"), validators=[InputRequired(_("Vul de laatste dag in."))])
