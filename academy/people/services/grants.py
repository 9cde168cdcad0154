"""Giving, confirming and taking back rights. A right that ends, ends the person's sign-ins too.

What an administrator gives counts when a second administrator has confirmed it, if there is one.
"""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Grant
from academy.people.policies import GIVE_COACHING, GIVE_REVIEW, MANAGE_GRANTS
from academy.people.queries.actors import grants_of
from academy.people.queries.rights import other_administrators
from academy.people.services import sign_in

FOUNDING_ROLES = ("admin", "board")


def give_grant(
    person_id: int,
    role: str,
    *,
    by: Actor,
    scope_kind: str,
    scope_id: int | None,
    valid_from: date,
    reason: str,
    valid_to: date | None = None,
) -> Grant:
    """Give a right over a scope, from a day until a day (both count).

    It waits for `confirm_grant` as long as another administrator is there to confirm it. Raises
    NotFoundError unless one administers everything, ForbiddenError for one's own rights,
    InvalidInputError when it would end before it begins and for an administrator of a part.
    """
    policy.require(by, MANAGE_GRANTS, policy.Reach())
    waits = bool(other_administrators(but=(by.person_id or 0, person_id)))
    return _add(
        Grant(
            person_id=person_id,
            role=role,
            scope_kind=scope_kind,
            scope_id=scope_id,
            valid_from=valid_from,
            valid_to=valid_to,
            granted_by_id=by.person_id,
            reason=reason,
            confirmed_on=None if waits else clock.today(),
        ),
        by,
    )


def confirm_grant(grant_id: int, *, by: Actor) -> None:
    """Let a right count that another administrator gave.

    Raises NotFoundError for one that does not wait, ForbiddenError for one's own right and for
    one that one gave.
    """
    policy.require(by, MANAGE_GRANTS, policy.Reach())
    grant = db.session.get(Grant, grant_id, with_for_update=True)
    if grant is None or grant.confirmed_on is not None:
        raise NotFoundError
    if by.person_id in (grant.person_id, grant.granted_by_id):
        raise ForbiddenError(_("Dit recht bevestigt een andere beheerder."))
    _end_sign_ins_of_newcomer(grant.person_id, by=by)
    grant.confirmed_by_id, grant.confirmed_on = by.person_id, clock.today()
    audit.record(
        "people:grant:confirmed",
        ("grant", grant.id),
        by=by,
        subject_id=grant.person_id,
        role=grant.role,
    )


def found_academy(
    person_id: int, role: str, *, granted_by_id: int | None, valid_from: date, reason: str
) -> Grant:
    """Give one of the first rights, before anybody can: the first board and administrator grants.

    Raises ForbiddenError as soon as an administrator is there to give rights.
    """
    if role not in FOUNDING_ROLES:
        raise InvalidInputError(_("Zo begint een academie niet."))
    admins = db.session.scalar(
        sa.select(sa.func.count()).select_from(Grant).where(Grant.role == "admin")
    )
    admins = admins or 0
    if admins >= 2 or (role == "admin" and admins and granted_by_id is None):
        raise ForbiddenError(_("Er is al een beheerder. Die geeft de rechten."))
    grant = Grant(
        person_id=person_id,
        role=role,
        scope_kind="everything",
        scope_id=None,
        valid_from=valid_from,
        granted_by_id=granted_by_id,
        reason=reason,
        confirmed_on=clock.today(),
    )
    return _add(grant, Actor(person_id=granted_by_id, origin="cli"))


def _add(grant: Grant, by: Actor) -> Grant:
    if by.person_id is not None and grant.person_id == by.person_id:
        raise ForbiddenError(_("Je kunt jezelf geen rechten geven. Vraag een andere beheerder."))
    if grant.valid_to is not None and grant.valid_to < grant.valid_from:
        raise InvalidInputError(_("Het recht eindigt voor het begint."))
    if grant.role == "admin" and grant.scope_kind != "everything":
        raise InvalidInputError(_("Een beheerder beheert alles. Kies “alles”."))
    _end_sign_ins_of_newcomer(grant.person_id, by=by)
    db.session.add(grant)
    db.session.flush()  # the audit names the row
    audit.record(
        "people:grant:given",
        ("grant", grant.id),
        by=by,
        subject_id=grant.person_id,
        role=grant.role,
        scope_kind=grant.scope_kind,
        scope_id=grant.scope_id,
    )
    return grant


