"""Reads of meet-ups: when they are, who comes, and who may be invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

import sqlalchemy as sa

from academy.community import policies, rules
from academy.community.models import MeetUp, Rsvp
from academy.community.queries.regions import within_managed
from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Reach, covers, require, within
from academy.people.models import Person
from certificates.models import Certificate

MOST_COMING = 20
MOST_NAMES = 200
MOST_FOUND = 20
MOST_UNMARKED = 3
FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class MeetUpRow:
    """One meet-up. `answer` is that of who is invited, or empty; counts are of everybody.

    `helped_by` passed the answer on, on their behalf. `yes` counts who have a chair, `in_line` who
    wait for one; `waits` says that of the answer. `rides` and `sitters` count who has a chair and
    needs transport or child care.
    """

    id: int
    kind: str
    title: str
    held_on: date
    place: str
    capacity: int
    state: str
    yes: int
    maybe: int
    no: int
    came: int
    answer: str
    brings: str
    needs: str
    helped_by: str
    starts_at: time | None
    called_off: bool
    in_line: int
    waits: bool
    transport: bool
    child_care: bool
    rides: int
    sitters: int
    place_id: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether every chair is taken."""
        return self.yes >= self.capacity

    @property
    def starts(self) -> str:
        """When it begins, as people say it; empty when nobody said."""
        return f"{self.starts_at.hour}.{self.starts_at:%M}" if self.starts_at else ""

    @property
    def help_needed(self) -> list[str]:
        """What the one who answers needs, as the form names it."""
        return [name for name in ("transport", "child_care") if getattr(self, name)]

    @property
    def answers(self) -> int:
        """How many people answered."""
        return self.yes + self.maybe + self.no


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody within the viewer's reach who answered."""

    person_id: int
    name: str
    answer: str
    brings: str
    needs: str
    came: bool | None
    waits: bool
    transport: bool
    child_care: bool
    walked_in: bool


def is_welcome(person_id: int) -> bool:
    """Say whether a person was ever certified: those stay welcome, also when it expired."""
    held = sa.select(Certificate.id).where(Certificate.person_id == person_id).limit(1)
    return db.session.scalar(held) is not None


def welcome_people(by: Actor) -> sa.Select[int]:
    """Return a query of who was ever certified, of those whom `by` may invite."""
    held = sa.exists().where(Certificate.person_id == Person.id)
    near = within(by, policies.MANAGE_MEET_UPS, person=Person.id, place=Person.place_id)
    return sa.select(Person.id).where(held, near)


def _counted(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Rsvp)
        .where(Rsvp.meet_up_id == MeetUp.id, condition)
        .correlate(MeetUp)
        .scalar_subquery()
    )


def _select(person_id: int | None) -> sa.Select[*tuple[Any, ...]]:
    """Select meet-ups with their counts, the answer of a person and who passed it on."""
    has_chair = sa.and_(Rsvp.answer == "yes", Rsvp.waits_since.is_(None), ~Rsvp.walked_in)
    mine = sa.and_(Rsvp.meet_up_id == MeetUp.id, Rsvp.person_id == person_id)
    return (
        sa.select(
            MeetUp,
            _counted(has_chair).label("yes"),
            _counted(Rsvp.answer == "maybe").label("maybe"),
            _counted(Rsvp.answer == "no").label("no"),
            _counted(Rsvp.came.is_(sa.true())).label("came"),
            _counted(Rsvp.waits_since.is_not(None)).label("in_line"),
            _counted(sa.and_(has_chair, Rsvp.transport)).label("rides"),
            _counted(sa.and_(has_chair, Rsvp.child_care)).label("sitters"),
            Rsvp,
            Person,
        )
        .outerjoin(Rsvp, mine)
        .outerjoin(Person, Person.id == Rsvp.helped_by_id)
    )


def _row(found: Any) -> MeetUpRow:
    meet_up: MeetUp = found.MeetUp
    mine: Rsvp | None = found.Rsvp
    helper: Person | None = found.Person
    return MeetUpRow(
        id=meet_up.id,
        kind=meet_up.kind,
        title=meet_up.title,
        held_on=meet_up.held_on,
        place=meet_up.place,
        capacity=meet_up.capacity,
        state=meet_up.state,
        starts_at=meet_up.starts_at,
        called_off=meet_up.cancelled_on is not None,
        yes=found.yes,
        maybe=found.maybe,
        no=found.no,
        came=found.came,
        in_line=found.in_line,
        rides=found.rides,
        sitters=found.sitters,
        answer=mine.answer if mine else "",
        brings=mine.brings if mine else "",
        needs=mine.needs if mine else "",
        waits=mine is not None and mine.waits_since is not None,
        transport=mine is not None and mine.transport,
        child_care=mine is not None and mine.child_care,
        helped_by=helper.display_name if helper else "",
        place_id=meet_up.place_id,
    )


