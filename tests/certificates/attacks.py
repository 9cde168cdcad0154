"""What people do to a sealed PDF: from a byte more to a signature moved elsewhere."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter

Attack = Callable[[bytes], bytes]


def updated(change: Callable[[Any], None]) -> Attack:
    """Return an attack that writes an update behind the sealed bytes."""

    def attack(paper: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(paper))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return attack


def by_qpdf(*words: str) -> Attack:
    """Return an attack that lets qpdf write the file anew."""

    def attack(paper: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            before, after = Path(folder, "before.pdf"), Path(folder, "after.pdf")
            before.write_bytes(paper)
            subprocess.run(["qpdf", *words, before, after], check=False, capture_output=True)
            return after.read_bytes()

    return attack


def by_pypdf(paper: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(paper)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _other_title(writer: Any) -> None:
    info = writer.trailer["/Info"]
    info[NameObject("/Title")] = pdf_name("/Other")
    writer.mark_update(writer.trailer.raw_get("/Info"))


def _no_form(writer: Any) -> None:
    del writer.root["/AcroForm"]
    writer.update_root()


def _root_entry(name: str, value: Any) -> Callable[[Any], None]:
    def change(writer: Any) -> None:
        writer.root[pdf_name(name)] = value
        writer.update_root()

    return change


def _page(writer: Any) -> Any:
    return writer.root["/Pages"]["/Kids"][0]


def _page_entry(name: str, value: Any) -> Callable[[Any], None]:
    def change(writer: Any) -> None:
        page = _page(writer)
        page[pdf_name(name)] = value
        writer.update_container(page)

    return change


def _other_content(writer: Any) -> None:
    words = b"BT /F1 40 Tf 100 300 Td (Iemand anders) Tj ET"
    page = _page(writer)
    page[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=words))
    writer.update_container(page)


def _note(writer: Any) -> None:
    note = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): ArrayObject(map(NumberObject, (100, 200, 500, 300))),
            pdf_name("/Contents"): pdf_string("Iemand anders"),
            pdf_name("/DA"): pdf_string("/Helv 30 Tf"),
        }
    )
    page = _page(writer)
    page[pdf_name("/Annots")] = ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def _second_page(writer: Any) -> None:
    pages = writer.root["/Pages"]
    kids = pages["/Kids"]
    kids.append(kids.raw_get(0))
    pages[pdf_name("/Count")] = NumberObject(2)
    writer.update_container(pages)


def _no_fields(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/Fields")] = ArrayObject()
    writer.update_container(form)


def _signature(writer: Any) -> Any:
    return writer.root["/AcroForm"]["/Fields"][0]["/V"]


def _signature_entry(name: str, value: Any) -> Callable[[Any], None]:
    def change(writer: Any) -> None:
        signature = _signature(writer)
        signature[pdf_name(name)] = value
        writer.update_container(signature)

    return change


def swap_attachment(content: bytes) -> Callable[[Any], None]:
    """Return a change that puts another file in the place of the credential."""

    def change(writer: Any) -> None:
        stream = StreamObject(stream_data=content)
        stream[pdf_name("/Type")] = pdf_name("/EmbeddedFile")
        specification = writer.root["/AF"][0]
        held = DictionaryObject({pdf_name("/F"): writer.add_object(stream)})
        specification[pdf_name("/EF")] = held
        writer.update_container(specification)

    return change


def _no_attachment(writer: Any) -> None:
    del writer.root["/AF"]
    writer.update_root()


def _no_seal_in_field(writer: Any) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[pdf_name("/V")] = NullObject()
    writer.update_container(field)


def _other_metadata(writer: Any) -> None:
    metadata = StreamObject(stream_data=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    metadata[pdf_name("/Type")] = pdf_name("/Metadata")
    metadata[pdf_name("/Subtype")] = pdf_name("/XML")
    writer.root[pdf_name("/Metadata")] = writer.add_object(metadata)
    writer.update_root()


def _without_zeros(paper: bytes) -> bytes:
    """Shorten the container to what it needs: the hash of the rest stays as it was."""
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    return paper[:start] + paper[start:end].rstrip(b"0") + paper[end:]


def _in_zeros(paper: bytes) -> bytes:
    """Hide something in the room that the container leaves."""
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    return paper[: end - 8] + b"DEADBEEF" + paper[end:]


def other_form(paper: bytes) -> bytes:
    """Return the file with the second form of its ECDSA signature, which holds as well."""
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    info = asn1_cms.ContentInfo.load(bytes.fromhex(paper[start:end].decode()).rstrip(b"\0"))
    signer = info["content"]["signer_infos"][0]
    r, s = decode_dss_signature(signer["signature"].native)
    signer["signature"] = encode_dss_signature(r, ec.SECP256R1.group_order - s)
    digits = info.dump(force=True).hex().upper().encode()
    return paper[:start] + digits.ljust(end - start, b"0") + paper[end:]


def without_stamp(paper: bytes) -> bytes:
    """Return the file without the time stamp beside its signature."""
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    info = asn1_cms.ContentInfo.load(bytes.fromhex(paper[start:end].decode()).rstrip(b"\0"))
    signer = info["content"]["signer_infos"][0]
    assert len(signer["unsigned_attrs"]) == 1
    signer["unsigned_attrs"] = None
    digits = info.dump(force=True).hex().upper().encode()
    return paper[:start] + digits.ljust(end - start, b"0") + paper[end:]


def _small_letters(paper: bytes) -> bytes:
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    return paper[:start] + paper[start:end].lower() + paper[end:]


def _moved_gap(paper: bytes) -> bytes:
    """Move the split between the two signed parts: together they stay the same bytes."""
    found = RANGE.search(paper)
    assert found is not None
    _zero, first, second, _length = (int(number) for number in found.groups())
    gap = paper[first:second]
    return paper[: first - 1] + gap + paper[first - 1 : first] + paper[second:]


SCRIPT = DictionaryObject(
    {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
)
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def range_changed(*numbers: int | None) -> Attack:
    """Return an attack that writes another range, as wide as the old: all stays in place."""

    def attack(paper: bytes) -> bytes:
        found = RANGE.search(paper)
        assert found is not None
        old = [int(number) for number in found.groups()]
        new = [was if number is None else number for was, number in zip(old, numbers, strict=True)]
        text = b"/ByteRange [%d %d %d %d]" % tuple(new)
        return (
            paper[: found.start()]
            + text.ljust(len(found[0]))[: len(found[0])]
            + paper[found.end() :]
        )

    return attack


def _without_contents(paper: bytes) -> bytes:
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    return paper[:start] + b"0" * (end - start) + paper[end:]


def _wrapped(paper: bytes) -> bytes:
    """Move what was signed behind, and put something else in front of it (SWA)."""
    found = RANGE.search(paper)
    assert found is not None
    _zero, _first, second, length = (int(number) for number in found.groups())
    signed_rest = paper[second : second + length]
    added = b"\n% something else\n"
    moved = range_changed(None, None, second + len(added), None)(paper)
    return moved[:second] + added + signed_rest


def _loose_object(paper: bytes) -> bytes:
    return paper + b"\n9999 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n%%EOF\n"


ATTACKS: dict[str, Attack] = {
    "newline": lambda paper: paper + b"\n",
    "end": lambda paper: paper + b"\n%%EOF\n",
    "zeros behind": lambda paper: paper + bytes(1000),
    "before": lambda paper: b"\n" + paper,
    "much before": lambda paper: b"%" + b"x" * 1000 + b"\n" + paper,
    "permission": lambda paper: paper.replace(b"/P 1", b"/P 2"),
    "subfilter": lambda paper: paper.replace(b"ETSI.CAdES.detached", b"ETSI.CAdES.detacheD"),
    "another subfilter": lambda paper: paper.replace(
        b"ETSI.CAdES.detached", b"adbe.pkcs7.detached"
    ),
    "version": lambda paper: paper.replace(b"%PDF-1.7", b"%PDF-1.6"),
    "twice": lambda paper: paper + paper,
    "metadata": updated(_other_title),
    "empty update": updated(lambda writer: writer.update_root()),
    "no form": updated(_no_form),
    "no fields": updated(_no_fields),
    "other content": updated(_other_content),
    "note on top": updated(_note),
    "second page": updated(_second_page),
    "another size": updated(_page_entry("/MediaBox", ArrayObject(map(NumberObject, (0, 0, 9, 9))))),
    "turned": updated(_page_entry("/Rotate", NumberObject(180))),
    "no fonts": updated(_page_entry("/Resources", DictionaryObject())),
    "script": updated(_root_entry("/OpenAction", SCRIPT)),
    "layers": updated(_root_entry("/OCProperties", DictionaryObject())),
    "names": updated(_root_entry("/Names", DictionaryObject())),
    "no permissions": updated(_root_entry("/Perms", NullObject())),
    "signature without range": updated(_signature_entry("/ByteRange", NullObject())),
    "signature without contents": updated(_signature_entry("/Contents", NullObject())),
    "signature without reference": updated(_signature_entry("/Reference", NullObject())),
    "another signer": updated(_signature_entry("/Name", pdf_string("Iemand"))),
    "attachment swapped": updated(swap_attachment(b'{"credentialSubject": {}}')),
    "attachment emptied": updated(swap_attachment(b"")),
    "attachment gone": updated(_no_attachment),
    "other metadata": updated(_other_metadata),
    "field without seal": updated(_no_seal_in_field),
    "signature of no type": updated(_signature_entry("/Type", NullObject())),
    "signature of no filter": updated(_signature_entry("/Filter", NullObject())),
    "signature of no subfilter": updated(_signature_entry("/SubFilter", NullObject())),
    "signature with empty contents": updated(_signature_entry("/Contents", pdf_string(""))),
    "signature with zero contents": updated(_signature_entry("/Contents", pdf_string("\x00"))),
    "signature with empty range": updated(_signature_entry("/ByteRange", ArrayObject())),
    "signature with range below zero": updated(
        _signature_entry("/ByteRange", ArrayObject(map(NumberObject, (0, -1, -1, 10))))
    ),
    "one byte more": lambda paper: paper + b"x",
    "an update without its end": lambda paper: paper + b"\n5 0 obj<</Type/Page>>endobj\nxref\n",
    "another trailer": lambda paper: paper + b"\ntrailer<</Root 2 0 R/Size 99>>\n%%EOF\n",
    "container without zeros": _without_zeros,
    "something in the zeros": _in_zeros,
    "container in small letters": _small_letters,
    "gap moved": _moved_gap,
    "range from one": range_changed(1, None, None, None),
    "range to nothing": range_changed(0, 0, 0, 0),
    "shorter range": range_changed(None, None, None, 10),
    "emptied contents": _without_contents,
    "wrapped": _wrapped,
    "loose object": _loose_object,
    "wrong xref": lambda paper: re.sub(rb"startxref\n\d+", b"startxref\n17", paper),
    "no end": lambda paper: paper.replace(b"%%EOF", b"%%EOX"),
    "written anew by pypdf": by_pypdf,
    "written anew by qpdf": by_qpdf("--object-streams=generate"),
    "linear": by_qpdf("--linearize"),
    "laid open": by_qpdf("--qdf", "--object-streams=disable"),
    "encrypted": by_qpdf("--encrypt", "", "x", "256", "--"),
    "without seal": by_qpdf("--remove-restrictions"),
}
