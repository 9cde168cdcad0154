"""The messages of courses: what each is called, why somebody gets it, when it goes."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _

from academy.kernel.messages.declared import Message
from courses.queries import due, told, told_objections
from courses.queries.practical import told as practical_told
from courses.services.objections.case import (
    OBJECTION_ANSWERED,
    OBJECTION_ASKED,
    OBJECTION_FOLLOWS,
    OBJECTION_TERM,
)

SESSION_CHANGED = "courses/session_changed"
COHORT_CANCELLED = "courses/cohort_cancelled"
COHORT_MOVED = "courses/cohort_moved"
PRACTICAL_DAY = "courses/practical_day"
PRACTICAL_TO_LOOK = "courses/practical_to_look"

MESSAGES = (
    Message(
        "courses/session_soon",
        title=_("Herinnering, drie dagen vooraf"),
        why=_("Je krijgt dit omdat je meedoet aan een leergang."),
        values=told.reminder,
        due=due.soon,
        use_within=timedelta(days=3),
        may_wait=False,
        by_phone=True,
    ),
    Message(
        "courses/session_today",
        title=_("Herinnering, op de dag zelf of de avond ervoor"),
        why=_("Je krijgt dit omdat je meedoet aan een leergang."),
        values=told.reminder,
        due=due.today,
        use_within=timedelta(days=1),
        may_wait=False,
        on_sunday=True,
    ),
    Message(
        SESSION_CHANGED,
        title=_("Een bijeenkomst is verzet of gaat niet door"),
        why=_("Je krijgt dit omdat je meedoet aan deze bijeenkomst."),
        values=told.change,
        may_wait=False,
        on_sunday=True,
        by_phone=True,
        necessary=True,
    ),
    Message(
        COHORT_CANCELLED,
        title=_("Je groep gaat niet door"),
        why=_("Je krijgt dit omdat je bij deze groep hoort."),
        values=told.ending,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
    ),
    Message(
        COHORT_MOVED,
        title=_("Je groep komt op een andere plek bij elkaar"),
        why=_("Je krijgt dit omdat je bij deze groep hoort."),
        values=told.new_place,
        may_wait=False,
        on_sunday=True,
        by_phone=True,
        necessary=True,
    ),
    Message(
        "courses/practice_more",
        title=_("Er mag nog iets bij je opdracht"),
        why=_("Je krijgt dit omdat je een opdracht inleverde."),
        values=told.add_something,
        due=due.add_something,
        by_phone=True,
    ),
    Message(
        PRACTICAL_DAY,
        title=_("De dag van je proeve"),
        why=_("Je krijgt dit omdat je meedoet aan een leergang."),
        values=practical_told.own_day,
        may_wait=False,
        on_sunday=True,
        by_phone=True,
        necessary=True,
    ),
    Message(
        PRACTICAL_TO_LOOK,
        title=_("De dag waarop je bij een proeve kijkt"),
        why=_("Je krijgt dit omdat je beoordelaar bent."),
        values=practical_told.day_to_look,
        may_wait=False,
        on_sunday=True,
        for_staff=True,
    ),
    Message(
        "courses/register_open",
        title=_("Een presentielijst is nog niet klaar"),
        why=_("Je krijgt dit omdat je trainer bent van deze groep."),
        values=told.open_register,
        due=due.open_registers,
        for_staff=True,
        unless=_("alleen als de presentie dan niet klaar is"),
    ),
    Message(
        OBJECTION_TERM,
        title=_("Wanneer je antwoord krijgt op je bezwaar"),
        why=_("Je krijgt dit omdat je bezwaar maakte."),
        values=told_objections.term,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
    ),
    Message(
        OBJECTION_ANSWERED,
        title=_("Er is een antwoord op je bezwaar"),
        why=_("Je krijgt dit omdat je bezwaar maakte."),
        values=told_objections.answered,
        may_wait=False,
        by_phone=True,
        by_letter=True,
        necessary=True,
    ),
    Message(
        OBJECTION_ASKED,
        title=_("Iemand vraagt je om opnieuw te kijken"),
        why=_("Je krijgt dit omdat jij een bezwaar bekijkt."),
        values=told_objections.asked,
        may_wait=False,
        for_staff=True,
    ),
    Message(
        OBJECTION_FOLLOWS,
        title=_("Een uitslag telt niet meer"),
        why=_("Je krijgt dit omdat je trainer bent van deze groep."),
        values=told_objections.follows,
        may_wait=False,
        for_staff=True,
    ),
)
