"""The messages of coaching: what each is called, why somebody gets it, when it goes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.coaching.policies import FOLLOW_UP
from academy.coaching.queries import due, told
from academy.kernel.messages.declared import Message

MESSAGES = (
    Message(
        "coaching/contact",
        title=_("Wie je deze week spreekt"),
        why=_("Je krijgt dit omdat je iemand begeleidt."),
        values=told.contact,
        due=due.contacts,
        seen_by=FOLLOW_UP,
        gathered=True,
        for_staff=True,
        unless=_("alleen als jullie elkaar dan nog niet spraken"),
    ),
    Message(
        "coaching/contact_late",
        title=_("Een gesprek is te laat"),
        why=_("Je krijgt dit omdat je iemand begeleidt."),
        values=told.contact,
        due=due.late_contacts,
        seen_by=FOLLOW_UP,
        gathered=True,
        for_staff=True,
        unless=_("alleen als jullie elkaar dan nog niet spraken"),
    ),
    Message(
        "coaching/coach_action",
        title=_("Een afspraak van jou als begeleider"),
        why=_("Je krijgt dit omdat je iemand begeleidt."),
        values=told.action,
        due=due.coach_actions,
        seen_by=FOLLOW_UP,
        gathered=True,
        for_staff=True,
        unless=_("alleen als de afspraak dan nog open staat"),
    ),
    Message(
        "coaching/own_action",
        title=_("Een afspraak uit je logboek"),
        why=_("Je krijgt dit omdat je een begeleider hebt."),
        values=told.action,
        due=due.own_actions,
        seen_by=FOLLOW_UP,
        unless=_("alleen als de afspraak dan nog open staat"),
    ),
    Message(
        "coaching/region",
        title=_("Wat te laat is in je regio"),
        why=_("Je krijgt dit omdat je coördinator bent."),
        values=told.region,
        due=due.mondays,
        seen_by=FOLLOW_UP,
        gathered=True,
        for_staff=True,
        unless=_("alleen als er dan iets te laat is"),
    ),
)
