"""Zet in je wallet: a holder asks for an offer, and their wallet takes it from there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, make_response, render_template

from academy.kernel import clock
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.pdf.qr import qr_picture
from academy.kernel.settings import current
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from certificates.policies import OWN_CERTIFICATE
from certificates.queries import wallet as queries
from certificates.queries.holder import get_own
from certificates.rules.wallet import offer_address
from certificates.services import wallet
from certificates.services.wallet import MadeOffer
from certificates.views.verify import keep_private

V = TypeVar("V", bound=Callable[..., Any])

bp = FeatureBlueprint("my_wallet", __name__)

RULE = "/certificaat/<int:certificate_id>/wallet"


def if_open(view: V) -> V:
    """Let a view answer 404 while the academy lets no wallets in."""

    @wraps(view)
    def opened(**url_parts: Any) -> Any:
        if not queries.is_open():
            raise NotFoundError
        return view(**url_parts)

    return opened  # type: ignore[return-value]


@bp.page(RULE, needs=OWN_CERTIFICATE)
@if_open
def ask(certificate_id: int) -> str:
    """Explain what a wallet is, and ask."""
    return _page(certificate_id)


@bp.action(RULE, needs=OWN_CERTIFICATE)
@if_open
def offer(certificate_id: int) -> Response:
    """Make an offer. Its codes are shown here and never again."""
    made = wallet.make_offer(certificate_id, by=actor())
    return keep_private(make_response(_page(certificate_id, made)))


def _page(certificate_id: int, made: MadeOffer | None = None) -> str:
    address = offer_address(current().public_url, made.code) if made else ""
    return render_template(
        "certificates/wallet.html",
        certificate=get_own(certificate_id, actor().person_id or 0),
        address=address,
        picture=qr_picture(address) if address else "",
        digits=[made.digits[:3], made.digits[3:]] if made else [],
        ends_at=made.ends_at.astimezone(clock.AMSTERDAM).strftime("%H.%M") if made else "",
        is_copyable=queries.is_copyable(certificate_id),
        copies=queries.copies(certificate_id),
        pick=pick,
    )
