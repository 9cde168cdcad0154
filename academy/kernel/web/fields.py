"""What forms ask for that every feature asks in the same way."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField

DAY_FORMATS = ["%d-%m-%Y", "%Y-%m-%d"]


class DayField(DateField):
    """A day, typed as 1-12-2026, that says in Dutch what is wrong with it."""

    def __init__(self, label: Any, **values: Any) -> None:
        super().__init__(label, format=DAY_FORMATS, **values)
        self.type = "DateField"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError with the sentence the reader sees."""
        try:
            super().process_formdata([value.strip().replace("/", "-") for value in valuelist])
        except ValueError as error:
            raise ValueError(str(_("Vul een dag in zoals 1-12-2026."))) from error
