"""Renders a certificate: the printed values laid into a design.

Runs in the document child; importing it loads WeasyPrint.
"""

import re
import unicodedata
from typing import Any

from academy.kernel.documents import DocumentError
from academy.kernel.pdf import fonts, qr
from academy.kernel.pdf.render import AttachedData, html_date, render_document
from certificates.adapters.credential import ATTACHMENT
from certificates.adapters.design import Design, load_design
from certificates.adapters.dressing import dress, in_grey
from certificates.rules.code import group_code
from certificates.rules.look import Look
from certificates.rules.names import (
    clean_name,
    find_name_problem,
    glue_particles,
    is_right_to_left,
    uncovered_problem,
)
from certificates.rules.printed import LONGEST_PROMISE, PrintedCertificate
from courses.rules.words import Text, day

_POINTS_PER_MM = 72 / 25.4
_SIGNATORY_MM = {1: 62, 2: 62, 3: 41}
_LONG_PROMISE = 170
_SHORTEST_CODE_URL = 20


class UncoveredGlyphs(DocumentError):  # noqa: N818 (named after the fact, as events are)
    """A printed text holds characters that no print face can show."""


class UnprintableName(DocumentError):  # noqa: N818 (named after the fact, as events are)
    """The name is empty, too long, or holds invisible or direction-changing characters."""


def render_certificate(
    *,
    design: str,
    values: dict[str, Any],
    fonts_folder: str,
    look: dict[str, Any] | None = None,
    badge: bytes | None = None,
    grey: bool = False,
) -> bytes:
    """Return the unsealed PDF of one certificate; the same values give the same bytes.

    `values` is `PrintedCertificate.as_plain()`, `look` is `Look.as_plain()`; `badge` is attached.
    `grey` gives it as a printer without colour would print it.
    Raises UnprintableName, UncoveredGlyphs or DoesNotFit with a sentence for people, before
    anything is made.
    """
    printed = PrintedCertificate.from_plain(values)
    laid_out = dress(load_design(design), Look.from_plain(look))
    if grey:
        laid_out = in_grey(laid_out)
    context = page_values(printed, laid_out, fonts_folder=fonts_folder)
    return render_document(
        laid_out.html(context),
        laid_out.css,
        fonts_folder=fonts_folder,
        assets={**laid_out.assets, "qr.svg": qr_svg(printed.code_url)},
        pages=1,
        box_class="vak",
        attached=AttachedData(ATTACHMENT, "Open Badge", badge, printed.made_at) if badge else None,
    )


def printable_name(typed: str, *, fonts_folder: str) -> str:
    """Return the cleaned name if it can be printed; raises UnprintableName or UncoveredGlyphs.

    Light enough to ask when somebody fills in a name: it only reads the fonts' tables.
    """
    name = clean_name(typed)
    problem = find_name_problem(name, uncovered=fonts.uncovered(name, fonts_folder))
    if problem is None:
        return name
    error = UncoveredGlyphs if problem.code == "uncovered" else UnprintableName
    raise error(problem.nl, sentence_en=problem.en)


def page_values(
    printed: PrintedCertificate, design: Design, *, fonts_folder: str
) -> dict[str, Any]:
    """Return what the page sees: exactly the values listed in the design's `sample.yaml`."""
    texts = design.texts[printed.language]
    name = glue_particles(printable_name(printed.printed_name, fonts_folder=fonts_folder))
    title = _composed(printed.title)
    promised = "promise" in design.sample
    context = {
        "language": printed.language,
        "document_title": f"{title}: {clean_name(printed.printed_name)}",
        "academy": texts["academy"],
        "brand": texts["brand"],
        "brand_line": texts["brand_line"],
        "made_at": html_date(printed.made_at),
        "title_lines": _title_lines(
            title, design, start=texts.get("title_start"), fonts_folder=fonts_folder
        ),
        "seal_alt": texts["seal_alt"],
        "owner_label": texts["owner_label"],
        "printed_name": name,
        "name_class": _directed(name, name_class(name, design, fonts_folder=fonts_folder)),
        "statement": _composed(printed.statement),
        "facts": _facts(printed, texts),
        "hands_class": _hands_class(printed, fonts_folder=fonts_folder),
        "signatories": [
            {"name": glue_particles(clean_name(s.name)), "role": _composed(s.role)}
            for s in printed.signatories
        ],
        "qr_alt": texts["qr_alt"],
        "check_label": texts["check_label"],
        "check_address": re.sub(r"^https?://", "", printed.verify_url),
        "number": printed.number,
        "code": f"code {group_code(printed.code)}",
        "disclaimer": _composed(printed.disclaimer),
        **(_promise(printed, texts) if promised else {}),
    }
    _require_covered(context, fonts_folder=fonts_folder)
    return context


def _directed(name: str, size: str) -> str:
    return f"{size} van-rechts" if is_right_to_left(name) else size


