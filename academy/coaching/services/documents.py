"""The coaching log on paper: made on demand, sealed, for somebody and on a day, never stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date
from flask_babel import gettext, ngettext

from academy.coaching import rules
from academy.coaching.adapters.printed import LONG_TALK, lay_out, render
from academy.coaching.queries.log import (
    ActionView,
    EntryView,
    all_actions,
    all_entries,
    energy_line,
)
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services.reading import note_document, note_reading
from academy.kernel import clock
from academy.kernel.documents import DocumentError
from academy.kernel.i18n import capital, day, language, pick, short_day
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from certificates.services.sealing import SealedDocument, seal_coaching_log


def _(sentence: str, /, **values: Any) -> str:
    return str(gettext(sentence, **values))


def make_log(plan: PlanHead, *, by: Actor, audience: str) -> SealedDocument:
    """Return the log of a plan as a sealed PDF/UA file, for `audience` (a short text).

    Without signals. The reading is written down first, the file's hash after. A coach who took
    over reads from twelve months before. Raises DocumentNotMadeError.
    """
    at = note_reading(plan.id, "pdf", by=by)
    is_own = by.person_id == plan.person_id or by.person_id is None
    since = None if is_own else rules.visible_from(plan.transferred_on)
    entries = all_entries(plan.id, now=at, since=since)
    actions = all_actions(plan.id, today=clock.today())
    energy = energy_line(plan.id)
    page = lay_out(
        _values(plan, entries, actions, energy=energy, by=by, audience=audience, at=at),
        energy=[(_month(on), figure) for on, figure in energy],
    )
    try:
        made = seal_coaching_log(
            render(page),
            reason=_("Dit logboek is niet veranderd nadat de academie het maakte."),
            field_label=_("Zegel van de academie"),
        )
    except DocumentError as error:
        sentence = pick({"nl": error.sentence, "en": error.sentence_en})
        raise DocumentNotMadeError(sentence) from error
    note_document(plan.id, made.sha256, by=by, at=at)
    return made


def _values(
    plan: PlanHead,
    entries: tuple[EntryView, ...],
    actions: tuple[ActionView, ...],
    *,
    energy: list[tuple[date, int]],
    by: Actor,
    audience: str,
    at: datetime,
) -> dict[str, Any]:
    maker = by.display_name if by.person_id is not None else current().name
    figures = ", ".join(f"{_month(on)} {figure}" for on, figure in energy)
    first, _space, rest = current().name.rpartition(" ")
    return {
        "language": language(),
        "title": _("Logboek begeleiding: %(name)s", name=plan.person_name),
        "academy": current().name,
        "brand": [first or rest, rest if first else ""],
        "made_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "audience": _("Voor: %(audience)s", audience=audience),
        "foot": _(
            "Logboek %(name)s · gemaakt op %(day)s door %(maker)s · voor %(audience)s",
            name=plan.person_name,
            day=short_day(at),
            maker=maker,
            audience=audience,
        ),
        "facts": _facts(plan, entries),
        "energy_alt": _("Energie per gesprek: %(figures)s", figures=figures) if energy else "",
        "talks": [_talk(entry, plan) for entry in entries],
        "actions": [
            [_owner(action, plan), action.text, short_day(action.due_on), _state(action)]
            for action in actions
        ],
        "words": _words(),
    }


def _words() -> dict[str, Any]:
    return {
        "page": _("bladzijde"),
        "of": _("van"),
        "confidential": _("VERTROUWELIJK"),
        "title": _("Logboek begeleiding"),
        "energy": _("Hoeveel energie had je?"),
        "energy_scale": _("1 is leeg, 5 is vol. Je gaf het zelf aan."),
        "talks": _("Gesprekken"),
        "no_talks": _("Er staan nog geen gesprekken in dit logboek."),
        "nothing_written": _("Er is niets opgeschreven."),
        "agreed": _("Afspraak:"),
        "actions": _("Afspraken"),
        "action_heads": [_("Wie"), _("Wat"), _("Wanneer"), _("Stand")],
        "last": _(
            "Klopt er iets niet? Zeg het. Jij mag dit altijd lezen, verbeteren en laten"
            " verwijderen."
        ),
    }


def _facts(plan: PlanHead, entries: tuple[EntryView, ...]) -> list[tuple[str, str]]:
    facts = [(_("Van"), plan.person_name)]
    coaches = list(dict.fromkeys([plan.coach_name, *(entry.coach_name for entry in entries)]))
    facts.append((_("Begeleider"), ", ".join(name for name in coaches if name)))
    if entries:
        span = _(
            "%(first)s tot %(last)s",
            first=short_day(entries[-1].happened_on),
            last=short_day(entries[0].happened_on),
        )
        facts.append((_("Van dag tot dag"), span))
    if plan.goal:
        facts.append((_("Doel"), plan.goal))
    return facts


def _talk(entry: EntryView, plan: PlanHead) -> dict[str, Any]:
    parts = _parts(entry)
    added = [
        (_correction_label(one), " ".join(text for _label, text in _parts(one)))
        for one in entry.corrections
    ]
    all_words = [*entry.words, *(own for one in entry.corrections for own in one.words)]
    added += [
        (
            _("Woorden van %(name)s, %(day)s:", name=plan.call_name, day=short_day(own.at)),
            own.words,
        )
        for own in all_words
    ]
    letters = sum(len(text) for _label, text in [*parts, *added])
    return {
        "heading": _heading(entry),
        "going_on": _("Vervolg van %(day)s", day=short_day(entry.happened_on)),
        "parts": parts,
        "added": added,
        "actions": [(_agreed(action, plan), _state(action)) for action in entry.actions],
        "is_long": letters > LONG_TALK,
    }


def _parts(entry: EntryView) -> list[tuple[str, str]]:
    parts = (
        (_("Waar ging het over?"), entry.discussed),
        (_("Wat ging goed?"), entry.went_well),
        (_("Wat is lastig?"), entry.is_hard),
    )
    return [(label, text) for label, text in parts if text]


def _heading(entry: EntryView) -> str:
    said = [capital(day(entry.happened_on)), _kind(entry.kind)]
    if entry.minutes is not None:
        said.append(ngettext("%(num)d minuut", "%(num)d minuten", entry.minutes))
    if entry.energy is not None:
        said.append(_("energie %(figure)d", figure=entry.energy))
    return " · ".join(said)


def _kind(kind: str) -> str:
    return {
        "phone": _("telefoon"),
        "visit": _("bezoek"),
        "message": _("app"),
        "peer": _("intervisie"),
        "meetup": _("terugkommiddag"),
        "yearly_review": _("jaargesprek"),
    }[kind]


def _correction_label(entry: EntryView) -> str:
    moment = entry.shared_at or entry.saved_at
    return _("Verbeterd op %(day)s:", day=short_day(moment))


def _owner(action: ActionView, plan: PlanHead) -> str:
    return {
        "participant": plan.call_name,
        "coach": plan.coach_call_name or _("begeleider"),
        "coordinator": _("de coördinator"),
        "client": _("de opdrachtgever"),
    }[action.owner]


def _agreed(action: ActionView, plan: PlanHead) -> str:
    return _(
        "%(text)s (%(who)s, vóór %(day)s)",
        text=action.text,
        who=_owner(action, plan),
        day=short_day(action.due_on),
    )


def _state(action: ActionView) -> str:
    if action.state == "done" and action.done_on is not None:
        return _("Gedaan op %(day)s", day=short_day(action.done_on))
    return {"open": _("Open"), "done": _("Gedaan"), "dropped": _("Niet gedaan")}[action.state]


def _month(on: date) -> str:
    return format_date(on, "MMM", locale=language())
