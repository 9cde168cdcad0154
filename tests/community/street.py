"""People, meet-ups and stories for tests, and the sample data through the services."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from academy.community import services
from academy.community.services import NewMeetUp, NewStory, Reply
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import Actor
from academy.people.models import Person, Place
from certificates.models import Certificate, Decision
from courses.models import Cohort
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
)

DATA = Path(__file__).resolve().parents[2] / "academy" / "demo" / "data"
SOON = date(2026, 12, 5)

KINDS = {
    "terugkommiddag": "follow_up",
    "opfrisles": "refresher",
    "ervaringsuitwisseling": "exchange",
    "intervisie": "peer_consultation",
}
ANSWERS = {"ja": "yes", "misschien": "maybe", "nee": "no"}
ASSETS = {"plek": "places", "gewoonte": "habits", "mensen": "people"}

_serials = count(1)


def certify(person: Person, cohort: Cohort) -> None:
    """Give a person a certificate, decided but not yet on paper."""
    enrolment = make_enrolment(cohort, person, state="completed")
    today, serial = clock.today(), next(_serials)
    decision = Decision(
        enrolment_id=enrolment.id,
        kind="first",
        proposer_id=person.id,
        holder_id=person.id,
        proposed_at=clock.now(),
        verdict={},
    )
    db.session.add(decision)
    db.session.flush()
    db.session.add(
        Certificate(
            number=f"SLHZ-B-2026-{serial:05d}-00",
            letter="B",
            year=2026,
            serial=serial,
            decision_id=decision.id,
            enrolment_id=enrolment.id,
            person_id=person.id,
            track="residents",
            language="nl",
            printed_name=person.display_name,
            content={"title": {"nl": "Certificaat test", "en": "Test certificate"}},
            issued_on=today,
            valid_until=today + timedelta(days=1096),
            state="approved",
            approved_at=clock.now(),
        )
    )
    db.session.flush()


@dataclass
class Street:
    """A place with a certified person, their coach, a coordinator and a newcomer."""

    place: Place
    cohort: Cohort
    certified: Person
    newcomer: Person
    coach: Person
    coordinator: Person
    far_coordinator: Person
    meetup_id: int
    story_id: int
    far_place_id: int

    @property
    def by(self) -> Actor:
        """The coordinator, as actor."""
        return make_actor(self.coordinator)


def make_street(*, capacity: int = 2) -> Street:
    """Make a planned meet-up and an untold story, and commit them."""
    with unit_of_work():
        place, far = make_place("Bloemenbuurt"), make_place("'t Zand")
        cohort = make_cohort(place=place)
        certified = make_person("Fatma", place_id=place.id)
        certify(certified, cohort)
        newcomer = make_person("Nieuw", place_id=place.id)
        coach = make_person("Marije")
        make_grant(coach, "coach", about=certified)
        coordinator, far_coordinator = make_coordinator(place), make_coordinator(far)
        by = make_actor(coordinator)
        meetup_id = services.plan_meetup(
            NewMeetUp("follow_up", "Volhouden", SOON, "De Krokus", capacity), by=by
        )
        story_id = services.tell_story(
            NewStory(
                title="Stoepkoffie zonder organisatie",
                text="Om de beurt zet een huishouden koffie.",
                place_id=place.id,
                asset="places",
                may_share=True,
                told_by_id=certified.id,
            ),
            by=make_actor(certified),
        )
    return Street(
        place,
        cohort,
        certified,
        newcomer,
        coach,
        coordinator,
        far_coordinator,
        meetup_id,
        story_id,
        far.id,
    )


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one file of the sample data."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def load_sample() -> dict[str, int]:
    """Load meet-ups, answers and stories of the sample data. Returns ids by CSV id."""
    ids: dict[str, int] = {}
    people: dict[str, Person] = {}
    with unit_of_work():
        coordinator = make_coordinator()
        cohort = make_cohort()
        for row in rows("rsvps"):
            if row["person_id"] not in people:
                people[row["person_id"]] = person = make_person(row["person_id"])
                certify(person, cohort)
    by = make_actor(coordinator)
    for row in rows("meetups"):
        answers = [one for one in rows("rsvps") if one["meetup_id"] == row["meetup_id"]]
        ids[row["meetup_id"]] = _load_meetup(row, answers, people, by)
    for row in rows("solutions"):
        ids[row["solution_id"]] = _load_story(row, by)
    return ids


def _load_meetup(
    row: dict[str, str], answers: list[dict[str, str]], people: dict[str, Person], by: Actor
) -> int:
    day = date.fromisoformat(row["date"])
    new = NewMeetUp(
        kind=KINDS[row["kind"]],
        title=row["title"],
        held_on=day,
        place=row["place"],
        capacity=int(row["capacity"]),
        source_id=row["meetup_id"],
    )
    with unit_of_work(), clock.at(clock.local(day - timedelta(days=30), 9)):
        meetup_id = services.plan_meetup(new, by=by)
        for one in answers:
            person = people[one["person_id"]]
            reply = Reply(ANSWERS[one["rsvp"]], one["brings"], one["needs"])
            services.answer_invitation(meetup_id, person.id, reply, by=make_actor(person))
    if row["status"] == "gehouden":
        with unit_of_work(), clock.at(clock.local(day, 17)):
            services.hold_meetup(meetup_id, by=by)
            for one in answers:
                person_id = people[one["person_id"]].id
                services.record_came(meetup_id, person_id, came=one["came"] == "ja", by=by)
    return meetup_id


def _load_story(row: dict[str, str], by: Actor) -> int:
    day = date.fromisoformat(row["published_on"] or "2026-11-20")
    with unit_of_work(), clock.at(clock.local(day, 12)):
        place = make_place(row["neighbourhood_id"])
        teller = make_person(row["told_by"]) if row["told_by"] else None
        new = NewStory(
            title=row["title"],
            text=row["story"],
            place_id=place.id,
            asset=ASSETS[row["asset_used"]],
            may_share=row["may_share"] == "ja",
            told_by_id=teller.id if teller else None,
            source_id=row["solution_id"],
        )
        story_id = services.tell_story(new, by=make_actor(teller) if teller else by)
        services.count_confirmations(story_id, int(row["confirmed_by"]), by=by)
        if row["published_on"]:
            services.publish_story(story_id, by=by)
    return story_id
