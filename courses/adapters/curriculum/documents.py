"""One YAML document with the line of every value, and the faults found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from pathlib import Path

Place = tuple[str | int, ...]
"""Where a value stands in a document: the keys and positions that lead to it."""

FRONT_MATTER = "---\n"
BYTES_MAX = 1_000_000
DEPTH_MAX = 50

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast reader in C where PyYAML has it; both know plain values only."""


class Fault(NamedTuple):
    """One thing that is wrong: where, and a sentence for the person who writes the curriculum."""

    file: str
    line: int
    sentence_nl: str
    sentence_en: str


class CurriculumFault(ValueError):  # noqa: N818 - a fault in the text, named as its writers say it
    """The curricula cannot be used.

    `faults` holds everything that is wrong, sorted by file and line.
    """

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(f"{f.file}:{f.line}: {f.sentence_nl}" for f in self.faults))


@dataclass
class Document:
    """A read document: plain values, the line of each, its faults, and the text below them.

    Reading and checking collect in `faults`; `spoiled` are the top-level keys that no check may
    look into any more.
    """

    file: str
    value: Any = None
    body: str = ""
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    spoiled: set[str | int] = field(default_factory=set)

    def fault(self, path: Place, nl: str, *, en: str) -> None:
        """Note a fault at the line of this value, or of the nearest value around it."""
        self.faults.append(Fault(self.file, self.line(path), nl, en))
        self.spoiled.add(path[0] if path else "")

    def remark(self, path: Place, nl: str, *, en: str) -> Fault:
        """Make a remark that does not stop the import."""
        return Fault(self.file, self.line(path), nl, en)

    def line(self, path: Place) -> int:
        """Return the line (from 1) of a value, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def sound(self, *keys: str) -> bool:
        """Say whether these top-level keys are there and were read without a fault."""
        if "" in self.spoiled or not isinstance(self.value, dict):
            return False
        return all(key in self.value and key not in self.spoiled for key in keys)


def read_yaml(root: Path, file: str) -> Document:
    """Read a YAML file below `root`.

    What cannot be read is a fault in the document, never an exception.
    """
    document = Document(file)
    text = _text(root, document)
    if text is not None:
        _parse(document, text, first_line=1)
    return document


def read_markdown(root: Path, file: str) -> Document:
    """Read a Markdown file with YAML front matter below `root`."""
    document = Document(file)
    text = _text(root, document)
    if text is None:
        return document
    parts = text.split(FRONT_MATTER, 2)
    if len(parts) != 3 or parts[0]:
        document.fault(
            (),
            "Het bestand moet beginnen met een blok tussen twee regels met ---.",
            en="The file must start with a block between two lines of ---.",
        )
        return document
    document.body = parts[2]
    _parse(document, parts[1], first_line=2)
    return document


def _text(root: Path, document: Document) -> str | None:
    path = root / document.file
    if not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
        document.fault((), "Dit bestand is er niet.", en="This file does not exist.")
        return None
    if path.stat().st_size > BYTES_MAX:
        document.fault((), "Dit bestand is te groot.", en="This file is too large.")
        return None
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        document.fault(
            (),
            "Dit bestand is geen UTF-8. Sla het op als UTF-8.",
            en="This file is not UTF-8. Save it as UTF-8.",
        )
        return None


def _parse(document: Document, text: str, *, first_line: int) -> None:
    try:
        if _too_deep(text):
            _unreadable(document, line=first_line)
            return
        loader = Loader(text)
        node = loader.get_single_node()
        if node is not None:
            reader = _Reader(document, loader, first_line)
            document.value = reader.read(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _unreadable(document, line=(mark.line if mark else 0) + first_line)
    except yaml.YAMLError:
        _unreadable(document, line=first_line)


def _too_deep(text: str) -> bool:
    """Say whether values are nested too deep to be read, without reading them into each other."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MAX:
            return True
    return False


def _unreadable(document: Document, *, line: int) -> None:
    document.lines[()] = line
    document.value = None
    document.fault(
        (),
        "Dit kan ik niet lezen als YAML."
        " Kijk naar de inspringing, de aanhalingstekens en de dubbele punten.",
        en="This cannot be read as YAML. Look at the indentation, the quotes and the colons.",
    )


class _Reader:
    """Turns YAML nodes into plain values and notes the line of each."""

    def __init__(self, document: Document, loader: Any, first_line: int) -> None:
        self.document = document
        self.loader = loader
        self.first_line = first_line
        self.seen: set[int] = set()

    def read(self, node: yaml.Node, path: Place) -> Any:
        """Return the plain value of a node.

        An alias is a fault: every value stands where it is read.
        """
        self.document.lines.setdefault(path, node.start_mark.line + self.first_line)
        if id(node) in self.seen:
            self.document.fault(
                path,
                "Een verwijzing met * mag hier niet. Schrijf de waarde uit.",
                en="A reference with * is not allowed here. Write the value out.",
            )
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, place)) for place, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Place) -> dict[str | int, Any]:
        value: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            self.document.lines[*path, key] = key_node.start_mark.line + self.first_line
            if key in value:
                self.document.fault(
                    (*path, key),
                    f"Het veld {key} staat hier twee keer.",
                    en=f"The field {key} is here twice.",
                )
            value[key] = self.read(value_node, (*path, key))
        return value

    def _key(self, node: yaml.Node, path: Place) -> str | int:
        key = self._scalar(node, path) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(key, str | int) and not isinstance(key, bool):
            return key
        shown = node.value if isinstance(node, yaml.ScalarNode) else "[…]"
        return f"{shown}"

    def _scalar(self, node: yaml.Node, path: Place) -> Any:
        try:
            return self.loader.construct_object(node)
        except ValueError:
            self.document.fault(
                path,
                f"De waarde {node.value} kan ik niet lezen. Zet er aanhalingstekens om.",
                en=f"The value {node.value} cannot be read. Put quotes around it.",
            )
            return None
