"""The messages of the community: what each is called and why somebody gets it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.community.policies import LINK_MENTORS, MANAGE_MEET_UPS
from academy.community.queries import meetups, mentoring
from academy.community.services.meetups import CALLED_OFF, CHAIR_FREE, CHANGED, INVITED
from academy.community.services.mentoring import MENTOR_ASKED
from academy.kernel.messages.declared import Message

MESSAGES = (
    Message(
        INVITED,
        title=_("Uitnodiging voor een terugkommiddag"),
        why=_("Je krijgt dit omdat je een certificaat hebt of had."),
        values=meetups.told_coming,
        seen_by=MANAGE_MEET_UPS,
        by_phone=True,
        by_letter=True,
        unless=_("alleen als de middag dan nog doorgaat"),
    ),
    Message(
        CHANGED,
        title=_("Een terugkommiddag is anders"),
        why=_("Je krijgt dit omdat je misschien komt."),
        values=meetups.told_coming,
        seen_by=MANAGE_MEET_UPS,
        may_wait=False,
        by_phone=True,
    ),
    Message(
        CALLED_OFF,
        title=_("Een terugkommiddag gaat niet door"),
        why=_("Je krijgt dit omdat je misschien kwam."),
        values=meetups.told_called_off,
        seen_by=MANAGE_MEET_UPS,
        may_wait=False,
        by_phone=True,
    ),
    Message(
        CHAIR_FREE,
        title=_("Er is plaats voor jou op een terugkommiddag"),
        why=_("Je krijgt dit omdat je op de wachtlijst stond."),
        values=meetups.told_chair_free,
        seen_by=MANAGE_MEET_UPS,
        may_wait=False,
        by_phone=True,
        unless=_("alleen als je dan nog wilt komen"),
    ),
    Message(
        MENTOR_ASKED,
        title=_("De vraag of jullie samen oplopen"),
        why=_("Je krijgt dit omdat de coördinator jullie bij elkaar wil brengen."),
        values=mentoring.told_asked,
        seen_by=LINK_MENTORS,
        by_phone=True,
        unless=_("alleen als je dan nog niets zei"),
    ),
)
