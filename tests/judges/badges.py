"""Judges of Open Badges that are not ours: two on Node.js, one in Python."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

_FOLDER = Path(__file__).with_name("node")
_ROOT = Path(__file__).resolve().parents[2]


def on_node(published: Mapping[str, Any], cases: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `@digitalbazaar/vc` and `@digitalcredentials/verifier-core` say of each case.

    `published` are the documents by address that they may fetch; everything else answers 404.
    """
    if not (_FOLDER / "node_modules").is_dir():
        raise RuntimeError("the judges on Node.js are not here; run: bin/setup test")
    path = f"{_ROOT / '.node' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["node", str(_FOLDER / "judge.mjs")],
        input=json.dumps({"published": published, "cases": cases}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PATH": path},
    )
    if done.returncode != 0:
        raise RuntimeError(f"the judges on Node.js did not run: {done.stderr[-800:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


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
