"""What the house records as done on behalf of somebody, read from its source.

Every `audit.record` is followed back to who calls it, so far as its action and its `on_behalf_of`
come from there. What cannot be followed counts as not recorded.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("academy", "courses", "certificates")
LEFT_OUT = "academy.demo"
"""What no visitor asks for proves nothing."""
RECORD, ON_BEHALF = "academy.kernel.audit.record", "academy.kernel.audit.on_behalf"

Node = ast.FunctionDef


def read_source() -> dict[str, str]:
    """Return the text of every module of the house by its name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not name.startswith(LEFT_OUT):
                found[name] = path.read_text(encoding="utf-8")
    return found


def recorded_on_behalf(texts: Mapping[str, str]) -> set[str]:
    """Return the audit actions that may say on whose behalf they were done."""
    house = _House(texts)
    return {action for function in house.functions.values() for action in house.told(function)}


@dataclass(frozen=True, eq=False)
class _Function:
    module: str
    node: Node

    @property
    def defaults(self) -> dict[str, ast.expr | None]:
        """Return every parameter with what it is when nobody gives it."""
        args = self.node.args
        plain = [*args.posonlyargs, *args.args]
        without: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults))
        found = {
            one.arg: value for one, value in zip(plain, [*without, *args.defaults], strict=True)
        }
        return found | {
            one.arg: value for one, value in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        }

    def set_to(self, name: str) -> list[ast.expr]:
        """Return what a local name is set to, but for what is made of that name itself."""
        return [
            one.value
            for one in ast.walk(self.node)
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name) and target.id == name
            if not any(isinstance(at, ast.Name) and at.id == name for at in ast.walk(one.value))
        ]


@dataclass(frozen=True, eq=False)
class _Frame:
    """A function as it is called from one place: what was given, and in which frame that lies."""

    function: _Function
    given: Mapping[str, tuple[ast.expr, _Frame]] = field(default_factory=dict)


