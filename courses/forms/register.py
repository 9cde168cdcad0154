"""The register as it comes in: many small fields, kept lean because a group has 25 people.

Per enrolment: `s<id>` the choice, `m<id>` the minutes, `v<id>` what the page showed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from courses.queries.register import PersonRow
from courses.services.attendance import MAX_MINUTES_LATE, NewMark

KEEP = "keep-"
"""Before the id of a mark: in a conflict somebody chose this one of the values that stand."""

WORDS = {
    "present": _("Er"),
    "late": _("Later"),
    "excused": _("Afgemeld"),
    "absent": _("Niet"),
    "made_up": _("Ingehaald"),
    "not_applicable": _("Hoort er niet bij"),
}
LOOKS = {
    "present": ("present", "good"),
    "late": ("clock", "later"),
    "excused": ("excused", "told"),
    "absent": ("absent", "gone"),
    "made_up": ("made-up", "good"),
    "not_applicable": ("not-applicable", "quiet"),
}
USUAL = ("present", "late", "excused", "absent")
NOT_THERE_YET = "not_applicable"
BEFORE_JOINING = (NOT_THERE_YET, "made_up")
"""What can be said of who joined the group after a session."""


def options(*statuses: str) -> list[dict[str, object]]:
    """Return these statuses as the choices component draws them."""
    return [
        {"value": one, "label": WORDS[one], "icon": LOOKS[one][0], "tone": LOOKS[one][1]}
        for one in statuses
    ]


@dataclass(slots=True)
class Entry:
    """One person's fields: what is chosen, and what the page showed when it was opened."""

    person: PersonRow
    chosen: str = ""
    minutes: str = ""
    seen: str = ""
    errors: list[str] = field(default_factory=list)
    wrong_at: str = ""

    @property
    def options(self) -> list[dict[str, object]]:
        """The usual choices, for who joined later their own, and the rare one that stands."""
        usual = BEFORE_JOINING if self.person.joined_later else USUAL
        rare = (self.person.status,) if self.person.status not in ("", *usual) else ()
        return options(*usual, *rare)


class RegisterForm:
    """The whole register, as shown or as it came back."""

    def __init__(self, people: Sequence[PersonRow], typed: Mapping[str, str] | None = None) -> None:
        self.entries = [_shown(one) if typed is None else _typed(one, typed) for one in people]

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """The mistakes in order of the page, each with the input it is about."""
        return [(text, entry.wrong_at) for entry in self.entries for text in entry.errors]

    @property
    def here(self) -> int:
        """How many people are here, as far as the page shows."""
        return sum(entry.chosen in ("present", "late") for entry in self.entries)

    def everyone(self, status: str) -> None:
        """Choose `status` for everyone who has no mark yet; a conflict is left to people.

        Who joined the group later did not belong to it then.
        """
        for entry in self.entries:
            if not entry.chosen and not entry.person.in_conflict and status in USUAL:
                entry.chosen = NOT_THERE_YET if entry.person.joined_later else status

    def marks(self) -> list[NewMark]:
        """Return what the marker changed since the page was opened."""
        return [_mark(entry) for entry in self._changed()]

    def _changed(self) -> list[Entry]:
        return [
            entry
            for entry in self.entries
            if entry.chosen and _token(entry.chosen, entry.minutes) != entry.seen.partition(".")[2]
        ]

    def without_minutes(self) -> dict[int, str]:
        """Return, by enrolment, what was typed where somebody came later and a number misses."""
        return {
            mark.enrolment_id: entry.minutes
            for entry, mark in zip(self._changed(), self.marks(), strict=True)
            if mark.status == "late" and not 1 <= (mark.minutes_late or 0) <= MAX_MINUTES_LATE
        }

    def ask_minutes(self, waiting: Mapping[int, str]) -> None:
        """Choose "later" for these people again, and ask how many minutes."""
        for entry in self.entries:
            number = entry.person.enrolment_id
            if number in waiting:
                entry.chosen, entry.minutes = "late", waiting[number]
                sentence = _("Vul in hoeveel minuten later: een getal van 1 tot en met 300.")
                entry.errors, entry.wrong_at = [f"{entry.person.name}: {sentence}"], f"m{number}"

    def refuse(self, fields: Mapping[str, str]) -> None:
        """Show the mistakes the service found, keyed "<enrolment id>.<what>"."""
        for entry in self.entries:
            number = entry.person.enrolment_id
            wrong = {key: text for key, text in fields.items() if key.startswith(f"{number}.")}
            entry.errors = [f"{entry.person.name}: {text}" for text in wrong.values()]
            minutes = f"{number}.minutes_late" in wrong
            entry.wrong_at = f"{'m' if minutes else 's'}{number}"


