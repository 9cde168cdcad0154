"""A card that says thank you, for who stops: A5, to fold or to frame."""

from __future__ import annotations

from pathlib import Path

from academy.kernel.pdf.paper import Details, Sheet, make_paper

CARD = Sheet(Path(__file__).with_name("thanks_page"), "thanks", "2026.1")


def thanks_card(*, name: str, since: str, until: str, made_by: str) -> bytes:
    """Return the card. It says nothing of what was talked about."""
    values = {"name": name, "since": since, "until": until}
    return make_paper(CARD, values, Details("Dank je wel", "Bedankkaart", made_by))