class _House:
    def __init__(self, texts: Mapping[str, str]) -> None:
        self.imports: dict[str, dict[str, str]] = {}
        self.constants: dict[str, dict[str, ast.expr]] = {}
        self.functions: dict[str, _Function] = {}
        for module, text in texts.items():
            self._read(module, _parsed(text))
        self.calls: dict[str, list[tuple[_Function, ast.Call]]] = defaultdict(list)
        for function in self.functions.values():
            for call in _calls_in(function.node):
                name = self.name_of(call.func, function.module)
                if name in self.functions:
                    self.calls[name].append((function, call))

    def _read(self, module: str, tree: ast.Module) -> None:
        self.imports[module] = {
            alias.asname or alias.name: f"{one.module}.{alias.name}"
            for one in tree.body
            if isinstance(one, ast.ImportFrom)
            for alias in one.names
        }
        self.constants[module] = {
            target.id: one.value
            for one in tree.body
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        for one in tree.body:
            if isinstance(one, Node):
                self.functions[f"{module}.{one.name}"] = _Function(module, one)
            elif isinstance(one, ast.ClassDef):
                for method in one.body:
                    if isinstance(method, Node):
                        key = f"{module}.{one.name}.{method.name}"
                        self.functions[key] = _Function(module, method)

    def name_of(self, called: ast.expr, module: str) -> str:
        """Return the whole name of what is called, or nothing for what is not of the house."""
        if isinstance(called, ast.Name):
            own = f"{module}.{called.id}"
            return own if own in self.functions else self._whole(self._import(module, called.id))
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            return self._whole(f"{self._import(module, called.value.id)}.{called.attr}")
        return ""

    def _import(self, module: str, name: str) -> str:
        return self.imports[module].get(name, "")

    def _whole(self, name: str) -> str:
        """Return the name by which a function is known where it is written."""
        while name not in self.functions:
            module, _dot, last = name.rpartition(".")
            further = self.imports.get(module, {}).get(last, "")
            if not further:
                return ""
            name = further
        return name

    # --- what is recorded --------------------------------------------------------------------

    def told(self, function: _Function) -> Iterator[str]:
        """Yield the actions that a function itself may record on behalf of somebody."""
        for call in _calls_in(function.node):
            if self.name_of(call.func, function.module) != RECORD:
                continue
            action, behalf = call.args[0], _behalf(call, function)
            if behalf is None:
                continue
            for frame in self.frames(function, [action, behalf]):
                if self.may_be_set(behalf, frame):
                    yield from self.texts(action, frame)

    def frames(self, function: _Function, needed: list[ast.expr]) -> Iterator[_Frame]:
        """Yield how a function is called, as far back as what is needed comes from there."""
        names = {name for one in needed for name in _names(one, function)}
        sites = self.calls.get(f"{function.module}.{function.node.name}", [])
        takes_more = function.node.args.kwarg is not None
        if not sites or not (names & set(function.defaults) or (takes_more and names)):
            yield _Frame(function)
            return
        for caller, call in sites:
            bound = {name: one for name, one in _bound(function, call).items() if name in names}
            if caller is function:
                continue
            for frame in self.frames(caller, list(bound.values())):
                yield _Frame(function, {name: (one, frame) for name, one in bound.items()})

    def texts(self, one: ast.expr, frame: _Frame) -> Iterator[str]:
        """Yield what a text may be; nothing when that cannot be told."""
        match one:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                for found in product(*(set(self.texts(part, frame)) for part in parts)):
                    yield "".join(found)
            case ast.Call(
                func=ast.Attribute(value=value, attr="replace"),
                args=[ast.Constant(value=str(old)), ast.Constant(value=str(new))],
            ):
                yield from (text.replace(old, new) for text in self.texts(value, frame))
            case _:
                for each in self._may_be(one, frame):
                    yield from self.texts(*each)

    def may_be_set(self, one: ast.expr, frame: _Frame) -> bool:
        """Say whether this may be somebody: of a page, or what `audit.on_behalf` says."""
        match one:
            case ast.Constant(value=value):
                return value is not None
            case ast.Attribute():
                return True
            case ast.Call(func=called):
                name = self.name_of(called, frame.function.module)
                return name == ON_BEHALF or self._may_return(name)
        known = list(self._may_be(one, frame))
        is_asked = isinstance(one, ast.Name) and one.id in frame.function.defaults and not known
        return is_asked or any(self.may_be_set(*each) for each in known)

    def _may_be(self, one: ast.expr, frame: _Frame) -> Iterator[tuple[ast.expr, _Frame]]:
        """Yield what one expression comes down to, one of which it is."""
        match one:
            case ast.FormattedValue(value=value):
                yield value, frame
            case ast.BoolOp(op=ast.Or(), values=values):
                yield from ((value, frame) for value in values)
            case ast.IfExp(test=test, body=yes, orelse=no):
                sides = {True: [yes], False: [no], None: [yes, no]}[_truth(test, frame)]
                yield from ((side, frame) for side in sides)
            case ast.Subscript(value=ast.Name(id=name)):
                table = self.constants[frame.function.module].get(name)
                values = table.values if isinstance(table, ast.Dict) else []
                yield from ((value, frame) for value in values)
            case ast.Name(id=name):
                yield from _stands_for(name, frame)

    def _may_return(self, name: str) -> bool:
        function = self.functions.get(name)
        if function is None:
            return False
        answers = [one for one in ast.walk(function.node) if isinstance(one, ast.Return)]
        return any(one.value and self.may_be_set(one.value, _Frame(function)) for one in answers)


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def _calls_in(node: Node) -> tuple[ast.Call, ...]:
    return tuple(one for one in ast.walk(node) if isinstance(one, ast.Call))


def _behalf(call: ast.Call, function: _Function) -> ast.expr | None:
    """Return what is given as `on_behalf_of`, by its name or among the rest."""
    rest = function.node.args.kwarg
    for one in call.keywords:
        if one.arg == "on_behalf_of":
            return one.value
    for one in call.keywords:
        passes_on = one.arg is None and isinstance(one.value, ast.Name) and rest
        if passes_on and one.value.id == rest.arg:  # type: ignore[attr-defined,union-attr]
            return ast.Name("on_behalf_of")
    return None


def _bound(function: _Function, call: ast.Call) -> dict[str, ast.expr]:
    """Return what a call gives, by the name it has inside."""
    args = function.node.args
    names = [one.arg for one in (*args.posonlyargs, *args.args)]
    return dict(zip(names, call.args, strict=False)) | {
        one.arg: one.value for one in call.keywords if one.arg
    }


def _names(one: ast.expr, function: _Function, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the names from which something is made, as far as it can be followed."""
    if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
        return _names(one.func.value, function, seen) if one.func.attr == "replace" else set()
    if isinstance(one, ast.Name):
        if one.id in seen:
            return set()
        values = [] if one.id in function.defaults else function.set_to(one.id)
        made = [_names(value, function, seen | {one.id}) for value in values]
        return {one.id}.union(*made)
    if not isinstance(one, ast.JoinedStr | ast.FormattedValue | ast.IfExp | ast.BoolOp):
        return set()
    parts = [part for part in ast.iter_child_nodes(one) if isinstance(part, ast.expr)]
    return {name for part in parts for name in _names(part, function, seen)}


def _stands_for(name: str, frame: _Frame) -> Iterator[tuple[ast.expr, _Frame]]:
    """Yield what a name stands for: what was given, else what it is without, or was set to."""
    function = frame.function
    if name in frame.given:
        yield frame.given[name]
    elif name in function.defaults:
        default = function.defaults[name]
        if default is not None:
            yield default, frame
    else:
        yield from ((value, frame) for value in function.set_to(name))


def _truth(test: ast.expr, frame: _Frame) -> bool | None:
    """Return what a test says when that is known beforehand."""
    if not isinstance(test, ast.Name):
        return None
    for value, where in _stands_for(test.id, frame):
        return bool(value.value) if isinstance(value, ast.Constant) else _truth(value, where)
    return None
