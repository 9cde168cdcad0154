"""Changes to meet-ups: planning, inviting, answering, moving up in line, and who came."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.community import policies, rules
from academy.community.models import MeetUp, Rsvp
from academy.community.queries.feedback import tracks_of
from academy.community.queries.meetups import is_welcome, welcome_people
from academy.community.queries.regions import manages, region_of
from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor, Reach, within
from academy.people.models import Person
from certificates.services.evidence import drop_renewal_evidence, record_renewal_evidence


@dataclass(frozen=True, slots=True)
class NewMeetUp:
    """What is planned, when, where and for how many."""

    kind: str
    title: str
    held_on: date
    place: str
    capacity: int
    source_id: str | None = None
    starts_at: time | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Yes, maybe or no; what one brings, and what one needs to be able to come."""

    answer: str
    brings: str = ""
    needs: str = ""
    transport: bool = False
    child_care: bool = False


INVITED = "community/invited"
CHANGED = "community/changed"
CALLED_OFF = "community/called_off"
CHAIR_FREE = "community/chair_free"
TOLD = ("yes", "maybe")
"""Who hears that something changes: who may come."""


def plan_meetup(new: NewMeetUp, *, by: Actor) -> int:
    """Plan a meet-up today or later, for one's own region. Returns its id."""
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    _refuse_unusable(new)
    meet_up = MeetUp(source_id=new.source_id, state="planned", place_id=region_of(by))
    _fill(meet_up, new)
    db.session.add(meet_up)
    db.session.flush()  # the audit names the row
    _record(meet_up, "planned", by)
    return meet_up.id


def change_meetup(meetup_id: int, new: NewMeetUp, *, by: Actor) -> None:
    """Change a meet-up that is still to come; who may come hears of another day, hour or place.

    Raises InvalidInputError for fewer chairs than there are people who come.
    """
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    meet_up = get_meetup(meetup_id)
    _require_manager(meet_up, by)
    _refuse_over(meet_up)
    _refuse_unusable(new)
    taken = _taken(meet_up)
    if new.capacity < taken:
        sentence = _("Er komen al %(number)d mensen. Kies geen lager aantal.", number=taken)
        raise InvalidInputError(sentence, fields={"capacity": sentence})
    before = _when_and_where(meet_up)
    _fill(meet_up, new)
    db.session.flush()  # who hears of it is read past the session
    _record(meet_up, "changed", by)
    if before != _when_and_where(meet_up):
        _tell(meet_up, CHANGED, key=f"meetup-{meet_up.id}-{_stamp(clock.now())}")
    move_up(meet_up, by=by)


def cancel_meetup(meetup_id: int, *, by: Actor) -> None:
    """Call a meet-up off; who may come hears it. Raises ConflictError when it is over."""
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    meet_up = get_meetup(meetup_id)
    _require_manager(meet_up, by)
    _refuse_over(meet_up)
    meet_up.cancelled_on = clock.today()
    _record(meet_up, "cancelled", by)
    _tell(meet_up, CALLED_OFF, key=f"meetup-{meet_up.id}-off")


def invite(meetup_id: int, *, by: Actor) -> int:
    """Invite everybody in reach who was certified and did not answer; nobody hears it twice.

    Returns how many people that are.
    """
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    meet_up = get_meetup(meetup_id)
    _require_manager(meet_up, by)
    _refuse_over(meet_up)
    people = db.session.scalars(
        welcome_people(by).where(
            ~sa.exists().where(Rsvp.meet_up_id == meet_up.id, Rsvp.person_id == Person.id)
        )
    ).all()
    meet_up.state = "invited"
    _record(meet_up, "invited", by)
    announce(
        INVITED,
        key=f"meetup-{meet_up.id}",
        person_ids=people,
        use_by=_ends(meet_up),
        meetup_id=meet_up.id,
    )
    return len(people)


def answer_invitation(meetup_id: int, person_id: int, reply: Reply, *, by: Actor) -> bool:
    """Note whether a person comes; a later answer takes the place of the earlier one.

    For oneself, or by coach or coordinator for somebody without a phone. Returns whether there is
    a chair: who says yes when all are taken stands in line. Raises NotFoundError for who was never
    certified, ConflictError when it is over.
    """
    _require_answer_right(person_id, by=by)
    meet_up = get_meetup(meetup_id)
    if not is_welcome(person_id):
        raise NotFoundError
    _refuse_over(meet_up)
    if reply.answer not in rules.ANSWERS:
        raise InvalidInputError(_("Kies ja, misschien of nee."))
    rsvp = find_rsvp(meet_up.id, person_id)
    if rsvp is None:
        rsvp = Rsvp(meet_up_id=meet_up.id, person_id=person_id, answer="")
    _take_place(meet_up, rsvp, reply.answer)
    rsvp.brings = reply.brings.strip()
    rsvp.needs = reply.needs.strip()
    rsvp.transport = reply.transport
    rsvp.child_care = reply.child_care
    rsvp.helped_by_id = None if by.person_id == person_id else by.person_id
    db.session.add(rsvp)
    _record(meet_up, "answered", by, person_id, on_behalf_of=audit.on_behalf(by, person_id))
    move_up(meet_up, by=by)
    return rsvp.waits_since is None


