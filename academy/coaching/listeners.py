"""What coaching does with news from below."""

from __future__ import annotations

from academy.coaching.queries.plans import certificate_origin
from academy.coaching.services.plans import open_plan
from certificates.events import CertificateIssued

GUIDED_TRACK = "residents"


def on_certificate_issued(news: CertificateIssued) -> None:
    """Let a resident with a first certificate be guided: a plan to match within a fortnight."""
    if news.track != GUIDED_TRACK or not news.first:
        return
    origin = certificate_origin(news.certificate_id)
    open_plan(news.person_id, certificate_number=origin.number, place_id=origin.place_id)
