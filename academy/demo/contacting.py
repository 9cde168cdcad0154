"""Contact requests, received at their moment and brought to their state by who handled them.

What the files leave open is decided here: the steps are taken on the day of the message, and a
talk that is planned is planned for three days after the academy's day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from academy.contact import services
from academy.demo.data import DataSet, Row
from academy.demo.memory import Memory
from academy.demo.steps import Rank, Step
from academy.demo.today import DAY
from academy.kernel import clock
from academy.kernel.policy import Actor

KINDS = {
    "bewoner": "resident",
    "bewonersgroep": "group",
    "professional": "professional",
    "organisatie": "organisation",
    "pers": "press",
    "klacht elders": "elsewhere",
    "onbekend": "unknown",
    "spam": "spam",
}
STEPS: dict[str, tuple[str, ...]] = {
    "new": (),
    "contacted": ("contacted",),
    "conversation_planned": ("contacted", "talk_planned"),
    "conversation_done": ("contacted", "talk_done"),
    "application": ("contacted", "application"),
    "guidance_request": ("contacted", "guidance_request"),
    "referred": ("contacted", "referred"),
    "no_fit": ("contacted", "no_fit"),
    "no_answer": ("no_answer",),
    "spam": ("spam",),
}
TALK_IN = timedelta(days=3)


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return the messages that came in."""
    for row in data["contact_requests"]:
        local = row.moment("received_at")
        moment = clock.local(local.date(), local.hour, local.minute)
        receive = partial(_receive, row, memory)
        yield Step(local.date(), Rank.CONTACT, row, receive, moment=moment)


def _receive(row: Row, memory: Memory) -> None:
    written = services.Message(
        name=row["name"], reach=row["reach"], place_words=row["place"], message=row["message"]
    )
    request = services.receive(written, source_id=row["request_id"])
    taken = row.word("status", STEPS)
    if not row["handled_by"]:
        return
    by = memory.actor(row, "handled_by")
    _hand_over(request.id, row, by, memory)
    if taken != ("spam",):
        kind = row.word("kind", KINDS)
        services.sort_out(request.id, by=by, kind=kind, place_id=_place(row, memory))
    for step in taken:
        talk_on = DAY + TALK_IN if step == "talk_planned" else None
        services.take_step(request.id, step, by=by, talk_on=talk_on)


def _hand_over(request_id: int, row: Row, by: Actor, memory: Memory) -> None:
    """Let a coordinator hand the message to who handles it, unless a coordinator does."""
    if "coordinator" in by.roles or by.person_id is None:
        return
    giver = memory.holder("coordinator", row, day=clock.today(), scopes=None)
    services.assign(request_id, by.person_id, by=memory.acting(giver, row))


def _place(row: Row, memory: Memory) -> int | None:
    """Return the place that bears the name people wrote, if there is one."""
    named = (one for one in memory.data["neighbourhoods"] if one["name"] == row["place"])
    place = next(named, None)
    return memory.id("place", place, "neighbourhood_id") if place else None
