"""Meet-ups with who came, and the stories of residents.

What the files leave open is decided here: a meet-up is planned four weeks ahead by a coordinator;
people answer on the day itself, or by yesterday for what is to come; a story is told on the day
on which it is published, and one that is not published was told yesterday.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from academy.community import services
from academy.demo.data import DataSet, Row
from academy.demo.memory import Memory
from academy.demo.people import first_day
from academy.demo.steps import Rank, Step
from academy.demo.today import DAY
from academy.kernel import clock
from academy.kernel.policy import Actor

KINDS = {
    "terugkommiddag": "follow_up",
    "opfrisles": "refresher",
    "ervaringsuitwisseling": "exchange",
    "intervisie": "peer_consultation",
}
HELD = {"gehouden": True, "gepland": False}
ANSWERS = {"ja": "yes", "misschien": "maybe", "nee": "no"}
HELP = ("vervoer", "oppas")
CAME = {"ja": True, "nee": False, "": None}
ASSETS = {
    "mensen": "people",
    "groepen": "groups",
    "plek": "places",
    "organisaties": "organisations",
    "verhalen": "stories",
    "gewoonte": "habits",
}
AHEAD = timedelta(weeks=4)
YESTERDAY = DAY - timedelta(days=1)


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return how people met, and what they told."""
    days = {row["meetup_id"]: row.day("date") for row in data["meetups"]}
    for row in data["meetups"]:
        planned_on = max(min(row.day("date") - AHEAD, YESTERDAY), first_day(data))
        yield Step(planned_on, Rank.MEETUP, row, partial(_plan, row, memory))
        if row.word("status", HELD):
            yield Step(row.day("date"), Rank.AFTERWARDS, row, partial(_hold, row, memory), rows=0)
    for row in data["rsvps"]:
        if row["meetup_id"] not in days:
            raise row.fault(f"{row['meetup_id']} is er niet.")
        day = days[row["meetup_id"]]
        yield Step(min(day, YESTERDAY), Rank.PLAN, row, partial(_answer, row, memory))
        if row.word("came", CAME) is not None:
            yield Step(day, Rank.AFTERWARDS, row, partial(_note_came, row, memory), rows=0)
    for row in data["solutions"]:
        day = row.find_day("published_on") or YESTERDAY
        yield Step(day, Rank.PLAN, row, partial(_tell, row, memory))


def _coordinator(row: Row, memory: Memory, place: str = "") -> Actor:
    day: date = clock.today()
    scopes = {"place": place} if place else None
    return memory.acting(memory.holder("coordinator", row, day=day, scopes=scopes), row)


def _plan(row: Row, memory: Memory) -> None:
    new = services.NewMeetUp(
        kind=row.word("kind", KINDS),
        title=row["title"],
        held_on=row.day("date"),
        place=row["place"],
        capacity=row.number("capacity"),
        source_id=row["meetup_id"],
    )
    meetup_id = services.plan_meetup(new, by=_coordinator(row, memory))
    memory.keep("meetup", row["meetup_id"], meetup_id)


def _hold(row: Row, memory: Memory) -> None:
    meetup_id = memory.id("meetup", row, "meetup_id")
    services.hold_meetup(meetup_id, by=_coordinator(row, memory))


def _answer(row: Row, memory: Memory) -> None:
    needs = row["needs"]
    reply = services.Reply(
        answer=row.word("rsvp", ANSWERS),
        brings=row["brings"],
        needs="" if needs in HELP else needs,
        transport=needs == "vervoer",
        child_care=needs == "oppas",
    )
    services.answer_invitation(
        memory.id("meetup", row, "meetup_id"),
        memory.id("person", row, "person_id"),
        reply,
        by=memory.actor(row, "person_id"),
    )


def _note_came(row: Row, memory: Memory) -> None:
    services.record_came(
        memory.id("meetup", row, "meetup_id"),
        memory.id("person", row, "person_id"),
        came=bool(row.word("came", CAME)),
        by=_coordinator(row, memory),
    )


def _tell(row: Row, memory: Memory) -> None:
    coordinator = _coordinator(row, memory, row["neighbourhood_id"])
    new = services.NewStory(
        title=row["title"],
        text=row["story"],
        place_id=memory.id("place", row, "neighbourhood_id"),
        asset=row.word("asset_used", ASSETS),
        may_share=row.is_yes("may_share"),
        told_by_id=memory.find_id("person", row, "told_by"),
        source_id=row["solution_id"],
    )
    teller = memory.actor(row, "told_by") if row["told_by"] else coordinator
    story_id = services.tell_story(new, by=teller)
    services.count_confirmations(story_id, row.number("confirmed_by"), by=coordinator)
    if row["published_on"]:
        services.publish_story(story_id, by=coordinator)
