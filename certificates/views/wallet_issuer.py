"""What wallets and verifiers of copies ask: who we are, a token, a nonce, a copy, how it stands.

OpenID4VCI 1.0. Whatever is refused is said in the words of that protocol, and never why in ours:
an answer holds nothing about a person but the copy itself.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from academy.kernel import clock, limits
from academy.kernel.documents import DocumentError
from academy.kernel.errors import TooManyError
from academy.kernel.i18n import pick
from academy.kernel.limits import Limit
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.kernel.settings import current
from academy.kernel.web.addresses import asker
from academy.kernel.web.blueprint import FeatureBlueprint, ProgramBlueprint, actor
from certificates.adapters.wallet_files import status_list
from certificates.policies import VERIFY
from certificates.queries import wallet as queries
from certificates.rules import wallet as rules
from certificates.rules.token_status import KEEPS
from certificates.rules.wallet_request import WalletRefusedError
from certificates.services import wallet, wallet_nonce
from certificates.views.kept_lists import kept
from certificates.views.wallet import if_open

bp = FeatureBlueprint("wallet_metadata", __name__, url_prefix="/.well-known")
api_bp = ProgramBlueprint("wallet_api", __name__, url_prefix=rules.API)

KEPT_SECONDS = 60
LARGEST_REQUEST = 16 * 1024
NONCES = Limit("wallet-nonce", 60, wallet_nonce.LASTS)
SCHEME = "Bearer"


# --- who we are ------------------------------------------------------------------------------


@bp.page("/openid-credential-issuer", needs=VERIFY)
@if_open
def issuer() -> Response:
    """Say what we offer, and where."""
    return _public(rules.issuer_metadata(current().public_url, current().name))


@bp.page("/oauth-authorization-server", needs=VERIFY)
@if_open
def server() -> Response:
    """Say how a token is had."""
    return _public(rules.server_metadata(current().public_url))


@bp.page("/jwt-vc-issuer", needs=VERIFY)
@if_open
def keys() -> Response:
    """Show every key that vouches for copies."""
    return _public(rules.key_metadata(current().public_url, queries.published_jwks()))


@api_bp.page("/type", needs=VERIFY)
@if_open
def kind() -> Response:
    """Say what a copy means, claim by claim."""
    return _public(rules.type_metadata(current().public_url))


@api_bp.page("/status/<int:list_number>", needs=VERIFY)
@if_open
def statuses(list_number: int) -> Response:
    """Show which copies do not count, or not now, signed."""
    settings = current()

    def signed() -> str:
        return status_list(
            settings.public_url,
            list_number,
            statuses=queries.statuses(list_number),
            now=clock.real_now().replace(second=0, microsecond=0),
            keys_folder=settings.keys,
            passphrase=settings.keys_passphrase,
        )

    try:
        answer = kept("wallet", list_number, signed)
    except DocumentError as error:
        raise _not_made(error) from error
    response = Response(answer, mimetype="application/statuslist+jwt")
    return _open_to_all(response, kept_seconds=int(KEEPS.total_seconds()))


def _public(said: dict[str, Any]) -> Response:
    return _open_to_all(jsonify(said), kept_seconds=KEPT_SECONDS)


def _open_to_all(response: Response, *, kept_seconds: int) -> Response:
    """Answer to anybody, a page of another site too: there is nothing personal in it."""
    response.headers["Cache-Control"] = f"public, max-age={kept_seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


# --- what a wallet asks ------------------------------------------------------------------------


@api_bp.action("/token", needs=VERIFY, largest_body=LARGEST_REQUEST)
@if_open
def token() -> Response:
    """Give a token for the two codes of an offer."""
    given = wallet.redeem(request.form, address=asker())
    seconds = int(wallet.TOKEN_LASTS.total_seconds())
    return _private(access_token=given, token_type=SCHEME, expires_in=seconds)


@api_bp.action("/nonce", needs=VERIFY, largest_body=LARGEST_REQUEST)
@if_open
def nonce() -> Response:
    """Give a nonce, to be signed in a proof."""
    limits.spend_here(NONCES, asker(), sentence="")
    return _private(c_nonce=wallet_nonce.fresh())


@api_bp.action("/credential", needs=VERIFY, largest_body=LARGEST_REQUEST)
@if_open
def credential() -> Response:
    """Give the copy, bound to the key that the wallet proved to have."""
    given = request.authorization
    if given is None or given.type != SCHEME.lower() or not given.token:
        raise WalletRefusedError("invalid_token", status=401)
    try:
        copy = wallet.collect(given.token, _body(), address=asker(), by=actor())
    except DocumentError as error:
        raise _not_made(error) from error
    return _private(credentials=[{"credential": copy}])


def _body() -> Any:
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _not_made(error: DocumentError) -> DocumentNotMadeError:
    return DocumentNotMadeError(pick({"nl": error.sentence, "en": error.sentence_en}))


def _private(**said: Any) -> Response:
    response = jsonify(said)
    response.headers["Cache-Control"] = "no-store"
    return response


@api_bp.errorhandler(WalletRefusedError)
def _refused(error: WalletRefusedError) -> Response:
    response = _private(error=error.code)
    response.status_code = error.status
    if error.status == 401:
        response.headers["WWW-Authenticate"] = f'{SCHEME} error="{error.code}"'
    return response


@api_bp.errorhandler(TooManyError)
def _too_many(_error: TooManyError) -> Response:
    response = _private(error="temporarily_unavailable")
    response.status_code = TooManyError.status
    return response
