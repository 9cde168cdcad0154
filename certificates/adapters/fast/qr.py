"""QR codes by addition: over bits a code is a sum, so each letter of an address adds its modules.

Error correction and placement are linear; only the choice of the mask is not, so that is made here
by the same penalties as segno's. The result is module for module what segno makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import xor
from re import finditer

import segno

_BASE = "0"
_BITS = 7
_MASKS = 8
_FINDER = 0b1011101
_LIGHT_BEFORE_OR_AFTER = 40
_SHORTEST_PREFIX = 12
_FIRST_WITH_VERSION = 45


@dataclass(frozen=True, slots=True)
class _Modules:
    """Dark modules as one number: bit `row * (side + 1) + column`, and the same with columns up."""

    rows: int
    columns: int

    def __xor__(self, other: _Modules) -> _Modules:
        return _Modules(self.rows ^ other.rows, self.columns ^ other.columns)

    def __and__(self, other: _Modules) -> _Modules:
        return _Modules(self.rows & other.rows, self.columns & other.columns)


@dataclass(frozen=True)
class QrTable:
    """All QR codes of addresses that begin alike and have as many characters."""

    prefix: str
    length: int
    side: int
    base: _Modules
    parts: tuple[tuple[_Modules, ...], ...]
    """Per place in the code and per bit of its letter: the modules that turn."""
    masks: tuple[_Modules, ...]
    judged: _Modules
    """What counts in the choice of the mask: all but the mask's own number."""

    def rows(self, url: str) -> list[int]:
        """Return the code for `url` row by row; the lowest bit of a row is its left module.

        Raises LookupError for an address of another kind.
        """
        tail = url.removeprefix(self.prefix)
        if len(url) != len(self.prefix) + self.length or len(tail) != self.length:
            raise LookupError("another address")
        if not tail.isascii():
            raise LookupError("not a code")
        turned = [
            part
            for place, letter in zip(self.parts, tail, strict=True)
            for bit, part in enumerate(place)
            if (ord(letter) ^ ord(_BASE)) >> bit & 1
        ]
        plain = reduce(xor, turned, self.base)
        chosen = min((plain ^ mask for mask in self.masks), key=self._penalty)
        stride = self.side + 1
        row = (1 << self.side) - 1
        return [chosen.rows >> at * stride & row for at in range(self.side)]

    def _penalty(self, modules: _Modules) -> int:
        """Return the penalty of ISO/IEC 18004, 7.8.3, as segno counts it."""
        judged = modules & self.judged
        dark = judged.rows.bit_count() / self.side**2
        score = 10 * int(abs(dark * 100 - 50) / 5) + 3 * self._blocks(judged.rows)
        for lines in (judged.rows, judged.columns):
            score += self._runs(lines) + self._finders(lines)
        return score

    def _alike(self, lines: int) -> int:
        """Mark every module that is as dark as the one before it in its line."""
        return ~(lines ^ lines >> 1) & _within(self.side, self.side - 1)

    def _runs(self, lines: int) -> int:
        alike = self._alike(lines)
        long = alike & alike >> 1 & alike >> 2 & alike >> 3
        return long.bit_count() + 2 * (long & ~(long << 1)).bit_count()

    def _blocks(self, lines: int) -> int:
        stride = self.side + 1
        beside = self._alike(lines)
        below = ~(lines ^ lines >> stride)
        return (beside & beside >> stride & below & _within(self.side, self.side - 1)).bit_count()

    def _finders(self, lines: int) -> int:
        """Count what looks like a corner: dark 1:1:3:1:1 with four light ones before or after."""
        found = _within(self.side, self.side - 6)
        for at in range(7):
            shifted = lines >> at
            found &= shifted if _FINDER >> at & 1 else ~shifted
        stride, score, free = self.side + 1, 0, 0
        while found:
            low = found & -found
            found ^= low
            place = low.bit_length() - 1
            if place < free:
                continue
            row, column = divmod(place, stride)
            line = lines >> row * stride & ((1 << self.side) - 1)
            before = line >> max(column - 4, 0) & ((1 << min(column, 4)) - 1)
            after = line >> column + 7 & 0b1111
            if column in (0, self.side - 7) or not before or not after:
                score += _LIGHT_BEFORE_OR_AFTER
                free = place + 7
        return score


@lru_cache(maxsize=4)
def qr_table(prefix: str, length: int) -> QrTable:
    """Learn the codes of all addresses that are `prefix` and `length` ASCII characters.

    Raises LookupError for a prefix so short that another encoding could be shorter.
    """
    if len(prefix) < _SHORTEST_PREFIX or not prefix.startswith(("https://", "http://")):
        raise LookupError("not an address of the academy")
    start = _BASE * length
    base, side = _modules(prefix + start, 0)
    parts = tuple(
        tuple(
            _modules(prefix + start[:at] + chr(ord(_BASE) ^ 1 << bit) + start[at + 1 :], 0)[0]
            ^ base
            for bit in range(_BITS)
        )
        for at in range(length)
    )
    masks = tuple(_modules(prefix + start, mask)[0] ^ base for mask in range(_MASKS))
    return QrTable(prefix, length, side, base, parts, masks, _judged(side))


def rectangles(rows: list[int]) -> str:
    """Return the dark modules as PDF rectangles of one unit a module, a run of them in one."""
    return "".join(
        f"{run.start()} {at} {run.end() - run.start()} 1 re\n"
        for at, row in enumerate(rows)
        for run in finditer("1+", f"{row:b}"[::-1])
    )


def _modules(url: str, mask: int) -> tuple[_Modules, int]:
    code = segno.make(url, error="m", micro=False, boost_error=False, mask=mask)
    rows = [list(map(bool, row)) for row in code.matrix]
    return _Modules(
        _number(rows), _number([list(column) for column in zip(*rows, strict=True)])
    ), len(rows)


def _number(rows: list[list[bool]]) -> int:
    stride = len(rows) + 1
    return sum(
        1 << at * stride + c for at, row in enumerate(rows) for c, dark in enumerate(row) if dark
    )


def _judged(side: int) -> _Modules:
    """Everything but the places of the mask's number, the dark module there, and the version's."""
    rows = [[True] * side for _ in range(side)]
    for at in (*range(9), *range(side - 8, side)):
        if at != 6:
            rows[at][8] = rows[8][at] = False
    if side >= _FIRST_WITH_VERSION:
        for at in range(6):
            for one in range(side - 11, side - 8):
                rows[at][one] = rows[one][at] = False
    return _Modules(_number(rows), _number([list(column) for column in zip(*rows, strict=True)]))


@lru_cache(maxsize=8)
def _within(side: int, columns: int) -> int:
    """Mark the first `columns` modules of every line."""
    return sum(((1 << columns) - 1) << row * (side + 1) for row in range(side))
