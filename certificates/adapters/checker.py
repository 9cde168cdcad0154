"""Puts together the page that checks certificates without us: one file, with our keys in it.

The script is built by `bin/assets` from certificates/checker/. A library: no web, no database.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from babel.dates import format_date

from certificates.adapters import badge_keys, keys
from certificates.adapters.did_key import published
from certificates.adapters.pinning import pinned_chains
from certificates.rules.snapshot import PROBLEMS
from certificates.rules.verdict import REASONS

_FOLDER = Path(__file__).resolve().parent.parent
_SLOT = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Pinned:
    """What the page trusts: our root, and beside it the leaves and badge keys of today."""

    academy: str
    public_url: str
    root: bytes
    leaves: Sequence[bytes]
    badge_keys: Mapping[str, str]
    """The id of each key of credentials, with its public half (multibase).

    By id and not by address: what was issued before an academy moved names the old address.
    """
    chains: Sequence[Sequence[bytes]] = ()
    """Pinned seals from elsewhere, each from its leaf to its root."""
    lost_keys: Sequence[str] = ()
    """The ids of keys in other hands: what they sealed is believed by a register only."""


def read_pinned(folder: Path, *, academy: str, public_url: str) -> Pinned:
    """Return what is pinned now. Raises KeysError before `keys init`."""
    known = badge_keys.list_keys(folder, badge_keys.PURPOSES)
    shown = [published(key) for key in known if not key.compromised_at]
    return Pinned(
        academy=academy,
        public_url=public_url,
        root=keys.root_certificate(folder),
        leaves=[one for one in keys.trusted_leaves(folder) if keys.is_for_certificates(one)],
        badge_keys={key.key_id: key.multibase for key in shown if key.multibase},
        chains=pinned_chains(folder),
        lost_keys=sorted(keys.lost_keys(folder)),
    )


def make_page(pinned: Pinned, *, logo: str, made_on: date) -> bytes:
    """Return the page. It needs nothing but itself, and its policy lets it ask for nothing."""
    style, script = _read("checker/page.css"), _read("vendor/checker.js")
    fingerprint = hashlib.sha256(pinned.root).hexdigest()
    values = {
        "academy": escape(pinned.academy),
        "snapshot": escape(f"{pinned.public_url}/register/momentopname.json"),
        "fingerprint": keys.fingerprint_in_groups(fingerprint),
        "made_nl": format_date(made_on, "long", locale="nl"),
        "made_en": format_date(made_on, "long", locale="en_GB"),
        "logo": logo,
        "style": style,
        "script": script,
        "policy": _policy(style=style, script=script),
        "pinned": _for_script(_plain(pinned, fingerprint)),
    }
    page = _SLOT.sub(lambda slot: values[slot[1]], _read("checker/page.html"))
    return page.encode("utf-8")


def policy_of(page: bytes) -> str:
    """Return the content policy that stands in a page of ours, for the header that goes with it."""
    found = re.search(rb'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    if found is None:
        raise ValueError("this page has no policy")
    return found[1].decode("ascii")


def _plain(pinned: Pinned, fingerprint: str) -> dict[str, Any]:
    return {
        "rootFingerprint": fingerprint,
        "leaves": [_base64(leaf) for leaf in pinned.leaves],
        "chains": [[_base64(one) for one in chain] for chain in pinned.chains],
        "lostKeys": list(pinned.lost_keys),
        "badgeKeys": dict(pinned.badge_keys),
        "reasons": {code: [reason.nl, reason.en] for code, reason in REASONS.items()},
        "problems": {code: list(sentences) for code, sentences in PROBLEMS.items()},
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _policy(*, style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{_base64(hashlib.sha256(text.encode()).digest())}"


def _for_script(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
