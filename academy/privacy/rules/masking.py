"""What is blacked out in an export: other people in somebody's texts."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from academy.coaching.rules.masking import BLACK, without_marked

ME, ANOTHER = "jij", "iemand anders"

_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])(?:\+31|0)[ -]?(?:\d[ -]?){8}\d(?![\w-])")


def masked(text: str, *, others: Collection[str], own: Collection[str]) -> str:
    """Return `text` without who is not its subject.

    Black become: what somebody put between double brackets because it would harm another, the
    names in `others`, and every mailbox and phone number that is not in `own`.
    """
    for pattern in (_MAILBOX, _PHONE):
        text = pattern.sub(lambda found: _unless_own(found[0], own), text)
    return without_marked(text, names=others)


def _unless_own(found: str, own: Collection[str]) -> str:
    plain = re.sub(r"[ -]", "", found)
    return found if plain in {re.sub(r"[ -]", "", one) for one in own} else BLACK


def person_word(person_id: int | None, subject_id: int) -> str | None:
    """Return whether a link points at the subject or at somebody else; never who that is."""
    if person_id is None:
        return None
    return ME if person_id == subject_id else ANOTHER


def masked_ids(data: dict[str, Any], subject_id: int) -> dict[str, Any]:
    """Return an event's data without the ids of other people."""
    people = ("person", "on_behalf_of", "coach_id", "person_id", "by_id")
    return {
        key: person_word(value, subject_id) if key in people else value
        for key, value in data.items()
    }