def name_class(name: str, design: Design, *, fonts_folder: str) -> str:
    """Return the first size class in which the measured `name` fits.

    Raises UnprintableName if it fits in none.
    """
    for size in design.name_sizes:
        room = design.name_width_mm * _POINTS_PER_MM
        width = _Measure(fonts_folder, size.points)
        breaks_anywhere = size is design.name_sizes[-1]
        if _lines_needed(name, width, room, breaks_anywhere=breaks_anywhere) <= size.lines:
            return size.class_
    raise UnprintableName(
        "Deze naam is te lang voor het papier. Kies samen een kortere schrijfwijze.",
        sentence_en="This name is too long for the paper. Choose a shorter spelling together.",
    )


def qr_svg(url: str) -> bytes:
    """Return the QR code for `url` as SVG: error level M, black, without a border."""
    if len(url) < _SHORTEST_CODE_URL or not url.startswith(("https://", "http://")):
        raise ValueError("the QR code opens an address of the academy")
    return qr.qr_svg(url)


class _Measure:
    """Measures a piece of a heading in points at one size."""

    def __init__(self, fonts_folder: str, points: float) -> None:
        self._fonts_folder = fonts_folder
        self._points = points

    def __call__(self, text: str) -> float:
        return fonts.width_points(
            text, stack="heading", size=self._points, fonts_folder=self._fonts_folder
        )


def _lines_needed(text: str, width: _Measure, room: float, *, breaks_anywhere: bool) -> int:
    """Return how many lines the engine makes of `text`: it fills each before the next."""
    lines, used = 1, 0.0
    for word in text.split(" "):
        wide = width(word)
        if wide > room and not breaks_anywhere:
            return len(text)
        gap = width(" ") if used else 0.0
        if used + gap + wide <= room:
            used += gap + wide
            continue
        lines += (1 if used else 0) + int(wide // room)
        used = wide % room
    return lines


def _title_lines(title: str, design: Design, *, start: str | None, fonts_folder: str) -> list[str]:
    """Return the title on two even lines, or on one if it takes less than half the room.

    A title that begins with `start` breaks there.
    """
    if start and title.startswith(f"{start} "):
        return [start, title.removeprefix(f"{start} ")]
    width = _Measure(fonts_folder, design.title_points)
    words = title.split(" ")
    if len(words) == 1 or width(title) < design.title_width_mm * _POINTS_PER_MM / 2:
        return [title]
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    first, second = min(halves, key=lambda half: max(width(half[0]), width(half[1])))
    return [first, second]


def _facts(printed: PrintedCertificate, texts: dict[str, str]) -> list[dict[str, str]]:
    facts = [{"label": printed.place, "value": _said(day(printed.decided_on), printed)}]
    if printed.valid_until is not None:
        until = _said(day(printed.valid_until), printed)
        facts.append({"label": texts["valid_until_label"], "value": until})
    elif printed.hours is not None:
        hours = texts["hours"].format(hours=printed.hours)
        facts.append({"label": texts["hours_label"], "value": hours})
    return facts


def _said(text: Text, printed: PrintedCertificate) -> str:
    return text.nl if printed.language == "nl" else text.en


def _promise(printed: PrintedCertificate, texts: dict[str, str]) -> dict[str, str]:
    promise = _composed(printed.promise)
    if not promise or len(promise) > LONGEST_PROMISE:
        raise DocumentError(
            f"De belofte heeft 1 tot {LONGEST_PROMISE} tekens nodig.",
            sentence_en=f"The promise takes 1 to {LONGEST_PROMISE} characters.",
            kind="UnprintablePromise",
        )
    size = "belofte-lang" if len(promise) > _LONG_PROMISE else ""
    return {"promise_label": texts["promise_label"], "promise": promise, "promise_class": size}


def _hands_class(printed: PrintedCertificate, *, fonts_folder: str) -> str:
    count = len(printed.signatories)
    if count not in _SIGNATORY_MM:
        raise DocumentError(
            "Op het papier is plaats voor één tot drie handtekeningen.",
            sentence_en="The paper has room for one to three signatures.",
            kind="Signatories",
        )
    room = _SIGNATORY_MM[count] * _POINTS_PER_MM
    is_wide = any(
        fonts.width_points(
            clean_name(s.name), stack="body bold", size=12, fonts_folder=fonts_folder
        )
        > room
        or fonts.width_points(s.role, stack="body", size=10.5, fonts_folder=fonts_folder) > room
        for s in printed.signatories
    )
    return " ".join(name for name in ("drie" * (count == 3), "smal" * is_wide) if name)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _require_covered(context: dict[str, Any], *, fonts_folder: str) -> None:
    """Refuse a text with a character that would print as an empty box."""
    missing = fonts.uncovered("".join(_strings(context)), fonts_folder)
    if missing:
        problem = uncovered_problem(missing)
        raise UncoveredGlyphs(problem.nl, sentence_en=problem.en)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    return [text for inner in value for text in _strings(inner)]
