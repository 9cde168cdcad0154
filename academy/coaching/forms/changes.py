"""Forms of what changes: a pause, a talk about going over, a last talk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from academy.coaching.forms import DAY_FORMATS, DateField


class TalkDayForm(FlaskForm):  # type: ignore[misc]
    """When they speak about going over."""

    talk_on = DateField(
        _("Wanneer is het overdrachtsgesprek?"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul een dag in."))],
    )


class GoodbyeForm(FlaskForm):  # type: ignore[misc]
    """When the last talk is, or was."""

    goodbye_on = DateField(
        _("Wanneer is of was het afscheidsgesprek?"),
        format=DAY_FORMATS,
        description=_("Het hoeft niet. Sommige mensen stoppen liever zonder."),
        validators=[InputRequired(_("Vul een dag in."))],
    )
