"""Research projects: what was observed and named, and what residents said of it.

What the files leave open is decided here: who leads a project writes everything down; a problem is
named, with its key, on the last day of observing and before anybody confirms anything; a quote is
taken back on the day on which it was given; a project reaches its state on the last day on which
anything happened in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import sqlalchemy as sa

from academy.demo.data import DataSet, Row
from academy.demo.memory import Memory
from academy.demo.steps import Rank, Step
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.research import rules, services
from academy.research.models import Confirmation, Problem, Talk

STATES = {
    "voorgesteld": "proposed",
    "wandelen": "walking",
    "verzamelen": "collecting",
    "teruggegeven": "given_back",
    "benoemen": "naming",
    "sleutels": "keys",
    "doen": "doing",
    "bevestigen": "confirming",
    "afgesloten": "closed",
}
SENSES = {"zien": "see", "horen": "hear", "ruiken": "smell", "proeven": "taste", "voelen": "feel"}
TIMES = {"ochtend": "morning", "middag": "afternoon", "avond": "evening", "nacht": "night"}
OBSERVERS = {"bewoner": "resident", "deelnemer": "participant", "trainer": "trainer"}
CONSENTS = {"gegeven": "given", "ingetrokken": "withdrawn", "nvt": "not_needed"}
PHOTOS = {"": None, "foto zonder mensen": "without_people"}
BARRIERS = {"zelf": "self", "wijk": "neighbourhood", "regels": "rules", "dynamiek": "dynamics"}
EXPERIENCES = {"ja": "yes", "een_beetje": "a_bit", "nee": "no"}
DONE = {
    "genoemd": (),
    "sleutel gevonden": ("key",),
    "onderweg": ("key", "doing"),
    "opgelost": ("key", "doing"),
    "wacht": ("rest",),
}
STANDINGS = {
    "genoemd": ("named",),
    "sleutel gevonden": ("key_found",),
    "onderweg": ("doing", "confirming", "reopened"),
    "opgelost": ("solved",),
    "wacht": ("resting",),
}
"""How a problem may stand in the end, by the word in the file; solved is never set."""


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return what was done in the projects."""
    for row in data["research_projects"]:
        yield Step(row.day("started_on"), Rank.MEETUP, row, partial(_start, row, memory))
        moved = partial(_move, row, memory)
        yield Step(_last_day(row, data), Rank.RESEARCH, row, moved, rows=0)
    for row in data["observations"]:
        observe = partial(_observe, row, memory)
        yield Step(row.day("observed_on"), Rank.PLAN, row, observe)
    for row in data["problems"]:
        yield Step(_named_on(row, data), Rank.ENTRY, row, partial(_name, row, memory))
    for row in data["confirmations"]:
        yield Step(row.day("confirmed_on"), Rank.CORRECTION, row, partial(_confirm, row, memory))
        talk_on = row.find_day("resolved_by_talk_on")
        if talk_on is not None:
            yield Step(talk_on, Rank.SIGNAL, row, partial(_talk, row, memory), rows=0)


def require_as_in_files(data: DataSet, memory: Memory) -> None:
    """Compare how problems stand with the files. Raises DataFault for the first that differs."""
    for row in data["problems"]:
        problem = db.session.get_one(Problem, memory.id("problem", row, "problem_id"))
        found = rules.standing(problem.step, _said(problem.id))
        if found not in row.word("status", STANDINGS):
            raise row.fault(f"volgens wat bewoners zeiden staat dit probleem op {found}.")


def _said(problem_id: int) -> list[rules.Said]:
    rows = db.session.execute(
        sa.select(Confirmation, Talk.talked_on)
        .outerjoin(Talk, Talk.confirmation_id == Confirmation.id)
        .where(Confirmation.problem_id == problem_id)
        .order_by(Confirmation.number)
    )
    return [
        rules.Said(one.number, one.experience, one.took_part, one.confirmed_on, talked_on)
        for one, talked_on in rows
    ]


def _of_project(name: str, row: Row, data: DataSet) -> list[Row]:
    return [one for one in data[name] if one["project_id"] == row["project_id"]]


