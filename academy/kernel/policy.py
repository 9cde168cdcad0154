"""Rights: capabilities, dated grants, who acts, and the filter that goes with a right.

A capability is a constant in a feature's `policies`. It says which roles give it, whether a person
has it over their own things, and whether one must show once more who one is (step-up).
A right over an object comes from a grant whose scope covers the object; `within` turns the grants
into a condition on a query, so a list never shows and a page never opens what is out of reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel.errors import (
    ForbiddenError,
    NotFoundError,
    SecondFactorRequiredError,
    StepUpRequiredError,
)

STEP_UP_LASTS = timedelta(minutes=10)

ROLES = (
    "trainer",
    "assessor",
    "resident_assessor",
    "coach",
    "coordinator",
    "board",
    "client_contact",
    "admin",
    "certifier",
    "privacy_officer",
    "reviewer",
)
SCOPE_KINDS = ("everything", "organisation", "place", "cohort", "person", "objection")


@dataclass(frozen=True, slots=True)
class Capability:
    """A named right, `<feature>:<thing>:<action>`.

    `roles` give it within the scope of their grant; `own` gives it to every signed-in person over
    what is theirs; `step_up` asks for a fresh proof of identity.
    """

    name: str
    roles: frozenset[str] = frozenset()
    own: bool = False
    step_up: bool = False


def capability(name: str, *roles: str, own: bool = False, step_up: bool = False) -> Capability:
    """Return the capability `name` that `roles` give. Raises ValueError for an unknown role."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"{name}: unknown roles {sorted(unknown)}")
    return Capability(name, frozenset(roles), own, step_up)


@dataclass(frozen=True, slots=True)
class ApiScope:
    """What somebody can let an API token do: some of their own rights, under a name for people.

    `label` is a lazy text.
    """

    name: str
    label: Any
    rights: frozenset[Capability]


PUBLIC = Capability("public")
SIGNED_IN = Capability("signed-in", own=True)


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant as it counts now: the scope's id, and for a place every place below it too."""

    role: str
    scope_kind: str
    scope_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person with the grants that hold today, or nobody.

    Flask-Login takes it as its user object.
    """

    person_id: int | None = None
    display_name: str = ""
    grants: tuple[HeldGrant, ...] = ()
    sign_in_id: int | None = None
    stepped_up_at: datetime | None = None
    language: str = "nl"
    origin: str = "web"
    call_name: str = field(default="", compare=False)
    limited_to: frozenset[str] | None = None
    """Names of the only rights that count, for who comes with an API token; None: all."""
    withheld: tuple[HeldGrant, ...] = ()
    """Grants that count as soon as the second factor is given on this device."""

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return self.person_id is not None

    @property
    def is_active(self) -> bool:
        """For Flask-Login: a person whose sign-in holds."""
        return self.is_authenticated

    @property
    def is_anonymous(self) -> bool:
        """For Flask-Login."""
        return not self.is_authenticated

    def get_id(self) -> str:
        """For Flask-Login."""
        return str(self.person_id)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held today, whatever their scope."""
        return frozenset(grant.role for grant in self.grants)

    def owns_by(self, right: Capability) -> bool:
        """Say whether `right` gives this actor what is their own."""
        return right.own and self.is_authenticated and self._counts(right)

    def grants_for(self, right: Capability) -> tuple[HeldGrant, ...]:
        """Return the grants that give `right`."""
        if not self._counts(right):
            return ()
        return tuple(grant for grant in self.grants if grant.role in right.roles)

    def _counts(self, right: Capability) -> bool:
        return self.limited_to is None or right.name in self.limited_to

    def may(self, right: Capability) -> bool:
        """Say whether this actor holds `right` over anything at all."""
        if right is PUBLIC:
            return True
        return self.is_authenticated and (self.owns_by(right) or bool(self.grants_for(right)))


NOBODY = Actor()
SYSTEM = Actor(display_name="system", origin="job")


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an object lies, for the question whether a grant covers it. None: not there."""

    person_id: int | None = None
    cohort_id: int | None = None
    place_id: int | None = None
    organisation_id: int | None = None
    objection_id: int | None = None


def covers(actor: Actor, right: Capability, reach: Reach) -> bool:
    """Say whether `actor` holds `right` over an object that lies at `reach`."""
    if actor.owns_by(right) and reach.person_id == actor.person_id:
        return True
    return any(_grant_covers(grant, reach) for grant in actor.grants_for(right))


def _grant_covers(grant: HeldGrant, reach: Reach) -> bool:
    if grant.scope_kind == "everything":
        return True
    where = {
        "person": reach.person_id,
        "cohort": reach.cohort_id,
        "place": reach.place_id,
        "organisation": reach.organisation_id,
        "objection": reach.objection_id,
    }[grant.scope_kind]
    return where is not None and where in grant.scope_ids


def require(actor: Actor, right: Capability, reach: Reach) -> None:
    """Refuse unless `actor` holds `right` there; what one may not see is simply not found."""
    if not covers(actor, right, reach):
        raise NotFoundError


def require_right(actor: Actor, right: Capability) -> None:
    """Refuse unless `actor` holds `right` over anything at all."""
    if not actor.may(right):
        raise ForbiddenError


def require_second_factor(actor: Actor, right: Capability) -> None:
    """Refuse while the grants that would give `right` wait for the second factor."""
    if any(grant.role in right.roles for grant in actor.withheld):
        raise SecondFactorRequiredError


def roles_over_others(rights: Iterable[Capability]) -> frozenset[str]:
    """Return the roles that reach what belongs to others: those to which any right is tied."""
    return frozenset(role for right in rights for role in right.roles)


def has_stepped_up(actor: Actor, now: datetime) -> bool:
    """Say whether the actor showed within ten minutes who they are. `now` is real time."""
    return actor.stepped_up_at is not None and now - actor.stepped_up_at <= STEP_UP_LASTS


def require_step_up(actor: Actor, right: Capability, now: datetime) -> None:
    """Refuse unless the actor has stepped up, where this right asks for it."""
    if right.step_up and not has_stepped_up(actor, now):
        raise StepUpRequiredError


Column = Any


def within(
    actor: Actor,
    right: Capability,
    *,
    person: Column = None,
    cohort: Column = None,
    place: Column = None,
    organisation: Column = None,
    objection: Column = None,
) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query within what `actor` may reach with `right`.

    Give the columns in which the rows say whose, which cohort's, where and whose organisation's
    they are. A scope without a column reaches nothing.
    """
    columns = {
        "person": person,
        "cohort": cohort,
        "place": place,
        "organisation": organisation,
        "objection": objection,
    }
    parts: list[sa.ColumnElement[bool]] = []
    if person is not None and actor.owns_by(right):
        parts.append(person == actor.person_id)
    for grant in actor.grants_for(right):
        if grant.scope_kind == "everything":
            return sa.true()
        column = columns[grant.scope_kind]
        if column is not None and grant.scope_ids:
            parts.append(column.in_(sorted(grant.scope_ids)))
    return sa.or_(*parts) if parts else sa.false()


def holds_on(valid_from: date, valid_to: date | None, day: date) -> bool:
    """Say whether a grant holds on `day`; both ends are days on which it holds."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


def names(rights: Iterable[Capability]) -> tuple[str, ...]:
    """Return the names of `rights`, sorted."""
    return tuple(sorted(right.name for right in rights))
