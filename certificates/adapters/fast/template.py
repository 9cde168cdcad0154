"""Makes a template: one paper with placeholders, as the reference path renders it, taken apart.

What never differs stands in the prefix, compressed and hashed once. What differs stands after it.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from academy.kernel.pdf.render import AttachedData, LaidLine, render_template
from certificates.adapters.credential import ATTACHMENT
from certificates.adapters.design import Design
from certificates.adapters.fast import deflate, slots
from certificates.adapters.fast.faces import print_face, resource_name
from certificates.adapters.fast.shape import Style
from certificates.adapters.fast.slots import Slot
from certificates.adapters.render import qr_svg
from certificates.adapters.seal import FIELD

BYTE_RANGE = b"/ByteRange [0 0000000000 0000000000 0000000000]"
_TEXT = re.compile(rb"1 0 0 -1 (-?[\d.]+) (-?[\d.]+) Tm\n(.*?)ET\n", re.DOTALL)
_FONT = re.compile(rb"/(\S+) ([\d.]+) Tf\n")
_GLYPHS = re.compile(rb"<([0-9a-f]+)>")
_QR = re.compile(rb"(?<=\n4 M\n)(?:-?[\d.]+ -?[\d.]+ [ml]\n)+B\n")
_OUTSIDE = -9999
_CLOSE = 0.001


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slot stands: its style, its room and whether it ends at the right."""

    style: Style
    baseline: str
    edge: float
    room: float
    at_right: bool


@dataclass(frozen=True)
class Template:
    """A paper without a person. `content` is its page: bytes that stay, or the name of a slot."""

    prefix: bytes
    hashed: Any
    offsets: Mapping[int, int]
    changing: Mapping[int, tuple[str, bytes]]
    """Per object that differs its kind (content, xmp, info, badge or seal) and its bytes."""
    content: tuple[tuple[str, bytes, bytes], ...]
    """Slot name or "", the bytes that stay, and those compressed."""
    places: Mapping[str, Place]
    size: int
    root: int
    info: int
    maps: Mapping[str, Mapping[str, str]] = field(repr=False)
    """Per face which text a glyph stands for, as the file itself says."""


def make_template(
    design: Design,
    context: Mapping[str, Any],
    found: list[Slot],
    *,
    code_url: str,
    with_badge: bool,
    fonts_folder: str,
) -> Template:
    """Return the template for papers like the one of `context`.

    Raises LookupError if the engine set a placeholder otherwise than this path does.
    """
    held = slots.placeholders(found, context, fonts_folder)
    badge = AttachedData(
        ATTACHMENT, "Open Badge", slots.BADGE, datetime.fromisoformat(slots.MADE_AT)
    )
    raw, lines = render_template(
        design.html(slots.placeholder_context(context, held)),
        design.css,
        fonts_folder=fonts_folder,
        assets={**design.assets, "qr.svg": qr_svg(code_url)},
        pages=1,
        box_class="vak",
        attached=badge if with_badge else None,
    )
    texts = design.texts[context["language"]]
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        _use_cut_faces(pdf, fonts_folder)
        _add_seal_field(pdf, reason=texts["reason"], field_label=texts["field_label"])
        return _taken_apart(pdf, found, held, lines, context["language"], fonts_folder)


def _use_cut_faces(pdf: pikepdf.Pdf, fonts_folder: str) -> None:
    """Put the cut faces in the place of the whole ones, under names of their own."""
    resources = pdf.pages[0].obj.Resources.Font
    renamed = {}
    for name in list(resources.keys()):
        font = resources[name]
        inner = font.DescendantFonts[0]
        family = str(inner.FontDescriptor.FontFamily)
        weight = _weight(family, str(font.BaseFont))
        cut = print_face(family, weight, fonts_folder)
        inner.FontDescriptor.FontFile2.write(cut.data)
        inner.FontDescriptor.FontFile2.Length1 = len(cut.data)
        inner.W = Array(cut.widths)
        font.ToUnicode.write(cut.to_unicode)
        renamed[name.lstrip("/").encode()] = resource_name(family, weight).encode()
        del resources[name]
        resources[f"/{resource_name(family, weight)}"] = font
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream) and one.read_bytes().startswith(b"1 0 0 -1"):
            one.write(_FONT.sub(lambda m: b"/%s %s Tf\n" % (renamed[m[1]], m[2]), one.read_bytes()))


