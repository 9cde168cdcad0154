"""Reads of research: projects in reach, what was observed, and problems with their verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Organisation, Person, Place
from academy.research import policies, rules
from academy.research.models import Confirmation, Observation, Problem, Project, Talk
from academy.research.rules import Said, Verdict

PER_SENSE = 6
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project in the list, with its counts."""

    id: int
    title: str
    place: str
    state: str
    started_on: date
    observations: int
    problems: int
    solved: int


@dataclass(frozen=True, slots=True)
class ProjectHead:
    """What a project is. `lead` is its leader's name."""

    id: int
    title: str
    place: str
    organisation: str
    lead: str
    state: str
    started_on: date
    needed: int


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One observation; withdrawn quotes are never rows."""

    id: int
    text: str
    place_hint: str
    observed_on: date
    time_of_day: str
    observed_by: str
    is_quote: bool
    has_photo: bool


@dataclass(frozen=True, slots=True)
class SenseGroup:
    """The newest observations of one sense. `count` is how many there are to read."""

    sense: str
    count: int
    rows: tuple[ObservationRow, ...]


@dataclass(frozen=True, slots=True)
class Observations:
    """What was observed: by sense, and how many in all with the withdrawn quotes."""

    groups: tuple[SenseGroup, ...]
    total: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem, how it stands and why."""

    id: int
    words: str
    barrier: str
    named_by: int
    key: str
    standing: str
    verdict: Verdict
    has_been_asked: bool


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """What one resident said, and the talk about it."""

    id: int
    number: int
    experience: str
    took_part: bool
    note: str
    confirmed_on: date
    talked_on: date | None
    what_changed: str

    @property
    def may_be_talked_about(self) -> bool:
        """Whether this is a "nee" without a talk."""
        return self.experience == "no" and self.talked_on is None


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """One problem with everything residents said of it. `matrix` counts (experience, took part)."""

    problem: ProblemRow
    project_id: int
    project_title: str
    confirmations: tuple[ConfirmationRow, ...]
    matrix: dict[tuple[str, bool], int] = field(default_factory=dict)


def project_rows(actor: Actor, *, cursor: str | None = None, limit: int = 20) -> Page[ProjectRow]:
    """Return the projects in reach, newest first."""
    after = from_cursor(cursor, date, int)
    observations = _count_of(Observation)
    query = (
        sa.select(Project, Place.name, observations.label("observations"))
        .join(Place, Place.id == Project.place_id)
        .where(policies.in_reach(actor, policies.READ))
        .order_by(Project.started_on.desc(), Project.id.desc())
        .limit(limit + 1)
    )
    if after:
        bound = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(sa.tuple_(Project.started_on, Project.id) < bound)
    found = db.session.execute(query).all()
    kept = found[:limit]
    standings = _standings([project for project, *_rest in kept])
    rows = tuple(
        ProjectRow(
            id=project.id,
            title=project.title,
            place=place,
            state=project.state,
            started_on=project.started_on,
            observations=count,
            problems=len(standings[project.id]),
            solved=standings[project.id].count(rules.SOLVED),
        )
        for project, place, count in kept
    )
    more = len(found) > limit
    last = rows[-1] if more else None
    return Page(rows, to_cursor(last.started_on, last.id) if last else None)


def _count_of(model: type[Observation]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(model)
        .where(model.project_id == Project.id)
        .correlate(Project)
        .scalar_subquery()
    )


def _standings(projects: Iterable[Project]) -> dict[int, list[str]]:
    """Map each project to how its problems stand."""
    needed = {project.id: project.needed for project in projects}
    problems = db.session.execute(
        sa.select(Problem.id, Problem.project_id, Problem.step).where(
            Problem.project_id.in_(needed)
        )
    ).all()
    said = _said([problem.id for problem in problems])
    standings: dict[int, list[str]] = defaultdict(list)
    for problem_id, project_id, step in problems:
        standings[project_id].append(
            rules.standing(step, said[problem_id], needed=needed[project_id])
        )
    return standings


def _said(problem_ids: Iterable[int]) -> dict[int, list[Said]]:
    """Return what residents said of each problem, in one statement."""
    rows = db.session.execute(
        sa.select(
            Confirmation.problem_id,
            Confirmation.number,
            Confirmation.experience,
            Confirmation.took_part,
            Confirmation.confirmed_on,
            Talk.talked_on,
        )
        .outerjoin(Talk, Talk.confirmation_id == Confirmation.id)
        .where(Confirmation.problem_id.in_(list(problem_ids)))
        .order_by(Confirmation.problem_id, Confirmation.number)
    )
    said: dict[int, list[Said]] = defaultdict(list)
    for problem_id, number, experience, took_part, confirmed_on, talked_on in rows:
        said[problem_id].append(Said(number, experience, took_part, confirmed_on, talked_on))
    return said


def get_project(project_id: int, *, by: Actor) -> ProjectHead:
    """Return a project in reach. Raises NotFoundError."""
    found = db.session.execute(
        sa.select(Project, Place.name, Organisation.name, Person)
        .join(Place, Place.id == Project.place_id)
        .join(Person, Person.id == Project.lead_id)
        .outerjoin(Organisation, Organisation.id == Project.client_organisation_id)
        .where(Project.id == project_id, policies.in_reach(by, policies.READ))
    ).first()
    if found is None:
        raise NotFoundError
    project, place, organisation, lead = found
    return ProjectHead(
        id=project.id,
        title=project.title,
        place=place,
        organisation=organisation or "",
        lead=lead.display_name,
        state=project.state,
        started_on=project.started_on,
        needed=project.needed,
    )


_TO_READ = Observation.consent != "withdrawn"


