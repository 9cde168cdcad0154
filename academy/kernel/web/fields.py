"""What forms ask for that every feature asks in the same way."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import ValidationError

from academy.kernel.errors import DomainError

DAY_FORMATS = ["%d-%m-%Y", "%Y-%m-%d"]


def put_at_fields(form: Any, error: DomainError) -> None:
    """Show what a service said at the field it is about, or above the form."""
    for name, sentence in (error.fields or {"": error.sentence}).items():
        if name in form:
            form[name].errors = [*form[name].errors, sentence]
        else:
            form.form_errors = [*form.form_errors, sentence]


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


def read_time(text: str) -> time | None:
    """Read a time of day as people type it: 9.30, 9:30 or 19. None if it is none."""
    hours, _dot, minutes = text.strip().replace(":", ".").partition(".")
    numbers = [part for part in (hours, minutes or "0") if part.isascii() and part.isdigit()]
    if len(numbers) < 2 or int(numbers[0]) > 23 or int(numbers[1]) > 59:
        return None
    return time(int(numbers[0]), int(numbers[1]))


class TimeField(StringField):
    """A time of day, typed as 9.30; `data` stays what was typed, `value` is the time."""

    def __init__(self, label: Any, **values: Any) -> None:
        super().__init__(label, **values)
        self.type = "StringField"

    @property
    def value(self) -> time:
        """Return the time; only after the form was found to be in order."""
        return read_time(self.data or "") or time()

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        """Refuse what is no time of day."""
        if self.data and read_time(self.data) is None:
            raise ValidationError(str(_("Vul een tijd in zoals 9.30.")))


class NumberField(IntegerField):
    """A whole number; what is none says so."""

    def __init__(self, label: Any, **values: Any) -> None:
        super().__init__(label, **values)
        self.type = "IntegerField"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError with the sentence the reader sees."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_("Vul een heel getal in."))) from error
