"""What somebody typed in a form, when we first had to ask who they are.

The kernel only takes it out of the request; the feature that knows people keeps it for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from academy.kernel.web.addresses import is_for_programs

NOT_TYPED = frozenset({"csrf_token", "next"})
SECRETS = frozenset({"code", "credential", "password"})
"""Fields that are kept nowhere, not even for a moment."""
MOST_FIELDS = 500
MOST_LETTERS = 100_000
LONGEST_ADDRESS = 400


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of this request: where it goes, on which page it stands, what was typed.

    `is_whole`: nothing was left out, no secret and no file.
    """

    path: str
    page: str
    fields: tuple[tuple[str, str], ...]
    is_whole: bool


Keeper = Callable[[Typed], None]
_keepers: list[Keeper] = []


def use_keeper(keeper: Keeper) -> Keeper:
    """Let `keeper` keep what was typed; one feature does so."""
    _keepers[:] = [keeper]
    return keeper


def keep_typed(page: str) -> None:
    """Hand what was typed to the keeper; `page` is where the form stands."""
    typed = _typed(page)
    if typed is not None:
        for keeper in _keepers:
            keeper(typed)


def _typed(page: str) -> Typed | None:
    """Return the form of this request, None when there is nothing worth to keep.

    A button of its own sends only numbers: it is there again on its page. A script that sends a
    form keeps the text itself.
    """
    by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    if request.method != "POST" or by_script or is_for_programs(request.path):
        return None
    sent = [one for one in request.form.items(multi=True) if one[0] not in NOT_TYPED]
    fields = tuple(one for one in sent if one[0] not in SECRETS)
    if not any(value.strip() and not value.strip().isdigit() for _name, value in fields):
        return None
    path = request.full_path.rstrip("?")
    letters = sum(len(name) + len(value) for name, value in fields)
    too_much = len(fields) > MOST_FIELDS or letters > MOST_LETTERS
    if too_much or max(len(path), len(page)) > LONGEST_ADDRESS:
        return None
    files = any(one.filename for one in request.files.values())
    return Typed(path, page, fields, is_whole=len(fields) == len(sent) and not files)