def _take_place(meet_up: MeetUp, rsvp: Rsvp, answer: str) -> None:
    """Give a chair to who says yes, or a place at the end of the line; who had one keeps it."""
    if answer == "yes" and rsvp.answer != "yes":
        is_free = rules.has_room(meet_up.capacity, coming=_taken(meet_up))
        rsvp.waits_since = None if is_free else _end_of_line(meet_up)
    elif answer != "yes":
        rsvp.waits_since = None
    rsvp.answer = answer


def _end_of_line(meet_up: MeetUp) -> datetime:
    """Return now, or a moment later than the last in line where the clock stands still."""
    last = db.session.scalar(
        sa.select(sa.func.max(Rsvp.waits_since)).where(Rsvp.meet_up_id == meet_up.id)
    )
    return clock.now() if last is None else max(clock.now(), last + timedelta(microseconds=1))


def move_up(meet_up: MeetUp, *, by: Actor) -> None:
    """Give every free chair to who stands first in line, and tell them."""
    db.session.flush()  # what changed is counted
    free = meet_up.capacity - _taken(meet_up)
    if free <= 0:
        return
    line = sa.select(Rsvp).where(Rsvp.meet_up_id == meet_up.id, Rsvp.waits_since.is_not(None))
    for first in db.session.scalars(line.order_by(Rsvp.waits_since, Rsvp.id).limit(free)).all():
        since = first.waits_since
        first.waits_since = None
        _record(meet_up, "moved-up", by, first.person_id)
        announce(
            CHAIR_FREE,
            key=f"rsvp-{first.id}-{_stamp(since or clock.now())}",
            person_ids=[first.person_id],
            use_by=_ends(meet_up),
            rsvp_id=first.id,
        )


def _tell(meet_up: MeetUp, message: str, *, key: str) -> None:
    people = db.session.scalars(
        sa.select(Rsvp.person_id).where(Rsvp.meet_up_id == meet_up.id, Rsvp.answer.in_(TOLD))
    ).all()
    announce(message, key=key, person_ids=people, use_by=_ends(meet_up), meetup_id=meet_up.id)


def _ends(meet_up: MeetUp) -> datetime:
    return clock.local(meet_up.held_on + timedelta(days=1))


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S%f}"


def _when_and_where(meet_up: MeetUp) -> tuple[date, time | None, str]:
    return meet_up.held_on, meet_up.starts_at, meet_up.place


def _fill(meet_up: MeetUp, new: NewMeetUp) -> None:
    meet_up.kind = new.kind
    meet_up.title = new.title.strip()
    meet_up.held_on = new.held_on
    meet_up.starts_at = new.starts_at
    meet_up.place = new.place.strip()
    meet_up.capacity = new.capacity


def _refuse_unusable(new: NewMeetUp) -> None:
    if new.held_on < clock.today():
        sentence = _("Kies een dag die nog komt.")
        raise InvalidInputError(sentence, fields={"held_on": sentence})
    if new.capacity < 1:
        sentence = _("Er is plaats voor minstens één mens.")
        raise InvalidInputError(sentence, fields={"capacity": sentence})


def _refuse_over(meet_up: MeetUp) -> None:
    if meet_up.cancelled_on is not None:
        raise ConflictError(_("Deze middag gaat niet door."))
    if rules.is_over(meet_up.state, meet_up.held_on, called_off=False, today=clock.today()):
        raise ConflictError(_("Deze middag is al geweest."))


def _require_answer_right(person_id: int, *, by: Actor) -> None:
    if by.person_id == person_id:
        return
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    where = Reach(person_id=person_id, place_id=person.place_id)
    policy.require(by, policies.ANSWER, where)


