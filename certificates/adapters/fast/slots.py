"""Which texts differ from paper to paper, and what stands in their places in a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certificates.adapters.fast.faces import setter
from certificates.adapters.fast.shape import Line, Setter, Style

TITLE = "Qqtitleqq"
MADE_AT = "1999-11-12T13:14:15Z"
BADGE = b"Qqbadgeqq"

_PX_PER_MM = 96 / 25.4
_PROMISE_MM = 177
_PROMISE_PT = {"": 16.0, "belofte-lang": 13.0}
_SAFETY = 0.5
_BREAKS = frozenset("-\u2010\u2011\u2012\u2013\u2014/\\\u00ad|\u2026!?}%")
_NUMBER = ("tnum", "zero")


@dataclass(frozen=True, slots=True)
class Slot:
    """A line that differs: its text on this paper, its stack of faces and its features."""

    name: str
    text: str
    stack: str
    features: tuple[str, ...] = ()


def slots_of(context: Mapping[str, Any], fonts_folder: str) -> list[Slot]:
    """Return the lines of one paper that may differ from those of the next.

    `context` is what `render.page_values` made. Raises LookupError if a line cannot be told.
    """
    found = [
        Slot("name", context["printed_name"], "heading"),
        Slot("number", context["number"], "body bold", _NUMBER),
        Slot("code", context["code"], "body", _NUMBER),
    ]
    for at, fact in enumerate(context["facts"]):
        found.append(Slot(f"fact-{at}-label", fact["label"], "body"))
        found.append(Slot(f"fact-{at}-value", fact["value"], "body bold"))
    for at, hand in enumerate(context["signatories"]):
        found.append(Slot(f"hand-{at}-name", hand["name"], "body bold"))
        found.append(Slot(f"hand-{at}-role", hand["role"], "body"))
    if "promise" in context:
        lines = _promise_lines(context, fonts_folder)
        found += [Slot(f"promise-{at}", line, "heading") for at, line in enumerate(lines)]
    return found


def placeholder_context(context: Mapping[str, Any], held: Mapping[str, str]) -> dict[str, Any]:
    """Return `context` with placeholders: the template holds nothing of the first paper."""
    changed = {
        **context,
        "document_title": TITLE,
        "made_at": MADE_AT,
        "printed_name": held["name"],
        "number": held["number"],
        "code": held["code"],
        "facts": [
            {"label": held[f"fact-{at}-label"], "value": held[f"fact-{at}-value"]}
            for at in range(len(context["facts"]))
        ],
        "signatories": [
            {"name": held[f"hand-{at}-name"], "role": held[f"hand-{at}-role"]}
            for at in range(len(context["signatories"]))
        ],
    }
    if "promise" in context:
        lines = [text for name, text in held.items() if name.startswith("promise-")]
        changed["promise"] = " ".join(lines)
    return changed


def placeholders(
    slots: list[Slot], context: Mapping[str, Any], fonts_folder: str
) -> dict[str, str]:
    """Return a text of its own for each slot, with a letter of every face that the slot uses."""
    held = {}
    for at, slot in enumerate(slots):
        base = f"Q{chr(ord('a') + at)}qj"
        letters = "".join(dict.fromkeys(faces_of(slot, fonts_folder).values()))
        held[slot.name] = base + letters
        if slot.name.startswith("promise-"):
            held[slot.name] = _wide(base + letters, context, fonts_folder)
    return held


def faces_of(slot: Slot, fonts_folder: str) -> dict[str, str]:
    """Return the faces beside the first that a slot uses, and a letter that each alone has."""
    return setter(slot.stack, fonts_folder).others(slot.text)


def set_line(slot: Slot, style: Style, fonts_folder: str) -> Line:
    """Set the text of a slot. Raises LookupError."""
    return setter(slot.stack, fonts_folder).line(slot.text, style)


def _promise_lines(context: Mapping[str, Any], fonts_folder: str) -> list[str]:
    """Break a promise as the engine does: each line takes all words that fit."""
    sets, style = setter("heading", fonts_folder), _promise_style(context)
    room, lines, current = _PROMISE_MM * _PX_PER_MM, [], ""
    for word in context["promise"].split(" "):
        longer = f"{current} {word}" if current else word
        width = sets.line(longer, style).width
        if abs(width - room) < _SAFETY:
            raise LookupError("a line that may or may not fit")
        if width < room:
            current = longer
            continue
        if not current or _BREAKS & frozenset(word[:-1]):
            raise LookupError("a word that may break")
        lines.append(current)
        current = word
    return [*lines, current]


def _promise_style(context: Mapping[str, Any]) -> Style:
    points = _PROMISE_PT[context["promise_class"]]
    return Style(int(points * 4 / 3 * 1024) / 1024, context["language"])


def _wide(start: str, context: Mapping[str, Any], fonts_folder: str) -> str:
    """Return a word that takes most of a line of the promise."""
    sets, style = setter("heading", fonts_folder), _promise_style(context)
    return _grown(start, sets, style, _PROMISE_MM * _PX_PER_MM * 0.8)


def _grown(word: str, sets: Setter, style: Style, least: float) -> str:
    while sets.line(word, style).width < least:
        word += "m"
    return word
