"""The messages of certificates: what each is called, why somebody gets it, when it goes."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _

from academy.kernel.messages.declared import Message
from certificates.queries import due, told
from certificates.services.decisions import NOT_GRANTED
from certificates.services.issuing import READY
from certificates.services.life import REVOCATION_DROPPED, REVOCATION_PROPOSED, REVOKED
from certificates.services.resealing import RESEALED
from certificates.services.standing import REINSTATED

MESSAGES = (
    Message(
        "certificates/expiry",
        title=_("Je certificaat loopt af"),
        why=_("Je krijgt dit omdat je een certificaat van ons hebt."),
        values=due.expiry,
        due=due.expiring,
        use_within=timedelta(days=21),
        by_phone=True,
        by_letter=True,
        unless=_("alleen als er nog geen nieuw certificaat is"),
    ),
    Message(
        READY,
        title=_("Je certificaat is klaar"),
        why=_("Je krijgt dit omdat je een certificaat van ons hebt."),
        values=told.ready,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        unless=_("alleen als het dan nog telt"),
    ),
    Message(
        NOT_GRANTED,
        title=_("Het bestuur gaf je nog geen certificaat"),
        why=_("Je krijgt dit omdat iemand je voordroeg voor een certificaat."),
        values=told.not_granted,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
        unless=_("alleen als het bestuur nog niets anders besloot"),
    ),
    Message(
        REVOCATION_PROPOSED,
        title=_("Iemand wil je certificaat intrekken"),
        why=_("Je krijgt dit omdat je een certificaat van ons hebt."),
        values=told.revocation_proposed,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
        unless=_("alleen als het voorstel er dan nog ligt"),
    ),
    Message(
        REVOCATION_DROPPED,
        title=_("Je certificaat wordt niet ingetrokken"),
        why=_("Je krijgt dit omdat je een certificaat van ons hebt."),
        values=told.revocation_dropped,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
        unless=_("alleen als het dan nog telt"),
    ),
    Message(
        REVOKED,
        title=_("Je certificaat is ingetrokken"),
        why=_("Je krijgt dit omdat je een certificaat van ons hebt."),
        values=told.revoked,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
        unless=_("alleen als het dan nog ingetrokken is"),
    ),
    Message(
        RESEALED,
        title=_("Je certificaat heeft een nieuw zegel"),
        why=_("Je krijgt dit omdat je een certificaat van ons hebt."),
        values=told.resealed,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
        unless=_("alleen als het dan nog telt"),
    ),
    Message(
        REINSTATED,
        title=_("Je certificaat telt weer"),
        why=_("Je krijgt dit omdat je een certificaat van ons hebt."),
        values=told.reinstated,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
        unless=_("alleen als het dan nog telt"),
    ),
)
