"""Standing in for a coach, and holding back a signal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from academy.coaching import rules
from academy.coaching.forms import DAY_FORMATS, DateField

HOLD_BACK_REASONS = {
    "at_home": _("Thuis wordt het onveilig als iemand het ziet"),
    "raiser": _("Wie het signaal gaf, loopt dan gevaar"),
    "advised": _("Veilig Thuis of de politie vraagt erom"),
}
HELD_BACK_BECAUSE = HOLD_BACK_REASONS | {
    rules.FIRST_LOOK: _("De coördinator kijkt eerst of het veilig is dat iemand dit ziet"),
}


class CoverForm(FlaskForm):  # type: ignore[misc]
    """Who is away, who stands in, and on which days. Nobody asks why."""

    coach_id = SelectField(
        _("Wie is er niet?"), coerce=int, choices=[], validators=[InputRequired(_("Kies iemand."))]
    )
    cover_id = SelectField(
        _("Wie vervangt?"), coerce=int, choices=[], validators=[InputRequired(_("Kies iemand."))]
    )
    first_day = DateField(
        _("Eerste dag"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul de eerste dag in."))],
    )
    last_day = DateField(
        _("Laatste dag"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul de laatste dag in."))],
    )


class HoldBackForm(FlaskForm):  # type: ignore[misc]
    """Why a signal is not shown yet, and when somebody looks again."""

    because = RadioField(
        _("Waarom laat je het nog niet zien?"),
        choices=[SelectChoice(value, label) for value, label in HOLD_BACK_REASONS.items()],
        validators=[InputRequired(_("Kies een reden."))],
    )
    until = DateField(
        _("Wanneer kijk je er opnieuw naar?"),
        format=DAY_FORMATS,
        description=_("Ten hoogste over dertig dagen. Vanaf die dag is het signaal te zien."),
        validators=[InputRequired(_("Vul een dag in."))],
    )
