"""Planning, scoring and agreeing on a practical."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from courses.queries.practical.attempt import Practical
from courses.queries.practical.lists import Candidates
from courses.services.practical.agreement import MAX_LINE
from courses.services.practical.scoring import MAX_COMMENT

DAY_FORMATS = ["%d-%m-%Y", "%Y-%m-%d"]


class PlanForm(FlaskForm):  # type: ignore[misc]
    """Who looks, and when."""

    first_id = RadioField(
        _("Eerste beoordelaar"),
        description=_("Een trainer van deze groep."),
        coerce=int,
        validators=[InputRequired(_("Kies de eerste beoordelaar."))],
    )
    second_id = RadioField(
        _("Tweede beoordelaar"),
        description=_("Iemand die de deelnemer niet privé kent."),
        coerce=int,
        validators=[InputRequired(_("Kies de tweede beoordelaar."))],
    )
    planned_on = DateField(
        _("Op welke dag?"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul de dag in, bijvoorbeeld 1-12-2026."))],
    )

    def __init__(self, candidates: Candidates, **values: Any) -> None:
        """Offer who may look today."""
        super().__init__(**values)
        for field, people in (
            (self.first_id, candidates.first),
            (self.second_id, candidates.second),
        ):
            field.choices = [SelectChoice(one.person_id, one.name) for one in people]
        if candidates.second_is_resident:
            self.second_id.description = _("Een bewoner die de deelnemer niet privé kent.")


class DayForm(FlaskForm):  # type: ignore[misc]
    """Another day for a practical."""

    planned_on = DateField(
        _("Op welke dag?"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul de dag in, bijvoorbeeld 1-12-2026."))],
    )


class ThirdForm(FlaskForm):  # type: ignore[misc]
    """Who looks as third, when two could not agree."""

    third_id = RadioField(
        _("Derde beoordelaar"),
        description=_("Iemand die nog niet keek en de deelnemer niet privé kent."),
        coerce=int,
        validators=[InputRequired(_("Kies de derde beoordelaar."))],
    )

    def __init__(self, candidates: Candidates, practical: Practical, **values: Any) -> None:
        """Offer who may look and did not look yet."""
        super().__init__(**values)
        looked = {one.person_id for one in practical.assessors}
        self.third_id.choices = [
            SelectChoice(one.person_id, one.name)
            for one in candidates.third
            if one.person_id not in looked
        ]


class ScoreForm(FlaskForm):  # type: ignore[misc]
    """One criterion: a level, and what was seen. A draft may be empty."""

    level = RadioField(
        _("Wat zag je?"),
        choices=[SelectChoice(str(level), str(level)) for level in (1, 2, 3, 4)],
        validators=[Optional()],
    )
    comment = TextAreaField(
        _("Waaraan zag je dat?"),
        description=_("Schrijf op wat je zag of hoorde, geen oordeel. De deelnemer leest dit."),
        validators=[
            Length(max=MAX_COMMENT, message=_("Maak het korter dan 1000 letters.")),
        ],
        render_kw={"rows": 4},
    )


class DeclarationForm(FlaskForm):  # type: ignore[misc]
    """Before scoring: does the assessor know the participant privately?"""

    knows = RadioField(
        _("Ken je deze deelnemer?"),
        choices=[
            SelectChoice("no", _("Ik ken deze deelnemer niet privé")),
            SelectChoice("yes", _("Ik ken deze deelnemer privé")),
        ],
        validators=[InputRequired(_("Kies een van de twee."))],
    )


class OtherForm(FlaskForm):  # type: ignore[misc]
    """Who looks instead of somebody else."""

    person_id = RadioField(
        _("Wie kijkt nu?"),
        description=_("Iemand die nog niet kijkt en de deelnemer niet privé kent."),
        coerce=int,
        validators=[InputRequired(_("Kies wie er kijkt."))],
    )

    def __init__(
        self, candidates: Candidates, practical: Practical, *, role: str, **values: Any
    ) -> None:
        """Offer who may look in that role and does not look yet."""
        super().__init__(**values)
        looking = {one.person_id for one in practical.assessors}
        self.person_id.choices = [
            SelectChoice(one.person_id, one.name)
            for one in getattr(candidates, role)
            if one.person_id not in looking
        ]


class TalkForm(FlaskForm):  # type: ignore[misc]
    """The talk of two assessors, and the level they agree on where they differed."""

    talk_on = DateField(
        _("Wanneer spraken jullie?"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul de dag in, bijvoorbeeld 1-12-2026."))],
    )
    line = StringField(
        _("Wat bespraken jullie, in één zin?"),
        validators=[
            InputRequired(_("Schrijf in één zin op wat jullie bespraken.")),
            Length(max=MAX_LINE, message=_("Maak het korter dan 300 letters.")),
        ],
    )
    agreed = RadioField(
        _("Zijn jullie het eens?"),
        choices=[
            SelectChoice("yes", _("Ja, wij zijn het eens")),
            SelectChoice("no", _("Nee, een derde beoordelaar moet kijken")),
        ],
        validators=[InputRequired(_("Kies ja of nee."))],
    )

    def raised(self, practical: Practical, typed: Mapping[str, str]) -> dict[str, int]:
        """Return the levels chosen above the lower one; the field of a criterion is its id."""
        found: dict[str, int] = {}
        for one in practical.differing:
            level = typed.get(f"level-{one.id}", "")
            low = min(practical.scores[role][one.id].level for role in ("first", "second"))
            if level.isascii() and level.isdigit() and int(level[:2]) > low:
                found[one.id] = int(level[:2])
        return found
