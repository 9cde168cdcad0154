"""A recording: which kind it is, how long it lasts, and the same sound without the words about it.

Five containers are known by their first bytes: wav, mp3, ogg, m4a and webm. Titles, names, places,
dates, pictures and programs in them are cut out or overwritten; the sound itself is not touched.
Runs in the document child, for anybody may have made the file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from academy.kernel.documents import DocumentError
from courses.adapters.sound import mp3, mp4, ogg, wav, webm
from courses.adapters.sound.reading import DamagedError, FilmError, Sound, UnknownError

CONTAINERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Sound]], ...] = (
    (wav.begins, wav.read),
    (ogg.begins, ogg.read),
    (webm.begins, webm.read),
    (mp4.begins, mp4.read),
    (mp3.begins, mp3.read),
)


def clean(data: bytes) -> dict[str, Any]:
    """Return `media_type`, `content`, and `seconds` (None when the file does not tell).

    Raises DocumentError; its `kind` says why: `not_a_sound`, `film` or `damaged`.
    """
    try:
        found = _read(data)
    except FilmError as error:
        raise _refused("film") from error
    except UnknownError as error:
        raise _refused("not_a_sound") from error
    except (DamagedError, IndexError, ValueError) as error:
        raise _refused("damaged") from error
    return {"media_type": found.media_type, "content": found.content, "seconds": found.seconds}


def _read(data: bytes) -> Sound:
    for begins, read in CONTAINERS:
        if begins(data):
            return read(data)
    raise UnknownError


def _refused(kind: str) -> DocumentError:
    return DocumentError(kind, kind=kind)
