"""Makes many certificates, in the document child: a template per kind of paper, filled for each.

The second paper of a kind makes its template: one paper alone is rendered as ever.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from academy.kernel.documents import DocumentError
from certificates.adapters import make_in_child
from certificates.adapters.credential_in_child import signed_credential
from certificates.adapters.design import Design, load_design
from certificates.adapters.dressing import dress
from certificates.adapters.fast.check import require_filled
from certificates.adapters.fast.cms import container_of
from certificates.adapters.fast.fill import Filling, fill_and_seal
from certificates.adapters.fast.qr import qr_table
from certificates.adapters.fast.slots import Slot, faces_of, slots_of
from certificates.adapters.fast.template import Template, make_template
from certificates.adapters.render import page_values
from certificates.adapters.seal import ROOM_FOR_STAMP, room_for
from certificates.adapters.signature import imprint_of
from certificates.adapters.signer import Signer, open_signer
from certificates.rules.code import group_code
from certificates.rules.credential import CredentialFacts
from certificates.rules.look import Look
from certificates.rules.names import clean_name
from certificates.rules.printed import PrintedCertificate

FULL_CHECK_EVERY = 50
MOST_TEMPLATES = 32

_DIFFERS = ("printed_name", "number", "code", "document_title", "made_at")
_COUNTED = ("facts", "signatories")


@dataclass(frozen=True)
class Bench:
    """What all papers of a call share."""

    keys_folder: str
    passphrase: str
    now: datetime
    fonts_folder: str
    external: dict[str, str] | None
    with_stamp: bool
    signer: Signer


@dataclass
class _Kept:
    """A template and how many papers it made; None where the reference path must do it."""

    template: Template | None
    made: int = 0


_templates: OrderedDict[str, _Kept] = OrderedDict()
_seen: Counter[str] = Counter()
_designs: dict[tuple[str, str], Design] = {}


def make_many(
    *,
    papers: list[dict[str, Any]],
    keys_folder: str,
    passphrase: str,
    now: datetime,
    fonts_folder: str,
    external: dict[str, str] | None = None,
    with_stamp: bool = False,
) -> list[dict[str, Any]]:
    """Return per paper the fields of `make.SealedDocument`, or `sentence`, `sentence_en`, `kind`.

    A paper has `design`, `values`, `look` and `credential`, as `make_in_child.make` takes them.
    """
    signer = open_signer(Path(keys_folder), passphrase, now=now, external=external)
    bench = Bench(keys_folder, passphrase, now, fonts_folder, external, with_stamp, signer)
    return [_made_or_refused(paper, bench) for paper in papers]


def _made_or_refused(paper: dict[str, Any], bench: Bench) -> dict[str, Any]:
    try:
        return make_one(paper, bench)
    except DocumentError as error:
        return {
            "sentence": error.sentence,
            "sentence_en": error.sentence_en,
            "kind": error.kind,
        }


def forget() -> None:
    """Forget every template: the next papers are the first of their kind again."""
    _templates.clear()
    _seen.clear()


def templates() -> list[Template]:
    """Return the templates that this process has."""
    return [kept.template for kept in _templates.values() if kept.template is not None]


def make_one(paper: dict[str, Any], bench: Bench) -> dict[str, Any]:
    """Return one paper: filled if that gives what the reference path gives, else by that path."""
    try:
        pdf = fill_one(paper, bench)
    except LookupError:
        return make_in_child.make(
            **paper,
            keys_folder=bench.keys_folder,
            passphrase=bench.passphrase,
            now=bench.now,
            fonts_folder=bench.fonts_folder,
            external=bench.external,
            with_stamp=bench.with_stamp,
        )
    return {
        "pdf": pdf,
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "key_id": bench.signer.info.key_id,
        "imprint": imprint_of(pdf) if bench.with_stamp else b"",
    }


def fill_one(paper: dict[str, Any], bench: Bench, *, at_once: bool = False) -> bytes:
    """Return one paper by the fast path, checked. Raises LookupError if that cannot set it.

    `at_once` makes the template for the first paper of a kind too.
    """
    printed = PrintedCertificate.from_plain(paper["values"])
    design = _dressed(paper)
    context = page_values(printed, design, fonts_folder=bench.fonts_folder)
    found = slots_of(context, bench.fonts_folder)
    prefix = printed.code_url.removesuffix(printed.code)
    kept = _kept(paper, design, context, found, printed.code_url, bench, at_once=at_once)
    if kept.template is None:
        raise LookupError("a kind of paper for the reference path")
    badge = _badge(paper, bench)
    filling = Filling(
        slots=tuple(found),
        title=context["document_title"],
        number=printed.number,
        made_at=printed.made_at,
        qr_rows=tuple(qr_table(prefix, len(printed.code)).rows(printed.code_url)),
        badge=badge,
    )
    container = container_of(bench.signer.info.certificate, bench.signer.others)
    pdf = fill_and_seal(
        kept.template,
        filling,
        signer=bench.signer,
        container=container,
        room=room_for(bench.signer, with_stamp=bench.with_stamp),
        sealed_at=bench.now,
        fonts_folder=bench.fonts_folder,
    )
    said = (clean_name(printed.printed_name), printed.number, group_code(printed.code))
    require_filled(
        pdf, kept.template, container=container, number=printed.number, said=said, badge=badge
    )
    if kept.made % FULL_CHECK_EVERY == 0:
        stamp = ROOM_FOR_STAMP if bench.with_stamp else 0
        make_in_child.require_as_meant(pdf, printed, key=bench.signer, badge=badge, room=stamp)
    kept.made += 1
    return pdf


def _badge(paper: dict[str, Any], bench: Bench) -> bytes | None:
    if not paper.get("credential"):
        return None
    return signed_credential(
        CredentialFacts.from_plain(paper["credential"]),
        keys_folder=Path(bench.keys_folder),
        passphrase=bench.passphrase,
        now=bench.now,
    )


def _dressed(paper: dict[str, Any]) -> Design:
    """Return a paper's design in its look; dressed once per look."""
    known = (paper["design"], repr(paper.get("look")))
    if known not in _designs:
        if len(_designs) >= MOST_TEMPLATES:
            _designs.clear()
        _designs[known] = dress(load_design(paper["design"]), Look.from_plain(paper.get("look")))
    return _designs[known]