def _is_coming() -> sa.ColumnElement[bool]:
    return sa.and_(MeetUp.state != "held", MeetUp.held_on >= clock.today())


def coming_rows(actor: Actor) -> list[MeetUpRow]:
    """Return the meet-ups still to come, the next one first."""
    query = (
        _select(actor.person_id)
        .where(_is_coming())
        .order_by(MeetUp.held_on, MeetUp.id)
        .limit(MOST_COMING)
    )
    return [_row(found) for found in db.session.execute(query)]


def refresher_rows(actor: Actor) -> list[MeetUpRow]:
    """Return the refreshers still to come, the next one first."""
    query = (
        _select(actor.person_id)
        .where(_is_coming(), MeetUp.kind == "refresher", MeetUp.cancelled_on.is_(None))
        .order_by(MeetUp.held_on, MeetUp.id)
        .limit(MOST_COMING)
    )
    return [_row(found) for found in db.session.execute(query)]


def past_rows(actor: Actor, *, cursor: str | None = None, limit: int = 10) -> Page[MeetUpRow]:
    """Return the meet-ups that were, newest first."""
    after = from_cursor(cursor, date, int)
    query = (
        _select(actor.person_id)
        .where(sa.not_(_is_coming()))
        .order_by(MeetUp.held_on.desc(), MeetUp.id.desc())
        .limit(limit + 1)
    )
    if after:
        bound = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(sa.tuple_(MeetUp.held_on, MeetUp.id) < bound)
    rows = [_row(found) for found in db.session.execute(query)]
    last = rows[limit - 1] if len(rows) > limit else None
    following = to_cursor(last.held_on, last.id) if last else None
    return Page(tuple(rows[:limit]), following)


def get_meetup(meetup_id: int, *, by: Actor, guest_id: int | None = None) -> MeetUpRow:
    """Return one meet-up with the answer of `by`, or of a guest. Raises NotFoundError."""
    whose = _select(guest_id or by.person_id)
    found = db.session.execute(whose.where(MeetUp.id == meetup_id)).first()
    if found is None:
        raise NotFoundError
    return _row(found)


def may_answer(row: MeetUpRow, *, by: Actor) -> bool:
    """Say whether the viewer may still answer this invitation."""
    return takes_answers(row) and by.person_id is not None and is_welcome(by.person_id)


def takes_answers(row: MeetUpRow) -> bool:
    """Say whether a meet-up is still to come and asks for answers."""
    return not rules.is_over(row.state, row.held_on, called_off=row.called_off, today=clock.today())


def get_guest_name(person_id: int, *, by: Actor) -> str:
    """Return the name of somebody invited for whom `by` may answer. Raises NotFoundError."""
    person = db.session.get(Person, person_id)
    if person is None or person_id == by.person_id or not is_welcome(person_id):
        raise NotFoundError
    require(by, policies.ANSWER, Reach(person_id=person_id, place_id=person.place_id))
    return person.display_name


def coming_for(person_id: int, *, by: Actor) -> list[MeetUpRow]:
    """Return the meet-ups to come that somebody is invited to, for who may answer for them."""
    person = db.session.get(Person, person_id)
    if person is None or not is_welcome(person_id):
        return []
    if not covers(by, policies.ANSWER, Reach(person_id=person_id, place_id=person.place_id)):
        return []
    still_on = sa.and_(_is_coming(), MeetUp.cancelled_on.is_(None))
    query = _select(person_id).where(still_on).order_by(MeetUp.held_on, MeetUp.id)
    return [_row(found) for found in db.session.execute(query.limit(MOST_COMING))]