def _shown(person: PersonRow) -> Entry:
    minutes = str(person.minutes_late or "")
    seen = f"{person.version}.{_token(person.status, minutes)}"
    return Entry(person, chosen=person.status, minutes=minutes, seen=seen)


def _typed(person: PersonRow, typed: Mapping[str, str]) -> Entry:
    number = person.enrolment_id
    return Entry(
        person,
        chosen=typed.get(f"s{number}", ""),
        minutes=typed.get(f"m{number}", "").strip(),
        seen=typed.get(f"v{number}", ""),
    )


def _token(status: str, minutes: str) -> str:
    return f"{status}.{minutes if status == 'late' else ''}"


def _mark(entry: Entry) -> NewMark:
    version = entry.seen.partition(".")[0]
    seen_version = int(version) if version.isascii() and version.isdigit() else 0
    kept = {f"{KEEP}{mark.id}": mark for mark in entry.person.standing}.get(entry.chosen)
    mark = NewMark(entry.person.enrolment_id, entry.chosen, seen_version=seen_version)
    if kept is not None:
        return replace(
            mark,
            status=kept.status,
            minutes_late=kept.minutes_late,
            counts_anyway=kept.counts_anyway,
            note=kept.note,
        )
    minutes = entry.minutes
    number = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 else None
    return replace(mark, minutes_late=number)


class WalkInForm(FlaskForm):  # type: ignore[misc]
    """Somebody who walked in: a name is enough."""

    form_key = HiddenField()
    seen = HiddenField()
    """Whom the page showed as people we may know already."""
    call_name = StringField(
        _("Voornaam of roepnaam"),
        description=_("Heeft iemand één naam? Dat is goed. Alle letters en talen mogen."),
        validators=[Optional(), Length(max=200, message=_("Deze naam is te lang. Klopt het?"))],
        render_kw={"autocomplete": "off"},
    )
    prefix = StringField(
        _("Tussenvoegsel"),
        description=_("Bijvoorbeeld: van de, el, ten."),
        validators=[Optional(), Length(max=40, message=_("Deze naam is te lang. Klopt het?"))],
        render_kw={"autocomplete": "off"},
    )
    last_name = StringField(
        _("Achternaam"),
        validators=[Optional(), Length(max=200, message=_("Deze naam is te lang. Klopt het?"))],
        render_kw={"autocomplete": "off"},
    )
    phone = StringField(
        _("Telefoon"),
        description=_("Dan kan de coördinator bellen voor een kennismaking."),
        validators=[Optional(), Length(max=40, message=_("Dit nummer is te lang."))],
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )


class PersonMarkForm(FlaskForm):  # type: ignore[misc]
    """One person at one session, with everything that is rare."""

    status = RadioField(
        _("Hoe was het?"),
        choices=[SelectChoice(value, label) for value, label in WORDS.items()],
        validators=[InputRequired(_("Kies een van de knoppen."))],
    )
    minutes_late = IntegerField(
        _("Hoeveel minuten later?"),
        description=_("Alleen bij “Later”. Een getal van 1 tot en met 300."),
        validators=[Optional()],
    )
    counts_anyway = BooleanField(
        _("Deze bijeenkomst telt toch mee"),
        description=_("Alleen bij “Later”, en met de reden hieronder."),
    )
    note = StringField(
        _("In één regel: wat is er afgesproken?"),
        description=_("Schrijf niets op over gezondheid of andere privézaken."),
        validators=[Optional(), Length(max=200, message=_("Maak het korter dan 200 letters."))],
    )
    seen_version = HiddenField()
