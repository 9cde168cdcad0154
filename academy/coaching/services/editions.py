"""What a coaching log says on paper, per edition: for the participant, a dossier, a handover."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import gettext, ngettext

from academy.coaching.queries.log import ActionView, EntryView, ReadRow, WordsView
from academy.coaching.queries.plans import PlanHead
from academy.coaching.rules.masking import mask_others, without_marked
from academy.coaching.services.third_parties import signs
from academy.kernel.i18n import capital, clock_time, day, language, short_day
from academy.kernel.pdf.paper import brand_lines
from academy.kernel.settings import current

HANDED_OVER = timedelta(days=365)
"""What a new coach gets on paper: the last twelve months."""


def _(sentence: str, /, **values: Any) -> str:
    return str(gettext(sentence, **values))


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a log on paper may hold, of one plan."""

    plan: PlanHead
    entries: tuple[EntryView, ...]
    actions: tuple[ActionView, ...]
    energy: tuple[tuple[date, int], ...]
    reads: tuple[ReadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Making:
    """As what, for whom, by whom and when it is made."""

    edition: str
    audience: str
    maker: str
    at: datetime


def without_black(contents: Contents, *, names: Collection[str] = ()) -> Contents:
    """Return the contents with black for what somebody marked, and for these names."""
    texts = texts_of(contents)
    return _with_texts(contents, (without_marked(text, names=names) for text in texts))


def without_others(
    contents: Contents, *, called: frozenset[str], phrases: tuple[str, ...]
) -> Contents:
    """Return the contents with other people's names, phone numbers and mail addresses taken out.

    The participant and the coaches keep theirs.
    """
    plan = contents.plan
    kept = [plan.person_name, plan.call_name, plan.coach_name, plan.coach_call_name]
    kept += [entry.coach_name for entry in contents.entries]
    masked = mask_others(
        texts_of(contents),
        called=called,
        kept=kept,
        phrases=phrases,
        signs=signs(),
        own=[plan.phone] if plan.phone else [],
    )
    return _with_texts(contents, masked)


def _with_texts(contents: Contents, texts: Iterable[str]) -> Contents:
    """Return the contents with other texts, in the order of `texts_of`."""
    rest = iter(texts)
    plan = replace(contents.plan, goal=next(rest))
    actions = tuple(replace(one, text=next(rest)) for one in contents.actions)
    entries = tuple(_entry_with(one, rest) for one in contents.entries)
    return replace(contents, plan=plan, actions=actions, entries=entries)


def texts_of(contents: Contents) -> list[str]:
    """Return every text that somebody typed, in one order."""
    texts = [contents.plan.goal, *(one.text for one in contents.actions)]
    for entry in contents.entries:
        texts += _entry_texts(entry)
    return texts


def _entry_texts(entry: EntryView) -> list[str]:
    texts = [entry.discussed, entry.went_well, entry.is_hard]
    texts += [own.words for own in entry.words]
    texts += [action.text for action in entry.actions]
    for correction in entry.corrections:
        texts += _entry_texts(correction)
    return texts


def _entry_with(entry: EntryView, texts: Any) -> EntryView:
    return replace(
        entry,
        discussed=next(texts),
        went_well=next(texts),
        is_hard=next(texts),
        words=tuple(replace(own, words=next(texts)) for own in entry.words),
        actions=tuple(replace(action, text=next(texts)) for action in entry.actions),
        corrections=tuple(_entry_with(one, texts) for one in entry.corrections),
    )


# --- the page --------------------------------------------------------------------------------


def page_values(contents: Contents, making: Making) -> dict[str, Any]:
    """Return what the template prints."""
    plan = contents.plan
    figures = ", ".join(f"{month(on)} {figure}" for on, figure in contents.energy)
    name, on = plan.person_name, short_day(making.at)
    return {
        "language": language(),
        "title": _("Logboek begeleiding: %(name)s", name=name),
        "academy": current().name,
        "brand": brand_lines(current().name),
        "made_at": making.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "audience": _("Voor: %(audience)s", audience=making.audience),
        "edition": _edition_line(making.edition),
        "foot": _(
            "Logboek %(name)s · gemaakt op %(day)s door %(maker)s · voor %(audience)s",
            name=name,
            day=on,
            maker=making.maker,
            audience=making.audience,
        ),
        "facts": _facts(contents, making.edition),
        "energy_alt": _("Energie per gesprek: %(figures)s", figures=figures) if figures else "",
        "talks": [_talk(entry, plan, making.edition) for entry in contents.entries],
        "actions": [_action_cells(one, plan) for one in contents.actions],
        "reads": [_read_cells(one) for one in contents.reads],
        "words": _words(plan, making.edition),
    }


def watermark(making: Making) -> str:
    """Return what stands pale across every page: for whom and when it was made."""
    return f"{making.audience} · {short_day(making.at)}"


def month(on: date) -> str:
    """Return the short name of a month, as below the line of energy."""
    return format_date(on, "MMM", locale=language())


def _edition_line(edition: str) -> str:
    return {
        "participant": _("Dit is jouw logboek. Laat het alleen zien aan wie jij wilt."),
        "dossier": _("Dossier. Het zegel laat zien of er later iets is veranderd."),
        "handover": _("Overdracht: de laatste twaalf maanden. Namen van anderen zijn weggehaald."),
    }[edition]


def _words(plan: PlanHead, edition: str) -> dict[str, Any]:
    is_own = edition == "participant"
    return {
        "page": _("bladzijde"),
        "of": _("van"),
        "confidential": _("VERTROUWELIJK"),
        "title": _("Logboek begeleiding"),
        "energy": _("Hoeveel energie had je?")
        if is_own
        else _("Hoeveel energie had %(name)s?", name=plan.call_name),
        "energy_scale": _("1 is leeg, 5 is vol. Je gaf het zelf aan.")
        if is_own
        else _("1 is leeg, 5 is vol. %(name)s gaf het zelf aan.", name=plan.call_name),
        "talks": _("Gesprekken"),
        "no_talks": _("Er staan nog geen gesprekken in dit logboek."),
        "nothing_written": _("Er is niets opgeschreven."),
        "agreed": _("Afspraak:"),
        "actions": _("Afspraken"),
        "action_heads": [_("Wie"), _("Wat"), _("Wanneer"), _("Stand")],
        "reads": _("Wie las dit logboek?"),
        "read_heads": [_("Wie"), _("Wanneer"), _("Hoe")],
        "last": _last(plan, edition),
    }


def _last(plan: PlanHead, edition: str) -> str:
    if edition == "participant":
        return _(
            "Klopt er iets niet? Zeg het. Jij mag dit altijd lezen, verbeteren en laten"
            " verwijderen."
        )
    return _(
        "Klopt er iets niet? Zeg het. %(name)s mag dit altijd lezen, verbeteren en laten"
        " verwijderen.",
        name=plan.call_name,
    )


def _facts(contents: Contents, edition: str) -> list[tuple[str, str]]:
    plan, entries = contents.plan, contents.entries
    facts = [(_("Van"), plan.person_name)]
    coaches = list(dict.fromkeys([plan.coach_name, *(entry.coach_name for entry in entries)]))
    facts.append((_("Begeleider"), ", ".join(name for name in coaches if name)))
    if entries:
        days = [entry.standing.happened_on for entry in entries]
        span = _("%(first)s tot %(last)s", first=short_day(min(days)), last=short_day(max(days)))
        facts.append((_("Van dag tot dag"), span))
    if plan.goal:
        facts.append((_("Doel"), plan.goal))
    if edition == "dossier":
        facts += [
            (_("Gesprekken"), str(len(entries))),
            (_("Certificaat"), plan.certificate_number or "–"),
            (_("Begonnen"), short_day(plan.started_on) if plan.started_on else "–"),
        ]
        if plan.stopped_on:
            facts.append((_("Gestopt"), short_day(plan.stopped_on)))
    return facts


def _talk(entry: EntryView, plan: PlanHead, edition: str) -> dict[str, Any]:
    parts = _parts(entry)
    added = [
        (
            _correction_label(one),
            " ".join([*_changed(one), *(text for _label, text in _parts(one))]),
        )
        for one in entry.corrections
    ]
    all_words = [*entry.words, *(own for one in entry.corrections for own in one.words)]
    added += [(_words_label(own, plan), own.words) for own in all_words]
    return {
        "heading": _heading(entry),
        "going_on": _("Vervolg van %(day)s", day=short_day(entry.happened_on)),
        "standing": _standing(entry, plan) if edition == "dossier" else "",
        "parts": parts,
        "added": added,
        "actions": [(_agreed(action, plan), _state(action)) for action in entry.actions],
    }


def _standing(entry: EntryView, plan: PlanHead) -> str:
    """Say who wrote it, when, and whether it can change still."""
    moment = entry.shared_at or entry.saved_at
    written = _(
        "Opgeschreven door %(coach)s op %(day)s.", coach=entry.coach_name, day=short_day(moment)
    )
    if entry.is_seen:
        return f"{written} {_('%(name)s las het.', name=plan.call_name)}"
    rest = _("Het ligt vast.") if entry.is_final else _("Het ligt nog niet vast.")
    return f"{written} {rest}"


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


def _changed(entry: EntryView) -> list[str]:
    """Say which figures a correction changed, in sentences."""
    said = (
        ("happened_on", _("Dit was op %(day)s.", day=short_day(entry.happened_on))),
        ("kind", _("Zo spraken jullie elkaar: %(kind)s.", kind=_kind(entry.kind))),
        ("minutes", _("Minuten: %(num)s.", num="–" if entry.minutes is None else entry.minutes)),
        ("energy", _("Energie: %(figure)s.", figure=entry.energy or "–")),
    )
    return [sentence for name, sentence in said if name in entry.changed]


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


def _words_label(own: WordsView, plan: PlanHead) -> str:
    return _("Woorden van %(name)s, %(day)s:", name=plan.call_name, day=short_day(own.at))


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


def _action_cells(action: ActionView, plan: PlanHead) -> list[str]:
    return [_owner(action, plan), action.text, short_day(action.due_on), _state(action)]


def _state(action: ActionView) -> str:
    if action.state == "done" and action.done_on is not None:
        return _("Gedaan op %(day)s", day=short_day(action.done_on))
    return {"open": _("Open"), "done": _("Gedaan"), "dropped": _("Niet gedaan")}[action.state]


def _read_cells(one: ReadRow) -> list[str]:
    who = one.reader_name or _("Iemand van de academie")
    return [who, f"{short_day(one.at)}, {clock_time(one.at)}", read_as(one)]


def read_as(one: ReadRow) -> str:
    """Return in words how a log was read."""
    if one.in_need:
        return _("bij nood geopend")
    if one.edition == "plan":
        return _("het plan op papier")
    return {
        "page": _("op het scherm"),
        "draft": _("bij het schrijven"),
        "pdf": _("als PDF"),
        "export": _("bij een kopie van alle gegevens"),
    }[one.kind]