def _taken(meet_up: MeetUp) -> int:
    """Count the chairs that are taken."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Rsvp)
            .where(Rsvp.meet_up_id == meet_up.id, Rsvp.answer == "yes", Rsvp.waits_since.is_(None))
        )
        or 0
    )


def record_came(meetup_id: int, person_id: int, *, came: bool, by: Actor) -> None:
    """Note whether somebody who answered was there. Raises ConflictError before the day itself."""
    meet_up = _get_gone(meetup_id, by=by)
    rsvp = find_rsvp(meet_up.id, person_id)
    if rsvp is None:
        raise NotFoundError
    _note(meet_up, rsvp, came=came, by=by)


def note_who_came(
    meetup_id: int,
    came_ids: Collection[int],
    *,
    by: Actor,
    listed_ids: Collection[int] | None = None,
) -> None:
    """Note of everybody in reach who answered whether they were there; so the meet-up was held.

    With `listed_ids` only of those: who answered after the list was shown stays as it is. Who
    walked in and was not there after all is taken off. Only who manages it lets it be over.
    Raises ConflictError before the day.
    """
    meet_up = _get_gone(meetup_id, by=by)
    answers = db.session.scalars(
        sa.select(Rsvp)
        .join(Person, Person.id == Rsvp.person_id)
        .where(Rsvp.meet_up_id == meet_up.id, _near(by))
    ).all()
    for one in answers:
        if listed_ids is not None and one.person_id not in listed_ids:
            continue
        came = one.person_id in came_ids
        if one.came is not came:
            _note(meet_up, one, came=came, by=by)
        if one.walked_in and not came:
            db.session.delete(one)
    if meet_up.state != "held" and manages(meet_up.place_id, by):
        meet_up.state = "held"
        _record(meet_up, "held", by)


def add_walk_in(meetup_id: int, person_id: int, *, by: Actor) -> None:
    """Note that somebody in reach was there who had not answered. Raises NotFoundError."""
    meet_up = _get_gone(meetup_id, by=by)
    person = db.session.get(Person, person_id)
    if person is None or not is_welcome(person_id):
        raise NotFoundError
    where = Reach(person_id=person_id, place_id=person.place_id)
    policy.require(by, policies.MANAGE_MEET_UPS, where)
    rsvp = find_rsvp(meet_up.id, person_id)
    if rsvp is None:
        rsvp = Rsvp(meet_up_id=meet_up.id, person_id=person_id, answer="yes", walked_in=True)
        db.session.add(rsvp)
    _note(meet_up, rsvp, came=True, by=by)


def _note(meet_up: MeetUp, rsvp: Rsvp, *, came: bool, by: Actor) -> None:
    """Note whether somebody was there, and count it for the renewal of their certificate."""
    rsvp.came = came
    person_id = rsvp.person_id
    _record(meet_up, "came" if came else "stayed-away", by, person_id)
    source = ("meetup", meet_up.source_id or str(meet_up.id))
    for requirement in rules.requirements(meet_up.kind, tracks_of(person_id)):
        if came:
            day = meet_up.held_on
            record_renewal_evidence(person_id, requirement, on=day, source=source, by=by)
        else:
            drop_renewal_evidence(person_id, requirement, source=source, by=by)


def hold_meetup(meetup_id: int, *, by: Actor) -> None:
    """Note that the meet-up was held. Raises ConflictError before its day, or a second time."""
    meet_up = _get_gone(meetup_id, by=by)
    _require_manager(meet_up, by)
    if not rules.takes_answers(meet_up.state):
        raise ConflictError(_("Deze middag is al geweest."))
    meet_up.state = "held"
    _record(meet_up, "held", by)


def _get_gone(meetup_id: int, *, by: Actor) -> MeetUp:
    """Return a meet-up of today or before that went on. Raises ConflictError, NotFoundError."""
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    meet_up = get_meetup(meetup_id)
    if meet_up.cancelled_on is not None:
        raise ConflictError(_("Deze middag gaat niet door."))
    if meet_up.held_on > clock.today():
        raise ConflictError(_("Deze middag moet nog komen."))
    return meet_up


def _require_manager(meet_up: MeetUp, by: Actor) -> None:
    """Refuse another region's meet-up. Raises NotFoundError."""
    if not manages(meet_up.place_id, by):
        raise NotFoundError


def _near(by: Actor) -> sa.ColumnElement[bool]:
    return within(by, policies.MANAGE_MEET_UPS, person=Person.id, place=Person.place_id)


def get_meetup(meetup_id: int) -> MeetUp:
    """Return a meet-up, locked so that the last chair is given once. Raises NotFoundError."""
    meet_up = db.session.get(MeetUp, meetup_id, with_for_update=True)
    if meet_up is None:
        raise NotFoundError
    return meet_up


def find_rsvp(meetup_id: int, person_id: int) -> Rsvp | None:
    """Return somebody's answer to a meet-up, or None."""
    return db.session.scalars(
        sa.select(Rsvp).where(Rsvp.meet_up_id == meetup_id, Rsvp.person_id == person_id)
    ).one_or_none()


def _record(
    meet_up: MeetUp,
    action: str,
    by: Actor,
    person_id: int | None = None,
    *,
    on_behalf_of: int | None = None,
) -> None:
    thing = ("meet_up", meet_up.id)
    audit.record(
        f"community:meetup:{action}",
        thing,
        by=by,
        subject_id=person_id,
        on_behalf_of=on_behalf_of,
    )
