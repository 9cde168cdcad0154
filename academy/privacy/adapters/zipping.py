"""The file with somebody's data: JSON for programs, a PDF to read, and what they handed in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from academy.kernel.settings import current

READ_ME = """Jouw gegevens bij de academie

overzicht.pdf      om te lezen
logboek-*.pdf      het logboek van je begeleiding
gegevens/*.json    alles wat wij van je hebben, voor programma's
bestanden/         je certificaten, foto's en opnames
gedaan.json        hoe vaak jij iets deed in gegevens van anderen

Wat een ander kan schaden, is zwart gemaakt. "jij" ben jij, "iemand anders" is een ander.
Wat nu de veiligheid van iemand raakt, staat er nog niet bij. Vraag het dan over dertig dagen weer.

Your data at the academy

overzicht.pdf is to read, in Dutch. gegevens/*.json holds all that we have about you.
What could harm another is blacked out. "jij" is you, "iemand anders" is somebody else.
What touches somebody's safety now is not in here yet. Ask again in thirty days.
"""


def zipped(kinds: Mapping[str, Any], done: Mapping[str, int], files: Mapping[str, bytes]) -> bytes:
    """Return the ZIP; `kinds` are rows by table, `files` contents by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lees-mij.txt", READ_ME)
        for name, rows in kinds.items():
            archive.writestr(f"gegevens/{name}.json", _json(rows))
        archive.writestr("gedaan.json", _json(done))
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def locked(content: bytes) -> bytes:
    """Return a file as it lies in the database: it holds notes, so it is encrypted like them."""
    return _cipher().encrypt(content)


def opened(content: bytes) -> bytes | None:
    """Return the file again; None when the key with which it was made is gone."""
    try:
        return _cipher().decrypt(content)
    except InvalidToken:
        return None


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in current().notes_key])
