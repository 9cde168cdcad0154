"""A small piece of research for tests, and the sample data through the services."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from academy.kernel import clock
from academy.kernel.db import unit_of_work
from academy.kernel.policy import Actor
from academy.people.models import Person, Place
from academy.research import services
from academy.research.services import Answer, NewObservation, NewProblem, NewProject
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)

DATA = Path(__file__).resolve().parents[2] / "academy" / "demo" / "data"
START = date(2026, 3, 2)

STATES = {"bevestigen": "confirming", "doen": "doing", "sleutels": "keys"}
SENSES = {"zien": "see", "horen": "hear", "ruiken": "smell", "proeven": "taste", "voelen": "feel"}
TIMES = {"ochtend": "morning", "middag": "afternoon", "avond": "evening", "nacht": "night"}
OBSERVERS = {"bewoner": "resident", "deelnemer": "participant", "trainer": "trainer"}
BARRIERS = {"zelf": "self", "wijk": "neighbourhood", "regels": "rules", "dynamiek": "dynamics"}
EXPERIENCES = {"ja": "yes", "een_beetje": "a_bit", "nee": "no"}


@dataclass
class Neighbourhood:
    """A project with its people: the lead, another trainer and two coordinators."""

    place: Place
    lead: Person
    stranger: Person
    coordinator: Person
    far_coordinator: Person
    participant: Person
    project_id: int
    problem_id: int
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def by(self) -> Actor:
        """The lead, as actor."""
        return make_actor(self.lead)


def make_neighbourhood() -> Neighbourhood:
    """Make a project of March 2026 with one problem, and commit it."""
    with unit_of_work(), clock.at(clock.local(START, 10)):
        place, far = make_place("Bloemenbuurt"), make_place("'t Zand")
        cohort = make_cohort(place=place)
        lead = make_trainer(cohort)
        stranger = make_trainer(cohort)
        participant = make_person()
        coordinator, far_coordinator = make_coordinator(place), make_coordinator(far)
        by = make_actor(lead)
        project_id = services.start_project(
            NewProject(title="Proeven in de Bloemenbuurt", place_id=place.id, lead_id=lead.id),
            by=by,
        )
        problem_id = services.name_problem(
            project_id, NewProblem("Niemand kent elkaar hier", "neighbourhood", 9), by=by
        )
    return Neighbourhood(
        place, lead, stranger, coordinator, far_coordinator, participant, project_id, problem_id
    )


def confirm(place: Neighbourhood, *answers: str) -> list[int]:
    """Let residents answer, a week after each other: `yes/yes`, `no/no`, …"""
    made = []
    for week, answer in enumerate(answers, 1):
        experience, took_part = answer.split("/")
        with unit_of_work(), clock.at(clock.local(date(2026, 4, 1 + week), 10)):
            made.append(
                services.record_confirmation(
                    place.problem_id, Answer(experience, took_part == "yes"), by=place.by
                )
            )
    return made


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one file of the sample data."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def load_sample() -> dict[str, int]:
    """Load the research of the sample data through the services. Returns ids by CSV id."""
    ids: dict[str, int] = {}
    actors: dict[str, Actor] = {}
    for row in rows("research_projects"):
        with unit_of_work():
            lead = make_person(row["lead"])
            make_grant(lead, "trainer", cohort=make_cohort())
        with unit_of_work(), clock.at(clock.local(date.fromisoformat(row["started_on"]), 9)):
            actors[row["project_id"]] = make_actor(lead)
            new = NewProject(
                title=row["name"],
                place_id=make_place(row["neighbourhood_id"]).id,
                lead_id=lead.id,
                source_id=row["project_id"],
            )
            ids[row["project_id"]] = services.start_project(new, by=actors[row["project_id"]])
    for row in rows("observations"):
        with unit_of_work():
            ids[row["observation_id"]] = _load_observation(row, ids, actors)
    problem_actors = {}
    for row in rows("problems"):
        problem_actors[row["problem_id"]] = by = actors[row["project_id"]]
        with unit_of_work():
            ids[row["problem_id"]] = _load_problem(row, ids, by)
    for row in sorted(rows("confirmations"), key=lambda row: row["confirmed_on"]):
        _load_confirmation(row, ids, problem_actors[row["problem_id"]])
    for row in rows("research_projects"):
        with unit_of_work():
            services.move_project(
                ids[row["project_id"]], STATES[row["status"]], by=actors[row["project_id"]]
            )
    return ids


def _load_observation(row: dict[str, str], ids: dict[str, int], actors: dict[str, Actor]) -> int:
    by = actors[row["project_id"]]
    new = NewObservation(
        sense=SENSES[row["sense"]],
        text=row["text"],
        time_of_day=TIMES[row["time_of_day"]],
        observed_by=OBSERVERS[row["observed_by"]],
        place_hint=row["place_hint"],
        is_quote=row["is_quote"] == "ja",
        consent=row["consent"] in ("gegeven", "ingetrokken"),
        photo="without_people" if row["photo"] else None,
        source_id=row["observation_id"],
    )
    with clock.at(clock.local(date.fromisoformat(row["observed_on"]), 12)):
        made = services.add_observation(ids[row["project_id"]], new, by=by)
    if row["consent"] == "ingetrokken":
        services.withdraw_consent(made, by=by)
    return made


def _load_problem(row: dict[str, str], ids: dict[str, int], by: Actor) -> int:
    new = NewProblem(
        words=row["words_of_residents"],
        barrier=BARRIERS[row["barrier"]],
        named_by=int(row["named_by"]),
        source_id=row["problem_id"],
    )
    made = services.name_problem(ids[row["project_id"]], new, by=by)
    if row["key"]:
        services.find_key(made, row["key"], by=by)
    if row["status"] == "wacht":
        services.let_rest(made, by=by)
    return made


def _load_confirmation(row: dict[str, str], ids: dict[str, int], by: Actor) -> None:
    answer = Answer(EXPERIENCES[row["experience"]], row["took_part"] == "ja", row["note"])
    with unit_of_work(), clock.at(clock.local(date.fromisoformat(row["confirmed_on"]), 12)):
        made = services.record_confirmation(ids[row["problem_id"]], answer, by=by)
    if row["resolved_by_talk_on"]:
        talked_on = date.fromisoformat(row["resolved_by_talk_on"])
        with unit_of_work(), clock.at(clock.local(talked_on, 12)):
            services.record_talk(made, row["what_changed"], by=by)
