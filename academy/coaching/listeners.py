"""What coaching does with news from below, and with its own."""

from __future__ import annotations

from academy.coaching.events import ContactLogged, PlanChanged
from academy.coaching.queries.plans import certificate_origin
from academy.coaching.services.load import note_written, recount
from academy.coaching.services.plans import get_plan, open_plan
from academy.kernel.policy import SYSTEM
from academy.people.services import grants
from certificates.events import CertificateIssued

GUIDED_TRACK = "residents"


def on_certificate_issued(news: CertificateIssued) -> None:
    """Let a resident with a first certificate be guided: a plan to match within a fortnight."""
    if news.track != GUIDED_TRACK or not news.first:
        return
    origin = certificate_origin(news.certificate_id)
    open_plan(
        news.person_id,
        certificate_number=origin.number,
        place_id=origin.place_id,
        since=news.issued_on,
    )


def on_plan_changed(news: PlanChanged) -> None:
    """Count anew for the coaches concerned; who was to stand in for the old one no longer may."""
    plan = get_plan(news.plan_id)
    recount((plan.coach_id, plan.transferred_from_id))
    if plan.state in ("stopped", "to_match", "proposed"):
        grants.forget_later_guiding(plan.person_id, by=SYSTEM)


def on_contact_logged(news: ContactLogged) -> None:
    """Note that a coach wrote something down."""
    note_written(news.entry_id)
