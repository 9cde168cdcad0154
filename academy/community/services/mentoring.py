"""Changes to mentoring: offering, bringing two people together, saying yes or no, and days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.community import policies, rules
from academy.community.models import MentorDay, MentorOffer, MentorPair
from academy.community.queries.mentoring import (
    began_on,
    is_graduate,
    kinds_of,
    may_pass_on,
)
from academy.community.queries.mentors import in_reach, starters
from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages.engine import announce, take_back
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates.services.evidence import drop_renewal_evidence, record_renewal_evidence

MENTOR_ASKED = "community/mentor_asked"
SOURCE = "mentoring"
"""The kind of source that evidence of a season names."""


def save_offer(person_id: int, kinds: Collection[str], *, by: Actor) -> None:
    """Note what a graduate wants to do; nothing takes the offer back.

    Who takes it back is not asked any more for pairs that wait; a pair that runs goes on. Raises
    NotFoundError for who holds no certificate that counts.
    """
    _require_passing_on(person_id, by)
    offer = db.session.scalars(
        sa.select(MentorOffer).where(MentorOffer.person_id == person_id).with_for_update()
    ).one_or_none()
    if offer is None and not is_graduate(person_id):
        raise NotFoundError
    if "walk_along" not in kinds:
        _end_waiting(person_id)
    if kinds:
        _keep_offer(person_id, offer, kinds)
    elif offer is not None:
        db.session.delete(offer)
    what = "saved" if kinds else "taken-back"
    _record(what, ("person", person_id), by, person_id, is_passed_on=True)


def _keep_offer(person_id: int, offer: MentorOffer | None, kinds: Collection[str]) -> None:
    offer = offer or MentorOffer(person_id=person_id)
    for kind in rules.MENTOR_KINDS:
        setattr(offer, kind, kind in kinds)
    offer.saved_at = clock.now()
    db.session.add(offer)


def _end_waiting(mentor_id: int) -> None:
    db.session.execute(
        sa.update(MentorPair)
        .where(MentorPair.mentor_id == mentor_id, MentorPair.state == "open")
        .values(state="ended", ended_on=clock.today())
    )


def link(mentor_id: int, starter_id: int, *, by: Actor) -> int:
    """Propose that a mentor walks along with who begins. Nothing runs until both say yes.

    Both hear that they are asked. Returns the pair's id. Raises NotFoundError for somebody out of
    reach or who does not begin, ConflictError for a mentor who does not offer it.
    """
    policy.require_right(by, policies.LINK_MENTORS)
    _lock_mentor(mentor_id, by)
    if db.session.scalar(starters(mentor_id, by).where(Person.id == starter_id)) is None:
        raise NotFoundError
    if "walk_along" not in _offered(mentor_id):
        raise ConflictError(_("Deze mentor biedt meelopen nu niet aan."))
    pair = MentorPair(
        mentor_id=mentor_id, person_id=starter_id, state="open", proposed_on=clock.today()
    )
    db.session.add(pair)
    db.session.flush()  # the audit names the row
    _record("linked", ("mentor_pair", pair.id), by, starter_id)
    for asked_id in _both(pair):
        announce(
            MENTOR_ASKED,
            key=_asked_key(pair.id),
            person_ids=[asked_id],
            pair_id=pair.id,
            asked_id=asked_id,
        )
    return pair.id


def answer_pair(pair_id: int, person_id: int, *, yes: bool, by: Actor) -> str:
    """Note that one of the two says yes or no; a no ends it, at once and without a reason.

    Returns how the pair stands now. Raises NotFoundError for who is not one of the two,
    ConflictError when it is over.
    """
    pair = _get_pair(pair_id, person_id, by)
    if pair.state == "ended":
        raise ConflictError(_("Dit is al gestopt."))
    today = clock.today()
    if not yes:
        pair.state, pair.ended_on = "ended", today
    elif pair.mentor_id == person_id:
        pair.mentor_yes_on = pair.mentor_yes_on or today
    else:
        pair.person_yes_on = pair.person_yes_on or today
    pair.state = rules.pair_state(
        pair.state,
        mentor_yes=pair.mentor_yes_on is not None,
        person_yes=pair.person_yes_on is not None,
    )
    what = "agreed" if yes else "ended"
    _record(what, ("mentor_pair", pair.id), by, person_id, is_passed_on=True)
    take_back(_asked_key(pair.id), person_ids=[person_id] if yes else _both(pair))
    return pair.state


def _asked_key(pair_id: int) -> str:
    return f"mentor-pair-{pair_id}"


def _both(pair: MentorPair) -> tuple[int, int]:
    return pair.mentor_id, pair.person_id


def note_meeting(pair_id: int, mentor_id: int, *, on: date, by: Actor) -> None:
    """Note that a mentor met whom they walk along with, on a day. Nothing else is noted.

    Raises InvalidInputError for a day on which the pair did not run or that was noted before.
    """
    pair = _get_pair(pair_id, mentor_id, by)
    if pair.mentor_id != mentor_id:
        raise NotFoundError
    if pair.state != "running":
        raise ConflictError(_("Dit loopt nu niet."))
    _refuse_day(on, since=began_on(pair))
    day = MentorDay(person_id=mentor_id, kind="walk_along", done_on=on, pair_id=pair.id)
    _add_day(day, by, is_passed_on=True)


def note_helped(mentor_id: int, kind: str, *, on: date, by: Actor) -> None:
    """Note that a graduate helped with a lesson or a practical, on a day; it counts at once.

    Raises NotFoundError for somebody out of reach, InvalidInputError for a day to come.
    """
    policy.require_right(by, policies.LINK_MENTORS)
    _lock_mentor(mentor_id, by)
    if kind not in rules.HELPED_KINDS or kind not in _offered(mentor_id):
        sentence = _("Kies wat deze mentor aanbiedt.")
        raise InvalidInputError(sentence, fields={"helped_with": sentence})
    _refuse_day(on, since=None)
    _add_day(MentorDay(person_id=mentor_id, kind=kind, done_on=on, counted_on=clock.today()), by)
    _count_season(mentor_id, rules.season_name(on), by=by)


def _add_day(day: MentorDay, by: Actor, *, is_passed_on: bool = False) -> None:
    known = sa.select(MentorDay.id).where(
        MentorDay.person_id == day.person_id,
        MentorDay.kind == day.kind,
        MentorDay.done_on == day.done_on,
        MentorDay.pair_id == day.pair_id if day.pair_id else MentorDay.pair_id.is_(None),
    )
    if db.session.scalar(known) is not None:
        sentence = _("Deze dag staat er al.")
        raise InvalidInputError(sentence, fields={"happened_on": sentence})
    db.session.add(day)
    db.session.flush()  # the audit names the row
    thing = ("mentor_day", day.id)
    _record("day-noted", thing, by, day.person_id, is_passed_on=is_passed_on)


def _refuse_day(on: date, *, since: date | None) -> None:
    sentence = ""
    if on > clock.today():
        sentence = _("Deze dag moet nog komen.")
    elif since is not None and on < since:
        sentence = _("Toen liepen jullie nog niet samen op.")
    if sentence:
        raise InvalidInputError(sentence, fields={"happened_on": sentence})


def take_day_back(mentor_day_id: int, *, by: Actor) -> int:
    """Take away a day that was noted by mistake; what it made count is counted again.

    A mentor takes back what does not count yet, a coordinator anything in reach. Returns whose day
    it was. Raises NotFoundError.
    """
    day = db.session.get(MentorDay, mentor_day_id, with_for_update=True)
    if day is None:
        raise NotFoundError
    person_id, season = day.person_id, rules.season_name(day.done_on)
    if day.counted_on is not None:
        policy.require_right(by, policies.LINK_MENTORS)
        _lock_mentor(person_id, by)
    elif not _is_in_reach(person_id, by):
        _require_passing_on(person_id, by)
    is_theirs = day.counted_on is None  # what a mentor takes back without help
    _record("day-taken-back", ("mentor_day", day.id), by, person_id, is_passed_on=is_theirs)
    db.session.delete(day)
    db.session.flush()  # what is left is counted
    _count_season(person_id, season, by=by)
    return person_id


def confirm_season(mentor_id: int, season: str, *, by: Actor) -> None:
    """Say that a season of walking along counts for the mentor's renewal.

    Raises NotFoundError for somebody out of reach, ConflictError for too few meetings.
    """
    policy.require_right(by, policies.LINK_MENTORS)
    _lock_mentor(mentor_id, by)
    walked = [one for one in _days_in(mentor_id, season) if one.kind == "walk_along"]
    if len(walked) < rules.FEWEST_MEETINGS:
        raise ConflictError(_("Dit seizoen is er nog niet vaak genoeg meegelopen."))
    for one in walked:
        one.counted_on = one.counted_on or clock.today()
    db.session.flush()  # what counts is read below
    _count_season(mentor_id, season, by=by)
    _record("season-counted", ("person", mentor_id), by, mentor_id)


def _count_season(mentor_id: int, season: str, *, by: Actor) -> None:
    """Let a season count once, or no more; too few meetings count for nothing."""
    counted = [one for one in _days_in(mentor_id, season) if one.counted_on is not None]
    walked = [one for one in counted if one.kind == "walk_along"]
    requirement, source = rules.MENTOR_REQUIREMENT, (SOURCE, season)
    if rules.season_counts(len(walked), helped=len(counted) - len(walked)):
        on = max(one.done_on for one in counted)
        record_renewal_evidence(mentor_id, requirement, on=on, source=source, by=by)
        return
    for one in walked:
        one.counted_on = None
    drop_renewal_evidence(mentor_id, requirement, source=source, by=by)


def _days_in(mentor_id: int, season: str) -> list[MentorDay]:
    days = db.session.scalars(
        sa.select(MentorDay).where(MentorDay.person_id == mentor_id).order_by(MentorDay.done_on)
    )
    return [one for one in days if rules.season_name(one.done_on) == season]


def _offered(person_id: int) -> tuple[str, ...]:
    offer = db.session.scalars(
        sa.select(MentorOffer).where(MentorOffer.person_id == person_id)
    ).one_or_none()
    return kinds_of(offer) if offer and is_graduate(person_id) else ()


def _get_pair(pair_id: int, person_id: int, by: Actor) -> MentorPair:
    """Return a pair of somebody, locked. Raises NotFoundError."""
    _require_passing_on(person_id, by)
    pair = db.session.get(MentorPair, pair_id, with_for_update=True)
    if pair is None or person_id not in (pair.mentor_id, pair.person_id):
        raise NotFoundError
    return pair


def _require_passing_on(person_id: int, by: Actor) -> None:
    policy.require_right(by, policies.HELP_BEGIN)
    if not may_pass_on(person_id, by=by):
        raise NotFoundError


def _is_in_reach(person_id: int, by: Actor) -> bool:
    query = sa.select(Person.id).where(Person.id == person_id, in_reach(by))
    return db.session.scalar(query) is not None


def _lock_mentor(person_id: int, by: Actor) -> None:
    """Let one thing at a time happen to a mentor in reach. Raises NotFoundError."""
    query = sa.select(Person.id).where(Person.id == person_id, in_reach(by)).with_for_update()
    if db.session.scalar(query) is None:
        raise NotFoundError


def _record(
    action: str, thing: tuple[str, int], by: Actor, person_id: int, *, is_passed_on: bool = False
) -> None:
    """Keep the audit line; `is_passed_on`: what a mentor or beginner does, or somebody for them."""
    audit.record(
        f"community:mentoring:{action}",
        thing,
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id) if is_passed_on else None,
    )