def guest_rows(meetup_id: int, *, by: Actor, most: int | None = MOST_NAMES) -> list[Guest]:
    """Return who answered, of the viewer's own coachees or region, by name."""
    rows = db.session.execute(
        sa.select(Rsvp, Person)
        .join(Person, Person.id == Rsvp.person_id)
        .where(
            Rsvp.meet_up_id == meetup_id,
            within(by, policies.COUNT, person=Person.id, place=Person.place_id),
        )
        .order_by(Person.sort_key, Person.id)
        .limit(most)
    )
    return [
        Guest(
            person_id=person.id,
            name=person.display_name,
            answer=one.answer,
            brings=one.brings,
            needs=one.needs,
            came=one.came,
            waits=one.waits_since is not None,
            transport=one.transport,
            child_care=one.child_care,
            walked_in=one.walked_in,
        )
        for one, person in rows
    ]


def place_in_line(meetup_id: int, person_id: int) -> int:
    """Return how many wait for a chair up to and with this person; 0 for who does not wait."""
    mine = (
        sa.select(Rsvp.waits_since, Rsvp.id)
        .where(
            Rsvp.meet_up_id == meetup_id,
            Rsvp.person_id == person_id,
            Rsvp.waits_since.is_not(None),
        )
        .subquery()
    )
    before = sa.or_(
        Rsvp.waits_since < mine.c.waits_since,
        sa.and_(Rsvp.waits_since == mine.c.waits_since, Rsvp.id <= mine.c.id),
    )
    query = sa.select(sa.func.count(Rsvp.id)).where(Rsvp.meet_up_id == meetup_id, before)
    return db.session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may have walked in."""

    person_id: int
    name: str


def walk_in_candidates(meetup_id: int, text: str, *, by: Actor) -> list[Candidate]:
    """Return who was certified, is in reach, did not answer and bears this name, by name."""
    words = text.strip()
    if len(words) < FEWEST_LETTERS:
        return []
    answered = sa.exists().where(Rsvp.meet_up_id == meetup_id, Rsvp.person_id == Person.id)
    whole = Person.call_name + " " + Person.prefix + " " + Person.last_name
    people = db.session.scalars(
        sa.select(Person)
        .where(
            Person.id.in_(welcome_people(by)),
            ~answered,
            sa.or_(
                whole.icontains(words, autoescape=True),
                (Person.call_name + " " + Person.last_name).icontains(words, autoescape=True),
            ),
        )
        .order_by(Person.sort_key, Person.id)
        .limit(MOST_FOUND)
    )
    return [Candidate(one.id, one.display_name) for one in people]


def takes_marks(row: MeetUpRow) -> bool:
    """Say whether one can note who came: from the day itself, unless it was called off."""
    return not row.called_off and row.held_on <= clock.today()


def unmarked_rows(by: Actor) -> list[MeetUpRow]:
    """Return the meet-ups of days before today of which nobody noted who came, oldest first."""
    query = (
        _select(by.person_id)
        .where(
            MeetUp.state != "held",
            MeetUp.cancelled_on.is_(None),
            MeetUp.held_on <= clock.today(),
            within_managed(by),
        )
        .order_by(MeetUp.held_on, MeetUp.id)
        .limit(MOST_UNMARKED)
    )
    return [_row(found) for found in db.session.execute(query)]


def _told(meet_up: MeetUp) -> dict[str, Any]:
    starts = meet_up.starts_at
    return {
        "meetup_id": meet_up.id,
        "title": meet_up.title,
        "held_on": meet_up.held_on,
        "starts": f"{starts.hour}.{starts:%M}" if starts else "",
        "place": meet_up.place,
    }


def told_coming(meetup_id: int) -> dict[str, Any] | None:
    """Return what a message about a meet-up prints, unless it was called off or is over."""
    meet_up = db.session.get(MeetUp, meetup_id)
    if meet_up is None or rules.is_over(
        meet_up.state,
        meet_up.held_on,
        called_off=meet_up.cancelled_on is not None,
        today=clock.today(),
    ):
        return None
    return _told(meet_up)


def told_called_off(meetup_id: int) -> dict[str, Any] | None:
    """Return what the news that a meet-up was called off prints, until its day has gone."""
    meet_up = db.session.get(MeetUp, meetup_id)
    if meet_up is None or meet_up.cancelled_on is None or meet_up.held_on < clock.today():
        return None
    return _told(meet_up)


def told_chair_free(rsvp_id: int) -> dict[str, Any] | None:
    """Return what the news of a free chair prints, unless it was given back."""
    rsvp = db.session.get(Rsvp, rsvp_id)
    if rsvp is None or rsvp.answer != "yes" or rsvp.waits_since is not None:
        return None
    return told_coming(rsvp.meet_up_id)
