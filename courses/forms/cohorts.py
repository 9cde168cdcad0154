"""Forms of coordinators: a cohort, new or to correct, its sessions, moving one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from academy.kernel.errors import InvalidInputError
from academy.kernel.web.fields import DayField, TimeField

NOTHING = 0
UNKNOWN = "unknown"
STEP_FREE: Mapping[str, bool | None] = {"yes": True, "no": False, UNKNOWN: None}


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
    step_free = RadioField(
        _("Kan iedereen er zonder trap naar binnen?"),
        choices=[
            SelectChoice("yes", _("Ja")),
            SelectChoice("no", _("Nee")),
            SelectChoice(UNKNOWN, _("Weten we nog niet")),
        ],
        default=UNKNOWN,
    )
    capacity = IntegerField(
        _("Hoeveel stoelen?"),
        default=12,
        validators=[
            InputRequired(_("Vul een aantal in.")),
            NumberRange(1, 60, _("Kies een aantal van 1 tot 60.")),
        ],
    )


class FactsForm(CohortForm):
    """What was decided about a cohort, to correct; the course stays."""

    course_version_id = None  # type: ignore[assignment]
    seen_version = HiddenField()


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
