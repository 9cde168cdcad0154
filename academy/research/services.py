"""Changes to research projects: one function per thing a person does.

Solved is nowhere written: it is computed from what residents said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from academy.research import policies, rules
from academy.research.models import Confirmation, Observation, Problem, Project, Talk


@dataclass(frozen=True, slots=True)
class NewProject:
    """A question in one place. `needed` is how many yes-yes solve a problem, three or more."""

    title: str
    place_id: int
    lead_id: int
    client_organisation_id: int | None = None
    needed: int = rules.FEWEST_CONFIRMATIONS
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewObservation:
    """What a sense took in. `consent` is the teller's yes to a quote. `photo` has no people."""

    sense: str
    text: str
    time_of_day: str
    observed_by: str
    place_hint: str = ""
    is_quote: bool = False
    consent: bool = False
    photo: str | None = None
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewProblem:
    """A problem in residents' own words, named by so many of them."""

    words: str
    barrier: str
    named_by: int
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The two questions that a resident answered: is it better, and did you take part?"""

    experience: str
    took_part: bool
    note: str = ""


def start_project(new: NewProject, *, by: Actor) -> int:
    """Start a project today, proposed. Returns its id. Raises NotFoundError out of reach."""
    policies.require_start(by, place_id=new.place_id, lead_id=new.lead_id)
    if not new.title.strip() or new.needed < rules.FEWEST_CONFIRMATIONS:
        raise InvalidInputError(_("Geef het onderzoek een naam. Drie bevestigingen is het minst."))
    project = Project(
        source_id=new.source_id,
        title=new.title.strip(),
        place_id=new.place_id,
        client_organisation_id=new.client_organisation_id,
        lead_id=new.lead_id,
        state="proposed",
        started_on=clock.today(),
        needed=new.needed,
    )
    db.session.add(project)
    db.session.flush()  # the audit names the row
    audit.record("research:project:started", ("research_project", project.id), by=by)
    return project.id


def move_project(project_id: int, state: str, *, by: Actor) -> None:
    """Bring a project further. Raises ConflictError for a step back."""
    project = _get_project(project_id, by=by)
    if not rules.may_move(project.state, state):
        raise ConflictError(_("Het onderzoek kan niet terug naar een eerdere stap."))
    project.state = state
    audit.record("research:project:moved", ("research_project", project.id), by=by, state=state)


def add_observation(
    project_id: int, new: NewObservation, *, by: Actor, on: date | None = None
) -> int:
    """Write down what was observed on a day (default today). Returns the observation's id.

    Raises InvalidInputError for a quote without a yes, a text that identifies somebody, or a day
    before the project started or after today.
    """
    project = _get_open_project(project_id, by=by)
    observed_on = _checked_day(on, not_before=project.started_on)
    _refuse_unfit(new)
    observation = Observation(
        source_id=new.source_id,
        project_id=project.id,
        sense=new.sense,
        text=new.text.strip(),
        place_hint=new.place_hint.strip(),
        observed_on=observed_on,
        time_of_day=new.time_of_day,
        observed_by=new.observed_by,
        is_quote=new.is_quote,
        consent="given" if new.is_quote else "not_needed",
        photo=new.photo,
    )
    db.session.add(observation)
    db.session.flush()  # the audit names the row
    thing = ("research_observation", observation.id)
    audit.record("research:observation:added", thing, by=by, project_id=project.id)
    return observation.id


def _refuse_unfit(new: NewObservation) -> None:
    if not new.text.strip():
        raise InvalidInputError(_("Schrijf op wat je zag, hoorde, rook, proefde of voelde."))
    if new.is_quote and not new.consent:
        raise InvalidInputError(_("Vraag eerst of deze zin van een bewoner gebruikt mag worden."))
    if rules.identifies(new.text) or rules.identifies(new.place_hint):
        raise InvalidInputError(_("Schrijf geen adres, nummer of e-mailadres op."))


def withdraw_consent(observation_id: int, *, by: Actor) -> None:
    """Take a quote back for its teller: the words are gone from everywhere, for good."""
    observation = db.session.scalars(
        sa.select(Observation)
        .join(Project, Project.id == Observation.project_id)
        .where(Observation.id == observation_id, policies.in_reach(by, policies.WRITE))
        .with_for_update(of=Observation)
    ).one_or_none()
    if observation is None:
        raise NotFoundError
    if observation.consent != "given":
        raise ConflictError(_("Deze zin is al teruggetrokken, of is geen zin van een bewoner."))
    observation.consent = "withdrawn"
    observation.text = ""
    thing = ("research_observation", observation.id)
    audit.record("research:consent:withdrawn", thing, by=by)


def name_problem(project_id: int, new: NewProblem, *, by: Actor) -> int:
    """Write down a problem that residents named. Returns its id."""
    project = _get_open_project(project_id, by=by)
    if not new.words.strip() or new.named_by < 1:
        raise InvalidInputError(_("Schrijf het probleem op in de woorden van bewoners."))
    problem = Problem(
        source_id=new.source_id,
        project_id=project.id,
        words=new.words.strip(),
        barrier=new.barrier,
        named_by=new.named_by,
        key="",
        step="named",
    )
    db.session.add(problem)
    db.session.flush()  # the audit names the row
    _record(problem, "named", by)
    return problem.id


def find_key(problem_id: int, key: str, *, by: Actor) -> None:
    """Write down what residents can do or ask themselves."""
    problem, _project = _get_problem(problem_id, by=by)
    if problem.key:
        raise ConflictError(_("Dit probleem heeft al een sleutel."))
    if not key.strip():
        raise InvalidInputError(_("Schrijf op wat bewoners zelf kunnen doen of vragen."))
    problem.key, problem.step = key.strip(), "key_found"
    _record(problem, "key-found", by)


def start_doing(problem_id: int, *, by: Actor) -> None:
    """Note that residents began with the key. Raises ConflictError without a key."""
    problem, _project = _get_problem(problem_id, by=by)
    if problem.step != "key_found":
        raise ConflictError(_("Zoek eerst een sleutel waar iemand aan wil meedoen."))
    problem.step = "doing"
    _record(problem, "started", by)


def let_rest(problem_id: int, *, by: Actor) -> None:
    """Let a problem rest: nobody has a key for it now. That is no failure."""
    problem, _project = _get_problem(problem_id, by=by)
    problem.step = "resting"
    _record(problem, "rested", by)


def record_confirmation(
    problem_id: int, answer: Answer, *, by: Actor, on: date | None = None
) -> int:
    """Write down what one resident said on a day (default today), without a name.

    Returns the confirmation's id; it gets the next number of its problem. Raises InvalidInputError
    for a day before the project started or after today.
    """
    problem, project = _get_problem(problem_id, by=by)
    confirmed_on = _checked_day(on, not_before=project.started_on)
    if answer.experience not in rules.EXPERIENCES:
        sentence = _("Kies ja, een beetje of nee.")
        raise InvalidInputError(sentence, fields={"experience": sentence})
    if rules.identifies(answer.note):
        sentence = _("Schrijf geen adres, nummer of e-mailadres op.")
        raise InvalidInputError(sentence, fields={"note": sentence})
    last = db.session.scalar(
        sa.select(sa.func.max(Confirmation.number)).where(Confirmation.problem_id == problem.id)
    )
    confirmation = Confirmation(
        problem_id=problem.id,
        number=(last or 0) + 1,
        experience=answer.experience,
        took_part=answer.took_part,
        note=answer.note.strip(),
        confirmed_on=confirmed_on,
    )
    db.session.add(confirmation)
    problem.step = rules.step_after_confirmation(problem.step)
    db.session.flush()  # the caller and the audit name the row
    _record(problem, "confirmed", by, confirmation.number)
    return confirmation.id


def record_talk(
    confirmation_id: int, what_changed: str, *, by: Actor, on: date | None = None
) -> int:
    """Record that residents talked about a "nee" on a day (default today), and what changed.

    It closes nothing: three residents must confirm after it. Returns the talk's id. Raises
    ConflictError when there was no "nee" or a talk already, InvalidInputError for a wrong day.
    """
    confirmation = db.session.get(Confirmation, confirmation_id)
    if confirmation is None:
        raise NotFoundError
    problem, _project = _get_problem(confirmation.problem_id, by=by)
    if confirmation.experience != "no":
        raise ConflictError(_("Deze bewoner zei geen nee. Een gesprek hierover is niet nodig."))
    if not what_changed.strip():
        sentence = _("Schrijf in één zin op wat er veranderde.")
        raise InvalidInputError(sentence, fields={"what_changed": sentence})
    talked_on = _checked_day(on, not_before=confirmation.confirmed_on)
    earlier = sa.select(Talk.id).where(Talk.confirmation_id == confirmation.id)
    if db.session.scalar(earlier) is not None:
        raise ConflictError(_("Over deze nee is al een gesprek opgeschreven."))
    talk = Talk(
        confirmation_id=confirmation.id,
        talked_on=talked_on,
        what_changed=what_changed.strip(),
        recorded_by_id=by.person_id,
    )
    db.session.add(talk)
    db.session.flush()  # the caller names the row
    _record(problem, "talked", by, confirmation.number)
    return talk.id


def _get_project(project_id: int, *, by: Actor) -> Project:
    project = db.session.scalars(
        sa.select(Project)
        .where(Project.id == project_id, policies.in_reach(by, policies.WRITE))
        .with_for_update()
    ).one_or_none()
    if project is None:
        raise NotFoundError
    return project


def _get_open_project(project_id: int, *, by: Actor) -> Project:
    project = _get_project(project_id, by=by)
    if project.state == "closed":
        raise ConflictError(_("Dit onderzoek is afgesloten."))
    return project


def _get_problem(problem_id: int, *, by: Actor) -> tuple[Problem, Project]:
    """Return a problem within reach with its project; locked, so that numbers stay in line."""
    found = db.session.execute(
        sa.select(Problem, Project)
        .join(Project, Project.id == Problem.project_id)
        .where(Problem.id == problem_id, policies.in_reach(by, policies.WRITE))
        .with_for_update(of=Problem)
    ).first()
    if found is None:
        raise NotFoundError
    problem, project = found
    return problem, project


def _checked_day(on: date | None, *, not_before: date) -> date:
    day = on or clock.today()
    if day > clock.today():
        sentence = _("Deze dag is nog niet geweest.")
        raise InvalidInputError(sentence, fields={"on": sentence})
    if day < not_before:
        sentence = _("Deze dag is te vroeg. Kijk nog eens naar de datum.")
        raise InvalidInputError(sentence, fields={"on": sentence})
    return day


def _record(problem: Problem, action: str, by: Actor, number: int | None = None) -> None:
    thing = ("research_problem", problem.id)
    audit.record(f"research:problem:{action}", thing, by=by, step=problem.step, number=number)
