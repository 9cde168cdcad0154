"""Judges of Open Badges that are not ours: two on Node.js, one in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from tests.judges import on_node as on_node_js


def on_node(published: Mapping[str, Any], cases: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `@digitalbazaar/vc` and `@digitalcredentials/verifier-core` say of each case.

    `published` are the documents by address that they may fetch; everything else answers 404.
    """
    return on_node_js.ask("judge.mjs", {"published": published, "cases": cases})


def refusal(document: str, issuer: str, *, fetch: Callable[[str], bytes]) -> str:
    """Return why openbadgeslib refuses a credential or a JWT, its status included; "" if not.

    It knows signed status lists as a JWT only; those on Node.js check the proof under ours.
    """
    is_jwt = not document.lstrip().startswith("{")
    kind = OB3Verifier if is_jwt else OB3LdpVerifier
    try:
        kind.for_issuer_did(issuer, download=fetch).verify(
            document, check_status=True, verify_status_list=False, download=fetch
        )
    except OB3VerificationError as error:
        return str(error) or "refused"
    return ""
