"""The one place that turns HTML into a PDF: PDF/A-3a and PDF/UA-1 in one file, nothing fetched.

Meant to run in the document child (`kernel.documents`); importing it loads WeasyPrint.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import CSS, HTML, Attachment
from weasyprint.formatting_structure.boxes import LineBox, TextBox
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from academy.kernel.documents import DocumentError
from academy.kernel.pdf import fonts
from academy.kernel.pdf.right_to_left import Text, make_readable

_LONGEST_HTML = 400_000
_LINK = re.compile(r"https://[^\s]+", re.ASCII)
_PRINT_CSS = Path(__file__).with_name("print.css")
_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2"}

# PDF/A knows only schemas it is told about; without the second half 3a fails 6.6.2.3.1.
_UA_IDENTIFIER = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" '
    b'pdfuaid:part="1"/>'
    b'<rdf:Description rdf:about="" '
    b'xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    b'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
    b'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed"
    b"</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


@dataclass(frozen=True, slots=True)
class AttachedData:
    """What the paper says, for machines. Its own moment, or two renderings would differ."""

    name: str
    description: str
    content: bytes
    made_at: dt.datetime


class DoesNotFit(DocumentError):  # noqa: N818 (named after the fact, as events are)
    """A text is longer than the box that the design gives it."""


def render_document(
    html: str,
    css: str,
    *,
    fonts_folder: str,
    assets: Mapping[str, bytes] | None = None,
    pages: int | None = None,
    box_class: str = "",
    attached: AttachedData | None = None,
) -> bytes:
    """Return `html` as a tagged PDF that is PDF/A-3a and PDF/UA-1.

    `css` comes after `print.css`. Images are `<img src="asset:name">` or `url(asset:name)`, their
    bytes in `assets`; nothing else is fetched. The head of `html` carries the title, and
    `dcterms.created` and `dcterms.modified`, or two renderings differ. `pages` and `box_class`
    make a guard: DoesNotFit if there are more pages, or text leaves a box of that class.
    `attached` rides along in the file.
    """
    document = _laid_out(html, css, fonts_folder, assets or {}, pages=pages, box_class=box_class)
    return _written(document, attached, fonts_folder)


@dataclass(frozen=True, slots=True)
class LaidLine:
    """A line of one text, in px from the top left corner: where it stands and its room's edge."""

    text: str
    left: float
    baseline: float
    width: float
    edge: float
    room: float


def render_template(
    html: str,
    css: str,
    *,
    fonts_folder: str,
    assets: Mapping[str, bytes] | None = None,
    pages: int | None = None,
    box_class: str = "",
    attached: AttachedData | None = None,
) -> tuple[bytes, list[LaidLine]]:
    """Return what `render_document` does, not compressed and with whole fonts, and its lines."""
    document = _laid_out(html, css, fonts_folder, assets or {}, pages=pages, box_class=box_class)
    pdf = _written(document, attached, fonts_folder, uncompressed_pdf=True, full_fonts=True)
    return pdf, [line for page in document.pages for line in _lines(page)]


def _laid_out(
    html: str,
    css: str,
    fonts_folder: str,
    assets: Mapping[str, bytes],
    *,
    pages: int | None,
    box_class: str,
) -> Any:
    """Return the document as the engine laid it out, checked against its guards."""
    if len(html) > _LONGEST_HTML:
        raise DocumentError(
            "De tekst is te lang voor één document.",
            sentence_en="The text is too long for one document.",
            kind="TooLong",
        )
    configuration, base = _print_styles(fonts_folder)
    fetcher = _AssetFetcher(dict(assets))
    sheet = _sheet(css, fonts_folder)
    document = HTML(string=html, url_fetcher=fetcher, base_url="asset:").render(
        stylesheets=[base, sheet], font_config=configuration, pdf_variant="pdf/a-3a"
    )
    _require_fit(document, pages=pages, box_class=box_class)
    _require_safe_links(document)
    return document


def _written(
    document: Any, attached: AttachedData | None, fonts_folder: str, **options: bool
) -> bytes:
    def finish(document: Any, pdf: Any) -> None:
        make_readable(pdf, [list(_pieces(page)) for page in document.pages], fonts_folder)
        _make_accessible(pdf)

    return bytes(
        document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_tags=True,
            finisher=finish,
            attachments=[_attachment(attached)] if attached else None,
            **options,
        )
    )


def _pieces(page: Any) -> Iterator[Text]:
    """Give each text that is painted at once, and where it begins."""
    for box in page._page_box.descendants(placeholders=True):  # noqa: SLF001 (as in `_require_fit`)
        if isinstance(box, TextBox):
            yield box.text, box.position_x, box.position_y + box.baseline


