"""What the readers of the containers share."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PIECES = 60_000
"""More boxes, pages or frames than five minutes of speech have; more would only keep us busy."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording without the words about it. `seconds` is None when the file does not tell."""

    media_type: str
    content: bytes
    seconds: int | None


class UnknownError(Exception):
    """It is none of the kinds that we know."""


class FilmError(Exception):
    """There are pictures in it."""


class DamagedError(Exception):
    """It begins well, and then it is not what it says."""


class Counter:
    """Stops a file of countless tiny pieces."""

    def __init__(self) -> None:
        self._count = 0

    def one_more(self) -> None:
        """Count a piece. Raises DamagedError when there are too many."""
        self._count += 1
        if self._count > MOST_PIECES:
            raise DamagedError


def part(data: bytes | bytearray, start: int, size: int) -> bytes:
    """Return exactly `size` bytes from `start`. Raises DamagedError when they are not there."""
    found = bytes(data[start : start + size])
    if start < 0 or len(found) != size:
        raise DamagedError
    return found


def number(data: bytes | bytearray, start: int, size: int, *, little: bool = False) -> int:
    """Return the unsigned whole number in `size` bytes from `start`."""
    return int.from_bytes(part(data, start, size), "little" if little else "big")
