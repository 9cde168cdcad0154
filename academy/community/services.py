"""Changes to meet-ups and stories: one function per thing a person does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.community import policies, rules
from academy.community.models import MeetUp, Rsvp, Story
from academy.community.queries import is_welcome
from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
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


@dataclass(frozen=True, slots=True)
class Reply:
    """Yes, maybe or no; what one brings, and what one needs to be able to come."""

    answer: str
    brings: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True)
class NewStory:
    """A solution, where it works and what made it work. `may_share` is the tellers' yes."""

    title: str
    text: str
    place_id: int
    asset: str
    may_share: bool
    told_by_id: int | None = None
    source_id: str | None = None


def plan_meetup(new: NewMeetUp, *, by: Actor) -> int:
    """Plan a meet-up today or later. Returns its id."""
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    if new.held_on < clock.today():
        sentence = _("Kies een dag die nog komt.")
        raise InvalidInputError(sentence, fields={"held_on": sentence})
    meet_up = MeetUp(
        source_id=new.source_id,
        kind=new.kind,
        title=new.title.strip(),
        held_on=new.held_on,
        place=new.place.strip(),
        capacity=new.capacity,
        state="planned",
    )
    db.session.add(meet_up)
    db.session.flush()  # the audit names the row
    _record(meet_up, "planned", by)
    return meet_up.id


def note_invited(meetup_id: int, *, by: Actor) -> None:
    """Note that the invitations went out."""
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    meet_up = _get_meetup(meetup_id)
    if meet_up.state != "planned":
        raise ConflictError(_("Voor deze middag is al uitgenodigd."))
    meet_up.state = "invited"
    _record(meet_up, "invited", by)


def answer_invitation(meetup_id: int, person_id: int, reply: Reply, *, by: Actor) -> None:
    """Note whether a person comes; a later answer takes the place of the earlier one.

    For oneself, or by coach or coordinator for somebody without a phone. Raises NotFoundError for
    who was never certified, ConflictError when it is over or everybody's chair is taken.
    """
    _require_answer_right(person_id, by=by)
    meet_up = _get_meetup(meetup_id)
    if not is_welcome(person_id):
        raise NotFoundError
    if not rules.takes_answers(meet_up.state) or meet_up.held_on < clock.today():
        raise ConflictError(_("Deze middag is al geweest."))
    if reply.answer not in rules.ANSWERS:
        raise InvalidInputError(_("Kies ja, misschien of nee."))
    if reply.answer == "yes" and not _fits(meet_up, person_id):
        raise ConflictError(
            _("Alle plaatsen zijn bezet. Kies ‘misschien’, dan bellen we je als er plaats komt.")
        )
    rsvp = _find_rsvp(meet_up.id, person_id)
    if rsvp is None:
        rsvp = Rsvp(meet_up_id=meet_up.id, person_id=person_id)
        db.session.add(rsvp)
    rsvp.answer = reply.answer
    rsvp.brings = reply.brings.strip()
    rsvp.needs = reply.needs.strip()
    rsvp.helped_by_id = None if by.person_id == person_id else by.person_id
    _record(meet_up, "answered", by, person_id, on_behalf_of=audit.on_behalf(by, person_id))


def _require_answer_right(person_id: int, *, by: Actor) -> None:
    if by.person_id == person_id:
        return
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    where = Reach(person_id=person_id, place_id=person.place_id)
    policy.require(by, policies.ANSWER, where)


def _fits(meet_up: MeetUp, person_id: int) -> bool:
    coming = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Rsvp)
        .where(Rsvp.meet_up_id == meet_up.id, Rsvp.answer == "yes", Rsvp.person_id != person_id)
    )
    return rules.has_room(meet_up.capacity, coming=coming or 0)


def record_came(meetup_id: int, person_id: int, *, came: bool, by: Actor) -> None:
    """Note whether somebody who answered was there. Raises ConflictError before the day itself."""
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    meet_up = _get_meetup(meetup_id)
    if meet_up.held_on > clock.today():
        raise ConflictError(_("Deze middag moet nog komen."))
    rsvp = _find_rsvp(meet_up.id, person_id)
    if rsvp is None:
        raise NotFoundError
    rsvp.came = came
    _record(meet_up, "came" if came else "stayed-away", by, person_id)
    requirement = rules.RENEWAL_REQUIREMENTS.get(meet_up.kind)
    source = ("meetup", meet_up.source_id or str(meet_up.id))
    if came and requirement is not None:
        record_renewal_evidence(person_id, requirement, on=meet_up.held_on, source=source, by=by)
    elif requirement is not None:
        drop_renewal_evidence(person_id, requirement, source=source, by=by)