def _lines(page: Any) -> Iterator[LaidLine]:
    """Give every line that is one text."""
    for block in page._page_box.descendants(placeholders=True):  # noqa: SLF001 (as in `_require_fit`)
        for line in getattr(block, "children", ()):
            texts = _texts(line) if isinstance(line, LineBox) else []
            if len(texts) == 1:
                (text,) = texts
                baseline = text.position_y + text.baseline
                edge, room = block.content_box_x(), block.width
                yield LaidLine(text.text, text.position_x, baseline, text.width, edge, room)


def _texts(line: LineBox) -> list[TextBox]:
    return [box for box in line.descendants() if isinstance(box, TextBox)]


def html_date(moment: dt.datetime) -> str:
    """Return `moment` as the `content` of a `dcterms.created` meta tag: UTC, whole seconds."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Hands out what it was given by name and refuses everything else, loudly."""

    def __init__(self, assets: dict[str, bytes]) -> None:
        super().__init__(allowed_protocols=[], allow_redirects=False)
        self._assets = assets

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002 (its signature)
        """Return the asset behind an `asset:` address; stop the document for any other."""
        scheme, _, name = url.partition(":")
        if scheme != "asset" or name.lstrip("/") not in self._assets:
            raise FatalURLFetchingError(f"not an asset of this document: {scheme}")
        name = name.lstrip("/")
        content_type = _TYPES.get(Path(name).suffix, "application/octet-stream")
        return URLFetcherResponse(url, self._assets[name], {"Content-Type": content_type})


@lru_cache(maxsize=2)
def _print_styles(fonts_folder: str) -> tuple[FontConfiguration, CSS]:
    """Return the process's one font configuration: a new one per document leaks 225 kB each."""
    files = {face.file: (Path(fonts_folder) / face.file).read_bytes() for face in fonts.FACES}
    configuration = FontConfiguration()
    sheet = CSS(
        string=fonts.font_css() + _PRINT_CSS.read_text(encoding="utf-8"),
        font_config=configuration,
        url_fetcher=_AssetFetcher(files),
    )
    return configuration, sheet


@lru_cache(maxsize=16)
def _sheet(css: str, fonts_folder: str) -> CSS:
    """Return a parsed style sheet; what it names is fetched per document, by the document."""
    configuration, _base = _print_styles(fonts_folder)
    return CSS(string=css, font_config=configuration, url_fetcher=_AssetFetcher({}))


def _attachment(data: AttachedData) -> Attachment:
    made_at = data.made_at.astimezone(dt.UTC)
    return Attachment(
        string=data.content,
        name=data.name,
        description=data.description,
        relationship="Data",
        created=made_at,
        modified=made_at,
    )


def _make_accessible(pdf: Any) -> None:
    """Make a PDF/A-3a file PDF/UA-1 as well (certificates.md, section 2)."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", _UA_IDENTIFIER + b"</rdf:RDF>", 1)]
    metadata.compress = False
    if "AF" in pdf.catalog:  # WeasyPrint lists every attachment twice
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _require_fit(document: Any, *, pages: int | None, box_class: str) -> None:
    if pages is not None and len(document.pages) != pages:
        raise _too_long("")
    if not box_class:
        return
    for page in document.pages:
        for box in page._page_box.descendants(placeholders=True):  # noqa: SLF001 (no public way to the boxes)
            if _has_class(box, box_class) and _overflows(box):
                raise _too_long(box.element.get("class", ""))


def _has_class(box: Any, name: str) -> bool:
    return box.element is not None and name in box.element.get("class", "").split()


def _overflows(box: Any) -> bool:
    """Say whether a line of text leaves `box`; half a point is rounding.

    Down counts the line's own height: a text box is as high as its tallest fallback face.
    """
    right, bottom = box.position_x + box.margin_width(), box.position_y + box.margin_height()
    return any(
        line.position_y + line.height > bottom + 0.5 or text.position_x + text.width > right + 0.5
        for line in box.descendants(placeholders=True)
        if isinstance(line, LineBox)
        for text in line.descendants(placeholders=True)
        if isinstance(text, TextBox) and text.text.strip()
    )


def _too_long(place: str) -> DoesNotFit:
    words = place.replace("vak", "").strip()
    where = f" ({words})" if words else ""
    return DoesNotFit(
        f"Een tekst is te lang voor het papier{where}. Maak de tekst korter.",
        sentence_en=f"A text is too long for the paper{where}. Make the text shorter.",
    )


def _require_safe_links(document: Any) -> None:
    for page in document.pages:
        for kind, target, _rectangle, _box in page.links:
            if kind == "attachment" or (kind == "external" and not _LINK.fullmatch(target)):
                raise DocumentError(
                    "Een link in dit document mag niet.",
                    sentence_en="A link in this document is not allowed.",
                    kind="ForbiddenLink",
                )
