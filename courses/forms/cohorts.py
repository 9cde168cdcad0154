"""Forms of coordinators: a new cohort, its sessions, moving one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from academy.kernel.errors import InvalidInputError
from academy.kernel.web.fields import DayField

NOTHING = 0


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


def select_choices(choices: Iterable[Any], *, empty: str = "") -> list[SelectChoice]:
    """Return what a select shows; `empty` is the label of choosing nothing."""
    first = [SelectChoice(str(NOTHING), empty)] if empty else []
    return first + [SelectChoice(str(one.id), one.label) for one in choices]


T = TypeVar("T")


def sure(value: T | None) -> T:
    """Return what the validators of a form made sure is there."""
    if value is None:
        raise InvalidInputError(str(_("Er is iets niet ingevuld.")))
    return value


class CohortForm(FlaskForm):  # type: ignore[misc]
    """A new cohort."""

    course_version_id = SelectField(_("Welke opleiding?"), coerce=int, choices=[])
    name = StringField(
        _("Naam van de groep"),
        description=_("Bijvoorbeeld: Bloemenbuurt najaar 2026."),
        validators=[InputRequired(_("Geef de groep een naam.")), Length(max=200)],
    )
    place_id = SelectField(_("In welke buurt?"), coerce=int, choices=[])
    client_organisation_id = SelectField(_("Wie betaalt?"), coerce=int, choices=[])
    starts_on = DayField(_("Eerste dag"), validators=[InputRequired(_("Vul de eerste dag in."))])
    location = StringField(
        _("Waar komen jullie bij elkaar?"),
        validators=[InputRequired(_("Vul in waar de groep bij elkaar komt.")), Length(max=200)],
    )
    capacity = IntegerField(
        _("Hoeveel stoelen?"),
        default=12,
        validators=[
            InputRequired(_("Vul een aantal in.")),
            NumberRange(1, 60, _("Kies een aantal van 1 tot 60.")),
        ],
    )


class SessionsForm(FlaskForm):  # type: ignore[misc]
    """Plan every lesson that has no session yet."""

    first_on = DayField(_("Eerste dag"), validators=[InputRequired(_("Vul de eerste dag in."))])
    starts = TimeField(
        _("Hoe laat begint het?"),
        description=_("Bijvoorbeeld 19.30."),
        validators=[InputRequired(_("Vul een tijd in zoals 9.30."))],
    )
    every_days = IntegerField(
        _("Om de hoeveel dagen?"),
        description=_("Feestdagen slaan we over."),
        default=14,
        validators=[
            InputRequired(_("Vul een aantal dagen in.")),
            NumberRange(1, 90, _("Kies een aantal van 1 tot 90.")),
        ],
    )
    location = StringField(
        _("Waar?"),
        description=_("Leeg is de vaste plek van de groep."),
        validators=[Optional(), Length(max=200)],
    )


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Another day, time or place for one session."""

    day = DayField(_("Nieuwe dag"), validators=[InputRequired(_("Vul de nieuwe dag in."))])
    starts = TimeField(
        _("Hoe laat begint het?"), validators=[InputRequired(_("Vul een tijd in zoals 9.30."))]
    )
    location = StringField(_("Waar?"), validators=[Optional(), Length(max=200)])


class TrainerForm(FlaskForm):  # type: ignore[misc]
    """Who trains the cohort."""

    person_id = SelectField(_("Trainer"), coerce=int, choices=[])
