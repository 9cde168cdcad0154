"""What a stranger may know of a certificate, by its number, its code or the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.adapters.keys import KeysError, root_certificate, trusted_leaves
from certificates.adapters.pinning import reader
from certificates.adapters.verify import check_file
from certificates.models import Certificate, CertificateFile, SigningKey
from certificates.queries.archive import has_file
from certificates.queries.keys import lost_keys
from certificates.queries.resealing import key_of, newest_key, sealed_at
from certificates.rules.code import code_digest, find_code
from certificates.rules.number import find_number
from certificates.rules.standing import COUNTING, EMPTIED
from certificates.rules.verdict import Finding, RegisterEntry, State, register_verdict

NO_NAME = (*EMPTIED, "revoked", "replaced")
STATES: dict[str, State] = {
    "valid": "issued",
    "renewed": "issued",
    "replaced": "replaced",
    "revoked": "revoked",
    "withdrawn": "withdrawn",
    "ended": "ended",
}


@dataclass(frozen=True, slots=True)
class Details:
    """What the page shows beside the verdict. `printed_name` is empty where it must not be seen.

    `since` is the day on which it was revoked, replaced or withdrawn.
    """

    title: dict[str, str]
    issued_on: date
    valid_until: date | None
    since: date | None
    renewed_by: str | None
    printed_name: str


@dataclass(frozen=True, slots=True)
class Check:
    """A verdict for a page; details only of what we issued."""

    finding: Finding
    details: Details | None


@dataclass(frozen=True, slots=True)
class _Registered:
    entry: RegisterEntry
    details: Details


def check_number(typed: str) -> Check:
    """Judge what somebody typed as a number; never with a name."""
    number = find_number(typed)
    found = _find("number", str(number or ""), with_name=False)
    return _by_register(found)


def check_code(typed: str) -> Check:
    """Judge what somebody typed or scanned as a code."""
    code = find_code(typed)
    found = _find("code_hash", code_digest(code or ""), with_name=True)
    return _by_register(found)


def check_shared(number: str) -> Check:
    """Judge a certificate that its holder shows by a link; with the name."""
    return _by_register(_find("number", number, with_name=True))


def check_hash(sha256: str) -> Check:
    """Judge a file by its hash, from the register alone; never with a name."""
    return _by_register(_find("sha256", sha256, with_name=False))


def check_upload(data: bytes) -> Check:
    """Judge a file. It is hashed and parsed, never stored."""
    found: dict[str, _Registered] = {}

    def lookup(sha256: str) -> RegisterEntry | None:
        registered = _find("sha256", sha256, with_name=True)
        if registered is None:
            return None
        found[registered.entry.number] = registered
        return registered.entry

    leaves, root = _pinned()
    finding = check_file(
        data,
        leaves=leaves,
        root=root,
        now=clock.now(),
        today=clock.today(),
        lookup=lookup,
        read_seal=reader(current().keys, with_badge=True),
        lost_keys=lost_keys(),
    )
    registered = found.get(finding.number or "")
    return Check(finding, registered.details if registered else None)


def _pinned() -> tuple[list[bytes], bytes]:
    """Our public keys; none before `keys init`, and then no file is ours."""
    folder = current().keys
    try:
        return trusted_leaves(folder), root_certificate(folder)
    except KeysError:
        return [], b""


def _by_register(found: _Registered | None) -> Check:
    entry = found.entry if found else None
    finding = register_verdict(entry, now=clock.now(), today=clock.today())
    return Check(finding, found.details if found else None)


@cache
def _by(column: str) -> sa.Select[Any]:
    """Return the query by one of the three ways, built once: strangers ask it most of all."""
    renewal = aliased(Certificate)
    query = (
        sa.select(
            Certificate.number,
            Certificate.standing,
            Certificate.standing_since,
            Certificate.printed_name,
            Certificate.content,
            Certificate.issued_on,
            Certificate.valid_until,
            Certificate.name_hidden_on,
            renewal.number.label("renewed_by"),
        )
        .outerjoin(renewal, is_renewed_by(renewal))
        .where(_is_asked(column), Certificate.state == "issued")
        .limit(1)
    )
    return _with_seal(query) if column == "sha256" else query


def is_renewed_by(renewal: Any) -> sa.ColumnElement[bool]:
    """Return the condition that the alias `renewal` renews `Certificate` and counts itself."""
    return sa.and_(
        renewal.renews_id == Certificate.id,
        renewal.state == "issued",
        renewal.standing.in_(COUNTING),
    )


def _with_seal(query: sa.Select[Any]) -> sa.Select[Any]:
    """Ask too whether the key of this file's seal was lost by then, and whether it has a newer."""
    is_asked = CertificateFile.sha256 == sa.bindparam("asked", type_=sa.String)
    return (
        query.add_columns(
            (sealed_at() >= SigningKey.compromised_at).label("key_lost"),
            (newest_key() != key_of()).label("resealed"),
        )
        .outerjoin(
            CertificateFile, sa.and_(CertificateFile.certificate_id == Certificate.id, is_asked)
        )
        .outerjoin(SigningKey, SigningKey.id == key_of())
    )


def _is_asked(column: str) -> sa.ColumnElement[bool]:
    asked = sa.bindparam("asked", type_=sa.String)
    if column == "sha256":
        return has_file(asked)
    is_it: sa.ColumnElement[bool] = getattr(Certificate, column) == asked
    return is_it


def _find(column: str, asked: str, *, with_name: bool) -> _Registered | None:
    row = db.session.execute(_by(column), {"asked": asked}).one_or_none()
    if row is None:
        return None
    is_file = column == "sha256"
    key_lost = is_file and bool(row.key_lost)
    is_hidden = row.name_hidden_on is not None
    may_name = with_name and not (is_hidden or key_lost) and row.standing not in NO_NAME
    return _Registered(
        RegisterEntry(
            row.number,
            STATES[row.standing],
            row.valid_until,
            row.renewed_by,
            name_hidden=with_name and is_hidden,
            key_lost=key_lost,
            resealed=is_file and bool(row.resealed),
        ),
        Details(
            title=_title(row.content),
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            since=row.standing_since,
            renewed_by=row.renewed_by,
            printed_name=row.printed_name if may_name else "",
        ),
    )


def _title(content: Mapping[str, Any]) -> dict[str, str]:
    title: dict[str, str] = content["title"]
    return title