def _end_sign_ins_of_newcomer(person_id: int, *, by: Actor) -> None:
    """Let who had no right yet come in anew: what a letter opened must not grow into rights."""
    if person_id != by.person_id and not grants_of(person_id, clock.today()):
        sign_in.close_all(person_id, by=by)


def end_grant(grant_id: int, *, by: Actor, last_day: date | None = None) -> None:
    """Let a right end: yesterday was the last day, unless `last_day` says otherwise.

    The person's sign-ins end too, so that nothing opened before stays open. Raises NotFoundError,
    also for a right that ended before: its last day was true.
    """
    policy.require(by, MANAGE_GRANTS, policy.Reach())
    grant = db.session.get(Grant, grant_id, with_for_update=True)
    if grant is None or (grant.valid_to is not None and grant.valid_to < clock.today()):
        raise NotFoundError
    grant.valid_to = max(last_day or clock.today() - timedelta(days=1), grant.valid_from)
    never_held = grant.confirmed_on is None or grant.valid_from >= clock.today()
    if last_day is None and never_held:
        db.session.delete(grant)
    sign_in.close_all(grant.person_id, by=by)
    audit.record(
        "people:grant:ended",
        ("grant", grant_id),
        by=by,
        subject_id=grant.person_id,
        role=grant.role,
    )


def give_coach_grant(
    coach_id: int,
    person_id: int,
    *,
    by: Actor,
    place_id: int | None,
    reason: str,
    passing: str = "",
) -> Grant:
    """Let somebody guide one person from today; who already may keeps that.

    A grant with an end that was given for the reason `passing` does not count: it ends.
    `place_id` is where the person is guided: the giver's region must cover it. Raises
    NotFoundError outside that region, ForbiddenError for guiding oneself or naming oneself.
    """
    policy.require(by, GIVE_COACHING, policy.Reach(place_id=place_id))
    if coach_id == person_id:
        raise ForbiddenError(_("Niemand begeleidt zichzelf."))
    lasting = _coach_grants(person_id).where(
        Grant.person_id == coach_id,
        sa.or_(Grant.valid_to.is_(None), Grant.reason != passing),
    )
    held = db.session.scalars(lasting).first()
    if held is not None:
        return held
    return _add(
        Grant(
            person_id=coach_id,
            role="coach",
            scope_kind="person",
            scope_id=person_id,
            valid_from=clock.today(),
            granted_by_id=by.person_id,
            reason=reason,
            confirmed_on=clock.today(),
        ),
        by,
    )


def give_cover_grant(
    cover_id: int,
    person_id: int,
    *,
    by: Actor,
    place_id: int | None,
    valid_from: date,
    valid_to: date,
    reason: str,
) -> Grant | None:
    """Let somebody guide one person from a day until a day, in place of the coach.

    Who guides that person anyway all that time gets nothing more: None. Raises as
    `give_coach_grant` does.
    """
    policy.require(by, GIVE_COACHING, policy.Reach(place_id=place_id))
    if cover_id == person_id:
        raise ForbiddenError(_("Niemand begeleidt zichzelf."))
    anyway = _guiding(person_id).where(
        Grant.person_id == cover_id, Grant.holds_on(valid_from), Grant.holds_on(valid_to)
    )
    if db.session.scalars(anyway).first() is not None:
        return None
    return _add(
        Grant(
            person_id=cover_id,
            role="coach",
            scope_kind="person",
            scope_id=person_id,
            valid_from=valid_from,
            valid_to=valid_to,
            granted_by_id=by.person_id,
            reason=reason,
            confirmed_on=clock.today(),
        ),
        by,
    )


