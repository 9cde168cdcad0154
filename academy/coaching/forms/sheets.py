"""Forms of the plan itself and of the yearly review that leads to the next one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from academy.coaching import rules
from academy.coaching.forms import CHANNELS, DAY_FORMATS, ENERGY, OWNERS, DateField, IntegerField
from academy.coaching.queries.sheets import SheetView
from academy.coaching.services.sheets import STEP_LENGTH, TEXT_LENGTH, NewSheet, NewStep

WANTS = {
    "same": _("Ja, met dezelfde begeleider"),
    "other": _("Ja, maar liever met iemand anders"),
    "stop": _("Nee, nu niet meer"),
}
_SHORT = _("Schrijf één of twee zinnen.")


def _choices(words: Any) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


def _area(label: Any, hint: Any) -> TextAreaField:
    return TextAreaField(
        label,
        description=hint,
        validators=[Optional(), Length(max=TEXT_LENGTH, message=_SHORT)],
        render_kw={"rows": 2},
    )


def _what(label: Any) -> StringField:
    checks = [Optional(), Length(max=STEP_LENGTH, message=_("Schrijf het in één zin."))]
    return StringField(label, validators=checks)


def _who() -> SelectField:
    return SelectField(_("Wie?"), choices=_choices(OWNERS), default="participant")


def _when() -> DateField:
    return DateField(_("Vóór welke dag?"), format=DAY_FORMATS, validators=[Optional()])


class SheetForm(FlaskForm):  # type: ignore[misc]
    """The plan: what to be proud of, what goes well, what to learn, three steps, rhythm."""

    goal = TextAreaField(
        _("Waar wil je over een halfjaar trots op zijn?"),
        validators=[
            InputRequired(_("Schrijf waar jullie naartoe werken.")),
            Length(max=TEXT_LENGTH, message=_SHORT),
        ],
        render_kw={"rows": 2},
    )
    strengths = _area(_("Wat kun je goed?"), _("Daar kun je op bouwen."))
    learning = _area(_("Wat wil je leren?"), _("Eén ding is genoeg."))
    step1 = _what(_("Het eerste wat er gebeurt"))
    owner1 = _who()
    due1 = _when()
    step2 = _what(_("Het tweede"))
    owner2 = _who()
    due2 = _when()
    step3 = _what(_("Het derde"))
    owner3 = _who()
    due3 = _when()
    overload = _area(
        _("Waaraan merk je dat het te veel wordt?"),
        _("Bijvoorbeeld: ik zeg te snel ja. Schrijf niets over gezondheid."),
    )
    rhythm_days = IntegerField(
        _("Om de hoeveel dagen spreken jullie elkaar?"),
        validators=[
            InputRequired(_("Vul een aantal dagen in.")),
            NumberRange(
                rules.SHORTEST_RHYTHM_DAYS,
                rules.LONGEST_RHYTHM_DAYS,
                message=_("Kies een ritme van 7 tot 365 dagen."),
            ),
        ],
    )
    channel = RadioField(
        _("Hoe spreken jullie elkaar meestal?"),
        choices=_choices(CHANNELS),
        validators=[InputRequired(_("Kies hoe jullie elkaar spreken."))],
    )

    def sheet(self, today: date) -> NewSheet:
        """Return what was filled in; a step without a day is due in a fortnight."""
        steps = [
            NewStep(
                text=self[f"step{order}"].data,
                due_on=self[f"due{order}"].data or today + rules.DEFAULT_ACTION_WITHIN,
                owner=self[f"owner{order}"].data,
            )
            for order in range(1, rules.MOST_STEPS + 1)
            if (self[f"step{order}"].data or "").strip()
        ]
        return NewSheet(
            goal=self.goal.data or "",
            strengths=self.strengths.data or "",
            learning=self.learning.data or "",
            overload=self.overload.data or "",
            rhythm_days=self.rhythm_days.data or rules.DEFAULT_RHYTHM_DAYS,
            channel=self.channel.data,
            steps=tuple(steps),
        )


class ReviewForm(SheetForm):
    """The yearly review: how it was, the three circles, whether to go on, and the next plan."""

    form_key = HiddenField()
    goal = TextAreaField(
        _("Waar wil je over een halfjaar trots op zijn?"),
        description=_("Stopt de begeleiding? Dan mag dit leeg blijven."),
        validators=[Optional(), Length(max=TEXT_LENGTH, message=_SHORT)],
        render_kw={"rows": 2},
    )
    happened_on = DateField(
        _("Dag van het jaargesprek"),
        format=DAY_FORMATS,
        validators=[InputRequired(_("Vul de dag van het gesprek in."))],
    )
    discussed = _area(_("Hoe was het jaar?"), _("Eén of twee zinnen. Geen namen van anderen."))
    went_well = _area(_("Wat ging goed?"), "")
    is_hard = _area(_("Wat is lastig?"), "")
    energy = RadioField(
        _("Hoeveel energie?"),
        choices=_choices(ENERGY),
        validators=[Optional()],
        validate_choice=False,
    )
    circle_mine = _area(_("Dit doe ik graag"), _("De binnenste cirkel."))
    circle_together = _area(_("Dit doe ik samen met iemand"), _("De middelste cirkel."))
    circle_not = _area(_("Dit doe ik niet, dit geef ik door"), _("De buitenste cirkel."))
    wants = RadioField(
        _("Wil je nog een begeleider?"),
        choices=_choices(WANTS),
        validators=[InputRequired(_("Kies of er nog een begeleider nodig is."))],
    )


def filled(sheet: SheetView | None, *, rhythm_days: int, channel: str) -> dict[str, Any]:
    """Return what a form of the next version begins with: the version before."""
    if sheet is None:
        return {"rhythm_days": rhythm_days, "channel": channel}
    values: dict[str, Any] = {
        "goal": sheet.goal,
        "strengths": sheet.strengths,
        "learning": sheet.learning,
        "overload": sheet.overload,
        "rhythm_days": sheet.rhythm_days,
        "channel": sheet.channel,
    }
    for order, step in enumerate((one for one in sheet.steps if one.done_on is None), start=1):
        values |= {
            f"step{order}": step.text,
            f"owner{order}": step.owner,
            f"due{order}": step.due_on,
        }
    return values
