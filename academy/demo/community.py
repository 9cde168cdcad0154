"""Meet-ups with who came, the stories of residents, and who walks along with whom.

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
HELPS = {"meelopen": "walk_along", "les": "train", "proeve": "assess"}
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
    yield from _mentoring(data, memory)


def _mentoring(data: DataSet, memory: Memory) -> Iterator[Step]:
    for row in data["mentor_offers"]:
        yield Step(row.day("saved_on"), Rank.PLAN, row, partial(_offer, row, memory))
    for row in data["mentor_pairs"]:
        key = f"{row['mentor_id']} {row['person_id']}"
        yield Step(row.day("proposed_on"), Rank.ENTRY, row, partial(_link, row, memory, key))
        for column, said in (("mentor_id", "mentor_yes_on"), ("person_id", "person_yes_on")):
            day = row.find_day(said)
            if day is not None:
                say_yes = partial(_say_yes, row, memory, key, column)
                yield Step(day, Rank.FOLLOW_UP, row, say_yes, rows=0)
        for met in row.many("met_on"):
            day = date.fromisoformat(met)
            meet = partial(_meet, row, memory, key, day)
            yield Step(day, Rank.AFTERWARDS, row, meet, rows=0)


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


def _offer(row: Row, memory: Memory) -> None:
    kinds = [HELPS[word] for word in row.many("helps") if word in HELPS]
    person_id = memory.id("person", row, "person_id")
    services.save_offer(person_id, kinds, by=memory.actor(row, "person_id"))


def _link(row: Row, memory: Memory, key: str) -> None:
    mentor_id = memory.id("person", row, "mentor_id")
    starter_id = memory.id("person", row, "person_id")
    memory.keep(
        "mentor_pair", key, services.link(mentor_id, starter_id, by=_coordinator(row, memory))
    )


def _say_yes(row: Row, memory: Memory, key: str, column: str) -> None:
    pair_id = memory.id_of("mentor_pair", key, row)
    person_id = memory.id("person", row, column)
    services.answer_pair(pair_id, person_id, yes=True, by=memory.actor(row, column))


def _meet(row: Row, memory: Memory, key: str, day: date) -> None:
    pair_id = memory.id_of("mentor_pair", key, row)
    mentor_id = memory.id("person", row, "mentor_id")
    services.note_meeting(pair_id, mentor_id, on=day, by=memory.actor(row, "mentor_id"))