def observations_of(project_id: int) -> Observations:
    """Return the counts per sense, and the newest few of each."""
    counts: dict[tuple[str, bool], int] = defaultdict(int)
    for sense, consent, count in db.session.execute(
        sa.select(Observation.sense, Observation.consent, sa.func.count())
        .where(Observation.project_id == project_id)
        .group_by(Observation.sense, Observation.consent)
    ):
        counts[sense, consent == "withdrawn"] += count
    newest = (
        sa.select(
            Observation.id,
            sa.func.row_number()
            .over(
                partition_by=Observation.sense,
                order_by=(Observation.observed_on.desc(), Observation.id.desc()),
            )
            .label("place"),
        )
        .where(Observation.project_id == project_id, _TO_READ)
        .subquery()
    )
    rows: dict[str, list[ObservationRow]] = defaultdict(list)
    for one in db.session.scalars(
        sa.select(Observation)
        .join(newest, newest.c.id == Observation.id)
        .where(newest.c.place <= PER_SENSE)
        .order_by(Observation.observed_on.desc(), Observation.id.desc())
    ):
        rows[one.sense].append(_observation_row(one))
    return Observations(
        groups=tuple(
            SenseGroup(sense, counts[sense, False], tuple(rows[sense])) for sense in rules.SENSES
        ),
        total=sum(counts.values()),
        withdrawn=sum(count for (_sense, withdrawn), count in counts.items() if withdrawn),
    )


def sense_rows(
    project_id: int, sense: str, *, cursor: str | None = None, limit: int = 40
) -> Page[ObservationRow]:
    """Return everything observed with one sense, newest first."""
    after = from_cursor(cursor, date, int)
    query = (
        sa.select(Observation)
        .where(Observation.project_id == project_id, Observation.sense == sense, _TO_READ)
        .order_by(Observation.observed_on.desc(), Observation.id.desc())
        .limit(limit + 1)
    )
    if after:
        bound = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(sa.tuple_(Observation.observed_on, Observation.id) < bound)
    rows = [_observation_row(one) for one in db.session.scalars(query)]
    last = rows[limit - 1] if len(rows) > limit else None
    following = to_cursor(last.observed_on, last.id) if last else None
    return Page(tuple(rows[:limit]), following)


def _observation_row(one: Observation) -> ObservationRow:
    return ObservationRow(
        id=one.id,
        text=one.text,
        place_hint=one.place_hint,
        observed_on=one.observed_on,
        time_of_day=one.time_of_day,
        observed_by=one.observed_by,
        is_quote=one.is_quote,
        has_photo=one.photo is not None,
    )


def problem_rows(project: ProjectHead) -> list[ProblemRow]:
    """Return the problems of a project, named by most residents first."""
    problems = db.session.scalars(
        sa.select(Problem)
        .where(Problem.project_id == project.id)
        .order_by(Problem.named_by.desc(), Problem.id)
        .limit(MOST_PROBLEMS)
    ).all()
    said = _said([problem.id for problem in problems])
    return [_problem_row(one, said[one.id], needed=project.needed) for one in problems]


def _problem_row(problem: Problem, said: list[Said], *, needed: int) -> ProblemRow:
    return ProblemRow(
        id=problem.id,
        words=problem.words,
        barrier=problem.barrier,
        named_by=problem.named_by,
        key=problem.key,
        standing=rules.standing(problem.step, said, needed=needed),
        verdict=rules.solved(said, needed=needed),
        has_been_asked=bool(said),
    )


def get_problem_page(problem_id: int, *, by: Actor) -> ProblemPage:
    """Return one problem in reach with what residents said. Raises NotFoundError."""
    found = db.session.execute(
        sa.select(Problem, Project)
        .join(Project, Project.id == Problem.project_id)
        .where(Problem.id == problem_id, policies.in_reach(by, policies.READ))
    ).first()
    if found is None:
        raise NotFoundError
    problem, project = found
    rows = db.session.execute(
        sa.select(Confirmation, Talk)
        .outerjoin(Talk, Talk.confirmation_id == Confirmation.id)
        .where(Confirmation.problem_id == problem.id)
        .order_by(Confirmation.number.desc())
    )
    confirmations = tuple(_confirmation_row(one, talk) for one, talk in rows)
    said = [
        Said(one.number, one.experience, one.took_part, one.confirmed_on, one.talked_on)
        for one in confirmations
    ]
    matrix: dict[tuple[str, bool], int] = defaultdict(int)
    for one in confirmations:
        matrix[one.experience, one.took_part] += 1
    return ProblemPage(
        problem=_problem_row(problem, said, needed=project.needed),
        project_id=project.id,
        project_title=project.title,
        confirmations=confirmations,
        matrix=dict(matrix),
    )


def _confirmation_row(one: Confirmation, talk: Talk | None) -> ConfirmationRow:
    return ConfirmationRow(
        id=one.id,
        number=one.number,
        experience=one.experience,
        took_part=one.took_part,
        note=one.note,
        confirmed_on=one.confirmed_on,
        talked_on=talk.talked_on if talk else None,
        what_changed=talk.what_changed if talk else "",
    )


def problem_of_confirmation(confirmation_id: int, *, by: Actor) -> int:
    """Return the problem in reach of which a confirmation tells. Raises NotFoundError."""
    found = db.session.scalar(
        sa.select(Confirmation.problem_id)
        .join(Problem, Problem.id == Confirmation.problem_id)
        .join(Project, Project.id == Problem.project_id)
        .where(Confirmation.id == confirmation_id, policies.in_reach(by, policies.READ))
    )
    if found is None:
        raise NotFoundError
    return found
