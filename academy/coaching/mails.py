"""The messages of coaching: what each is called, why somebody gets it, when it goes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.coaching.policies import FOLLOW_UP
from academy.coaching.queries import cover, due, openings, signals, told
from academy.coaching.services.cover import COVER, COVERING
from academy.coaching.services.openings import OPENED
from academy.coaching.services.signals import CLOSED, RAISED, RAISED_HIGH
from academy.kernel.messages.declared import Message

MESSAGES = (
    Message(
        OPENED,
        title=_("Iemand mag je logboek lezen"),
        why=_("Je krijgt dit omdat je een begeleider hebt of had."),
        values=openings.opened,
        seen_by=FOLLOW_UP,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
    ),
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
        "coaching/contact_escalated",
        title=_("Een gesprek is twee weken te laat"),
        why=_("Je krijgt dit omdat je coördinator bent."),
        values=told.escalated,
        due=due.escalations,
        seen_by=FOLLOW_UP,
        for_staff=True,
        unless=_("alleen als zij elkaar dan nog niet spraken"),
    ),
    Message(
        COVER,
        title=_("Je begeleider is er even niet"),
        why=_("Je krijgt dit omdat je een begeleider hebt."),
        values=cover.told,
        seen_by=FOLLOW_UP,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
    ),
    Message(
        COVERING,
        title=_("Jij vervangt een begeleider"),
        why=_("Je krijgt dit omdat je iemand begeleidt."),
        values=cover.told,
        seen_by=FOLLOW_UP,
        may_wait=False,
        for_staff=True,
        necessary=True,
    ),
    Message(
        RAISED,
        title=_("Een signaal voor jou"),
        why=_("Je krijgt dit omdat jij het opvolgt."),
        values=signals.told,
        may_wait=False,
        for_staff=True,
        necessary=True,
    ),
    Message(
        RAISED_HIGH,
        title=_("Een signaal voor vandaag"),
        why=_("Je krijgt dit omdat jij het opvolgt."),
        values=signals.told,
        may_wait=False,
        on_sunday=True,
        by_phone=True,
        for_staff=True,
        necessary=True,
    ),
    Message(
        CLOSED,
        title=_("Een signaal van jou is afgerond"),
        why=_("Je krijgt dit omdat jij het signaal gaf."),
        values=signals.told_closed,
        may_wait=False,
        by_phone=True,
        necessary=True,
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