def _last_day(row: Row, data: DataSet) -> date:
    problems = {one["problem_id"] for one in _of_project("problems", row, data)}
    days = [row.day("started_on")]
    days += [one.day("observed_on") for one in _of_project("observations", row, data)]
    days += [
        one.day("confirmed_on") for one in data["confirmations"] if one["problem_id"] in problems
    ]
    return max(days)


def _named_on(row: Row, data: DataSet) -> date:
    said = [
        one.day("confirmed_on")
        for one in data["confirmations"]
        if one["problem_id"] == row["problem_id"]
    ]
    observed = [one.day("observed_on") for one in _of_project("observations", row, data)]
    started = [
        one.day("started_on")
        for one in data["research_projects"]
        if one["project_id"] == row["project_id"]
    ]
    if not started:
        raise row.fault(f"{row['project_id']} is er niet.")
    return min([max([*started, *observed]), *said])


def _lead(row: Row, memory: Memory) -> Actor:
    """Return who leads the project that a row names, as of today."""
    for project in memory.data["research_projects"]:
        if project["project_id"] == row["project_id"]:
            return memory.actor(project, "lead")
    raise row.fault(f"{row['project_id']} is er niet.")


def _lead_of_problem(row: Row, memory: Memory) -> Actor:
    for problem in memory.data["problems"]:
        if problem["problem_id"] == row["problem_id"]:
            return _lead(problem, memory)
    raise row.fault(f"{row['problem_id']} is er niet.")


def _start(row: Row, memory: Memory) -> None:
    new = services.NewProject(
        title=row["name"],
        place_id=memory.id("place", row, "neighbourhood_id"),
        lead_id=memory.id("person", row, "lead"),
        client_organisation_id=memory.find_id("organisation", row, "client_org"),
        source_id=row["project_id"],
    )
    memory.keep("project", row["project_id"], services.start_project(new, by=_lead(row, memory)))


def _move(row: Row, memory: Memory) -> None:
    state = row.word("status", STATES)
    if state != STATES["voorgesteld"]:
        project_id = memory.id("project", row, "project_id")
        services.move_project(project_id, state, by=_lead(row, memory))


def _observe(row: Row, memory: Memory) -> None:
    consent = row.word("consent", CONSENTS)
    by = _lead(row, memory)
    new = services.NewObservation(
        sense=row.word("sense", SENSES),
        text=row["text"],
        time_of_day=row.word("time_of_day", TIMES),
        observed_by=row.word("observed_by", OBSERVERS),
        place_hint=row["place_hint"],
        is_quote=row.is_yes("is_quote"),
        consent=consent != CONSENTS["nvt"],
        photo=row.word("photo", PHOTOS),
        source_id=row["observation_id"],
    )
    observation_id = services.add_observation(memory.id("project", row, "project_id"), new, by=by)
    if consent == CONSENTS["ingetrokken"]:
        services.withdraw_consent(observation_id, by=by)


def _name(row: Row, memory: Memory) -> None:
    by = _lead(row, memory)
    new = services.NewProblem(
        words=row["words_of_residents"],
        barrier=row.word("barrier", BARRIERS),
        named_by=row.number("named_by"),
        source_id=row["problem_id"],
    )
    problem_id = services.name_problem(memory.id("project", row, "project_id"), new, by=by)
    memory.keep("problem", row["problem_id"], problem_id)
    for done in row.word("status", DONE):
        if done == "key":
            services.find_key(problem_id, row["key"], by=by)
        elif done == "doing":
            services.start_doing(problem_id, by=by)
        else:
            services.let_rest(problem_id, by=by)


def _confirmation_key(row: Row) -> str:
    return f"{row['problem_id']} {row['confirmation']}"


def _confirm(row: Row, memory: Memory) -> None:
    answer = services.Answer(
        experience=row.word("experience", EXPERIENCES),
        took_part=row.is_yes("took_part"),
        note=row["note"],
    )
    confirmation_id = services.record_confirmation(
        memory.id("problem", row, "problem_id"), answer, by=_lead_of_problem(row, memory)
    )
    memory.keep("confirmation", _confirmation_key(row), confirmation_id)


def _talk(row: Row, memory: Memory) -> None:
    confirmation_id = memory.id_of("confirmation", _confirmation_key(row), row)
    by = _lead_of_problem(row, memory)
    services.record_talk(confirmation_id, row["what_changed"], by=by)