def _weight(family: str, base_font: str) -> int:
    if not family.startswith("Next"):
        return 600
    return 700 if base_font.endswith("Bold") else 400


def _add_seal_field(pdf: pikepdf.Pdf, *, reason: str, field_label: str) -> None:
    """Add what the reference path's signer adds: a field outside the page that certifies."""
    page = pdf.pages[0].obj
    certifies = Dictionary(
        Type=Name.SigRef,
        TransformMethod=Name.DocMDP,
        TransformParams=Dictionary(Type=Name.TransformParams, V=Name("/1.2"), P=1),
    )
    signature = pdf.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            Reason=String(reason),
            Reference=Array([certifies]),
        )
    )
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(FIELD),
            TU=String(field_label),
            F=132,
            Rect=Array([_OUTSIDE] * 4),
            P=page,
            V=signature,
        )
    )
    page.Annots = Array([widget])
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array([widget]), SigFlags=3))
    pdf.Root.Perms = Dictionary(DocMDP=signature)
    pdf.Root.Version = Name("/2.0")
    pdf.Root.Extensions = _extensions()


def _extensions() -> Dictionary:
    """Name what the seal uses beyond PDF 1.7: CAdES, and ECDSA."""
    kind = Name("/DeveloperExtensions")
    esic = Dictionary(Type=kind, BaseVersion=Name("/1.7"), ExtensionLevel=1)
    iso = Dictionary(
        Type=kind,
        BaseVersion=Name("/2.0"),
        ExtensionLevel=32002,
        URL=String("https://www.iso.org/standard/45875.html"),
        ExtensionRevision=String(":2022"),
    )
    return Dictionary({"/ESIC": esic, "/ISO_": Array([iso])})


def _taken_apart(
    pdf: pikepdf.Pdf,
    found: list[Slot],
    held: Mapping[str, str],
    lines: list[LaidLine],
    language: str,
    fonts_folder: str,
) -> Template:
    page = pdf.pages[0].obj
    roles = {
        page.Contents.objgen[0]: "content",
        pdf.Root.Metadata.objgen[0]: "xmp",
        pdf.trailer.Info.objgen[0]: "info",
        pdf.Root.Perms.DocMDP.objgen[0]: "seal",
    }
    stays: dict[int, bytes] = {}
    changing: dict[int, tuple[str, bytes]] = {}
    for one in pdf.objects:
        number = one.objgen[0]
        role = roles.get(number, "badge" if _is_badge(one) else "")
        if role:
            changing[number] = (role, _changing_bytes(one, role))
        else:
            stays[number] = _whole_object(number, one)
    _require_no_placeholder(stays, [*held.values(), slots.TITLE])
    prefix = bytearray(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")
    offsets = {}
    for number, body in stays.items():
        offsets[number] = len(prefix)
        prefix += body
    content, places = _cut_content(
        page.Contents.read_bytes(), found, held, lines, language, fonts_folder
    )
    return Template(
        prefix=bytes(prefix),
        hashed=hashlib.sha256(prefix),
        offsets=offsets,
        changing=changing,
        content=content,
        places=places,
        size=max((*stays, *changing)) + 1,
        root=pdf.Root.objgen[0],
        info=pdf.trailer.Info.objgen[0],
        maps=_unicode_maps(page),
    )


def _is_badge(one: Any) -> bool:
    """Say whether an object is the attached credential."""
    return isinstance(one, pikepdf.Stream) and one.get("/Type") == Name.EmbeddedFile


def _changing_bytes(one: Any, role: str) -> bytes:
    """Return what a filler needs of an object: a stream's text, or a dictionary's entries."""
    if role in ("content", "xmp"):
        return bytes(one.read_bytes())
    if role == "badge":
        return _entries(one, without=("/Params",))
    return bytes(one.unparse(resolved=True))


def _entries(stream: pikepdf.Stream, *, without: tuple[str, ...] = ()) -> bytes:
    left_out = ("/Length", "/Filter", "/DecodeParms", *without)
    kept = Dictionary({key: value for key, value in stream.items() if key not in left_out})
    return bytes(kept.unparse()).removeprefix(b"<<").removesuffix(b">>").strip()


def _whole_object(number: int, one: Any) -> bytes:
    if not isinstance(one, pikepdf.Stream):
        return b"%d 0 obj\n%s\nendobj\n" % (number, one.unparse(resolved=True))
    data = zlib.compress(one.read_bytes(), 9)
    head = b"<< %s /Filter /FlateDecode /Length %d >>" % (_entries(one), len(data))
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, data)


