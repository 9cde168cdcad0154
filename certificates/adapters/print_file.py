"""One file to print many certificates from. Runs in the document child; the files are our own.

What is printed carries no seal: the paper is checked by its code, the files by themselves.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf


def join_pages(pdfs: Sequence[bytes], *, title: str, language: str) -> bytes:
    """Return the pages of `pdfs` in order, as one PDF without seals or attachments."""
    joined = pikepdf.new()
    for data in pdfs:
        with pikepdf.open(io.BytesIO(data)) as one:
            joined.pages.extend(one.pages)
    for page in joined.pages:
        for name in ("/Annots", "/AF", "/StructParents", "/Tabs"):
            if name in page:
                del page[name]
    joined.Root.Lang = pikepdf.String(language)
    joined.docinfo["/Title"] = title
    out = io.BytesIO()
    joined.remove_unreferenced_resources()
    joined.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()