def _kept(
    paper: dict[str, Any],
    design: Design,
    context: dict[str, Any],
    found: list[Slot],
    code_url: str,
    bench: Bench,
    *,
    at_once: bool,
) -> _Kept:
    """Return the template of this paper's kind; make it when the kind comes back."""
    kind = _kind(paper, context, found, code_url, bench.fonts_folder)
    kept = _templates.get(kind)
    if kept is not None:
        _templates.move_to_end(kind)
        return kept
    _seen[kind] += 1
    if _seen[kind] == 1 and not at_once:
        raise LookupError("the first of its kind")
    kept = _templates[kind] = _Kept(
        _template_or_none(paper, design, context, found, code_url, bench)
    )
    if len(_templates) > MOST_TEMPLATES:
        _templates.popitem(last=False)
        _seen.clear()
    return kept


def _template_or_none(
    paper: dict[str, Any],
    design: Design,
    context: dict[str, Any],
    found: list[Slot],
    code_url: str,
    bench: Bench,
) -> Template | None:
    try:
        return make_template(
            design,
            context,
            found,
            code_url=code_url,
            with_badge=bool(paper.get("credential")),
            fonts_folder=bench.fonts_folder,
        )
    except (LookupError, DocumentError):  # the reference path says what is wrong with the paper
        return None


def _kind(
    paper: dict[str, Any],
    context: dict[str, Any],
    found: list[Slot],
    code_url: str,
    fonts_folder: str,
) -> str:
    """Return what papers of one template have in common, as a digest."""
    stays = {name: value for name, value in context.items() if name not in _DIFFERS}
    stays |= {name: len(stays[name]) for name in _COUNTED}
    stays.pop("promise", None)
    faces = [(slot.name, sorted(faces_of(slot, fonts_folder))) for slot in found]
    look = repr(paper.get("look"))
    address = (len(code_url), bool(paper.get("credential")), fonts_folder)
    whole = json.dumps([paper["design"], look, stays, faces, address], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
