"""Lists as files for a spreadsheet: `;` and a byte order mark, as a Dutch Excel opens them.

What people typed must not run as a formula (trust page, T10), and a telephone number must stay one:
no formula, no lost zero, and to be dialled as it stands.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

FORMULA_STARTS = frozenset("=+-@|%")
"""What a spreadsheet takes for the beginning of a formula or a command, also in full width."""

INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
TELEPHONE = re.compile(r"\+?[\d ()./-]{6,}")
TEXT_SIGN = "'"


def to_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return the rows below their head, as a file that a spreadsheet opens by itself."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([plain(name) for name in head])
    writer.writerows([plain(str(value)) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def plain(text: str) -> str:
    """Return a cell that is read as text: on one line, and never as a formula."""
    cleaned = "".join(_visible(sign) for sign in text).strip()
    seen = unicodedata.normalize("NFKC", cleaned).lstrip()
    return TEXT_SIGN + cleaned if seen[:1] in FORMULA_STARTS else cleaned


def _visible(sign: str) -> str:
    return " " if unicodedata.category(sign) in INVISIBLE else sign


def telephone(number: str) -> str:
    """Return a number as it is dialled, with a sign in it that keeps its zeros.

    `+31 6 1234` becomes `00 31 6 1234` and `0612345678` becomes `06-12345678`. What is no number
    stays as it is; `plain` looks after it.
    """
    written = number.strip()
    if not TELEPHONE.fullmatch(written):
        return written
    if written.startswith("+"):
        return f"00 {written[1:].lstrip()}"
    return f"{written[:2]}-{written[2:]}" if written.isdecimal() else written
