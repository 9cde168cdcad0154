"""What a stranger's verifier fetches, without anybody's name: the public keys and the statuses."""

from __future__ import annotations

import json

from flask import Response, request

from academy.kernel import clock
from academy.kernel.settings import current
from academy.kernel.web.blueprint import FeatureBlueprint
from certificates.adapters.credential_files import status_list
from certificates.policies import VERIFY
from certificates.queries.credentials import ended_indices, published_keys
from certificates.rules.credential import did_document
from certificates.views.kept_lists import kept

bp = FeatureBlueprint("credentials", __name__)

KEPT_SECONDS = 1
"""Long enough to carry a crowd, short enough that what is revoked is seen at once."""
KEYS_KEPT_SECONDS = 60


@bp.page("/.well-known/did.json", needs=VERIFY)
def did() -> Response:
    """Show every key that ever signed a credential, retired ones too."""
    document = did_document(current().public_url, published_keys())
    return _public(json.dumps(document, indent=1).encode(), kept_seconds=KEYS_KEPT_SECONDS)


@bp.page("/status/<int:list_number>", needs=VERIFY)
def statuses(list_number: int) -> Response:
    """Show which credentials of a list do not count any more, signed."""
    settings = current()
    published_keys()  # none yet, so nobody holds a credential

    def signed() -> bytes:
        return status_list(
            settings.public_url,
            list_number,
            ended=tuple(ended_indices(list_number)),
            created=clock.real_now().replace(second=0, microsecond=0),
            keys_folder=settings.keys,
            passphrase=settings.keys_passphrase,
        )

    return _public(kept("badges", list_number, signed), kept_seconds=KEPT_SECONDS)


def _public(body: bytes, *, kept_seconds: int) -> Response:
    """Answer to anybody, a page of another site too: there is nothing personal in it."""
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={kept_seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response
