"""Second factors: who needs one, and what somebody has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from academy.kernel.db import db
from academy.kernel.policy import Actor, HeldGrant, roles_over_others
from academy.people.models import CardCode, SecondFactor


def is_needed(grants: Iterable[HeldGrant]) -> bool:
    """Say whether any of these grants reaches what belongs to others."""
    features = current_app.extensions["academy.features"]
    roles = roles_over_others(right for feature in features for right in feature.capabilities)
    return any(grant.role in roles for grant in grants)


def is_needed_by(actor: Actor) -> bool:
    """Say whether somebody's work asks for a second factor, given already or not."""
    return bool(actor.withheld) or is_needed(actor.grants)


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One second factor that counts. `codes_left` is None for what is no card."""

    id: int
    kind: str
    device: str
    made_at: datetime
    last_used_at: datetime | None
    codes_left: int | None


def factor_rows(person_id: int) -> list[FactorRow]:
    """Return the second factors of a person that count, the oldest first."""
    left = (
        sa.select(sa.func.count())
        .where(CardCode.factor_id == SecondFactor.id, CardCode.used_at.is_(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(SecondFactor, left)
        .where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
        .order_by(SecondFactor.id)
    )
    return [
        FactorRow(
            id=one.id,
            kind=one.kind,
            device=one.device,
            made_at=one.made_at,
            last_used_at=one.last_used_at,
            codes_left=count if one.kind == "card" else None,
        )
        for one, count in rows
    ]


def kinds_of(person_id: int) -> frozenset[str]:
    """Return which kinds of second factor count for a person."""
    return frozenset(
        db.session.scalars(
            sa.select(SecondFactor.kind).where(
                SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
            )
        )
    )


def waiting_secret(person_id: int) -> str:
    """Return the secret of the app that somebody is setting up; empty when there is none."""
    return (
        db.session.scalar(
            sa.select(SecondFactor.secret)
            .where(
                SecondFactor.person_id == person_id,
                SecondFactor.kind == "app",
                SecondFactor.confirmed_at.is_(None),
            )
            .order_by(SecondFactor.id.desc())
            .limit(1)
        )
        or ""
    )


def has_waiting_card(person_id: int) -> bool:
    """Say whether somebody has a card of which no code was typed yet."""
    return bool(
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(SecondFactor)
            .where(
                SecondFactor.person_id == person_id,
                SecondFactor.kind == "card",
                SecondFactor.confirmed_at.is_(None),
            )
        )
    )
