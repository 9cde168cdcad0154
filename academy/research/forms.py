"""What comes in about problems, and the words for the states of research."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from academy.kernel.i18n import parse_day

STATE_LABELS = {
    "proposed": _("voorgesteld"),
    "walking": _("rondlopen"),
    "collecting": _("verzamelen"),
    "given_back": _("teruggegeven aan bewoners"),
    "naming": _("problemen benoemen"),
    "keys": _("sleutels zoeken"),
    "doing": _("doen"),
    "confirming": _("bevestigen"),
    "closed": _("afgesloten"),
}
SENSE_LABELS = {
    "see": _("Zien"),
    "hear": _("Horen"),
    "smell": _("Ruiken"),
    "taste": lazy_pgettext("zintuig", "Proeven"),
    "feel": _("Voelen"),
}
SENSE_ADDRESSES = {
    "see": "zien",
    "hear": "horen",
    "smell": "ruiken",
    "taste": "proeven",
    "feel": "voelen",
}
"""The end of the page of each sense: an address is Dutch, whatever the language of the page."""
TIME_LABELS = {
    "morning": _("ochtend"),
    "afternoon": _("middag"),
    "evening": _("avond"),
    "night": _("nacht"),
}
OBSERVER_LABELS = {
    "resident": _("bewoner"),
    "participant": _("deelnemer"),
    "trainer": _("trainer"),
}
BARRIER_LABELS = {
    "self": _("in mensen zelf"),
    "neighbourhood": _("in de wijk"),
    "rules": _("in de regels"),
    "dynamics": _("het recht van de sterkste"),
}
STANDING_LABELS = {
    "named": _("genoemd"),
    "key_found": _("sleutel gevonden"),
    "doing": _("onderweg"),
    "confirming": _("onderweg"),
    "resting": _("wacht"),
    "solved": _("opgelost"),
    "reopened": _("weer open"),
}
STANDING_BADGES = {
    "named": "open",
    "key_found": "open",
    "doing": "waiting",
    "confirming": "waiting",
    "resting": "open",
    "solved": "done",
    "reopened": "attention",
}
EXPERIENCE_LABELS = {"yes": _("ja"), "a_bit": _("een beetje"), "no": _("nee")}


def _is_day(_form: Any, field: Any) -> None:
    if parse_day(field.data or "") is None:
        raise ValidationError(_("Schrijf de dag zo: 23-11-2026."))


class _DayForm(FlaskForm):  # type: ignore[misc]
    on = StringField(
        _("Op welke dag? (dag-maand-jaar)"),
        validators=[InputRequired(_("Vul een dag in.")), _is_day],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    def day(self) -> date | None:
        """Return the day that was typed."""
        return parse_day(self.on.data or "")


class ConfirmationForm(_DayForm):
    """The two questions, answered by one resident, without a name."""

    experience = RadioField(
        _("Is het probleem minder geworden?"),
        choices=[
            SelectChoice("yes", _("Ja")),
            SelectChoice("a_bit", _("Een beetje")),
            SelectChoice("no", _("Nee")),
        ],
        validators=[InputRequired(_("Kies wat de bewoner zei."))],
    )
    took_part = RadioField(
        _("Deed deze bewoner zelf mee?"),
        choices=[SelectChoice("yes", _("Ja")), SelectChoice("no", _("Nee"))],
        validators=[InputRequired(_("Kies ja of nee."))],
    )
    note = StringField(
        _("Eén zin van de bewoner"),
        description=_("Geen naam en geen adres."),
        validators=[
            Optional(),
            Length(max=500, message=_("Maak deze zin korter: hoogstens 500 letters.")),
        ],
    )


class TalkForm(_DayForm):
    """The talk with residents about a "nee"."""

    what_changed = TextAreaField(
        _("Wat veranderde er door het gesprek?"),
        description=_("Eén zin. Geen namen."),
        validators=[
            InputRequired(_("Schrijf in één zin op wat er veranderde.")),
            Length(max=500, message=_("Maak deze zin korter: hoogstens 500 letters.")),
        ],
        render_kw={"rows": 2},
    )
