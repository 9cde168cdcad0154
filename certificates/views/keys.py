"""Our public keys, for who checks a seal or a checkpoint without us."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Response, request

from academy.kernel.settings import current
from academy.kernel.web.blueprint import FeatureBlueprint
from certificates.policies import VERIFY
from certificates.queries.keys import PublicKey, public_keys, root_fingerprint

bp = FeatureBlueprint("keys", __name__)

KEPT_SECONDS = 60
HIDDEN = {"has_private_key"}
"""What is nobody's business outside: where a private key lies."""


@bp.page("/.well-known/academie-keys.json", needs=VERIFY)
def published() -> Response:
    """Show every key, retired and lost ones too, with its certificate."""
    body = {
        "academy": current().name,
        "root_fingerprint": root_fingerprint(),
        "keys": [_plain(one) for one in public_keys()],
    }
    response = Response(json.dumps(body, indent=1), mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response


def _plain(key: PublicKey) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(key).items()
        if name not in HIDDEN
    }