def hold_meetup(meetup_id: int, *, by: Actor) -> None:
    """Note that the meet-up was held. Raises ConflictError before its day, or a second time."""
    policy.require_right(by, policies.MANAGE_MEET_UPS)
    meet_up = _get_meetup(meetup_id)
    if not rules.takes_answers(meet_up.state):
        raise ConflictError(_("Deze middag is al geweest."))
    if meet_up.held_on > clock.today():
        raise ConflictError(_("Deze middag moet nog komen."))
    meet_up.state = "held"
    _record(meet_up, "held", by)


def tell_story(new: NewStory, *, by: Actor) -> int:
    """Write down a story, not yet public: one's own, or as coordinator of the place.

    Returns its id. Raises NotFoundError for somebody else's story.
    """
    where = Reach(person_id=new.told_by_id, place_id=new.place_id)
    policy.require(by, policies.TELL, where)
    if not new.title.strip() or not new.text.strip():
        raise InvalidInputError(_("Een verhaal heeft een titel en minstens één zin."))
    story = Story(
        source_id=new.source_id,
        title=new.title.strip(),
        text=new.text.strip(),
        place_id=new.place_id,
        asset=new.asset,
        may_share=new.may_share,
        told_by_id=new.told_by_id,
        confirmed_by=0,
    )
    db.session.add(story)
    db.session.flush()  # the audit names the row
    _record_story(story, "told", by)
    return story.id


def count_confirmations(story_id: int, confirmed_by: int, *, by: Actor) -> None:
    """Note how many residents say that the story is true. Raises ConflictError once published."""
    story = _get_story(story_id, by=by)
    if confirmed_by < 0:
        raise InvalidInputError(_("Het aantal bewoners kan niet lager zijn dan nul."))
    if story.published_on is not None:
        raise ConflictError(_("Dit verhaal is al te lezen."))
    story.confirmed_by = confirmed_by
    _record_story(story, "confirmed", by)


def publish_story(story_id: int, *, by: Actor) -> None:
    """Let everybody read a story, from today. Raises ConflictError with what is in the way."""
    story = _get_story(story_id, by=by)
    sentences = {
        "too_few": _("Nog geen drie bewoners zeggen dat dit verhaal klopt."),
        "not_shared": _("Wie het vertelde, wil het niet delen."),
    }
    in_the_way = rules.obstacles(confirmed_by=story.confirmed_by, may_share=story.may_share)
    if in_the_way:
        raise ConflictError(" ".join(sentences[one] for one in in_the_way))
    if story.published_on is not None:
        raise ConflictError(_("Dit verhaal is al te lezen."))
    story.published_on = clock.today()
    _record_story(story, "published", by)
    if story.told_by_id is not None:
        source = ("story", story.source_id or str(story.id))
        day = story.published_on
        record_renewal_evidence(
            story.told_by_id, rules.STORY_REQUIREMENT, on=day, source=source, by=by
        )


def _get_meetup(meetup_id: int) -> MeetUp:
    """Return a meet-up, locked so that the last chair is given once. Raises NotFoundError."""
    meet_up = db.session.get(MeetUp, meetup_id, with_for_update=True)
    if meet_up is None:
        raise NotFoundError
    return meet_up


def _find_rsvp(meetup_id: int, person_id: int) -> Rsvp | None:
    return db.session.scalars(
        sa.select(Rsvp).where(Rsvp.meet_up_id == meetup_id, Rsvp.person_id == person_id)
    ).one_or_none()


def _get_story(story_id: int, *, by: Actor) -> Story:
    policy.require_right(by, policies.PUBLISH)
    story = db.session.get(Story, story_id, with_for_update=True)
    if story is None:
        raise NotFoundError
    policy.require(by, policies.PUBLISH, Reach(place_id=story.place_id))
    return story


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


def _record_story(story: Story, action: str, by: Actor) -> None:
    thing = ("story", story.id)
    audit.record(f"community:story:{action}", thing, by=by, subject_id=story.told_by_id)
