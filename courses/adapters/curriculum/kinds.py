"""What a value in a curriculum may look like; each kind checks one value and notes its faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from courses.adapters.curriculum.documents import Document, Place


class Kind(Protocol):
    """A kind of value."""

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Note a fault in the document for everything that is wrong with this value."""


@dataclass(frozen=True)
class Words:
    """A text that is not empty; `pattern` must match all of it."""

    pattern: str = r"(?s).*\S.*"
    nl: str = "tekst"
    en: str = "text"

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            _wrong(document, path, self.nl, en=self.en)


@dataclass(frozen=True)
class Number:
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not self.least <= value <= self.most:
            _wrong(
                document,
                path,
                f"een heel getal van {self.least} tot en met {self.most}",
                en=f"a whole number from {self.least} to {self.most}",
            )


@dataclass(frozen=True)
class YesNo:
    """`true` or `false`."""

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        if not isinstance(value, bool):
            _wrong(document, path, "true of false", en="true or false")


@dataclass(frozen=True)
class OneOf:
    """One of these values, of the same type."""

    values: tuple[Any, ...]

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        if not any(type(value) is type(one) and value == one for one in self.values):
            shown = ", ".join(str(one) for one in self.values)
            _wrong(document, path, f"een van: {shown}", en=f"one of: {shown}")


@dataclass(frozen=True)
class Maybe:
    """This kind, or `null`: not applicable."""

    kind: Kind

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        if value is not None:
            self.kind.check(document, path, value)


@dataclass(frozen=True)
class Items:
    """A list of `least` to `most` items; with `key`, no two items share that field."""

    kind: Kind
    least: int = 0
    most: int = 1000
    key: str = ""

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        if not isinstance(value, list):
            _wrong(document, path, "een lijst", en="a list")
            return
        if not self.least <= len(value) <= self.most:
            document.fault(
                path,
                f"Veld {_name(path)} heeft {len(value)} delen; dat moeten er"
                f" {self.least} tot en met {self.most} zijn.",
                en=f"Field {_name(path)} has {len(value)} items;"
                f" it needs {self.least} to {self.most}.",
            )
        for place, item in enumerate(value):
            self.kind.check(document, (*path, place), item)
        self._check_twice(document, path, value)

    def _check_twice(self, document: Document, path: Place, value: list[Any]) -> None:
        seen: list[Any] = []
        for place, item in enumerate(value):
            one = item.get(self.key) if self.key and isinstance(item, dict) else None
            if one is not None and one in seen:
                document.fault(
                    (*path, place, self.key),
                    f"{self.key} {one} komt twee keer voor.",
                    en=f"{self.key} {one} occurs twice.",
                )
            seen.append(one)


@dataclass(frozen=True)
class Record:
    """A block with all of `needs`, perhaps some of `may`; other fields are of kind `others`."""

    needs: Mapping[Any, Kind] = field(default_factory=dict)
    may: Mapping[Any, Kind] = field(default_factory=dict)
    others: Kind | None = None

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        if not isinstance(value, dict):
            _wrong(document, path, "een blok met velden", en="a block with fields")
            return
        known = {**self.needs, **self.may}
        for key in self.needs:
            if key not in value:
                self._absent(document, path, key)
        for key, item in value.items():
            kind = known.get(key, self.others)
            if kind is None:
                self._unknown(document, (*path, key))
            else:
                kind.check(document, (*path, key), item)

    def _absent(self, document: Document, path: Place, key: str | int) -> None:
        document.fault(
            (*path, key),
            f"Veld {_name((*path, key))} ontbreekt.",
            en=f"Field {_name((*path, key))} is missing.",
        )

    def _unknown(self, document: Document, path: Place) -> None:
        document.fault(
            path,
            f"Veld {_name(path)} ken ik niet. Is het een tikfout?",
            en=f"Field {_name(path)} is unknown. Is it a typing error?",
        )


@dataclass(frozen=True)
class Chosen:
    """A block whose other fields depend on the value of one field."""

    by: str
    records: Mapping[str, Record]

    def check(self, document: Document, path: Place, value: Any) -> None:
        """Check one value."""
        choice = value.get(self.by) if isinstance(value, dict) else None
        if isinstance(choice, str) and choice in self.records:
            self.records[choice].check(document, path, value)
        else:
            shown = ", ".join(self.records)
            _wrong(document, (*path, self.by), f"een van: {shown}", en=f"one of: {shown}")


def _name(path: Place) -> str:
    """Name a value as its writer sees it: `session_plan 2 minutes`, positions counted from 1."""
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in path) or "-"


def _wrong(document: Document, path: Place, nl: str, *, en: str) -> None:
    document.fault(
        path, f"Veld {_name(path)} moet {nl} zijn.", en=f"Field {_name(path)} must be {en}."
    )
