"""Objections: made by a participant, handled by a coordinator, answered by who was not involved.

Source: domain model 4(b)10. The answer changes no score: a result that does not stand is set
aside, and what follows is done anew.
"""

from courses.services.objections.answering import answer, refuse_late
from courses.services.objections.handling import accept_late, name_reviewer, put_off
from courses.services.objections.making import (
    go_on,
    make_objection,
    withdraw_all,
    withdraw_objection,
)

__all__ = [
    "accept_late",
    "answer",
    "go_on",
    "make_objection",
    "name_reviewer",
    "put_off",
    "refuse_late",
    "withdraw_all",
    "withdraw_objection",
]
