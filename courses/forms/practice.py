"""Handing in an assignment, and answering it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

from courses.services.practice import MAX_SENTENCE, MAX_TEXT

TOLD = "gesproken"
WRITTEN = ("kort-verslag", "observaties", "leerlogboek", "plan")

EVIDENCE_WORDS = {
    "kort-verslag": _("Ik schrijf het op"),
    "gesproken": _("Ik vertelde het aan mijn trainer"),
    "foto": _("Ik laat een foto zien"),
    "tekening": _("Ik laat een tekening zien"),
    "observaties": _("Ik schrijf op wat ik zag"),
    "leerlogboek": _("Ik schrijf het in mijn leerlogboek"),
    "plan": _("Ik schrijf mijn plan op"),
    "bevestiging": _("Iemand anders bevestigt het"),
}


class HandInForm(FlaskForm):  # type: ignore[misc]
    """How somebody shows an assignment. Writing is never the only way."""

    evidence = RadioField(
        _("Hoe laat je het zien?"),
        validators=[InputRequired(_("Kies hoe je de opdracht laat zien."))],
    )
    text = TextAreaField(
        _("Wat deed je?"),
        description=_("Kort mag. Schrijf geen namen van buren op."),
        validators=[
            Length(max=MAX_TEXT, message=_("Maak je tekst korter dan 5000 letters.")),
        ],
        render_kw={"rows": 8},
    )

    def __init__(self, evidence: Sequence[str], *, own: bool, **values: Any) -> None:
        """Offer the ways of this assignment, and always telling it to the trainer."""
        super().__init__(**values)
        ways = [one for one in EVIDENCE_WORDS if one in evidence or one == TOLD]
        self.evidence.choices = [SelectChoice(one, EVIDENCE_WORDS[one]) for one in ways]
        self._own = own

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for words from who writes it down; a trainer may have it on paper."""
        valid = super().validate(extra_validators)
        if self._own and self.evidence.data in WRITTEN and not (self.text.data or "").strip():
            self.text.errors = [_("Schrijf in een paar zinnen wat je deed.")]
            return False
        return bool(valid)


class ReviewForm(FlaskForm):  # type: ignore[misc]
    """The trainer's answer."""

    state = RadioField(
        _("Wat vind je ervan?"),
        choices=[
            SelectChoice("done", _("Klaar")),
            SelectChoice("add_something", _("Er mag nog iets bij")),
        ],
        validators=[InputRequired(_("Kies wat je van de opdracht vindt."))],
    )
    sentence = TextAreaField(
        _("Eén vriendelijke zin"),
        description=_("Wat ging goed? Wat mag er nog bij? De deelnemer leest dit."),
        validators=[
            Length(max=MAX_SENTENCE, message=_("Maak het korter dan 500 letters.")),
        ],
        render_kw={"rows": 3},
    )