def end_cover_grant(
    cover_id: int,
    person_id: int,
    *,
    by: Actor,
    place_id: int | None,
    valid_from: date,
    valid_to: date,
    reason: str,
) -> None:
    """Let a cover's right over one person end now, also when it had still to begin.

    It is the one within these days, until the last of them.
    """
    policy.require(by, GIVE_COACHING, policy.Reach(place_id=place_id))
    held = _guiding(person_id).where(
        Grant.person_id == cover_id,
        Grant.valid_from >= valid_from,
        Grant.valid_to == valid_to,
        Grant.reason == reason,
    )
    for grant in db.session.scalars(held.with_for_update()):
        _end_now(grant, by)


def forget_later_guiding(person_id: int, *, by: Actor) -> None:
    """Drop the rights over somebody that had still to begin; who guides now is left alone."""
    later = _guiding(person_id).where(Grant.valid_from > clock.today())
    for grant in db.session.scalars(later.with_for_update()):
        _end_now(grant, by)


def end_coach_grants(
    person_id: int, *, by: Actor, place_id: int | None, but: int | None = None
) -> None:
    """Let nobody guide this person any more, except the one with id `but`: the right is gone.

    A right that ends today by its own date is left as it is. The coaches' sign-ins stay: rights
    are read again at every request.
    """
    policy.require(by, GIVE_COACHING, policy.Reach(place_id=place_id))
    held = _coach_grants(person_id).where(Grant.person_id != (but or 0))
    _end_guiding(list(db.session.scalars(held.with_for_update())), by)


def give_up_coach_grants(person_id: int, *, by: Actor) -> None:
    """Let the guided person or the coach end it themselves: the right is gone that day.

    The person ends every coach's right over them, a coach only the own one. A right whose last day
    is today by its own date is left as it is.
    """
    held = _coach_grants(person_id).with_for_update()
    if by.person_id != person_id:
        held = held.where(Grant.person_id == by.person_id)
    _end_guiding(list(db.session.scalars(held)), by)


def give_review_grant(
    person_id: int,
    objection_id: int,
    *,
    by: Actor,
    found_at: policy.Reach,
    valid_to: date,
    reason: str,
) -> Grant:
    """Let somebody look at one objection, from today until a day.

    `found_at` is where the objection lies: the giver's region must cover it. Raises NotFoundError
    outside that region, ForbiddenError for naming oneself.
    """
    policy.require(by, GIVE_REVIEW, found_at)
    return _add(
        Grant(
            person_id=person_id,
            role="reviewer",
            scope_kind="objection",
            scope_id=objection_id,
            valid_from=clock.today(),
            valid_to=valid_to,
            granted_by_id=by.person_id,
            reason=reason,
            confirmed_on=clock.today(),
        ),
        by,
    )


def end_review_grants(objection_id: int, *, by: Actor) -> None:
    """Let nobody look at this objection any more. The caller checks the right."""
    held = sa.select(Grant).where(
        Grant.role == "reviewer",
        Grant.scope_kind == "objection",
        Grant.scope_id == objection_id,
        Grant.holds_on(clock.today()),
    )
    for grant in db.session.scalars(held.with_for_update()).all():
        _end_now(grant, by)


def _end_guiding(held: list[Grant], by: Actor) -> None:
    today = clock.today()
    for grant in held:
        if grant.valid_to != today:
            _end_now(grant, by)


def _end_now(grant: Grant, by: Actor) -> None:
    """Let a right have ended yesterday; one that never held is gone."""
    today = clock.today()
    if grant.valid_from >= today:
        db.session.delete(grant)
    else:
        grant.valid_to = today - timedelta(days=1)
    audit.record(
        "people:grant:ended",
        ("grant", grant.id),
        by=by,
        subject_id=grant.person_id,
        role=grant.role,
    )


def _guiding(person_id: int) -> sa.Select[Grant]:
    """Return the grants by which people guide this one person, whenever."""
    return sa.select(Grant).where(
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.scope_id == person_id,
    )


def _coach_grants(person_id: int) -> sa.Select[Grant]:
    """Return the grants by which people guide this one person today."""
    return _guiding(person_id).where(Grant.holds_on(clock.today()))