def _require_no_placeholder(stays: Mapping[int, bytes], held: list[str]) -> None:
    """Refuse a template that would show a placeholder: the page uses a value somewhere else."""
    for text in held:
        needles = (text.encode(), text.encode("utf-16-be"))
        if any(needle in body for body in stays.values() for needle in needles):
            raise LookupError("a value that stands in a second place")


def _cut_content(
    content: bytes,
    found: list[Slot],
    held: Mapping[str, str],
    lines: list[LaidLine],
    language: str,
    fonts_folder: str,
) -> tuple[tuple[tuple[str, bytes, bytes], ...], dict[str, Place]]:
    """Return the page in pieces, with the slots between them, and where each slot stands."""
    cuts = [_qr_cut(content)]
    places = {}
    for slot in found:
        held_slot = Slot(slot.name, held[slot.name], slot.stack, slot.features)
        line = _only(line for line in lines if line.text == held_slot.text)
        match = _only(m for m in _TEXT.finditer(content) if _stands_at(m, line))
        place = _place(line, match, held_slot, language)
        _require_set_alike(match[3], held_slot, place, fonts_folder)
        places[slot.name] = place
        cuts.append((match.start(), match.end(3), slot.name))
    pieces, last = [], 0
    for start, end, name in sorted(cuts):
        stays = content[last:start]
        pieces.append((name, stays, deflate.piece(stays)))
        last = end
    pieces.append(("", content[last:], deflate.piece(content[last:])))
    return tuple(pieces), places


def _qr_cut(content: bytes) -> tuple[int, int, str]:
    match = _only(m for m in _QR.finditer(content) if m[0].count(b" m\n") > 100)
    return (match.start(), match.end(), "qr")


def _stands_at(match: re.Match[bytes], line: LaidLine) -> bool:
    near_left = abs(float(match[1]) - line.left) < _CLOSE
    return near_left and abs(float(match[2]) - line.baseline) < _CLOSE


def _place(line: LaidLine, match: re.Match[bytes], slot: Slot, language: str) -> Place:
    font = _FONT.search(match[3])
    offset = line.left - line.edge
    at_right = offset > _CLOSE
    if font is None or (at_right and abs(offset - (line.room - line.width)) > _CLOSE):
        raise LookupError("a line that is set neither left nor right")
    style = Style(float(font[2]), language, slot.features)
    return Place(style, match[2].decode(), line.edge, line.room, at_right)


def _require_set_alike(operators: bytes, slot: Slot, place: Place, fonts_folder: str) -> None:
    """Refuse a line that the engine set with other glyphs than this path."""
    own = slots.set_line(slot, place.style, fonts_folder).operators.encode()
    if _set_glyphs(operators) != _set_glyphs(own):
        raise LookupError("a line that the engine sets otherwise")


def _set_glyphs(operators: bytes) -> list[tuple[bytes, str]]:
    found, font = [], b""
    for line in operators.split(b"\n"):
        match = _FONT.match(line + b"\n")
        font = match[1] if match else font
        if not match and line:
            found.append((font, b"".join(_GLYPHS.findall(line)).decode()))
    return found


def _unicode_maps(page: Any) -> dict[str, dict[str, str]]:
    mapping = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
    return {
        name.lstrip("/"): {
            code.decode(): bytes.fromhex(text.decode()).decode("utf-16-be")
            for code, text in mapping.findall(font.ToUnicode.read_bytes())
        }
        for name, font in page.Resources.Font.items()
    }


def _only(found: Any) -> Any:
    """Return the one thing found. Raises LookupError for none or more."""
    several = list(found)
    if len(several) != 1:
        raise LookupError("not exactly one")
    return several[0]
