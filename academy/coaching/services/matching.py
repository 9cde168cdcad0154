"""What somebody wants of a coach, and what a coach offers; they say it, or somebody for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.models import CoachingWish, CoachOffer
from academy.coaching.queries.matching import known_coaches, may_offer_for
from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from academy.people.models import Person, Place
from academy.people.services.about import may_help

WISH_LENGTH = 200
ABOUT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class NewWish:
    """What somebody wants. The first language is the one they speak best."""

    languages: tuple[str, ...]
    day_parts: tuple[str, ...] = ()
    wished_coach_id: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """What a coach offers: when, where, how and how many."""

    languages: tuple[str, ...]
    day_parts: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    place_id: int | None = None
    how_far: str = "municipality"
    most: int = 5
    about: str = ""


def save_wish(
    person_id: int, wish: NewWish, *, by: Actor, reaches: Sequence[Reach] = ()
) -> CoachingWish:
    """Keep what somebody wants of a coach, in place of what they wanted before.

    Who helps them (`reaches` says where they lie) may write it down for them.
    """
    if by.person_id != person_id and not may_help(by, person_id, reaches):
        raise NotFoundError
    _check_wish(person_id, wish)
    row = db.session.scalars(
        sa.select(CoachingWish).where(CoachingWish.person_id == person_id).with_for_update()
    ).one_or_none()
    if row is None:
        row = CoachingWish(person_id=person_id)
        db.session.add(row)
    row.languages, row.day_parts = list(wish.languages), list(wish.day_parts)
    row.wished_coach_id = wish.wished_coach_id
    row.words = " ".join(wish.words.split())
    row.saved_at, row.by_id = clock.now(), by.person_id or person_id
    db.session.flush()  # the audit names the row
    audit.record(
        "coaching:wish:saved",
        ("coaching_wish", row.id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
    )
    return row


def _check_wish(person_id: int, wish: NewWish) -> None:
    wrong = _wrong_times(wish.languages, wish.day_parts)
    if len(wish.words) > WISH_LENGTH:
        wrong["words"] = _("Schrijf één of twee zinnen.")
    if wish.wished_coach_id is not None and wish.wished_coach_id not in {
        one.person_id for one in known_coaches(person_id)
    }:
        wrong["wished_coach_id"] = _("Kies iemand uit de lijst.")
    _refuse(wrong)


def _wrong_times(languages: Sequence[str], day_parts: Sequence[str]) -> dict[str, str]:
    wrong = {}
    if not languages:
        wrong["languages"] = _("Kies minstens één taal.")
    if set(day_parts) - set(rules.DAY_PARTS):
        wrong["day_parts"] = _("Kies dagen uit de lijst.")
    return wrong


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)


def save_offer(person_id: int, offer: NewOffer, *, by: Actor) -> CoachOffer:
    """Keep what a coach offers; the coordinator of their region may write it down for them."""
    _require_may_offer(person_id, by)
    wrong = _wrong_times(offer.languages, offer.day_parts)
    if not 0 <= offer.most <= rules.MOST_OFFERED:
        wrong["most"] = _("Kies een aantal van 0 tot 40.")
    if len(offer.about) > ABOUT_LENGTH:
        wrong["about"] = _("Schrijf één of twee zinnen.")
    if offer.place_id is not None and db.session.get(Place, offer.place_id) is None:
        wrong["place_id"] = _("Kies een buurt uit de lijst.")
    _refuse(wrong)
    row = db.session.scalars(
        sa.select(CoachOffer).where(CoachOffer.person_id == person_id).with_for_update()
    ).one_or_none()
    if row is None:
        row = CoachOffer(person_id=person_id)
        db.session.add(row)
    row.languages, row.day_parts = list(offer.languages), list(offer.day_parts)
    row.channels, row.place_id = list(offer.channels), offer.place_id
    row.how_far, row.most = offer.how_far, offer.most
    row.about, row.saved_at = " ".join(offer.about.split()), clock.now()
    db.session.flush()  # the audit names the row
    audit.record(
        "coaching:offer:saved",
        ("coach_offer", row.id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
    )
    return row


def _require_may_offer(person_id: int, by: Actor) -> None:
    if db.session.get(Person, person_id) is None:
        raise NotFoundError
    if by.person_id == person_id:
        policy.require_right(by, policies.OFFER)
    elif not by.may(policies.OVERSEE) or not may_offer_for(by, person_id, clock.today()):
        raise NotFoundError
