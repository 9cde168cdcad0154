"""A print face cut down once to the letters that names, places and numbers need."""

from __future__ import annotations

import io
from collections.abc import Mapping

import uharfbuzz as hb  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont

_UNUSED = ("GSUB", "GPOS", "GDEF", "DSIG", "STAT", "meta")
# Latin-1, Extended-A and -B, and the signs of ordinary text.
_LATIN = (range(0x20, 0x7F), range(0xA0, 0x250), range(0x2010, 0x2027), range(0x2030, 0x203B))
_BEYOND = (range(0x20A0, 0x20C0), range(0x2116, 0x2123))
_CYRILLIC_AND_VIETNAMESE = (range(0x400, 0x530), range(0x1E00, 0x1F00))
CHARACTERS = frozenset(
    chr(code) for codes in (*_LATIN, *_BEYOND, *_CYRILLIC_AND_VIETNAMESE) for code in codes
)


def cut(data: bytes, texts: Mapping[int, str]) -> bytes:
    """Return a face with these glyphs under the numbers they had, without layout tables."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update({0, *texts})
    wanted.flags = (
        hb.SubsetFlags.RETAIN_GIDS
        | hb.SubsetFlags.NO_HINTING
        | hb.SubsetFlags.NOTDEF_OUTLINE
        | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    )
    drop = wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG)
    drop.update({int.from_bytes(tag.encode(), "big") for tag in _UNUSED})
    return bytes(hb.subset(hb.Face(hb.Blob(data)), wanted).blob.data)


def widths(data: bytes, texts: Mapping[int, str]) -> list[int | list[float]]:
    """Return the /W array of these glyphs, in thousandths, as the engine writes it."""
    with TTFont(io.BytesIO(data), lazy=True) as font:
        advances, em, order = font["hmtx"], font["head"].unitsPerEm, font.getGlyphOrder()
        found: list[int | list[float]] = []
        last = -2
        for glyph in sorted({0, *texts}):
            width = advances[order[glyph]][0] * 1000 / em
            value = round(width) if width == round(width) else round(width, 3)
            if glyph != last + 1:
                found += [glyph, []]
            run = found[-1]
            if isinstance(run, list):
                run.append(value)
            last = glyph
        return found


def unicode_map(texts: Mapping[int, str]) -> bytes:
    """Return the ToUnicode stream of these glyphs."""
    lines = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in texts.items()]
    blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo\n<< /Registry (Adobe)\n/Ordering (UCS)\n/Supplement 0\n>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()
