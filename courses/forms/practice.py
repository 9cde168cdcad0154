"""Handing in an assignment, and answering it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, RadioField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from courses.services.practice import MAX_SENTENCE, MAX_TEXT, TOLD
from courses.services.practice_files import PHOTO_EVIDENCE, SOUND_EVIDENCE

RECORDED = SOUND_EVIDENCE[0]
WRITTEN = ("kort-verslag", "observaties", "leerlogboek", "plan")
PHOTO_TYPES = "image/jpeg,image/png,image/webp"
"""Named one by one: a telephone then turns its own kind of photo into one of these."""

EVIDENCE_WORDS = {
    "kort-verslag": _("Ik schrijf het op"),
    "observaties": _("Ik schrijf op wat ik zag"),
    "leerlogboek": _("Ik schrijf het in mijn leerlogboek"),
    "plan": _("Ik schrijf mijn plan op"),
    "foto": _("Ik stuur een foto"),
    "tekening": _("Ik stuur een foto van mijn tekening"),
    RECORDED: _("Ik spreek het in"),
    TOLD: _("Ik vertel het mijn trainer"),
    "bevestiging": _("Iemand anders bevestigt het"),
}
"""How somebody shows it, as they say it themselves."""

EVIDENCE_ICONS = {"foto": "photo", "tekening": "photo", RECORDED: "speak", TOLD: "person"}

READY_SENTENCES = {
    "done": (
        _("Mooi gedaan. Je hebt goed om je heen gekeken."),
        _("Fijn dat je dit deed. Ik zie dat je echt luisterde."),
        _("Wat een goed idee. Hier hebben je buren iets aan."),
        _("Dank je wel. Je vertelt het duidelijk en eerlijk."),
        _("Knap dat je dit durfde. Ga zo door."),
    ),
    "add_something": (
        _("Goed begin. Vertel ook wat de ander zelf wil."),
        _("Mooi. Schrijf er nog bij wat jij ervan leerde."),
        _("Fijn. Wie kan er meedoen? Zet dat er nog bij."),
        _("Ik ben benieuwd naar meer. Geef nog één voorbeeld."),
        _("Ik begrijp het nog niet helemaal. Bel je me even?"),
    ),
}
"""Kind sentences that are one tap away."""


class HandInForm(FlaskForm):  # type: ignore[misc]
    """How somebody shows an assignment. Writing is never the only way."""

    evidence = RadioField(
        _("Hoe laat je het zien?"),
        validators=[InputRequired(_("Kies hoe je de opdracht laat zien."))],
    )
    photo = FileField(
        _("Je foto"),
        description=_("Wij maken de foto kleiner. Waar en wanneer je hem maakte, wissen wij."),
    )
    people = RadioField(
        _("Staan er mensen op? Vraag het ze eerst."),
        choices=[
            SelectChoice("nobody", _("Niemand is te herkennen")),
            SelectChoice("agreed", _("Wie erop staat, vindt het goed")),
        ],
        validators=[Optional()],
    )
    sound = FileField(
        _("Je opname"),
        description=_("Hooguit 5 minuten. Noem geen namen van buren."),
    )
    told_on = DateField(
        _("Wanneer hoorde je het?"), format=["%d-%m-%Y", "%Y-%m-%d"], validators=[Optional()]
    )
    text = TextAreaField(
        _("Wat deed je?"),
        description=_("Kort mag. Schrijf geen namen van buren op."),
        validators=[
            Length(max=MAX_TEXT, message=_("Maak je tekst korter dan 5000 letters.")),
        ],
        render_kw={"rows": 5},
    )

    def __init__(
        self,
        evidence: Sequence[str],
        *,
        own: bool,
        today: date,
        labels: Mapping[str, Any] = EVIDENCE_WORDS,
        **values: Any,
    ) -> None:
        """Offer the ways of this assignment, and always speaking and telling.

        `own` is whether somebody hands in for themselves; `labels` names the ways otherwise.
        """
        super().__init__(**values)
        always = (TOLD, RECORDED)
        self._ways = [one for one in EVIDENCE_WORDS if one in evidence or one in always]
        self._labels = labels
        self.evidence.choices = [SelectChoice(one, labels[one]) for one in self._ways]
        self._own = own
        if own:
            del self.told_on
        elif not self.is_submitted():
            self.told_on.data = today

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The ways as choices with a drawing."""
        return [
            {"value": one, "label": self._labels[one], "icon": EVIDENCE_ICONS.get(one, "pen")}
            for one in self._ways
        ]

    @property
    def shows_photo(self) -> bool:
        """Whether a photo is one of the ways."""
        return any(one in PHOTO_EVIDENCE for one in self._ways)

    @property
    def tells_day(self) -> bool:
        """Whether the day counts on which somebody told it."""
        return not self._own and self.evidence.data == TOLD

    @property
    def has_photo(self) -> bool:
        """Whether a photo was sent that belongs to the chosen way."""
        return self.evidence.data in PHOTO_EVIDENCE and bool(self.photo.data)

    @property
    def has_sound(self) -> bool:
        """Whether a recording was sent that belongs to the chosen way."""
        return self.evidence.data in SOUND_EVIDENCE and bool(self.sound.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for what belongs to the way; a trainer may have it on paper."""
        valid = super().validate(extra_validators)
        missing = self._missing()
        for name, sentence in missing.items():
            self[name].errors = [sentence]
        return bool(valid) and not missing

    def _missing(self) -> dict[str, str]:
        way = self.evidence.data
        missing: dict[str, str] = {}
        if self._own and way in WRITTEN and not (self.text.data or "").strip():
            missing["text"] = gettext("Schrijf in een paar zinnen wat je deed.")
        if self._own and way in PHOTO_EVIDENCE and not self.has_photo:
            missing["photo"] = gettext("Maak of kies eerst een foto.")
        if self.has_photo and not self.people.data:
            missing["people"] = gettext("Zeg of er mensen op de foto staan.")
        if way in SOUND_EVIDENCE and not self.has_sound:
            missing["sound"] = gettext("Neem eerst iets op, of kies een opname.")
        return missing


class ReviewForm(FlaskForm):  # type: ignore[misc]
    """The trainer's answer: klaar or something more, with a ready sentence or one's own."""

    state = RadioField(
        _("Wat vind je ervan?"),
        choices=[
            SelectChoice("done", _("Klaar")),
            SelectChoice("add_something", _("Voeg iets toe")),
        ],
        validators=[InputRequired(_("Kies wat je van de opdracht vindt."))],
    )
    ready_done = RadioField(_("Tik een zin aan"), validators=[Optional()])
    ready_add_something = RadioField(_("Tik een zin aan"), validators=[Optional()])
    sentence = TextAreaField(
        _("Of schrijf zelf één vriendelijke zin"),
        description=_("Wat ging goed? Wat mag er nog bij? De deelnemer leest dit."),
        validators=[
            Length(max=MAX_SENTENCE, message=_("Maak het korter dan 500 letters.")),
        ],
        render_kw={"rows": 2},
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        for state, sentences in READY_SENTENCES.items():
            self[f"ready_{state}"].choices = [
                SelectChoice(str(number), sentence) for number, sentence in enumerate(sentences)
            ]

    @property
    def chosen_sentence(self) -> str:
        """The trainer's own words, else the ready sentence that belongs to the answer."""
        own = (self.sentence.data or "").strip()
        ready = READY_SENTENCES.get(self.state.data or "")
        if own or ready is None:
            return own
        number = self[f"ready_{self.state.data}"].data
        return str(ready[int(number)]) if number else ""
